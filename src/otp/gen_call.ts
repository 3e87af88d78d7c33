/**
 * A call: a message that awaits its answer (OTP's `gen:call`). The server is monitored with an alias: the answer
 * comes to the alias, and when the server ends, its node goes down or the time is over, the alias is gone first,
 * so that what comes too late reaches nobody.
 *
 * @module
 */
import { type Duration, Effect, Effectable, Option } from "../deps/effect.ts";
import type { AnyEffect, AnyFiber } from "../deps/fiber.ts";
import { connected } from "../node/connected.ts";
import { millisecondsOf } from "../process/arguments.ts";
import { startDeadline } from "../process/deadline.ts";
import { dispatch, unsendableIn } from "../process/dispatch.ts";
import type { Entry } from "../process/entry.ts";
import { demonitor, monitor } from "../process/monitors.ts";
import { withProcess } from "../process/own_kernel.ts";
import { type BadArg, Exit, NoConnection, NoProc, Timeout, type Unsendable } from "../term/errors.ts";
import { Pid, type Reference } from "../term/identifier.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import {
  type Address,
  addressOf,
  isServerRef,
  type ServerRef,
  textOfServer,
  wrongServer,
} from "./server_name.ts";
import type { Atom } from "../term/atom.ts";

/** What a call can fail with. */
export type CallError = NoConnection | NoProc | Exit | Timeout | Unsendable | BadArg;

/** How a call is made. */
export interface CallOptions {
  /** What stands before the request's text in errors: `GenServer.call`. */
  readonly name: string;
  readonly server: ServerRef;
  /** What kind of message it is: `$gen_call`, `system`. */
  readonly label: Atom;
  readonly request: unknown;
  readonly timeout: Duration.Input | "infinity";
  /** The request as text, for errors. */
  readonly text: () => string;
}

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
      addressOf(owner.kernel, server),
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
      Effect.suspend(() => begin(owner, fiber, to, node, options)),
    );
  }
  return begin(owner, fiber, to, node, options);
};

const begin = (
  owner: Entry,
  fiber: AnyFiber,
  to: Address,
  node: string,
  options: CallOptions,
): Effect.Effect<unknown, CallError> => {
  const milliseconds = millisecondsOf(options.name, options.timeout);
  const pending = new Pending(owner, fiber, node, options, milliseconds);
  try {
    pending.send(to);
  } catch (error) {
    pending.forget();
    return Effect.fail(unsendableIn(operationOf(options), error));
  }
  return pending.effect;
};

/** What came of a call. */
type Outcome =
  | { readonly tag: "reply"; readonly value: unknown }
  | { readonly tag: "down"; readonly reason: unknown }
  | { readonly tag: "timeout" };

const prototype: Effect.Effect<unknown, unknown> = Effectable.Prototype<Waiting>({
  label: "GenServer.call",
  evaluate(fiber) {
    return this.look(fiber);
  },
});

interface Waiting extends Effect.Effect<unknown, unknown> {
  look(fiber: AnyFiber): Effect.Effect<unknown, unknown>;
}

/** A call under way: an effect that waits for what comes of it. */
class Pending {
  readonly #owner: Entry;
  readonly #options: CallOptions;
  readonly #node: string;
  readonly #milliseconds: number;
  readonly #reference: Reference;
  readonly #stopDeadline: () => void;
  #outcome: Outcome | undefined = undefined;

  constructor(owner: Entry, fiber: AnyFiber, node: string, options: CallOptions, milliseconds: number) {
    this.#owner = owner;
    this.#options = options;
    this.#node = node;
    this.#milliseconds = milliseconds;
    this.#reference = owner.kernel.makeReference();
    this.#stopDeadline = startDeadline(fiber, milliseconds, () => this.#settle({ tag: "timeout" }));
  }

  /** Itself, as the effect that its prototype makes it. */
  get effect(): Effect.Effect<unknown, CallError> {
    return this as unknown as Effect.Effect<unknown, CallError>;
  }

  /** Monitors, and sends the request: in this order, so that no end is missed. */
  send(to: Address): void {
    const { kernel } = this.#owner;
    const reference = this.#reference;
    monitor(kernel, {
      watched: to,
      owner: this.#owner,
      reference,
      onDown: (reason) => this.#settle({ tag: "down", reason }),
    });
    kernel.aliases.set(reference.number, (message) => {
      if (isTuple(message) && message.length === 2 && message[0] === reference) {
        this.#settle({ tag: "reply", value: message[1] });
      }
    });
    const { label, request } = this.#options;
    dispatch(kernel, to, tuple(label, tuple(this.#owner.pid, reference), request));
  }

  /** Nobody waits any more. */
  forget(): void {
    const { kernel } = this.#owner;
    this.#stopDeadline();
    kernel.aliases.delete(this.#reference.number);
    demonitor(kernel, this.#reference);
  }

  /** Goes on with what came, or waits: in the process that made the call. */
  look(fiber: AnyFiber): Effect.Effect<unknown, unknown> {
    if (this.#outcome !== undefined) return this.#result(this.#outcome);
    // A message for the process wakes it too, and then it looks again; who is interrupted does not.
    return this.#owner.wait(fiber, this.effect as AnyEffect, undefined, () => this.forget());
  }

  #settle(outcome: Outcome): void {
    if (this.#outcome !== undefined) return;
    this.#outcome = outcome;
    this.forget();
    this.#owner.wake();
  }

  #result(outcome: Outcome): Effect.Effect<unknown, CallError> {
    if (outcome.tag === "reply") return Effect.succeed(outcome.value);
    const operation = operationOf(this.#options);
    if (outcome.tag === "timeout") {
      return Effect.fail(new Timeout({ operation, milliseconds: this.#milliseconds }));
    }
    const { reason } = outcome;
    if (reason === "noproc") return Effect.fail(noProcess(this.#options));
    if (reason === "noconnection") {
      return Effect.fail(new NoConnection({ operation, node: this.#node, because: "lost" }));
    }
    return Effect.fail(new Exit({ operation, reason }));
  }
}
Object.setPrototypeOf(Pending.prototype, prototype);

const operationOf = ({ name, server, text }: CallOptions): string => {
  const request = text().slice(0, 200);
  return `${name}(${textOfServer(server)}${request === "" ? "" : `, ${request}`})`;
};

const noProcess = (options: CallOptions): NoProc =>
  new NoProc({ operation: operationOf(options), process: textOfServer(options.server) });
