/**
 * `IO`: output to the calling process's group leader, wherever that is (Elixir's `IO`, Erlang's I/O protocol).
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { callback } from "../process/callback.ts";
import type { Kernel } from "../process/kernel.ts";
import { demonitor, monitor } from "../process/monitors.ts";
import { groupLeaderOf, withKernel } from "../process/own_kernel.ts";
import { dispatch } from "../process/dispatch.ts";
import { Atom, atom } from "../term/atom.ts";
import { BadArg, NoConnection, NoProc } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect as inspectTerm } from "../term/inspect.ts";
import { isTuple, tuple } from "../term/tuple.ts";

/** What output fails with: the leader's node is gone, the leader is dead, or it answers with an error. */
export type IoError = NoConnection | NoProc | BadArg;

/**
 * Writes an item and a line's end (`IO.puts/1`).
 *
 * @param item A text; anything else as `String` or, where that says nothing, as `inspect` shows it.
 * @returns `:ok`, once it is written. Fails with `noconnection` when the group leader's node is gone, and with
 *   `noproc` when the leader is dead; the process goes on.
 */
export const puts = (item: unknown): Effect.Effect<Atom<"ok">, IoError> =>
  output("IO.puts", `${textOf(item)}\n`);

/**
 * Writes an item without a line's end (`IO.write/1`).
 *
 * @param item As for {@link puts}.
 * @returns `:ok`; fails as {@link puts} does.
 */
export const write = (item: unknown): Effect.Effect<Atom<"ok">, IoError> => output("IO.write", textOf(item));

/**
 * Writes an item as code would write it, and gives it back (`IO.inspect/2`).
 *
 * @param item Anything.
 * @param options `label`: a text to stand before it.
 * @returns The item; fails as {@link puts} does.
 */
export const inspect = <const A>(
  item: A,
  options: { readonly label?: string } = {},
): Effect.Effect<A, IoError> => {
  const label = options.label === undefined ? "" : `${options.label}: `;
  return Effect.as(output("IO.inspect", `${label}${inspectTerm(item)}\n`), item);
};

/** A text for an item, as Elixir's `to_string/1`: an atom without its colon. */
const textOf = (item: unknown): string => {
  if (typeof item === "string") return item;
  if (item instanceof Atom) return item.name;
  return typeof item === "number" || typeof item === "bigint" || typeof item === "boolean"
    ? String(item)
    : inspectTerm(item);
};

const output = (operation: string, text: string): Effect.Effect<Atom<"ok">, IoError> =>
  withKernel((kernel, fiber) => putChars(kernel, groupLeaderOf(fiber), operation, text));

/** One request to a leader, and its answer: or the leader's end, or its node's. */
const putChars = (
  kernel: Kernel,
  leader: Pid,
  operation: string,
  text: string,
): Effect.Effect<Atom<"ok">, IoError> =>
  callback((resume) => {
    const alias = kernel.makeReference();
    const finish = (outcome: Effect.Effect<Atom<"ok">, IoError>): void => {
      forget();
      resume(outcome);
    };
    const watch = monitor(kernel, {
      watched: leader,
      onDown: (reason) => finish(Effect.fail(downError(operation, leader, reason))),
    });
    const forget = (): void => {
      kernel.aliases.delete(alias.number);
      demonitor(kernel, watch.reference);
    };
    kernel.aliases.set(alias.number, {
      push: (message) => finish(answerOf(operation, leader, message)),
    });
    dispatch(
      kernel,
      leader,
      tuple(atom("io_request"), alias, alias, tuple(atom("put_chars"), atom("unicode"), text)),
    );
    return Effect.sync(forget);
  });

const downError = (operation: string, leader: Pid, reason: unknown): IoError => {
  const process = `the group leader ${inspectTerm(leader)}`;
  return reason === "noconnection"
    ? new NoConnection({ operation, node: leader.node, because: "lost", detail: `${process} was there` })
    : new NoProc({ operation, process });
};

const answerOf = (operation: string, leader: Pid, message: unknown): Effect.Effect<Atom<"ok">, IoError> => {
  if (isTuple(message) && message[0] === atom("io_reply") && message[2] === atom("ok")) {
    return Effect.succeed(atom("ok"));
  }
  const problem = `the group leader ${inspectTerm(leader)} answers ${inspectTerm(message)}`;
  return Effect.fail(new BadArg({ operation, problem }));
};
