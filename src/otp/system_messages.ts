/**
 * System messages: what every behaviour's process understands beside its own messages (OTP's `sys`). They are
 * `{system, from, request}`, and `Sys` sends them.
 *
 * @module
 */
import { Effect, Option } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import { log } from "../process/log.ts";
import { findFunction } from "../process/modules.ts";
import { receive } from "../process/receive.ts";
import { atom } from "../term/atom.ts";
import { Capture } from "../term/capture.ts";
import { inspect } from "../term/inspect.ts";
import { Pid, Reference } from "../term/identifier.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import { answerFrom } from "./gen_reply.ts";

const SYSTEM = atom("system");
const EXIT = atom("EXIT");

/** A message `{system, {pid, tag}, request}`. */
export type SystemMessage = readonly [unknown, readonly [Pid, Reference], unknown];

/** Whether a message is one for the system, and not for the behaviour. */
export const isSystemMessage = (message: unknown): message is SystemMessage =>
  isTuple(message) && message.length === 3 && message[0] === SYSTEM && isFrom(message[1]);

/** Whether that is `{pid, tag}`, whom a call is answered to. */
export const isFrom = (from: unknown): from is readonly [Pid, Reference] =>
  Array.isArray(from) && from.length === 2 && from[0] instanceof Pid && from[1] instanceof Reference;

/** What a behaviour lets the system see and do. */
export interface SystemView {
  readonly self: Entry;
  /** Whose EXIT ends the process. */
  readonly parent: Pid;
  /** Its state. */
  readonly state: () => unknown;
  /** What its status shows for the state, where that is something else. */
  readonly shown?: () => unknown;
  /** Takes another state; there is none where a state is not for others to make. */
  readonly replaceState?: (state: unknown) => void;
  /** Whether its events are logged. */
  isTraced: boolean;
}

/** What a system message came to: the process goes on, or ends with that reason. */
export type AfterSystem = { readonly tag: "go" } | { readonly tag: "stop"; readonly reason: unknown };

const goOn: AfterSystem = { tag: "go" };

/** Carries out a system message; a process that is suspended by it waits here until it is resumed. */
export const handleSystemMessage = (
  view: SystemView,
  message: SystemMessage,
): Effect.Effect<AfterSystem> =>
  Effect.gen(function* () {
    let after = handle(view, message);
    while (after === "suspended") {
      const next = yield* receive(forSuspended(view));
      after = "reason" in next ? { tag: "stop", reason: next.reason } : handle(view, next, true);
    }
    return after;
  });

/** A suspended process takes system messages, and its parent's EXIT; all else waits. */
const forSuspended = ({ parent }: SystemView) => (message: unknown): Option.Option<SystemMessage | Ended> => {
  if (isSystemMessage(message)) return Option.some(message);
  return isExitOf(message, parent) ? Option.some({ reason: message[2] }) : Option.none();
};

/** The parent has ended. */
interface Ended {
  readonly reason: unknown;
}

/** Whether a message is the EXIT of that process. */
export const isExitOf = (message: unknown, pid: Pid): message is readonly [unknown, Pid, unknown] =>
  isTuple(message) && message.length === 3 && message[0] === EXIT && message[1] === pid;

const handle = (view: SystemView, message: SystemMessage, isSuspended = false): AfterSystem | "suspended" => {
  const [, from, request] = message;
  const answer = (value: unknown): void => answerFrom(view.self.kernel, from, value);
  const [name, given] = isTuple(request) ? request : [request];
  const stay = isSuspended ? "suspended" : goOn;
  switch (name) {
    case atom("get_state"):
      answer(tuple(atom("ok"), view.state()));
      return stay;
    case atom("replace_state"):
      answer(replaced(view, given));
      return stay;
    case atom("suspend"):
      answer(atom("ok"));
      return "suspended";
    case atom("resume"):
      answer(atom("ok"));
      return goOn;
    case atom("trace"):
      view.isTraced = given === true;
      answer(atom("ok"));
      return stay;
    case atom("terminate"):
      // Who stops it waits for its end.
      return { tag: "stop", reason: given };
    case atom("get_status"):
      answer(
        tuple(atom("ok"), tuple(atom(isSuspended ? "suspended" : "running"), (view.shown ?? view.state)())),
      );
      return stay;
    default:
      answer(tuple(atom("error"), tuple(atom("unknown_system_msg"), request)));
      return stay;
  }
};

/** A function that fails leaves the state as it was. */
const replaced = (view: SystemView, given: unknown): unknown => {
  const refuse = (problem: string): unknown => tuple(atom("error"), problem);
  if (view.replaceState === undefined) return refuse("the state of a supervisor cannot be replaced");
  const change = given instanceof Capture ? findFunction(given.module, given.function) : given;
  if (typeof change !== "function") {
    return refuse(`${inspect(given)} is no function that ${view.self.kernel.life.name} knows`);
  }
  try {
    const state: unknown = Reflect.apply(change, undefined, [view.state()]);
    view.replaceState(state);
    return tuple(atom("ok"), state);
  } catch (error) {
    const why = error instanceof Error ? `${error.name}: ${error.message}` : inspect(error);
    return refuse(`the function failed, and the state is as it was: ${why}`);
  }
};

/** Logs an event of a process that is traced, as `sys:trace/2` prints it. */
export const trace = (view: SystemView, event: () => string): void => {
  if (!view.isTraced) return;
  const { kernel, pid, name } = view.self;
  log(kernel, "info", `*DBG* ${name === undefined ? pid : inspect(name)} ${event()}`);
};
