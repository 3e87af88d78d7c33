/**
 * A simulated world: one seed, one thread, a clock that only events move. Kernels run here on a memory network,
 * and the same seed gives the same run.
 *
 * @module
 */
import type { Clock } from "../../src/deps/effect.ts";
import { MemoryNetwork, type NetworkOptions } from "../../src/net/memory.ts";
import { effectClock } from "../../src/process/effect_clock.ts";
import type { KernelClock, Seams, Turn } from "../../src/process/seams.ts";
import { seeded } from "./chance.ts";
import { EventQueue } from "./event_queue.ts";

/** What in the world is not by default. */
export interface WorldOptions extends Partial<Pick<NetworkOptions, "delay" | "window" | "splits">> {
  /** Steps of one kernel's slice: 100. */
  readonly sliceSteps?: number;
}

/** One life of a program: what it runs on, until it dies as a crash ends it. */
export interface Life {
  /** What its kernel runs on. */
  readonly seams: Seams;
  /** Simulated time for Effect's own sleeps and time-outs. */
  readonly effectClock: Clock.Clock;
  /** Whether it lives. */
  readonly isAlive: boolean;
  /** Ends it: its timers never fire, and its kernel has no turn any more. */
  end(): void;
}

/** The world of one run. */
export class World {
  readonly #chance: () => number;
  readonly #sliceSteps: number;
  #now = 0;
  readonly #events = new EventQueue();
  #turns: Array<{ readonly life: Life; readonly drain: () => void }> = [];
  readonly #log: Array<string> = [];
  readonly #forever: Life;
  /** The network between the hosts. */
  readonly network: MemoryNetwork;

  constructor(seed: number, options: WorldOptions = {}) {
    this.#chance = seeded(seed);
    this.#sliceSteps = options.sliceSteps ?? 100;
    this.#forever = this.begin();
    this.network = new MemoryNetwork({ delay: 5, ...options, clock: this.clock, chance: this.#chance });
  }

  /** A number from 0 up to 1. */
  chance(): number {
    return this.#chance();
  }

  /** Simulated time, of the world itself. */
  get clock(): KernelClock {
    return this.#forever.seams.clock;
  }

  /** What a kernel that lives as long as the world runs on. */
  get seams(): Seams {
    return this.#forever.seams;
  }

  /** Simulated time for Effect's own sleeps and time-outs. */
  get effectClock(): Clock.Clock {
    return this.#forever.effectClock;
  }

  /** How many events are still to come. */
  get pendingEvents(): number {
    return this.#events.size;
  }

  /** Begins the life of a program. */
  begin(): Life {
    let isAlive = true;
    const clock: KernelClock = {
      now: () => this.#now,
      after: (milliseconds, callback) => {
        if (!isAlive) return () => {};
        const stop = this.#events.add(this.#now + Math.max(0, milliseconds), () => {
          stops.delete(stop);
          callback();
        });
        stops.add(stop);
        return () => {
          stops.delete(stop);
          stop();
        };
      },
    };
    // So that a life's end takes all back that would have happened in it.
    const stops = new Set<() => void>();
    const wantTurn = (drain: () => void): void => void (isAlive && this.#turns.push({ life, drain }));
    const turn: Turn = {
      soon: wantTurn,
      later: wantTurn,
      clock: () => 0,
      isOver: (_start, steps) => steps >= this.#sliceSteps,
    };
    const life: Life = {
      seams: {
        clock,
        randomBytes: (count) => Uint8Array.from({ length: count }, () => Math.floor(this.#chance() * 256)),
        turn,
      },
      effectClock: effectClock(clock),
      get isAlive() {
        return isAlive;
      },
      end: () => {
        isAlive = false;
        for (const stop of stops) stop();
        stops.clear();
        this.#turns = this.#turns.filter((one) => one.life !== life);
      },
    };
    return life;
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

  /** Runs until that time has come. */
  async runUntil(time: number): Promise<void> {
    let isTime = false;
    this.clock.after(time - this.#now, () => isTime = true);
    await this.run(() => isTime);
  }

  /** One kernel's turn, any of those that want one; else the next event in time. */
  #step(): boolean {
    if (this.#turns.length > 0) {
      const [turn] = this.#turns.splice(Math.floor(this.#chance() * this.#turns.length), 1);
      turn?.drain();
      return true;
    }
    const next = this.#events.take();
    if (next === undefined) return false;
    this.#now = next.at;
    next.run();
    return true;
  }
}

const settle = (): Promise<void> => new Promise((resolve) => setImmediate(resolve));
