/**
 * How far a run of many seeds is: a line every few seconds, for who waits.
 *
 * @module
 */

/** Milliseconds from one line to the next. */
const pause = 5000;

/** Counts seeds, and has a line when it is time for one. */
export class Progress {
  readonly #seeds: number;
  readonly #now: () => number;
  readonly #begin: number;
  #due: number;
  #played = 0;
  #failed = 0;

  /**
   * @param seeds How many are to be played.
   * @param now Milliseconds.
   */
  constructor(seeds: number, now: () => number) {
    this.#seeds = seeds;
    this.#now = now;
    this.#begin = now();
    this.#due = this.#begin + pause;
  }

  /** One more seed failed; it is counted as played beside that. */
  fail(): void {
    this.#failed++;
  }

  /** One more seed was played: a line, when the last one was some time ago. */
  play(): string | undefined {
    this.#played++;
    const now = this.#now();
    if (now < this.#due) return undefined;
    this.#due = now + pause;
    const seconds = (now - this.#begin) / 1000;
    const left = (seconds / this.#played) * (this.#seeds - this.#played);
    return `${this.#played} of ${this.#seeds} seeds, ${this.#failed} failed; ${seconds.toFixed(0)} s, some ${
      left.toFixed(0)
    } s to go`;
  }
}
