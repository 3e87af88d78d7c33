/**
 * Tuples: fixed rows of terms, a subclass of Array so that destructuring works, printed `{:hi, 1}`.
 *
 * @module
 */
import { inspect } from "./inspect.ts";

/** A tuple's type: a read-only row of its elements' types. Values are made by {@link tuple}. */
export type Tuple<Elements extends ReadonlyArray<unknown> = ReadonlyArray<unknown>> = Readonly<Elements>;

/** Each tuple within a tuple is inspected anew, so the depth is counted here. */
const deepestShown = 16;
let nesting = 0;

class TupleArray extends Array<unknown> {
  override toString(): string {
    if (nesting > deepestShown) return "{…}";
    nesting++;
    try {
      return `{${Array.from(this, (element) => inspect(element)).join(", ")}}`;
    } finally {
      nesting--;
    }
  }

  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

// What map, filter and slice make of a tuple is a list. By its constructor: a species of its own would make
// each tuple cost fifty times as much.
Object.defineProperty(TupleArray.prototype, "constructor", { value: Array });

/**
 * A tuple of those elements, as Erlang's `{a, b}`.
 *
 * @example
 * ```ts
 * import { atom, tuple } from "../../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const [tag, count] = tuple(atom("items"), 3);
 * assertEquals(String(tuple(tag, count)), "{:items, 3}");
 * ```
 *
 * @param elements The elements, in order.
 * @returns The tuple.
 */
export const tuple = <const Elements extends ReadonlyArray<unknown>>(
  ...elements: Elements
): Tuple<Elements> => toTuple(elements) as Tuple<Elements>;

/** A tuple of a list's elements (`List.to_tuple/1`). */
export const toTuple = (elements: ReadonlyArray<unknown>): Tuple => {
  // Array's constructor takes one number for a length, so the elements are put in one by one.
  const made = new TupleArray(elements.length);
  for (let index = 0; index < elements.length; index++) made[index] = elements[index];
  return made;
};

/** Whether a value is a tuple (and not only an array). */
export const isTuple = (value: unknown): value is Tuple => value instanceof TupleArray;
