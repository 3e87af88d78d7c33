/**
 * Terms as text, as the shell and error messages show them (Elixir's `inspect/1`).
 *
 * @module
 */
import { Duration, Option, Result } from "../deps/effect.ts";

/** How deep a term is shown, and how many of a row. */
const deepest = 8;
const most = 100;

const customInspect = Symbol.for("Deno.customInspect");

/**
 * A term as readable text: strings quoted, atoms `:ok`, tuples `{…}`, pids `#PID<0.106.0>`; an Option is
 * `Some(1)` or `None`, a Result `Success(1)` or `Failure("why")`, a Duration `Duration(5s)`.
 *
 * @param value Any value.
 * @returns One or more lines without colours.
 */
export const inspect = (value: unknown): string =>
  Deno.inspect(readable(value, 0, new Set()), {
    colors: false,
    depth: deepest,
    strAbbreviateSize: 10_000,
    iterableLimit: most,
  });

/** Stands for a value, and is shown as that text. */
class Shown {
  readonly #text: string;

  constructor(text: string) {
    this.#text = text;
  }

  [customInspect](): string {
    return this.#text;
  }
}

/**
 * A value in which Effect's own data have their text. By themselves they show what they are in JSON, where pids
 * within them are quoted texts.
 *
 * @param above What it stands in: nothing is looked into twice, in a circle neither.
 */
const readable = (value: unknown, depth: number, above: Set<unknown>): unknown => {
  if (typeof value !== "object" || value === null || depth > deepest || above.has(value)) return value;
  if (Option.isOption(value)) {
    return new Shown(Option.isSome(value) ? `Some(${inspect(value.value)})` : "None");
  }
  if (Result.isResult(value)) {
    return new Shown(
      Result.isSuccess(value) ? `Success(${inspect(value.success)})` : `Failure(${inspect(value.failure)})`,
    );
  }
  if (Duration.isDuration(value)) return new Shown(`Duration(${Duration.format(value)})`);
  // Pids, atoms and tuples show themselves; of other classes nothing is known.
  if (customInspect in value) return value;
  above.add(value);
  const part = (one: unknown): unknown => readable(one, depth + 1, above);
  const copy = copyWith(value, part);
  above.delete(value);
  return copy;
};

/** An array, a Map, a Set or a plain object with other parts; itself, where all its parts stay. */
const copyWith = (value: object, part: (one: unknown) => unknown): object => {
  let isOther = false;
  const other = (one: unknown): unknown => {
    const made = part(one);
    isOther ||= made !== one;
    return made;
  };
  const copy = copyOf(value, other);
  return isOther ? copy : value;
};

const copyOf = (value: object, part: (one: unknown) => unknown): object => {
  if (Array.isArray(value)) return value.map((one, at) => at < most ? part(one) : one);
  if (value instanceof Map) return new Map(Array.from(value, ([key, one]) => [part(key), part(one)]));
  if (value instanceof Set) return new Set(Array.from(value, part));
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== null) return value;
  const fields = Object.entries(Object.getOwnPropertyDescriptors(value)).map(([key, field]) =>
    // What a getter would give is not asked for.
    [key, "value" in field ? { ...field, value: part(field.value) } : field] as const
  );
  return Object.create(prototype, Object.fromEntries(fields));
};
