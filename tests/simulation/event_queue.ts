/**
 * What is to happen, by its time, and where times are equal in the order in which it was added.
 *
 * @module
 */

/** Something that is to happen. */
export interface Event {
  readonly at: number;
  readonly run: () => void;
}

interface Entry extends Event {
  readonly order: number;
  isTakenBack: boolean;
}

const isBefore = (one: Entry, other: Entry): boolean =>
  one.at < other.at || (one.at === other.at && one.order < other.order);

/** A binary heap, from which what was taken back is left out when its turn comes. */
export class EventQueue {
  readonly #heap: Array<Entry> = [];
  #order = 0;
  #live = 0;

  /** How many events are still to happen. */
  get size(): number {
    return this.#live;
  }

  /** Adds an event; the function that is returned takes it back. */
  add(at: number, run: () => void): () => void {
    const entry: Entry = {
      at,
      order: ++this.#order,
      isTakenBack: false,
      run: () => (entry.isTakenBack = true, run()),
    };
    this.#push(entry);
    this.#live++;
    return () => {
      if (entry.isTakenBack) return;
      entry.isTakenBack = true;
      this.#live--;
    };
  }

  /** Takes the next event, or nothing when there is none. */
  take(): Event | undefined {
    for (let first = this.#pop(); first !== undefined; first = this.#pop()) {
      if (first.isTakenBack) continue;
      this.#live--;
      return first;
    }
    return undefined;
  }

  #push(entry: Entry): void {
    const heap = this.#heap;
    let at = heap.length;
    while (at > 0) {
      const above = (at - 1) >> 1;
      const parent = heap[above];
      if (parent === undefined || !isBefore(entry, parent)) break;
      heap[at] = parent;
      at = above;
    }
    heap[at] = entry;
  }

  #pop(): Entry | undefined {
    const heap = this.#heap;
    const [first] = heap;
    const last = heap.pop();
    if (first === undefined || last === undefined || heap.length === 0) return first;
    let at = 0;
    for (;;) {
      const left = at * 2 + 1;
      const [one, other] = [heap[left], heap[left + 1]];
      if (one === undefined) break;
      const [child, least] = other !== undefined && isBefore(other, one) ? [left + 1, other] : [left, one];
      if (!isBefore(least, last)) break;
      heap[at] = least;
      at = child;
    }
    heap[at] = last;
    return first;
  }
}
