/**
 * A simulated world: one seed, one thread, a clock that only events move. Kernels run here on a memory network,
 * and the same seed gives the same run.
 *
 * @module
 */
import { type Clock, Duration, Effect } from "../../src/deps/effect.ts";
import { MemoryNetwork } from "../../src/net/memory.ts";
import type { KernelClock, Seams, Turn } from "../../src/process/seams.ts";

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

interface Event {
  readonly at: number;
  readonly order: number;
  readonly run: () => void;
}

/** Steps of one kernel's slice. */
const sliceSteps = 100;

/** The world of one run. */
export class World {
  readonly #chance: () => number;
  #now = 0;
  #order = 0;
  #events: Array<Event> = [];
  #turns: Array<() => void> = [];
  readonly #log: Array<string> = [];
  /** The network between the hosts. */
  readonly network: MemoryNetwork;
  /** Simulated time. */
  readonly clock: KernelClock = {
    now: () => this.#now,
    after: (milliseconds, callback) => {
      const event: Event = { at: this.#now + Math.max(0, milliseconds), order: ++this.#order, run: callback };
      this.#events.push(event);
      return () => this.#events = this.#events.filter((one) => one !== event);
    },
  };

  constructor(seed: number) {
    this.#chance = seeded(seed);
    this.network = new MemoryNetwork({ clock: this.clock, chance: this.#chance, delay: 5 });
  }

  /** A number from 0 up to 1. */
  chance(): number {
    return this.#chance();
  }

  /** What a kernel in this world runs on. */
  get seams(): Seams {
    const turn: Turn = {
      soon: (drain) => this.#turns.push(drain),
      later: (drain) => this.#turns.push(drain),
      clock: () => 0,
      isOver: (_start, steps) => steps >= sliceSteps,
    };
    return {
      clock: this.clock,
      randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(this.#chance() * 256)),
      turn,
    };
  }

  /** Simulated time for Effect's own sleeps and time-outs. */
  get effectClock(): Clock.Clock {
    const millis = (): number => this.#now;
    const nanos = (): bigint => BigInt(Math.round(this.#now * 1e6));
    return {
      currentTimeMillisUnsafe: millis,
      currentTimeMillis: Effect.sync(millis),
      currentTimeNanosUnsafe: nanos,
      currentTimeNanos: Effect.sync(nanos),
      monotonicTimeNanosUnsafe: nanos,
      monotonicTimeNanos: Effect.sync(nanos),
      sleep: (duration) =>
        Effect.callback<void>((resume) => {
          const stop = this.clock.after(Duration.toMillis(duration), () => resume(Effect.void));
          return Effect.sync(stop);
        }),
    };
  }

  /** Notes what happened, with the simulated time. */
  note(what: string): void {
    this.#log.push(`${this.#now.toFixed(3)} ${what}`);
  }

  /** What was noted, in its order. */
  get log(): ReadonlyArray<string> {
    return this.#log;
  }

  /** Runs until `isOver` says so; throws when nothing is left to happen, or too much has. */
  async run(isOver: () => boolean, maxEvents = 200_000): Promise<void> {
    for (let count = 0; count < maxEvents; count++) {
      // Promises of the code under test settle before the next event.
      await settle();
      if (isOver()) return;
      if (!this.#step()) throw new Error(`nothing is left to happen at ${this.#now} ms`);
    }
    throw new Error(`not over after ${maxEvents} events, at ${this.#now} ms`);
  }

  /** One kernel's turn, any of those that want one; else the next event in time. */
  #step(): boolean {
    if (this.#turns.length > 0) {
      const [turn] = this.#turns.splice(Math.floor(this.#chance() * this.#turns.length), 1);
      turn?.();
      return true;
    }
    const next = this.#events.reduce<Event | undefined>(
      (best, one) =>
        best === undefined || one.at < best.at || (one.at === best.at && one.order < best.order) ? one : best,
      undefined,
    );
    if (next === undefined) return false;
    this.#events = this.#events.filter((one) => one !== next);
    this.#now = next.at;
    next.run();
    return true;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
