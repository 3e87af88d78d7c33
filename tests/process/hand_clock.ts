/**
 * A kernel's clock that a test winds by hand, so that nothing hangs on how fast the machine is.
 *
 * @module
 */
import type { KernelClock } from "../../src/process/seams.ts";

/** A clock that goes when it is told to. */
export class HandClock implements KernelClock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  readonly #watchers = new Set<() => void>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    this.#look();
    return () => {
      this.#timers.delete(timer);
      this.#look();
    };
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Resolved once that many timers wait. */
  holds(count: number): Promise<void> {
    return this.#until(() => this.#timers.size === count);
  }

  /** Resolved once a timer waits that is due in that many milliseconds from now. */
  scheduled(milliseconds: number): Promise<void> {
    const at = this.#now + milliseconds;
    return this.#until(() => Array.from(this.#timers).some((timer) => timer.at === at));
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const watcher = (): void => {
        if (!isSo()) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }

  #look(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Lets time pass, and calls what is due then. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.callback();
    }
    this.#look();
  }
}
