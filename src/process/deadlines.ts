/**
 * The kernel's deadlines: times after which waits are over. Most are taken back long before, so one timer of the
 * clock serves them all: setting and clearing one of its own would cost a remote task a tenth of its time, and a
 * local call the half.
 *
 * While the node is alive the timer stays, whoever waits. In a program that is no node a timer would keep the
 * program up, so it goes soon after the last wait is over.
 *
 * @module
 */
import type { KernelClock } from "./seams.ts";

interface Deadline {
  readonly due: number;
  callback: (() => void) | undefined;
}

/** Cancelled deadlines are cleared away when there are more of them than this, and than of the others. */
const mayLie = 1024;

const resolved = Promise.resolve();

/** The deadlines of one kernel. */
export class Deadlines {
  readonly #clock: KernelClock;
  /** A binary heap: the earliest first. */
  #heap: Array<Deadline> = [];
  #cancelled = 0;
  #stop: (() => void) | undefined;
  #armedFor = Infinity;
  #isKept = false;
  #isAboutToRest = false;

  constructor(clock: KernelClock) {
    this.#clock = clock;
  }

  /** Calls `callback` once after so many milliseconds; the result takes that back. */
  after(milliseconds: number, callback: () => void): () => void {
    const deadline: Deadline = { due: this.#clock.now() + milliseconds, callback };
    this.#push(deadline);
    if (deadline.due < this.#armedFor) this.#arm(deadline.due);
    return () => {
      if (deadline.callback === undefined) return;
      deadline.callback = undefined;
      if (++this.#cancelled > mayLie && this.#cancelled * 2 > this.#heap.length) this.#clearAway();
      if (!this.#isKept && this.#cancelled === this.#heap.length) this.#restSoon();
    };
  }

  /** Whether the timer stays when nobody waits: while the node is alive. */
  keep(on: boolean): void {
    this.#isKept = on;
    if (!on && this.#cancelled === this.#heap.length) this.#rest();
  }

  /** In a while: who waits again within this slice of the run queue finds the timer as it was. */
  #restSoon(): void {
    if (this.#isAboutToRest) return;
    this.#isAboutToRest = true;
    resolved.then(() => {
      this.#isAboutToRest = false;
      if (!this.#isKept && this.#cancelled === this.#heap.length) this.#rest();
    });
  }

  #rest(): void {
    this.#stop?.();
    this.#stop = undefined;
    this.#armedFor = Infinity;
    this.#heap = [];
    this.#cancelled = 0;
  }

  #arm(due: number): void {
    this.#stop?.();
    this.#armedFor = due;
    this.#stop = this.#clock.after(Math.max(0, due - this.#clock.now()), () => this.#fire());
  }

  #fire(): void {
    this.#stop = undefined;
    this.#armedFor = Infinity;
    const now = this.#clock.now();
    for (let first = this.#heap[0]; first !== undefined; first = this.#heap[0]) {
      if (first.callback === undefined) {
        this.#pop();
        this.#cancelled--;
      } else if (first.due <= now) {
        const { callback } = first;
        this.#pop();
        first.callback = undefined;
        callback();
      } else return this.#arm(first.due);
    }
  }

  #clearAway(): void {
    const live = this.#heap.filter((deadline) => deadline.callback !== undefined);
    this.#heap = [];
    this.#cancelled = 0;
    for (const deadline of live) this.#push(deadline);
  }

  #push(deadline: Deadline): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || parent.due <= deadline.due) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = deadline;
  }

  #pop(): void {
    const heap = this.#heap;
    const last = heap.pop();
    if (last === undefined || heap.length === 0) return;
    let at = 0;
    for (;;) {
      const left = at * 2 + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (one === undefined) break;
      const child = other !== undefined && other.due < one.due ? left + 1 : left;
      const least = heap[child];
      if (least === undefined || last.due <= least.due) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
  }
}
