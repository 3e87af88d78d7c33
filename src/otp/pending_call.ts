/**
 * A call under way: an effect that waits for what comes of it, the answer, the server's end, or the end of the time.
 *
 * @module
 */
import { type Duration, Effect, Effectable } from "../deps/effect.ts";
import type { AnyEffect, AnyFiber } from "../deps/fiber.ts";
import type { Addressee } from "../process/aliases.ts";
import { startDeadline } from "../process/deadline.ts";
import { dispatch } from "../process/dispatch.ts";
import type { Entry } from "../process/entry.ts";
import { demonitor, monitor, type WaitingCall } from "../process/monitors.ts";
import {
  type Answer,
  CALL,
  cancelRequest,
  type Pending,
  request as makeRequest,
} from "../process/requests.ts";
import type { Atom } from "../term/atom.ts";
import { type BadArg, Exit, NoConnection, NoProc, Timeout, type Unsendable } from "../term/errors.ts";
import { Pid, type Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import { type Address, type ServerRef, textOfServer } from "./server_name.ts";

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
  /** How errors show the request: as it is by default. */
  readonly text?: () => string;
}

/** How a call reads in errors: `GenServer.call("Counter", {:add, 2})`. */
export const operationOf = ({ name, server, request, text }: CallOptions): string => {
  const about = (text?.() ?? inspect(request)).slice(0, 200);
  return `${name}(${textOfServer(server)}${about === "" ? "" : `, ${about}`})`;
};

/** Nobody is there. */
export const noProcess = (options: CallOptions): NoProc =>
  new NoProc({ operation: operationOf(options), process: textOfServer(options.server) });

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

/**
 * A call under way. It is the alias that the answer comes to, and watches the server: one of this kernel as it is,
 * which costs half of a monitor; one of another node by a request, where it is a call, else by a monitor.
 */
export class PendingCall implements Addressee, WaitingCall {
  readonly #owner: Entry;
  readonly #options: CallOptions;
  readonly #node: string;
  readonly #milliseconds: number;
  readonly #reference: Reference;
  readonly #stopDeadline: () => void;
  #target: Entry | undefined = undefined;
  #isMonitored = false;
  #request: Pending | undefined = undefined;
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

  /** Watches, and sends the request: in this order, so that no end is missed. */
  send(to: Address, isHere: boolean): void {
    const { kernel, pid } = this.#owner;
    const { label, request } = this.#options;
    const reference = this.#reference;
    const message = tuple(label, tuple(pid, reference), request);
    kernel.aliases.set(reference.number, this);
    if (isHere) {
      const target = to instanceof Pid ? kernel.find(to) : kernel.names.get(to[0]);
      if (target === undefined) return this.#settle({ tag: "down", reason: "noproc" });
      this.#target = target;
      (target.calls ??= new Set()).add(this);
      return target.push(message);
    }
    if (label === CALL) {
      // One signal there, and one back.
      this.#request = makeRequest(kernel, {
        to,
        message: request,
        owner: this.#owner,
        linked: false,
        reference,
        onAnswer: (answer) => this.#onAnswer(answer),
      });
      return;
    }
    this.#isMonitored = true;
    monitor(kernel, {
      watched: to,
      owner: this.#owner,
      reference,
      onDown: (reason) => this.onTargetEnd(reason),
    });
    dispatch(kernel, to, message);
  }

  /** Nobody waits any more. */
  forget(): void {
    const { kernel } = this.#owner;
    this.#stopDeadline();
    kernel.aliases.delete(this.#reference.number);
    this.#target?.calls?.delete(this);
    if (this.#isMonitored) demonitor(kernel, this.#reference);
    if (this.#request !== undefined) cancelRequest(kernel, this.#request);
  }

  /** The answer, as a message: `{tag, reply}`. */
  push(message: unknown): void {
    if (isTuple(message) && message.length === 2 && message[0] === this.#reference) this.answer(message[1]);
  }

  /** The answer. */
  answer(value: unknown): void {
    this.#settle({ tag: "reply", value });
  }

  #onAnswer(answer: Answer): void {
    if (answer.tag === "reply") return this.answer(answer.value);
    this.onTargetEnd(answer.tag === "noconnection" ? answer.tag : answer.reason);
  }

  /** The server has ended. */
  onTargetEnd(reason: unknown): void {
    this.#settle({ tag: "down", reason });
  }

  /** Goes on with what came, or waits: in the process that made the call. */
  look(fiber: AnyFiber): Effect.Effect<unknown, unknown> {
    if (this.#outcome !== undefined) return this.#result(this.#outcome);
    // A message for the process wakes it too, and then it looks again; who is interrupted does not. What a parked
    // fiber's primitive returns is no effect, but a mark that the fiber knows.
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
Object.setPrototypeOf(PendingCall.prototype, prototype);
