/**
 * What a task supervisor is called, and what it can be asked to call.
 *
 * @module
 */
import { isNameOnNode, wrongArgument } from "../process/arguments.ts";
import { unsendableIn } from "../process/dispatch.ts";
import type { Kernel } from "../process/kernel.ts";
import { nameOfFunction } from "../process/modules.ts";
import { BadArg, type Exit, type NoConnection, type NoProc, Unsendable } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { type Shutdown, shutdownMilliseconds } from "./child_spec.ts";

/** A task supervisor: its name here, its pid, or its name on a node. */
export type SupervisorRef = string | Pid | readonly [name: string, node: string];

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
  const list: ReadonlyArray<unknown> = Array.isArray(args) ? args : [];
  if (called === undefined) {
    const problem = "a function travels by its name: write it into a defmodule and give Name.function";
    return new BadArg({ operation: `${name}(${textOf(supervisor)}, …)`, problem });
  }
  const { module, function: fn } = called;
  return {
    module,
    function: fn,
    args: list,
    operation: () => `${name}(${textOf(supervisor)}, ${module}.${fn}/${list.length})`,
  };
};

/** The caller gave arguments, which lie within the message that travels. */
export const argumentsIn = (operation: string, error: unknown): Unsendable => {
  const { path, found } = unsendableIn(operation, error);
  return new Unsendable({ operation, path: path.replace(/^message\[3\]/, "args"), found });
};

/** Whether that names a supervisor. */
export const isRef = (supervisor: unknown): supervisor is SupervisorRef =>
  typeof supervisor === "string" || supervisor instanceof Pid || isNameOnNode(supervisor);

/** The failure of what names none. */
export const wrongSupervisor = (operation: string, given: unknown): BadArg =>
  wrongArgument(operation, given, 'a supervisor, as its name, its pid or ["Name", "name@host"],');

/** A supervisor as Elixir writes it: `{Chat.TaskSupervisor, "moebi@localhost"}`. */
export const textOf = (supervisor: SupervisorRef): string =>
  isNameOnNode(supervisor) ? `{${supervisor[0]}, ${inspect(supervisor[1])}}` : inspect(supervisor);

/** A shutdown as it travels; nothing where none was given. */
export const millisecondsOf = (shutdown: Shutdown | undefined): number | null =>
  shutdown === undefined ? null : shutdownMilliseconds(shutdown);

/** The supervisor's node, when it is not this one. */
export const nodeOf = (kernel: Kernel, supervisor: SupervisorRef): string | undefined => {
  if (typeof supervisor === "string") return undefined;
  if (supervisor instanceof Pid) return supervisor.home === kernel.life ? undefined : supervisor.node;
  return supervisor[1] === kernel.life.name ? undefined : supervisor[1];
};

/** Where its requests go. */
export const addressOf = (kernel: Kernel, supervisor: SupervisorRef): Pid | readonly [string, string] =>
  typeof supervisor === "string" ? [supervisor, kernel.life.name] : supervisor;
