/**
 * A function of a defined module called on any node: what `Erpc` and `Rpc` do, under the names of either.
 *
 * @module
 */
import { Context, type Duration, Effect } from "../deps/effect.ts";
import { connected } from "../node/connected.ts";
import { type RexCall, rexName } from "../node/rex.ts";
import { answering } from "../process/answering.ts";
import { closureGiven, millisecondsOf, wrongArgument } from "../process/arguments.ts";
import { unsendableIn } from "../process/dispatch.ts";
import { nameOfFunction } from "../process/modules.ts";
import { withProcess } from "../process/own_kernel.ts";
import { type Answer, cancelRequest, type Pending, request, requestOf } from "../process/requests.ts";
import type { FunctionName } from "../term/capture.ts";
import { BadArg, type Exit, NoConnection, Timeout, type Undef, Unsendable } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { failureOf } from "./failure.ts";

/** What a call can fail with, beside the function's own failure. */
export type CallError = NoConnection | Undef | Exit | Timeout | Unsendable | BadArg;

/**
 * Calls a function on a node, and waits for its result.
 *
 * @param name The operation as errors call it: `Erpc.call`.
 */
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

/** A function by its name, its arguments, and the whole as text. */
export interface Called extends FunctionName {
  readonly args: ReadonlyArray<unknown>;
  readonly operation: string;
}

/** Reads what an operation of that name was given. */
export const calledIn = (name: string, node: unknown, body: unknown, args: unknown): Called | BadArg => {
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
export const argumentsIn = (operation: string, error: unknown): Unsendable => {
  const { path, found } = unsendableIn(operation, error);
  return new Unsendable({ operation, path: path.replace(/^message(\[1\])?\[2\]/, "args"), found });
};
