/**
 * Work that keeps a core busy: primes, counted the hard way.
 *
 * @module
 */
import { defmodule } from "../../mod.ts";

const isPrime = (number: number): boolean => {
  if (number < 4) return number > 1;
  if (number % 2 === 0) return false;
  for (let divisor = 3; divisor * divisor <= number; divisor += 2) if (number % divisor === 0) return false;
  return true;
};

/** What a peer is asked for. */
export const Primes = defmodule("Primes", {
  /**
   * How many primes there are from one number to below another.
   *
   * @example
   * ```ts
   * import { assertEquals } from "@std/assert";
   * import { Primes } from "./primes.ts";
   *
   * assertEquals(Primes.count(10, 20), 4);
   * ```
   */
  count: (from: number, to: number) => {
    let found = 0;
    for (let number = from; number < to; number++) if (isPrime(number)) found++;
    return found;
  },
});
