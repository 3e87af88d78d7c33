/**
 * Child specifications: how a supervisor starts, restarts and shuts down one child (Elixir's
 * `Supervisor.child_spec`).
 *
 * @module
 */
import type { Duration, Effect } from "../deps/effect.ts";
import { millisecondsOf } from "../process/arguments.ts";
import type { Pid } from "../term/identifier.ts";
import type { Restart } from "./restart.ts";

/** How a child is shut down: time to end by itself, for ever, or none. */
export type Shutdown = Duration.Input | "infinity" | "brutal_kill";

/** One child of a supervisor. */
export interface ChildSpec<E = unknown, R = never> {
  /** Its name among the supervisor's children. */
  readonly id: string;
  /** Starts it, linked to the process that runs this: the supervisor. */
  readonly start: Effect.Effect<Pid, E, R>;
  /** When it is restarted: `permanent` by default. */
  readonly restart?: Restart;
  /** How long it may take to end: 5 seconds by default, `infinity` for supervisors. */
  readonly shutdown?: Shutdown;
  /** `worker` by default. */
  readonly type?: "worker" | "supervisor";
}

/** A shutdown in milliseconds: `Infinity` waits for ever, -1 kills at once. */
export const shutdownMilliseconds = (shutdown: Shutdown): number => {
  if (shutdown === "brutal_kill") return -1;
  return millisecondsOf("shutdown", shutdown);
};
