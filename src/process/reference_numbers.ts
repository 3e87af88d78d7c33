/**
 * The numbers of references: random, so that nobody who was not given one can answer a call, send to an alias or
 * take part in anything else that goes by a reference.
 *
 * @module
 */

/** Drawn at once: a call for each number would cost more than the number. */
const drawnAtOnce = 512;

/** Gives numbers of 53 random bits, all that an integer holds here: two alike among millions are none to expect. */
export class ReferenceNumbers {
  readonly #randomBytes: (count: number) => Uint8Array;
  #words = new Uint32Array(0);
  #at = 0;

  /** Draws from that source, when the first number is wanted. */
  constructor(randomBytes: (count: number) => Uint8Array) {
    this.#randomBytes = randomBytes;
  }

  /** The next number. */
  next(): number {
    if (this.#at === this.#words.length) {
      this.#words = new Uint32Array(this.#randomBytes(8 * drawnAtOnce).slice().buffer);
      this.#at = 0;
    }
    const high = (this.#words[this.#at] as number) >>> 11;
    const low = this.#words[this.#at + 1] as number;
    this.#at += 2;
    return high * 2 ** 32 + low;
  }
}
