/**
 * What a server's callbacks give: rows that read as Elixir's tuples, and what the server makes of them. Pure.
 *
 * @module
 */
import { Duration, type Effect, Option } from "../deps/effect.ts";
import { Atom } from "../term/atom.ts";
import type { Term } from "../term/term.ts";

/**
 * What comes after a callback, as its result's last element:
 *
 * - a time (a number is milliseconds): when nothing comes within it, `handleInfo` gets `:timeout`;
 * - `["continue", what]`: `handleContinue` gets `what`, before any message;
 * - `"hibernate"`: taken, and does nothing: a process that waits is as small as it gets;
 * - `"infinity"`: waits for the next message, as without it.
 */
export type Next = Duration.Input | "infinity" | "hibernate" | readonly [tag: "continue", what: Term];

/** What `init` gives: a first state, that there is to be no server, or why it cannot start. */
export type InitResult<State> =
  | readonly [tag: "ok", state: State]
  | readonly [tag: "ok", state: State, next: Next]
  | "ignore"
  | readonly [tag: "stop", reason: unknown];

/** What `handleCast`, `handleInfo` and `handleContinue` give: the new state, or an exit reason with it. */
export type NoReply<State> =
  | readonly [tag: "noreply", state: State]
  | readonly [tag: "noreply", state: State, next: Next]
  | readonly [tag: "stop", reason: unknown, state: State];

/** What `handleCall` gives: a reply and the new state, or no reply yet, or an exit reason. */
export type CallResult<Reply, State> =
  | readonly [tag: "reply", reply: Reply, state: State]
  | readonly [tag: "reply", reply: Reply, state: State, next: Next]
  | readonly [tag: "stop", reason: unknown, reply: Reply, state: State]
  | NoReply<State>;

/** A callback gives its result as it is, or an Effect of it. */
export type Returned<Result, R> = Result | Effect.Effect<Result, unknown, R>;

/** Waits for the next message, for ever or for so many milliseconds; or goes on at once. */
export type Wait =
  | { readonly tag: "message"; readonly milliseconds: number }
  | { readonly tag: "continue"; readonly what: unknown };

/** What the server does. */
export type Step =
  | { readonly tag: "go"; readonly state: unknown; readonly wait: Wait; readonly reply: Reply }
  | { readonly tag: "stop"; readonly state: unknown; readonly reason: unknown; readonly reply: Reply };

/** A reply that is to be sent, if there is one. */
export type Reply = { readonly value: unknown } | undefined;

/** What starting comes to. */
export type Begin =
  | { readonly tag: "go"; readonly state: unknown; readonly wait: Wait }
  | { readonly tag: "ignore" }
  | { readonly tag: "stop"; readonly reason: unknown };

/** Waits for a message as long as it takes. */
export const forever: Wait = { tag: "message", milliseconds: Infinity };

/** Reads what `init` gave; `undefined` when it is nothing of the sort. */
export const readInit = (result: unknown): Begin | undefined => {
  if (textOf(result) === "ignore") return { tag: "ignore" };
  if (!Array.isArray(result)) return undefined;
  const [tag, first, next]: ReadonlyArray<unknown> = result;
  const { length } = result;
  switch (textOf(tag)) {
    case "ok":
      return length === 2 || length === 3 ? withWait(next, (wait) => go(first, wait, undefined)) : undefined;
    case "stop":
      return length === 2 ? { tag: "stop", reason: first } : undefined;
    default:
      return undefined;
  }
};

/** Reads what `handleCall` gave. */
export const readCall = (result: unknown): Step | undefined => {
  if (!Array.isArray(result)) return undefined;
  const [tag, first, second, third]: ReadonlyArray<unknown> = result;
  const { length } = result;
  switch (textOf(tag)) {
    case "reply":
      return length === 3 || length === 4
        ? withWait(third, (wait) => go(second, wait, { value: first }))
        : undefined;
    case "stop":
      return length === 4 ? stop(first, third, { value: second }) : readNoReply(result);
    default:
      return readNoReply(result);
  }
};

/** Reads what `handleCast`, `handleInfo` or `handleContinue` gave. */
export const readNoReply = (result: unknown): Step | undefined => {
  if (!Array.isArray(result)) return undefined;
  const [tag, first, second]: ReadonlyArray<unknown> = result;
  const { length } = result;
  switch (textOf(tag)) {
    case "noreply":
      return length === 2 || length === 3
        ? withWait(second, (wait) => go(first, wait, undefined))
        : undefined;
    case "stop":
      return length === 3 ? stop(first, second, undefined) : undefined;
    default:
      return undefined;
  }
};

const go = (state: unknown, wait: Wait, reply: Reply): Extract<Step, { readonly tag: "go" }> => ({
  tag: "go",
  state,
  wait,
  reply,
});

const stop = (reason: unknown, state: unknown, reply: Reply): Step => ({ tag: "stop", reason, state, reply });

const withWait = <A>(next: unknown, goOn: (wait: Wait) => A): A | undefined => {
  if (next === undefined) return goOn(forever);
  const wait = readNext(next);
  return wait === undefined ? undefined : goOn(wait);
};

const readNext = (next: unknown): Wait | undefined => {
  const text = textOf(next);
  if (text === "infinity" || text === "hibernate") return forever;
  if (Array.isArray(next) && next.length === 2 && textOf(next[0]) === "continue") {
    return { tag: "continue", what: next[1] };
  }
  const time = Duration.fromInput(next as Duration.Input);
  return Option.isSome(time) ? { tag: "message", milliseconds: Duration.toMillis(time.value) } : undefined;
};

/** An atom counts as its name. */
const textOf = (value: unknown): unknown => value instanceof Atom ? value.name : value;
