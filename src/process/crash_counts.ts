/**
 * The same crash again and again: the first is told whole, those that come within a second of it are counted, and
 * the count is told when that second is over.
 *
 * @module
 */
import type { KernelClock } from "./seams.ts";

/** Crashes that are alike are told once in so many milliseconds. */
const quiet = 1000;
/** Of more kinds of crashes than this at once the others are not told: somebody invents them. */
const mostKinds = 1000;

interface Counted {
  /** When the first was told. */
  readonly since: number;
  /** How many came after it. */
  count: number;
  /** Takes back that the count is told. */
  stop: () => void;
}

/** The crashes of late, by what makes them alike. */
export class CrashCounts {
  readonly #clock: () => KernelClock;
  readonly #tell: (text: string) => void;
  readonly #crashes = new Map<string, Counted>();

  /**
   * @param clock The kernel's clock, whichever it is then.
   * @param tell Logs how often it came again.
   */
  constructor(clock: () => KernelClock, tell: (text: string) => void) {
    this.#clock = clock;
    this.#tell = tell;
  }

  /** Counts a crash; whether it is to be told. */
  isNews(likeness: string): boolean {
    const clock = this.#clock();
    const now = clock.now();
    const known = this.#crashes.get(likeness);
    if (known !== undefined && now - known.since < quiet) {
      // A timer only now: of a crash that comes once nothing is left to be told.
      if (known.count++ === 0) {
        known.stop = clock.after(quiet - (now - known.since), () => this.#end(likeness, known));
      }
      return false;
    }
    // Its second is over, and its timer late: where one crash follows the other, timers wait.
    if (known !== undefined && known.count > 0) {
      known.stop();
      this.#end(likeness, known);
    }
    this.#crashes.delete(likeness);
    // In the order in which they came: behind one that is young there is none that is old.
    for (const [other, { since, count }] of this.#crashes) {
      if (now - since < quiet) break;
      if (count === 0) this.#crashes.delete(other);
    }
    if (this.#crashes.size >= mostKinds) return false;
    this.#crashes.set(likeness, { since: now, count: 0, stop: () => {} });
    return true;
  }

  /** Tells what is counted, now: the kernel goes. */
  flush(): void {
    for (const [likeness, counted] of this.#crashes) {
      counted.stop();
      if (counted.count > 0) this.#end(likeness, counted);
    }
    this.#crashes.clear();
  }

  #end(likeness: string, { count }: Counted): void {
    this.#crashes.delete(likeness);
    this.#tell(`Again, ${count === 1 ? "once" : `${count} times`} within a second: ${likeness}`);
  }
}
