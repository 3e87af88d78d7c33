/**
 * What supervisors are asked and what they answer, as terms in OTP's shape (`supervisor:call/2`), and between
 * those and what a caller meets: a failure that names the child.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { atom } from "../term/atom.ts";
import {
  AlreadyPresent,
  AlreadyStarted,
  BadArg,
  Exit,
  FailedToStartChild,
  MaxChildren,
  NotFound,
  Restarting,
  Running,
} from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import type { StartOutcome } from "./start_child.ts";

const OK = atom("ok");
const ERROR = atom("error");
const FAILED = atom("failed_to_start_child");

/** A question that concerns one child: of its id, its pid or its specification. */
export const question = (name: string, about: unknown): unknown => tuple(atom(name), about);

/** What is asked, and of what, when that is such a question. */
export const readQuestion = (message: unknown): readonly [name: string, about: unknown] | undefined => {
  if (message === atom("which_children") || message === atom("count_children")) {
    return [String(message).slice(1), undefined];
  }
  if (!isTuple(message) || message.length !== 2) return undefined;
  const name = ["start_child", "terminate_child", "restart_child", "delete_child"]
    .find((one) => message[0] === atom(one));
  return name === undefined ? undefined : [name, message[1]];
};

/** All is well. */
export const okAnswer: unknown = OK;

/** The answer to who asked for a start. */
export const startAnswer = (id: string, outcome: StartOutcome): unknown => {
  if (outcome.tag === "failed") return tuple(ERROR, tuple(FAILED, id, outcome.reason));
  const { pid, info } = outcome;
  if (pid === undefined) return tuple(OK, atom("undefined"));
  return info === undefined ? tuple(OK, pid) : tuple(OK, pid, info.value);
};

/** The answer to what cannot be, in one of Erlang's words. */
export const refusal = (
  why: "not_found" | "running" | "restarting" | "already_present" | "max_children",
  detail?: number,
): unknown => tuple(ERROR, detail === undefined ? atom(why) : tuple(atom(why), detail));

/** The answer to a start of what runs already. */
export const alreadyStarted = (pid: Pid): unknown => tuple(ERROR, tuple(atom("already_started"), pid));

/** The answer to what is no specification, or no question. */
export const badArgument = ({ problem }: BadArg): unknown => tuple(ERROR, tuple(atom("badarg"), problem));

/** What a supervisor can refuse. */
export type Refusal<E = never> =
  | FailedToStartChild<E>
  | AlreadyStarted
  | AlreadyPresent
  | NotFound
  | Running
  | Restarting
  | MaxChildren
  | BadArg;

/**
 * Reads an answer.
 *
 * @param operation What was asked, for the failure; made only when it is needed.
 * @param child Of which child.
 * @param value The answer.
 * @returns What stands beside `ok`; fails with what was refused.
 */
export const readAnswer = (
  operation: () => string,
  child: string | Pid,
  value: unknown,
): Effect.Effect<ReadonlyArray<unknown>, Refusal<unknown> | Exit> => {
  if (value === OK) return Effect.succeed([]);
  if (isTuple(value) && value[0] === OK) return Effect.succeed(value.slice(1));
  const failure = isTuple(value) && value[0] === ERROR ? failureOf(operation(), child, value[1]) : undefined;
  return Effect.fail(failure ?? strange(operation(), value));
};

/** The failure of an answer that is none. */
export const strange = (operation: string, value: unknown): Exit =>
  new Exit({ operation, reason: `an answer that is none: ${inspect(value)}` });

const failureOf = (
  operation: string,
  child: string | Pid,
  why: unknown,
): Refusal<unknown> | undefined => {
  const id = child instanceof Pid ? inspect(child) : child;
  if (why === atom("not_found")) return new NotFound({ operation, child });
  if (why === atom("running")) return new Running({ operation, child: id });
  if (why === atom("restarting")) return new Restarting({ operation, child: id });
  if (why === atom("already_present")) return new AlreadyPresent({ operation, child: id });
  if (!isTuple(why)) return undefined;
  const [tag, detail, reason] = why;
  if (tag === FAILED) return new FailedToStartChild({ operation, child: String(detail), reason });
  if (tag === atom("badarg")) return new BadArg({ operation, problem: String(detail) });
  if (tag === atom("max_children")) return new MaxChildren({ operation, maxChildren: Number(detail) });
  if (tag === atom("already_started") && detail instanceof Pid) {
    return new AlreadyStarted({ operation, taken: `the id ${inspect(child)}`, pid: detail });
  }
};
