/**
 * Receiving: any message, or the first that matches, with an optional time-out.
 *
 * @module
 */
import { type Duration, Effect, Effectable, Option, Schema } from "../deps/effect.ts";
import { type AnyEffect, type AnyFiber, isHosted } from "../deps/fiber.ts";
import { Timeout } from "../term/errors.ts";
import type { Term } from "../term/term.ts";
import { millisecondsOf, wrongArgument } from "./arguments.ts";
import { nowFor, startDeadline } from "./deadline.ts";
import type { Entry } from "./entry.ts";
import { doneWith, runningProcess, yieldOnce } from "./immediate.ts";
import type { Match } from "./mailbox.ts";
import { processOf } from "./own_kernel.ts";

/** How long a receive waits. */
export interface ReceiveOptions {
  /** Fails with `timeout` when nothing that matches came in that time; 0 looks once. */
  readonly after?: Duration.Input | "infinity";
}

/** A receive as one primitive: it takes a message, or parks its process until the next one comes. */
interface Receive extends Effect.Effect<unknown, Timeout> {
  readonly match: ((message: unknown) => Match) | undefined;
  /** When it gives up, by the fiber's clock. */
  readonly deadline: Deadline | undefined;
}

interface Deadline {
  readonly milliseconds: number;
  readonly at: number;
}

const primitive: Effect.Effect<unknown, Timeout> = Effectable.Prototype<Receive>({
  label: "Process.receive",
  evaluate(fiber) {
    const entry = processOf(fiber);
    if (entry.messageCount > 0) {
      if (this.match === undefined) return succeed(fiber, entry.mailbox.shift());
      const match = entry.mailbox.take(this, this.match);
      if (match !== undefined) return succeed(fiber, match.found);
    }
    return parked(
      this.deadline === undefined ? entry.wait(fiber, this) : waitUntil(entry, fiber, this, this.deadline),
    );
  },
});

const prototype: Effect.Effect<unknown, Timeout> = Object.create(primitive, {
  [Symbol.iterator]: {
    value(this: Receive): Iterator<unknown> {
      const entry = runningProcess();
      if (entry === undefined || entry.messageCount === 0) return yieldOnce(this);
      if (this.match === undefined) return doneWith(entry.mailbox.shift());
      const match = entry.mailbox.take(this, this.match);
      return match === undefined ? yieldOnce(this) : doneWith(match.found);
    },
  },
});

// What a parked fiber's primitive returns is no effect, but a mark that the fiber knows.
const parked = (mark: AnyEffect): Effect.Effect<never, Timeout> => mark as Effect.Effect<never, Timeout>;

const succeed = (fiber: AnyFiber, value: unknown): Effect.Effect<unknown> =>
  isHosted(fiber) ? fiber.succeed(value) as Effect.Effect<unknown> : Effect.succeed(value);

const waitUntil = (entry: Entry, fiber: AnyFiber, receive: AnyEffect, deadline: Deadline): AnyEffect => {
  const left = deadline.at - nowFor(fiber);
  if (left <= 0) {
    return Effect.fail(new Timeout({ operation: "Process.receive", milliseconds: deadline.milliseconds }));
  }
  // The wake tries the receive again: a message that came at the last moment is taken, not lost.
  return entry.wait(fiber, receive, startDeadline(fiber, left, () => entry.wake()));
};

const makeReceive = (match: Receive["match"], deadline?: Deadline): Effect.Effect<unknown, Timeout> =>
  Object.assign(Object.create(prototype) as Receive, { match, deadline });

const receiveAny = makeReceive(undefined);

/** A message matched by a function that gives what it found. */
export type Finder<A> = (message: Term) => Option.Option<A>;

/**
 * Takes the next message, waiting for it (Elixir's `receive`).
 *
 * @returns The message.
 */
export function receive(): Effect.Effect<Term>;
/** Takes the next message, or fails with `timeout`. */
export function receive(options: ReceiveOptions): Effect.Effect<Term, Timeout>;
/**
 * Takes the first message that matches, and leaves the others in their order.
 *
 * @param match A Schema that the message must decode by, a type guard, or a function that gives an Option.
 * @returns The message as the Schema or guard types it, or what the function found.
 */
export function receive<S extends Schema.Top & { readonly DecodingServices: never }>(
  match: S,
): Effect.Effect<S["Type"]>;
/** Takes the first message that the Schema accepts, or fails with `timeout`. */
export function receive<S extends Schema.Top & { readonly DecodingServices: never }>(
  match: S,
  options: ReceiveOptions,
): Effect.Effect<S["Type"], Timeout>;
/** Takes the first message that the guard accepts. */
export function receive<A>(match: (message: Term) => message is A & Term): Effect.Effect<A>;
/** Takes the first message that the guard accepts, or fails with `timeout`. */
export function receive<A>(
  match: (message: Term) => message is A & Term,
  options: ReceiveOptions,
): Effect.Effect<A, Timeout>;
/** Takes the first message of which the function makes something. */
export function receive<A>(match: Finder<A>): Effect.Effect<A>;
/** Takes the first message of which the function makes something, or fails with `timeout`. */
export function receive<A>(match: Finder<A>, options: ReceiveOptions): Effect.Effect<A, Timeout>;
export function receive(
  matchOrOptions?: unknown,
  options?: ReceiveOptions,
): Effect.Effect<unknown, Timeout> {
  if (matchOrOptions === undefined) return receiveAny;
  const matches = Schema.isSchema(matchOrOptions) || typeof matchOrOptions === "function";
  const chosen = matches ? options : matchOrOptions as ReceiveOptions | undefined;
  const match = matches ? matcherOf(matchOrOptions) : undefined;
  if (
    !matches &&
    (typeof matchOrOptions !== "object" || matchOrOptions === null || !("after" in matchOrOptions))
  ) {
    return Effect.die(
      wrongArgument("Process.receive", matchOrOptions, "a Schema, a guard, a function or { after }"),
    );
  }
  if (chosen?.after !== undefined) return within(match, chosen.after);
  return match === undefined ? receiveAny : makeReceive(match);
}

const matcherOf = (match: unknown): (message: unknown) => Match => {
  if (Schema.isSchema(match)) {
    const decode = Schema.decodeUnknownOption(match as Schema.Codec<unknown, unknown>);
    return (message) => fromOption(decode(message));
  }
  const test = match as (message: unknown) => boolean | Option.Option<unknown>;
  return (message) => {
    const answer = test(message);
    if (typeof answer === "boolean") return answer ? { found: message } : undefined;
    return fromOption(answer);
  };
};

const fromOption = (option: Option.Option<unknown>): Match =>
  Option.isSome(option) ? { found: option.value } : undefined;

/** A receive with a time-out: what comes later stays in the mailbox. */
const within = (
  match: Receive["match"],
  after: Duration.Input | "infinity",
): Effect.Effect<unknown, Timeout> => {
  return Effect.withFiber((fiber) => {
    const milliseconds = millisecondsOf("Process.receive", after);
    return makeReceive(match, { milliseconds, at: nowFor(fiber) + milliseconds });
  });
};
