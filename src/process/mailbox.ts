/**
 * A mailbox: messages in the order they came, taken from the front or from the middle (selective receive).
 *
 * @module
 */

/** What a selective receive found: the message's value, or that none matched. */
export type Match = { readonly found: unknown } | undefined;

/** The messages of one process. */
export class Mailbox {
  #messages: Array<unknown> = [];
  #head = 0;
  // A receive that waits is tried again at every message; what it has seen does not match next time either.
  #scanner: object | undefined;
  #scanned = 0;

  /** How many messages lie here. */
  get length(): number {
    return this.#messages.length - this.#head;
  }

  /** Puts a message at the end. */
  push(message: unknown): void {
    this.#messages.push(message);
  }

  /** Takes the oldest; check `length` first. */
  shift(): unknown {
    this.#scanner = undefined;
    // Most mailboxes hold one message at a time.
    if (this.#head === 0 && this.#messages.length === 1) return this.#messages.pop();
    const message = this.#messages[this.#head];
    this.#messages[this.#head++] = undefined;
    if (this.#head === this.#messages.length) {
      this.#messages.length = 0;
      this.#head = 0;
    } else if (this.#head > 1024 && this.#head * 2 > this.#messages.length) {
      this.#messages.splice(0, this.#head);
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
    const from = this.#scanner === scanner ? this.#scanned : this.#head;
    for (let index = from; index < this.#messages.length; index++) {
      const found = match(this.#messages[index]);
      if (found === undefined) continue;
      if (index === this.#head) this.shift();
      else this.#messages.splice(index, 1);
      this.#scanner = undefined;
      return found;
    }
    this.#scanner = scanner;
    this.#scanned = this.#messages.length;
    return undefined;
  }

  /** The messages, oldest first, which stay where they are. */
  peek(): ReadonlyArray<unknown> {
    return this.#messages.slice(this.#head);
  }
}
