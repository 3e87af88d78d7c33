/**
 * A mailbox: messages in the order they came, taken from the front or from the middle (selective receive).
 *
 * @module
 */

/** What a selective receive found: the message's value, or that none matched. */
export type Match = { readonly found: unknown } | undefined;

/** Where no message is; a message can be anything else. */
const none: unique symbol = Symbol("no message");

/** The messages of one process. */
export class Mailbox {
  // Most mailboxes hold one message at a time: the oldest has a place of its own, and the others are behind it.
  #oldest: unknown = none;
  #others: Array<unknown> = [];
  #head = 0;
  // A receive that waits is tried again at every message; what it has seen does not match next time either.
  #scanner: object | undefined;
  #scanned = 0;

  /** How many messages lie here. */
  get length(): number {
    return this.#oldest === none ? 0 : 1 + this.#others.length - this.#head;
  }

  /** Puts a message at the end. */
  push(message: unknown): void {
    if (this.#oldest === none) this.#oldest = message;
    else this.#others.push(message);
  }

  /** Takes the oldest; check `length` first. */
  shift(): unknown {
    this.#scanner = undefined;
    const message = this.#oldest;
    this.#oldest = this.#head === this.#others.length ? none : this.#shiftOthers();
    return message;
  }

  #shiftOthers(): unknown {
    const message = this.#others[this.#head];
    this.#others[this.#head++] = undefined;
    if (this.#head === this.#others.length) {
      this.#others.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#others.length) {
      this.#others.splice(0, this.#head);
      this.#head = 0;
    }
    return message;
  }

  /**
   * Takes the oldest message that `match` accepts; the others stay, in their order.
   *
   * @param scanner Whoever tries: the same one goes on behind the messages that it has refused.
   * @param match Gives what was found, or `undefined`.
   */
  take(scanner: object, match: (message: unknown) => Match): Match {
    for (let index = this.#scanner === scanner ? this.#scanned : 0; index < this.length; index++) {
      const place = this.#head + index - 1;
      const found = match(index === 0 ? this.#oldest : this.#others[place]);
      if (found === undefined) continue;
      if (index === 0) this.shift();
      else this.#others.splice(place, 1);
      this.#scanner = undefined;
      return found;
    }
    this.#scanner = scanner;
    this.#scanned = this.length;
    return undefined;
  }

  /** The messages, oldest first, which stay where they are. */
  peek(): ReadonlyArray<unknown> {
    return this.#oldest === none ? [] : [this.#oldest, ...this.#others.slice(this.#head)];
  }
}
