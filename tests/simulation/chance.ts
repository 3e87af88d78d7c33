/**
 * Chance by a seed: the same seed draws the same numbers.
 *
 * @module
 */

/** Numbers from 0 up to 1 by a seed (mulberry32). */
export const seeded = (seed: number): () => number => {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
};

/** What a generator draws from. */
export class Chance {
  readonly #next: () => number;

  constructor(seed: number) {
    this.#next = seeded(seed);
  }

  /** A whole number, both bounds included. */
  between(lowest: number, highest: number): number {
    return lowest + Math.floor(this.#next() * (highest - lowest + 1));
  }

  /** Whether something that happens once in `times` happens. */
  isOneIn(times: number): boolean {
    return this.#next() * times < 1;
  }

  /** One of several. */
  of<A>(several: readonly [A, ...ReadonlyArray<A>] | ReadonlyArray<A>): A {
    const one = several[Math.floor(this.#next() * several.length)];
    if (one === undefined) throw new Error("there is nothing to choose from");
    return one;
  }

  /** One of several, each as likely as its weight. */
  weighted<A>(several: ReadonlyArray<readonly [weight: number, one: A]>): A {
    let left = this.#next() * several.reduce((sum, [weight]) => sum + weight, 0);
    for (const [weight, one] of several) {
      left -= weight;
      if (left < 0) return one;
    }
    return this.of(several)[1];
  }
}
