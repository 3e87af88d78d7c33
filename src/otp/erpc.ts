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
import { Context, type Duration, Effect, type Result } from "../deps/effect.ts";
import { connected } from "../node/connected.ts";
import { type RexCall, rexName } from "../node/rex.ts";
import { answering } from "../process/answering.ts";
import { closureGiven, millisecondsOf, wrongArgument } from "../process/arguments.ts";
import { dispatch, unsendableIn } from "../process/dispatch.ts";
import { type Failure, nameOfFunction, type Success } from "../process/modules.ts";
import { withProcess } from "../process/own_kernel.ts";
import { type Answer, cancelRequest, type Pending, request, requestOf } from "../process/requests.ts";
import { spawnFunction } from "../process/spawn.ts";
import { type Atom, atom } from "../term/atom.ts";
import type { FunctionName, ModuleFunction } from "../term/capture.ts";
import { BadArg, type Exit, NoConnection, Timeout, type Undef, Unsendable } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { tuple } from "../term/tuple.ts";
import { failureOf } from "./failure.ts";

/** What a call can fail with, beside the function's own failure. */
export type CallError = NoConnection | Undef | Exit | Timeout | Unsendable | BadArg;

/**
 * Calls a function on a node, and waits for its result (`:erpc.call/5`).
 *
 * @param node The node's name; this node's own works too.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @param timeout How long the whole may take: for ever by default; a number is milliseconds. The function runs on
 *   after it.
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

/** The same, under the name of another operation. */
export const callAs = <A, E>(
  name: string,
  node: string,
  body: unknown,
  args: unknown,
  timeout: Duration.Input | "infinity",
): Effect.Effect<A, E | CallError> =>
  Effect.suspend(() => {
    const called = calledIn(name, node, body, args);
    if (called instanceof BadArg) return Effect.fail(called);
    const milliseconds = millisecondsOf(name, timeout);
    const asked = ask<A, E>(node, called);
    if (milliseconds === Infinity) return asked;
    const { operation } = called;
    return Effect.timeoutOrElse(asked, {
      duration: Math.max(0, milliseconds),
      orElse: () => Effect.fail(new Timeout({ operation, milliseconds })),
    });
  });

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

/** A function by its name, its arguments, and the whole as text. */
interface Called extends FunctionName {
  readonly args: ReadonlyArray<unknown>;
  readonly operation: string;
}

const calledIn = (name: string, node: unknown, body: unknown, args: unknown): Called | BadArg => {
  const called = nameOfFunction(body);
  if (called === undefined) {
    return closureGiven(`${name}(${inspect(node)}, …)`);
  }
  if (!Array.isArray(args)) return wrongArgument(name, args, "an array of arguments");
  const list: ReadonlyArray<unknown> = args;
  const operation = `${name}(${inspect(node)}, ${called.module}.${called.function}/${list.length})`;
  return { module: called.module, function: called.function, args: list, operation };
};

const ask = <A, E>(node: string, called: Called): Effect.Effect<A, E | CallError> =>
  withProcess((owner, fiber) => {
    const { kernel } = owner;
    const { module, function: fn, args, operation } = called;
    const waiting = (
      begin: (onAnswer: (answer: Answer) => void) => Pending,
    ): Effect.Effect<A, E | CallError> =>
      Effect.callback((resume) => {
        try {
          // From the queue: a resume never nests in its waker.
          const pending = begin((answer) =>
            kernel.queue.push(() => resume(read<A, E>(answer, node, called)))
          );
          return Effect.sync(() => cancelRequest(kernel, pending));
        } catch (error) {
          resume(Effect.fail(argumentsIn(operation, error)));
        }
      });
    if (node === kernel.life.name) {
      const context = kernel.processContext(Context.merge(kernel.context, fiber.context));
      return waiting((onAnswer) => {
        const initialCall = `${module}.${fn}/${args.length}`;
        const entry = kernel.spawn({ parent: owner.pid, leader: owner.leader, initialCall });
        entry.failureIsTold = true;
        const pending = requestOf(kernel, entry, owner, false, onAnswer);
        kernel.start(entry, answering(kernel, pending.reference, module, fn, args), context);
        return pending;
      });
    }
    const message: RexCall = [module, fn, args, owner.leader];
    const to = [rexName, node] as const;
    return Effect.andThen(
      connected(node, operation),
      waiting((onAnswer) => request(kernel, { to, message, owner, linked: false, onAnswer })),
    );
  });

const read = <A, E>(
  answer: Answer,
  node: string,
  { module, operation }: Called,
): Effect.Effect<A, E | CallError> => {
  // The value was made by the function, whose type says what it is.
  if (answer.tag === "reply") return Effect.succeed(answer.value as A);
  if (answer.tag === "noconnection") {
    return Effect.fail(new NoConnection({ operation, node, because: "lost" }));
  }
  return Effect.fail(failureOf<E>(answer.reason, operation, module));
};

/** The caller gave arguments, which lie within the message that travels. */
const argumentsIn = (operation: string, error: unknown): Unsendable => {
  const { path, found } = unsendableIn(operation, error);
  return new Unsendable({ operation, path: path.replace(/^message(\[1\])?\[2\]/, "args"), found });
};
