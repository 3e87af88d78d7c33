/**
 * A failure as a user reads it.
 *
 * @module
 */
import { Cause } from "../deps/effect.ts";
import { inspect } from "../term/inspect.ts";

/** A cause's failure with its tag and message, as `tag: message`; a defect with its name. */
export const textOfCause = (cause: Cause.Cause<unknown>): string =>
  cause.reasons.every(Cause.isInterruptReason) ? "interrupted" : textOfError(Cause.squash(cause));

/** An error with its tag and message, as `tag: message`; what is none is inspected. */
export const textOfError = (error: unknown): string =>
  error instanceof Error ? String(error) : inspect(error);
