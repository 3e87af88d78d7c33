/**
 * The run queue: one FIFO of what is to run next, for a kernel's processes and for Effect's own yields, so
 * that a resume never nests in its waker, and sockets breathe between slices.
 *
 * @module
 */
import type { Scheduler } from "../deps/effect.ts";
import type { AnyFiber } from "../deps/fiber.ts";
import type { Turn } from "./seams.ts";

/** What can stand in the queue. */
export interface Runnable {
  /** Called once for each time it was put into the queue. */
  run(): void;
}

/** A slice of processes' work may take so long before sockets and timers have their turn. */
const sliceMilliseconds = 4;
/** Whether a slice is over is asked once every 64 steps. */
const stepsBetweenLooksMask = 63;
/**
 * The runtime polls sockets once every 61 turns while its loop keeps waking itself; so many immediates give
 * an echo from outside 0.3 ms at the median under full load, where one gives 250 ms.
 */
const turnsBetweenSlices = 62;

// Looked up once: the runtime's global is found anew, slowly, each time.
const { setImmediate } = globalThis;
// A third of what queueMicrotask costs, for the same.
const resolved = Promise.resolve();

/** The turn of the real event loop. */
export const eventLoopTurn: Turn = {
  soon: (drain) => void resolved.then(drain),
  later: (drain) => {
    let left = turnsBetweenSlices;
    const wait = (): void => {
      if (--left > 0) setImmediate(wait);
      else drain();
    };
    setImmediate(wait);
  },
  clock: () => performance.now(),
  isOver: (start) => performance.now() - start >= sliceMilliseconds,
};

/** The queue; also Effect's scheduler, and its own dispatcher, for all fibers of the kernel. */
export class RunQueue implements Scheduler.Scheduler, Scheduler.SchedulerDispatcher {
  readonly executionMode = "async";
  readonly #turn: Turn;
  #items: Array<Runnable | (() => void)> = [];
  #head = 0;
  #scheduled = false;
  readonly #drain = (): void => this.#runSlice();

  constructor(turn: Turn) {
    this.#turn = turn;
  }

  /** Puts something at the end. */
  push(item: Runnable | (() => void)): void {
    this.#items.push(item);
    if (!this.#scheduled) {
      this.#scheduled = true;
      this.#turn.soon(this.#drain);
    }
  }

  /** How much waits to run. */
  get length(): number {
    return this.#items.length - this.#head;
  }

  /** Effect's yields come here. */
  scheduleTask(task: () => void, _priority: number): void {
    this.push(task);
  }

  /** A fiber yields when it has done as many operations as it may. */
  shouldYield(fiber: AnyFiber): boolean {
    return fiber.currentOpCount >= fiber.cache.maxOpsBeforeYield;
  }

  /** The queue itself: yields and wakes share one order. */
  makeDispatcher(): Scheduler.SchedulerDispatcher {
    return this;
  }

  /** Runs all that waits, now (Effect's `runSync`). */
  flush(): void {
    while (this.#head < this.#items.length) this.#step();
    this.#compact();
  }

  #step(): void {
    const item = this.#items[this.#head];
    // Let what has run be collected, however long the queue is.
    this.#items[this.#head++] = nothing;
    if (typeof item === "function") item();
    else item?.run();
  }

  #runSlice(): void {
    // Not before there is more than a few steps of work: mostly there is not, and the look is a costly step itself.
    let start: number | undefined;
    let steps = 0;
    try {
      while (this.#head < this.#items.length) {
        this.#step();
        // Looking at the clock costs more than a step.
        if ((++steps & stepsBetweenLooksMask) !== 0) continue;
        if (this.#head > 65_536) this.#compact();
        if (this.#turn.isOver(start ??= this.#turn.clock(), steps)) break;
      }
    } finally {
      // Also when a step threw: the others still get their turn.
      this.#compact();
      if (this.#items.length === 0) this.#scheduled = false;
      else this.#turn.later(this.#drain);
    }
  }

  #compact(): void {
    if (this.#head === this.#items.length) {
      this.#items = this.#items.length > 1024 ? [] : (this.#items.length = 0, this.#items);
    } else if (this.#head > 0) this.#items.splice(0, this.#head);
    this.#head = 0;
  }
}

const nothing = (): void => {};
