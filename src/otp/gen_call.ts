/**
 * A call: a message that awaits its answer (OTP's `gen:call`). The server is monitored with an alias: the answer
 * comes to the alias, and when the server ends, its node goes down or the time is over, the alias is gone first,
 * so that what comes too late reaches nobody.
 *
 * @module
 */
import { Effect, Option } from "../deps/effect.ts";
import type { AnyFiber } from "../deps/fiber.ts";
import { connected } from "../node/connected.ts";
import { millisecondsOf } from "../process/arguments.ts";
import { unsendableIn } from "../process/dispatch.ts";
import type { Entry } from "../process/entry.ts";
import { withProcess } from "../process/own_kernel.ts";
import { CALL } from "../process/requests.ts";
import { Exit } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { type CallError, type CallOptions, noProcess, operationOf, PendingCall } from "./pending_call.ts";
import { type Address, addressOf, isServerRef, wrongServer } from "./server_name.ts";

export type { CallError } from "./pending_call.ts";

/** Makes a call, and waits for the answer. */
export const genCall = (options: CallOptions): Effect.Effect<unknown, CallError> =>
  withProcess<unknown, CallError, never>((owner, fiber) => {
    const { server } = options;
    if (!isServerRef(server)) return Effect.fail(wrongServer(options.name, server));
    if (server instanceof Pid || typeof server === "string" || Array.isArray(server)) {
      const address = typeof server === "string"
        ? [server, owner.kernel.life.name] as const
        : server as Address;
      return callAt(owner, fiber, address, options);
    }
    return Effect.flatMap(
      addressOf(owner.kernel, options.name, server),
      (address) =>
        Option.isSome(address)
          ? callAt(owner, fiber, address.value, options)
          : Effect.fail(noProcess(options)),
    );
  });

const callAt = (
  owner: Entry,
  fiber: AnyFiber,
  to: Address,
  options: CallOptions,
): Effect.Effect<unknown, CallError> => {
  const { kernel } = owner;
  const node = to instanceof Pid ? to.node : to[1];
  const isHere = to instanceof Pid ? to.home === kernel.life : node === kernel.life.name;
  if (isHere) {
    const isOwn = to === owner.pid || (!(to instanceof Pid) && kernel.names.get(to[0]) === owner);
    if (isOwn) return Effect.fail(new Exit({ operation: operationOf(options), reason: "calling_self" }));
  } else if (!kernel.outbound.isConnected(node)) {
    return Effect.andThen(
      connected(node, operationOf(options)),
      Effect.suspend(() => begin(owner, fiber, to, node, isHere, options)),
    );
  }
  return begin(owner, fiber, to, node, isHere, options);
};

const begin = (
  owner: Entry,
  fiber: AnyFiber,
  to: Address,
  node: string,
  isHere: boolean,
  options: CallOptions,
): Effect.Effect<unknown, CallError> => {
  const milliseconds = millisecondsOf(options.name, options.timeout);
  const pending = new PendingCall(owner, fiber, node, options, milliseconds);
  try {
    pending.send(to, isHere);
  } catch (error) {
    pending.forget();
    // A call of our own travels as its request alone, all else as the whole message.
    const within = { at: options.label === CALL ? "" : "[2]", as: "request" };
    return Effect.fail(unsendableIn(operationOf(options), error, within));
  }
  return pending.effect;
};
