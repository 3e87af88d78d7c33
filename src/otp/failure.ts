/**
 * From the exit reason of who carried a function out to the failure that its caller meets.
 *
 * @module
 */
import { findErrorClass } from "../process/modules.ts";
import { Exit, isTaggedError, Undef } from "../term/errors.ts";

/**
 * What an exit reason means to who waited for the result.
 *
 * @param reason The exit reason.
 * @param operation What was tried, as text.
 * @param module The module of the function, whose classes of errors count.
 * @returns The function's own tagged error, an instance of its class where the module lists one; `undef` when
 *   there was no such function; `exit` with any other reason.
 */
export const failureOf = <E>(
  reason: unknown,
  operation: string,
  module: string | undefined,
): E | Undef | Exit => {
  if (reason instanceof Undef) return new Undef({ ...reason, operation });
  // A tagged error was made by the function, whose type says which it can be.
  return isTaggedError(reason) ? instanceOf(reason, module) as E : new Exit({ operation, reason });
};

const instanceOf = (error: Error & { readonly _tag: string }, module: string | undefined): unknown => {
  const known = module === undefined ? undefined : findErrorClass(module, error._tag);
  if (known === undefined || error instanceof known) return error;
  const { message, name, stack } = error;
  const revived: object = Object.create(known.prototype, {
    message: { value: message, configurable: true, writable: true },
    name: { value: name, configurable: true, writable: true },
    stack: { value: stack, configurable: true, writable: true },
  });
  return Object.assign(revived, error);
};
