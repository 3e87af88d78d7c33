/**
 * The time of one case: it stands still while anything is under way, and else goes on to the next timer, so that
 * what a case waits for takes no real time.
 *
 * @module
 */
import type { Clock } from "../../src/deps/effect.ts";
import { effectClock } from "../../src/process/effect_clock.ts";
import type { KernelClock } from "../../src/process/seams.ts";

interface Timer {
  readonly due: number;
  readonly fire: () => void;
}

/** A clock that goes on when it is told to. */
export class CaseClock implements KernelClock {
  // Oldest first among those that are due at the same moment.
  #timers: ReadonlyArray<Timer> = [];
  #now = 1_000_000;

  /** Milliseconds. */
  now(): number {
    return this.#now;
  }

  /** Calls back once that time has come. */
  after(milliseconds: number, callback: () => void): () => void {
    const timer: Timer = { due: this.#now + Math.max(0, milliseconds), fire: callback };
    const at = this.#timers.findIndex(({ due }) => due > timer.due);
    this.#timers = at < 0 ? [...this.#timers, timer] : this.#timers.toSpliced(at, 0, timer);
    return () => {
      this.#timers = this.#timers.filter((one) => one !== timer);
    };
  }

  /** When the next timer is due. */
  get next(): number {
    return this.#timers[0]?.due ?? Infinity;
  }

  /** It is that late now; fires the timers of that moment, or none. */
  goTo(moment: number): void {
    this.#now = Math.max(this.#now, moment);
    const [timer] = this.#timers;
    if (timer === undefined || timer.due > this.#now) return;
    this.#timers = this.#timers.slice(1);
    timer.fire();
  }

  /** The same as Effect's clock. */
  get service(): Clock.Clock {
    return effectClock(this);
  }
}
