/**
 * Fragments: large messages go in parts, so that ticks and other processes' signals need not wait for them.
 * Spawnlink's native protocol, chapter "Fragments" (erl_dist_protocol, "Protocol for Sending Fragmented Messages").
 *
 * A fragment is a frame whose body begins with 0 (more of the message follows) or 1 (its last part), where a
 * signal has the head of an array; then the message's number as u32, big-endian, and the bytes. What one
 * process sends keeps its order: behind its own large message all else of it waits.
 *
 * @module
 */
import type { FrameWriter } from "./frames.ts";

/** The bytes of a message in one fragment. */
export const fragmentBytes = 65_536;
/** Up to so many bytes a message goes whole: 64 KiB of one's own, and what a signal needs around them. */
export const wholeBytes = fragmentBytes + 512;
/** So many messages may be under way at once; others wait for one of these to be over. */
export const messagesAtOnce = 4;

const headerBytes = 5;
const more = 0;
const last = 1;

/** One message that waits, or is under way. */
interface Outgoing {
  readonly number: number;
  readonly bytes: Uint8Array;
  /** How many bytes of it have gone. */
  at: number;
  readonly isAnswer: boolean;
}

/** The sending end: what waits, by who sends it. */
export class Fragmenter {
  // In the order of their turns: the first few are under way.
  readonly #queues = new Map<number, Array<Outgoing>>();
  readonly #header = new Uint8Array(headerBytes);
  #turn = 0;
  #number = 0;
  #size = 0;
  #answerBytes = 0;

  /** Bytes that wait. */
  get size(): number {
    return this.#size;
  }

  /** Bytes of answers among them. */
  get answerBytes(): number {
    return this.#answerBytes;
  }

  /** Whether something of that process waits, so that its next signal must, too. */
  isWaiting(sender: number): boolean {
    return this.#queues.has(sender);
  }

  /**
   * Takes an encoded signal, which is copied.
   *
   * @param sender The process that sends it, by its number.
   * @param body The signal.
   * @param tail More of it, behind.
   * @param isAnswer Whether it counts as an answer.
   */
  append(sender: number, body: Uint8Array, tail: Uint8Array | undefined, isAnswer: boolean): void {
    const bytes = new Uint8Array(body.length + (tail?.length ?? 0));
    bytes.set(body);
    if (tail !== undefined) bytes.set(tail, body.length);
    this.#number = this.#number + 1 >>> 0;
    const outgoing: Outgoing = { number: this.#number, bytes, at: 0, isAnswer };
    const queue = this.#queues.get(sender);
    if (queue === undefined) this.#queues.set(sender, [outgoing]);
    else queue.push(outgoing);
    this.#size += bytes.length;
    if (isAnswer) this.#answerBytes += bytes.length;
  }

  /**
   * Writes the next frame: of each message under way one part, in turn.
   *
   * @returns Whether there was one.
   */
  next(writer: FrameWriter): boolean {
    const underWay = Math.min(this.#queues.size, messagesAtOnce);
    if (underWay === 0) return false;
    this.#turn = (this.#turn + 1) % underWay;
    let index = 0;
    for (const [sender, queue] of this.#queues) {
      if (index++ < this.#turn) continue;
      const [outgoing] = queue;
      if (outgoing !== undefined && this.#write(outgoing, writer)) queue.shift();
      if (queue.length === 0) this.#queues.delete(sender);
      return true;
    }
    return false;
  }

  /** Writes one part; whether it was the last. */
  #write(outgoing: Outgoing, writer: FrameWriter): boolean {
    const { bytes, at, number, isAnswer } = outgoing;
    const isWhole = bytes.length <= wholeBytes;
    const end = isWhole ? bytes.length : Math.min(at + fragmentBytes, bytes.length);
    if (isWhole) writer.append(bytes);
    else {
      const header = this.#header;
      header[0] = end === bytes.length ? last : more;
      new DataView(header.buffer).setUint32(1, number);
      writer.append(header, bytes.subarray(at, end));
    }
    outgoing.at = end;
    this.#size -= end - at;
    if (isAnswer) this.#answerBytes -= end - at;
    return end === bytes.length;
  }
}

/** Whether a frame's body is a fragment. */
export const isFragment = (body: Uint8Array): boolean => (body[0] ?? last + 1) <= last;

/** What came of a fragment: a whole message, or why the link cannot go on; nothing while parts are missing. */
export type Assembled = Uint8Array | { readonly detail: string } | undefined;

interface Incoming {
  readonly parts: Array<Uint8Array>;
  size: number;
}

/** The receiving end: parts of messages, until each is whole. */
export class Assembler {
  readonly #limit: number;
  readonly #incoming = new Map<number, Incoming>();

  /**
   * Begins with nothing.
   *
   * @param limit The longest message, in bytes.
   */
  constructor(limit: number) {
    this.#limit = limit;
  }

  /** Takes a fragment, which is copied. */
  push(body: Uint8Array): Assembled {
    if (body.length <= headerBytes) return { detail: "a fragment without bytes" };
    const view = new DataView(body.buffer, body.byteOffset, headerBytes);
    const number = view.getUint32(1);
    // All but the last are full: of many small ones what surrounds them would be more than they are.
    if (view.getUint8(0) === more && body.length !== headerBytes + fragmentBytes) {
      return { detail: `a fragment of ${body.length - headerBytes} bytes that is not the last` };
    }
    const known = this.#incoming.get(number);
    if (known === undefined && this.#incoming.size >= messagesAtOnce) {
      return { detail: `more than ${messagesAtOnce} messages in fragments at once` };
    }
    const incoming = known ?? { parts: [], size: 0 };
    incoming.size += body.length - headerBytes;
    if (incoming.size > this.#limit) {
      return { detail: `a message of more than ${this.#limit} bytes, which is the limit` };
    }
    incoming.parts.push(body.slice(headerBytes));
    if (view.getUint8(0) === more) {
      this.#incoming.set(number, incoming);
      return undefined;
    }
    this.#incoming.delete(number);
    return join(incoming);
  }
}

const join = ({ parts, size }: Incoming): Uint8Array => {
  const whole = new Uint8Array(size);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};
