/**
 * `Erpc`: calls a function of a defined module on another node, and waits for what it gives (Erlang's `erpc`). It
 * runs there in a process of its own, unsupervised; one call costs one round trip.
 *
 * @example
 * ```ts ignore
 * const length = yield* Erpc.call("kate@localhost", Chat.receiveMessage, ["hi"], "1 second");
 * ```
 *
 * @module
 */
import { type Duration, Effect, type Result } from "../deps/effect.ts";
import { type RexCall, rexName } from "../node/rex.ts";
import { dispatch } from "../process/dispatch.ts";
import type { Failure, Success } from "../process/modules.ts";
import { withProcess } from "../process/own_kernel.ts";
import { spawnFunction } from "../process/spawn.ts";
import { type Atom, atom } from "../term/atom.ts";
import type { ModuleFunction } from "../term/capture.ts";
import { BadArg, type Unsendable } from "../term/errors.ts";
import { tuple } from "../term/tuple.ts";
import { argumentsIn, callAs, calledIn, type CallError } from "./remote_call.ts";

export type { CallError } from "./remote_call.ts";

/**
 * Calls a function on a node, and waits for its result (`:erpc.call/5`).
 *
 * @param node The node's name; this node's own works too.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @param timeout How long the whole may take: for ever by default; a number is milliseconds. The function runs on
 *   after it. On another node its process ends with what it answered, and so do those that it linked: a server that
 *   is to stay is started by `start`, or by a supervisor.
 * @returns What the function gives. Fails with its own typed failure; with `noconnection` when the node cannot be
 *   connected or goes down meanwhile, `undef` when it does not define the function, `exit` with the exit reason
 *   when the function's process ends otherwise, `timeout`, `unsendable`, and `badarg` for a closure.
 */
export const call = <Args extends ReadonlyArray<unknown>, Returns>(
  node: string,
  body: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
  timeout: Duration.Input | "infinity" = "infinity",
): Effect.Effect<Success<Returns>, Failure<Returns> | CallError> =>
  callAs<Success<Returns>, Failure<Returns>>("Erpc.call", node, body, args, timeout);

/**
 * Calls a function on a node, and does not wait (`:erpc.cast/4`). Whether it comes to that is not known: a node that
 * cannot be connected is no failure.
 *
 * @param node The node's name.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @returns `:ok`. Fails with `unsendable` when an argument cannot travel, and `badarg` for a closure.
 */
export const cast = <Args extends ReadonlyArray<unknown>, Returns>(
  node: string,
  body: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<Atom<"ok">, Unsendable | BadArg> =>
  withProcess<Atom<"ok">, Unsendable | BadArg, never>(({ kernel, pid, leader }) => {
    const called = calledIn("Erpc.cast", node, body, args);
    if (called instanceof BadArg) return Effect.fail(called);
    const { module, function: fn, args: list, operation } = called;
    if (node === kernel.life.name) spawnFunction(kernel, pid, leader, module, fn, list);
    else {
      try {
        const message: RexCall = [module, fn, list, leader];
        dispatch(kernel, [rexName, node], tuple(atom("$gen_cast"), message));
      } catch (error) {
        return Effect.fail(argumentsIn(operation, error));
      }
    }
    return Effect.succeed(atom("ok"));
  });

/**
 * Calls a function on several nodes at once, and waits for all of them (`:erpc.multicall/5`).
 *
 * @param nodes The nodes' names.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @param timeout How long the whole may take: for ever by default; a number is milliseconds.
 * @returns For each node, in their order, what {@link call} gives or fails with.
 */
export const multicall = <Args extends ReadonlyArray<unknown>, Returns>(
  nodes: ReadonlyArray<string>,
  body: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
  timeout: Duration.Input | "infinity" = "infinity",
): Effect.Effect<ReadonlyArray<Result.Result<Success<Returns>, Failure<Returns> | CallError>>> =>
  Effect.forEach(
    nodes,
    (node) =>
      Effect.result(callAs<Success<Returns>, Failure<Returns>>("Erpc.multicall", node, body, args, timeout)),
    { concurrency: "unbounded" },
  );
