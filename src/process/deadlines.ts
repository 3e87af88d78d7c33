/**
 * The kernel's deadlines: times after which waits are over. Most are taken back long before, so one timer of the
 * clock serves them all while the node is alive: setting and clearing one of its own would cost a remote task a
 * tenth of its time.
 *
 * @module
 */
import type { KernelClock } from "./seams.ts";

interface Deadline {
  readonly due: number;
  callback: (() => void) | undefined;
  /** Stops its own timer, once it has one. */
  disbanded: (() => void) | undefined;
}

/** Cancelled deadlines are cleared away when there are more of them than this, and than of the others. */
const mayLie = 1024;

/** The deadlines of one kernel. */
export class Deadlines {
  readonly #clock: KernelClock;
  /** A binary heap: the earliest first. */
  #heap: Array<Deadline> = [];
  #cancelled = 0;
  #stop: (() => void) | undefined;
  #armedFor = Infinity;

  constructor(clock: KernelClock) {
    this.#clock = clock;
  }

  /** Calls `callback` once after so many milliseconds; the result takes that back. */
  after(milliseconds: number, callback: () => void): () => void {
    const deadline: Deadline = { due: this.#clock.now() + milliseconds, callback, disbanded: undefined };
    this.#push(deadline);
    if (deadline.due < this.#armedFor) this.#arm(deadline.due);
    return () => {
      if (deadline.callback === undefined) return;
      deadline.callback = undefined;
      if (deadline.disbanded !== undefined) return deadline.disbanded();
      if (++this.#cancelled > mayLie && this.#cancelled * 2 > this.#heap.length) this.#clearAway();
    };
  }

  /** Ends the one timer: deadlines that are still waited for get one each. */
  disband(): void {
    this.#stop?.();
    this.#stop = undefined;
    const live = this.#heap.filter((deadline) => deadline.callback !== undefined);
    this.#heap = [];
    const now = this.#clock.now();
    for (const deadline of live) {
      deadline.disbanded = this.#clock.after(Math.max(0, deadline.due - now), () => {
        const { callback } = deadline;
        deadline.callback = undefined;
        callback?.();
      });
    }
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
