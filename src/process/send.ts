/**
 * Sending: one primitive on the hot path. A local send is a function call and a queue push; a remote one
 * encodes into the link's write buffer, and waits only while that is over its high-water mark.
 *
 * @module
 */
import { Effect, Effectable } from "../deps/effect.ts";
import { isHosted } from "../deps/fiber.ts";
import { type Atom, atom } from "../term/atom.ts";
import { BadArg, type Unsendable } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { type Destination, dispatch, nodeOf, unsendableIn } from "./dispatch.ts";
import { doneWith, runningProcess, stepOf, yieldOnce } from "./immediate.ts";
import type { Kernel } from "./kernel.ts";
import { kernelOf } from "./own_kernel.ts";

/** How a message is sent. */
export interface SendOptions {
  /** Does not connect for it: `:noconnect` instead, when there is no connection. */
  readonly noconnect?: boolean;
}

interface Send extends Effect.Effect<unknown, Unsendable | BadArg> {
  readonly to: Destination;
  readonly message: unknown;
}

const prototype: Effect.Effect<unknown, Unsendable | BadArg> = Effectable.Prototype<Send>({
  label: "Process.send",
  evaluate(fiber) {
    const kernel = kernelOf(fiber);
    const { to, message } = this;
    if (!(to instanceof Pid) || to.home !== kernel.life) return sendElsewhere(kernel, to, message);
    kernel.table.get(to.number)?.push(message);
    return isHosted(fiber) ? fiber.succeed(message) as Effect.Effect<unknown> : Effect.succeed(message);
  },
});

/** Makes the primitive: a constructor with that prototype, since an object literal would cost a send its half. */
const SendTo = function (
  this: { to: Destination; message: unknown },
  to: Destination,
  message: unknown,
): void {
  this.to = to;
  this.message = message;
} as unknown as new (to: Destination, message: unknown) => Send;
SendTo.prototype = Object.create(prototype, {
  [Symbol.iterator]: {
    value(this: Send): Iterator<unknown> {
      const entry = runningProcess();
      if (entry === undefined) return yieldOnce(this);
      const { kernel } = entry;
      const { to, message } = this;
      if (!(to instanceof Pid) || to.home !== kernel.life) {
        return stepOf(sendElsewhere(kernel, to, message));
      }
      kernel.table.get(to.number)?.push(message);
      return doneWith(message);
    },
  },
});

const sendElsewhere = (
  kernel: Kernel,
  to: Destination,
  message: unknown,
): Effect.Effect<unknown, Unsendable | BadArg> => {
  try {
    if (!dispatch(kernel, to, message)) {
      const problem = `nobody has the name ${inspect(to)}`;
      return Effect.fail(new BadArg({ operation: operationOf(to, message), problem }));
    }
  } catch (error) {
    return Effect.fail(error instanceof BadArg ? error : unsendableIn(operationOf(to, message), error));
  }
  const node = nodeOf(kernel, to);
  return node !== undefined && kernel.outbound.isBusy(node)
    ? waitUntilWritable(kernel, node, message)
    : Effect.succeed(message);
};

const operationOf = (to: Destination, message: unknown): string =>
  `Process.send(${inspect(to)}, ${inspect(message).slice(0, 200)})`;

/** Suspends the sender until the write buffer is low again (Erlang's busy distribution port). */
export const waitUntilWritable = <A>(kernel: Kernel, node: string, value: A): Effect.Effect<A> =>
  Effect.callback((resume) => {
    // From the queue: a resume never nests in its waker.
    const goOn = (): void => kernel.queue.push(() => resume(Effect.succeed(value)));
    return Effect.sync(kernel.outbound.whenWritable(node, goOn));
  });

/**
 * Sends a message; it arrives after those that the same process sent there before, or not at all (Elixir's
 * `send/2`). To a node that is not connected it connects first; when that fails the message is lost.
 *
 * @param to A pid, a name of this node, a name on a node as `[name, node]`, or an alias.
 * @param message Any {@link Term}.
 * @returns The message. Fails with `badarg` for a bare name that nobody has, with `unsendable` when a part of
 *   the message cannot travel to another node.
 */
export function send<const M>(to: Destination, message: M): Effect.Effect<M, Unsendable | BadArg>;
/**
 * Sends a message with options (`Process.send/3`).
 *
 * @param to As above.
 * @param message Any {@link Term}.
 * @param options `noconnect`: do not connect for it.
 * @returns `:ok`, or `:noconnect` when there is no connection to the node.
 */
export function send<const M>(
  to: Destination,
  message: M,
  options: SendOptions,
): Effect.Effect<Atom<"ok"> | Atom<"noconnect">, Unsendable | BadArg>;
export function send(
  to: Destination,
  message: unknown,
  options?: SendOptions,
): Effect.Effect<unknown, Unsendable | BadArg> {
  const effect = new SendTo(to, message);
  if (options === undefined) return effect;
  return Effect.withFiber<unknown, Unsendable | BadArg>((fiber) => {
    const kernel = kernelOf(fiber);
    const node = nodeOf(kernel, to);
    const isCutOff = node !== undefined && !kernel.outbound.isConnected(node);
    return options.noconnect && isCutOff ? Effect.succeed(atom("noconnect")) : Effect.as(effect, atom("ok"));
  });
}
