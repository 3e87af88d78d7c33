/**
 * What starting a process that a supervisor can hold comes to, when it did not fail (`Supervisor.on_start_child`).
 *
 * @module
 */
import { type Atom, atom } from "../term/atom.ts";
import { Pid } from "../term/identifier.ts";
import { isTuple } from "../term/tuple.ts";

/**
 * The new process; or that there is none and that this is right (`:ignore`); or the process with something more
 * to tell (`{:ok, pid, info}`, here `{pid, info}`).
 */
export type Started = Pid | Atom<"ignore"> | readonly [pid: Pid, info: unknown];

/** The process that was started, if one was. */
export const pidOf = (started: Started): Pid | undefined => {
  if (started instanceof Pid) return started;
  return isTuple(started) ? started[0] as Pid : undefined;
};

/** Whether a value is one of the three. */
export const isStarted = (value: unknown): value is Started =>
  value instanceof Pid || value === atom("ignore") ||
  (isTuple(value) && value.length === 2 && value[0] instanceof Pid);
