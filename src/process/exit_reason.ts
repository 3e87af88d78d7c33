/**
 * From an Effect's end to an exit reason.
 *
 * @module
 */
import { Cause, Exit } from "../deps/effect.ts";
import { Atom } from "../term/atom.ts";
import { type Crash, Exit as ExitFailure, isTaggedError } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple } from "../term/tuple.ts";

/**
 * The exit reason of a fiber's end: success is `normal`, `exit(reason)` that reason, a typed failure is
 * itself, a defect a {@link Crash}, an interruption from outside `shutdown`.
 */
export const exitReasonOf = (exit: Exit.Exit<unknown, unknown>): unknown => {
  if (Exit.isSuccess(exit)) return "normal";
  const failure = exit.cause.reasons.find(Cause.isFailReason);
  if (failure !== undefined) return reasonOfFailure(failure.error);
  const defect = exit.cause.reasons.find(Cause.isDieReason);
  return defect === undefined ? "shutdown" : crashOf(defect.defect);
};

/** The exit reason that an uncaught typed failure becomes. */
export const reasonOfFailure = (error: unknown): unknown => {
  if (error instanceof ExitFailure) return normalizeReason(error.reason);
  if (error instanceof Error && !isTaggedError(error)) return crashOf(error);
  return normalizeReason(error);
};

/** In an exit reason an atom counts as its name. */
export const normalizeReason = (reason: unknown): unknown => reason instanceof Atom ? reason.name : reason;

/** The exit reason of a defect. */
export const crashOf = (defect: unknown): Crash =>
  defect instanceof Error
    ? { error: { name: defect.name, message: defect.message }, stack: defect.stack ?? "" }
    : { error: { name: "Error", message: typeof defect === "string" ? defect : inspect(defect) }, stack: "" };

/** Whether a reason is no failure: `normal`, `shutdown`, `{shutdown, _}`. */
export const isNormalEnd = (reason: unknown): boolean =>
  reason === "normal" || reason === "shutdown" ||
  (isTuple(reason) && reason.length === 2 && reason[0] === "shutdown");
