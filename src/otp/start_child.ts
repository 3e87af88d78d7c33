/**
 * Starting one child: whatever its start comes to, a supervisor can tell (`supervisor:do_start_child/2`).
 *
 * @module
 */
import { Cause, Effect, Exit } from "../deps/effect.ts";
import { exitReasonOf } from "../process/exit_reason.ts";
import { atom } from "../term/atom.ts";
import { Exit as ExitFailure, Ignore } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import type { StartEffect } from "./children.ts";
import { isStarted, pidOf } from "./started.ts";

/** What came of a child's start. */
export type StartOutcome =
  /** It runs; or, without a pid, it is not to run (`:ignore`). */
  | { readonly tag: "started"; readonly pid: Pid | undefined; readonly info: Info | undefined }
  /** It failed, or gave what is no answer of a start: with that for its reason. */
  | { readonly tag: "failed"; readonly reason: unknown };

/** What a start told beside the pid. */
export interface Info {
  readonly value: unknown;
}

/** What is made of a start that neither answered nor failed, but ended by a defect or with `exit`. */
export type Caught = (reason: unknown, thrown: Info | undefined) => StartOutcome;

/** As Erlang's `catch` has it, and so `supervisor`: `{EXIT, reason}`, and what was thrown is an answer. */
export const caught: Caught = (reason, thrown) =>
  thrown === undefined ? { tag: "failed", reason: tuple("EXIT", reason) } : outcomeOf(thrown.value);

/** As `DynamicSupervisor` has it: the bare reason. */
export const bare: Caught = (reason) => ({ tag: "failed", reason });

/** What the end of a start's Effect means, as a pure function. */
export const startOutcome = (end: Exit.Exit<unknown, unknown>, made: Caught): StartOutcome => {
  if (Exit.isSuccess(end)) return outcomeOf(end.value);
  const failure = end.cause.reasons.find(Cause.isFailReason);
  if (failure === undefined) return made(exitReasonOf(end), thrownIn(end.cause));
  const { error } = failure;
  if (error instanceof Ignore) return outcomeOf(atom("ignore"));
  // What `exit` says in the start itself; a server that did not come up fails with its own operation.
  const isOwnExit = error instanceof ExitFailure && error.operation === "exit";
  return isOwnExit ? made(error.reason, undefined) : { tag: "failed", reason: error };
};

const thrownIn = (cause: Cause.Cause<unknown>): Info | undefined => {
  const die = cause.reasons.find(Cause.isDieReason);
  return die === undefined || die.defect instanceof Error ? undefined : { value: die.defect };
};

const outcomeOf = (value: unknown): StartOutcome => {
  if (!isStarted(value)) return { tag: "failed", reason: value };
  const info = isTuple(value) ? { value: value[1] } : undefined;
  return { tag: "started", pid: pidOf(value), info };
};

/** Runs a child's start, in the supervisor's own process. */
export const startChild = (start: StartEffect, made: Caught): Effect.Effect<StartOutcome> =>
  Effect.map(Effect.exit(start), (end) => startOutcome(end, made));
