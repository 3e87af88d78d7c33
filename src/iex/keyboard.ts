/**
 * What is typed, on its way to the line editor: one line at a time, so that what is typed or pasted while a
 * line is evaluated waits for the next prompt, and only Ctrl-C overtakes it.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Readable } from "node:stream";

/** Where keys come from: standard input, as a rule. */
export interface Keys {
  on(event: "data", listener: (chunk: Uint8Array) => void): unknown;
  on(event: "end", listener: () => void): unknown;
  setRawMode?(isRaw: boolean): unknown;
}

const interrupt = "\x03";

/** A stream of keys that can be held back. */
export class Keyboard extends Readable {
  /** For the line editor: it is a terminal. */
  readonly isTTY = true;
  readonly #keys: Keys;
  readonly #onInterrupt: () => void;
  readonly #decoder = new TextDecoder();
  #waiting = "";
  #isHeld = false;
  #isOver = false;

  /**
   * @param keys Where the keys come from.
   * @param onInterrupt Is called for Ctrl-C while keys are held; what was typed before it is dropped.
   */
  constructor(keys: Keys, onInterrupt: () => void) {
    super({ read: () => {} });
    this.#keys = keys;
    this.#onInterrupt = onInterrupt;
    keys.on("data", (chunk) => this.#add(this.#decoder.decode(chunk, { stream: true })));
    keys.on("end", () => {
      this.#isOver = true;
      this.#pass();
    });
  }

  /** For the line editor: keys one by one, or lines that the terminal edits. */
  setRawMode(isRaw: boolean): this {
    this.#keys.setRawMode?.(isRaw);
    return this;
  }

  /** The line behind the one that the editor has now, as far as it has been typed. */
  get ahead(): string {
    return firstLine(this.#waiting);
  }

  /** Holds back what comes from now on. */
  hold(): void {
    this.#isHeld = true;
  }

  /** Lets through what was held back, up to where it is held again. */
  release(): void {
    this.#isHeld = false;
    this.#pass();
  }

  #add(text: string): void {
    const at = this.#isHeld ? text.lastIndexOf(interrupt) : -1;
    if (at < 0) {
      this.#waiting += text;
    } else {
      this.#waiting = text.slice(at + 1);
      this.#onInterrupt();
    }
    this.#pass();
  }

  #pass(): void {
    while (!this.#isHeld && this.#waiting !== "") {
      const line = firstLine(this.#waiting);
      this.#waiting = this.#waiting.slice(line.length);
      // At once, and not when the stream comes to it: what a line causes is known before the next one goes.
      this.emit("data", Buffer.from(line));
    }
    if (this.#isOver && !this.#isHeld) this.emit("end");
  }
}

/** Up to the end of the first line, with it. */
const firstLine = (text: string): string => /^[^\r\n]*(?:\r\n|\r|\n)?/.exec(text)?.[0] ?? "";
