/**
 * What a task supervisor is called, and what it can be asked to call.
 *
 * @module
 */
import { Effect, Option } from "../deps/effect.ts";
import { closureGiven, wrongArgument } from "../process/arguments.ts";
import { unsendableIn } from "../process/dispatch.ts";
import type { Kernel } from "../process/kernel.ts";
import { nameOfFunction } from "../process/modules.ts";
import { type BadArg, type Exit, type NoConnection, type NoProc, Unsendable } from "../term/errors.ts";
import { type Shutdown, shutdownMilliseconds } from "./child_spec.ts";
import {
  type Address,
  addressOf,
  isServerRef,
  isVia,
  type ServerRef,
  textOfServer,
  wrongServer,
} from "./server_name.ts";

/** A task supervisor: its pid, its name here, its name on a node, or its name by way of a registry. */
export type SupervisorRef = ServerRef;

/** What starting a task can fail with; all else is met at `await`. */
export type AsyncError = NoConnection | Unsendable | BadArg;

/** What a call to a supervisor can fail with. */
export type CallError = AsyncError | NoProc | Exit;

/** A function that travels by its name, and its arguments. */
export interface Call {
  readonly module: string;
  readonly function: string;
  readonly args: ReadonlyArray<unknown>;
  /** As text; made only when it is needed. */
  readonly operation: () => string;
}

/** What is to be called, or why that cannot be. */
export const callOf = (
  name: string,
  supervisor: SupervisorRef,
  body: unknown,
  args: unknown,
): Call | BadArg => {
  const called = nameOfFunction(body);
  if (called === undefined) {
    return closureGiven(`${name}(${textOfServer(supervisor)}, …)`);
  }
  if (!Array.isArray(args)) return wrongArgument(name, args, "an array of arguments");
  const list: ReadonlyArray<unknown> = args;
  const { module, function: fn } = called;
  return {
    module,
    function: fn,
    args: list,
    operation: () => `${name}(${textOfServer(supervisor)}, ${module}.${fn}/${list.length})`,
  };
};

/** The caller gave arguments, which lie within the message that travels. */
export const argumentsIn = (operation: string, error: unknown): Unsendable => {
  const { path, found } = unsendableIn(operation, error);
  return new Unsendable({ operation, path: path.replace(/^message\[3\]/, "args"), found });
};

/** A shutdown as it travels; nothing where none was given. */
export const millisecondsOf = (shutdown: Shutdown | undefined): number | null =>
  shutdown === undefined ? null : shutdownMilliseconds(shutdown);

/** Goes on with where a supervisor's requests go: nothing, when nobody has its name by way of its registry. */
export const located = <A, E>(
  operation: string,
  kernel: Kernel,
  supervisor: SupervisorRef,
  goOn: (to: Address | undefined) => Effect.Effect<A, E>,
): Effect.Effect<A, E | BadArg> => {
  if (typeof supervisor === "string") return goOn([supervisor, kernel.life.name]);
  if (isVia(supervisor)) {
    return Effect.flatMap(
      addressOf(kernel, operation, supervisor),
      (address) => goOn(Option.getOrUndefined(address)),
    );
  }
  return isServerRef(supervisor) ? goOn(supervisor) : Effect.fail(wrongServer(operation, supervisor));
};
