/**
 * Effects where a term belongs, `send(pid, tuple(atom("hi"), self()))`: an Effect is no term, so there its
 * result can stand for it, and the lesson's lines mean what they mean in Elixir.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { AnyEffect } from "../deps/fiber.ts";
import { isTuple, toTuple } from "../term/tuple.ts";

/** Whether a value is an Effect; a tagged error is one to Effect, and a value like any other here. */
export const isEffect = (value: unknown): value is AnyEffect =>
  Effect.isEffect(value) && !(value instanceof Error);

/** Whether the value of a line is run: an Effect, and a tuple (a term in any case) that holds one. */
export const isToBeRun = (value: unknown): boolean =>
  isEffect(value) || (isTuple(value) && holdsEffect(value));

/**
 * Whether a value is an Effect, or holds one in its tuples, arrays and plain objects.
 *
 * @param value Any value.
 * @param above What it stands in: nothing is looked at twice, in a circle neither.
 */
export const holdsEffect = (value: unknown, above: Set<unknown> = new Set()): boolean => {
  if (isEffect(value)) return true;
  if (!isContainer(value) || above.has(value)) return false;
  above.add(value);
  return Object.values(value).some((part) => holdsEffect(part, above));
};

/** A value with the results of the Effects that it holds in their places; they run in the order written. */
export const withResults = (value: unknown): AnyEffect => {
  if (isEffect(value)) return value;
  if (!holdsEffect(value)) return Effect.succeed(value);
  if (isTuple(value)) return Effect.map(Effect.forEach(value, withResults), toTuple);
  if (Array.isArray(value)) return Effect.forEach(value, withResults);
  const keys = Object.keys(Object(value));
  return Effect.map(
    Effect.forEach(Object.values(Object(value)), withResults),
    (results) => Object.fromEntries(results.map((result, at) => [keys[at], result])),
  );
};

const isContainer = (value: unknown): value is object => {
  if (Array.isArray(value)) return true;
  // A module's namespace is none, though it has no prototype.
  if (typeof value !== "object" || value === null || Symbol.toStringTag in value) return false;
  const prototype: unknown = Object.getPrototypeOf(value);
  return prototype === Object.prototype || prototype === null;
};
