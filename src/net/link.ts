/**
 * One link: signals to bytes and back over a proven connection, with its write buffer and net ticks. Knows
 * nothing of processes but where to hand signals.
 *
 * @module
 */
import { Excess } from "../process/excess.ts";
import { isAnswer, Op, type Signal } from "../process/signal.ts";
import type { Connection, KernelClock } from "../process/seams.ts";
import { FrameReader, FrameWriter } from "../protocol/native/frames.ts";
import { Assembler, Fragmenter, isFragment, wholeBytes } from "../protocol/native/fragments.ts";
import type { Handshaken } from "../protocol/native/handshake.ts";
import { Opener, Sealer } from "../protocol/native/records.ts";
import { decodeSignal, encodeApart } from "../protocol/native/signals.ts";
import { Unsendable } from "../term/errors.ts";
import type { NodeLife } from "../term/identifier.ts";

/** Bounds of a link (DESIGN, section 5); all have defaults. */
export interface LinkLimits {
  /** The largest frame, in bytes: 128 MiB. */
  readonly frame: number;
  /** Senders wait while more bytes than this are buffered: 1 MiB. */
  readonly highWater: number;
  /** The link closes when answers alone have buffered more than this: 64 MiB. */
  readonly answers: number;
  /** Milliseconds of silence after which the peer is down: 10,000. A tick is sent every quarter of it. */
  readonly netTickTime: number;
}

/** The defaults. */
export const defaultLimits: LinkLimits = {
  frame: 128 * 1024 * 1024,
  highWater: 1024 * 1024,
  answers: 64 * 1024 * 1024,
  netTickTime: 10_000,
};

/** What a link is made of. */
export interface LinkOptions {
  readonly connection: Connection;
  readonly handshaken: Handshaken;
  /** This node's life. */
  readonly here: NodeLife;
  /** The peer's. */
  readonly there: NodeLife;
  readonly clock: KernelClock;
  readonly limits: LinkLimits;
  /** The process that runs now, by its number: 0 for none. */
  readonly runningSender: () => number;
  readonly onSignal: (signal: Signal) => void;
  /** Called once, whoever closed it. */
  readonly onClose: (end: LinkEnd) => void;
}

/** How a link ended: the reason in the words of `net_kernel:monitor_nodes/2`, and more words for a log. */
export interface LinkEnd {
  readonly reason: "connection_closed" | "net_tick_timeout" | "disconnect" | "bad_data";
  readonly detail: string;
}

/** The size of a read: large frames mostly come whole, and are not put together from parts. */
const readBytes = 256 * 1024;

/** One write takes parts of large messages up to so many bytes. */
const fragmentsAtOnce = 256 * 1024;

/** A link to one life of a node. */
export class Link {
  /** The peer's life. */
  readonly there: NodeLife;
  readonly #options: LinkOptions;
  readonly #writer: FrameWriter;
  readonly #reader: FrameReader;
  readonly #sealer: Sealer | undefined;
  readonly #opener: Opener | undefined;
  readonly #fragmenter = new Fragmenter();
  readonly #assembler: Assembler;
  readonly #waiters = new Set<() => void>();
  #answerBytes = 0;
  #isOpen = true;
  #isWriting = false;
  #isFlushing = false;
  #lastRead: number;
  #lastWrite: number;
  #stopTicking: () => void = () => {};
  #stopWatching: () => void = () => {};
  #onDrained: (() => void) | undefined;

  constructor(options: LinkOptions) {
    const { handshaken, limits, clock } = options;
    this.#options = options;
    this.there = options.there;
    this.#writer = new FrameWriter({ limit: limits.frame });
    this.#reader = new FrameReader({ limit: limits.frame });
    this.#assembler = new Assembler(limits.frame);
    this.#sealer = handshaken.sealed ? new Sealer(handshaken.keys.send) : undefined;
    this.#opener = handshaken.sealed ? new Opener(handshaken.keys.receive) : undefined;
    this.#lastRead = clock.now();
    this.#lastWrite = this.#lastRead;
  }

  /** Begins to read and to tick; signals may come from now on. */
  open(): void {
    this.#tick();
    this.#watch(this.#silence);
    this.#take(this.#options.handshaken.rest);
    void this.#read();
  }

  /** Whether senders must wait. */
  get isBusy(): boolean {
    return this.#size > this.#options.limits.highWater;
  }

  /** Calls `resume` once the buffer is low, or the link closed; the result takes that back. */
  whenWritable(resume: () => void): () => void {
    if (!this.#isOpen || !this.isBusy) resume();
    else this.#waiters.add(resume);
    return () => void this.#waiters.delete(resume);
  }

  /**
   * Puts a signal into the write buffer. Throws `Unsendable` when a value in it cannot travel.
   *
   * @param signal The signal.
   * @param sender The process whose signal it is, by its number: the one that runs, where none is given.
   * @param counts Whether it counts as an answer: who sends it is never made to wait.
   */
  send(signal: Signal, sender?: number, counts: boolean = isAnswer(signal)): void {
    const { head, tail } = encodeApart(signal, this.#options.here, this.there);
    checkSize(signal, head.length + (tail?.length ?? 0), this.#options.limits);
    this.sendEncoded(head, counts, sender, tail);
  }

  /** Puts an encoded signal, in one part or two, into the write buffer. */
  sendEncoded(body: Uint8Array, isAnswer: boolean, sender?: number, tail?: Uint8Array): void {
    if (!this.#isOpen) return;
    const length = body.length + (tail?.length ?? 0);
    if (length > this.#options.limits.frame) {
      return this.#closeSoon(badData(`a signal of ${length} bytes is over the limit of a frame`));
    }
    // Those before this one: a single large answer says nothing about who reads.
    if (isAnswer && this.#answerBytes + this.#fragmenter.answerBytes > this.#options.limits.answers) {
      return this.#closeSoon(badData("it does not read its answers"));
    }
    if (!this.#waits(length, sender)) {
      this.#writer.append(body, tail);
      if (isAnswer) this.#answerBytes += length;
    } else this.#fragmenter.append(sender ?? this.#options.runningSender(), body, tail, isAnswer);
    this.#flushSoon();
  }

  /** Whether a signal goes in fragments, or behind some of its sender's: the order is at stake only then. */
  #waits(length: number, sender: number | undefined): boolean {
    if (length > wholeBytes) return true;
    const fragmenter = this.#fragmenter;
    return fragmenter.size > 0 && fragmenter.isWaiting(sender ?? this.#options.runningSender());
  }

  /** Bytes that wait to be written. */
  get #size(): number {
    return this.#writer.size + this.#fragmenter.size;
  }

  // What the end of a link causes never comes before the operation that caused it has returned.
  #closeSoon(why: LinkEnd): void {
    queueMicrotask(() => this.close(why));
  }

  /** Writes what is buffered, and then closes: at most so many milliseconds later. */
  end(why: LinkEnd, milliseconds: number): void {
    if (!this.#isWriting && this.#size === 0) return this.close(why);
    const stop = this.#options.clock.after(milliseconds, () => this.close(why));
    this.#onDrained = () => {
      stop();
      this.close(why);
    };
  }

  /** Closes at once; what was under way is lost. */
  close(why: LinkEnd): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#stopTicking();
    this.#stopWatching();
    this.#reader.close();
    this.#opener?.close();
    this.#options.connection.close();
    this.#options.onClose(why);
    for (const resume of [...this.#waiters]) resume();
    this.#waiters.clear();
    this.#onDrained?.();
  }

  // What one turn of the event loop has produced is one write.
  #flushSoon(): void {
    if (this.#isFlushing || this.#isWriting) return;
    this.#isFlushing = true;
    void resolved.then(this.#flush);
  }

  readonly #flush = (): void => {
    this.#isFlushing = false;
    if (!this.#isWriting && this.#isOpen) void this.#write();
  };

  async #write(): Promise<void> {
    this.#isWriting = true;
    try {
      while (this.#isOpen && this.#size > 0) {
        // Behind what has come since the last write, so that it need not wait for more than one of these.
        while (this.#writer.size < fragmentsAtOnce && this.#fragmenter.next(this.#writer));
        const bytes = this.#writer.take();
        this.#answerBytes = 0;
        const writing = this.#options.connection.write(this.#sealer?.seal(bytes) ?? bytes);
        // The other buffer is empty: who waits fills it while this one is being written.
        this.#wakeWaiters();
        await writing;
        this.#lastWrite = this.#options.clock.now();
      }
    } catch (error) {
      this.close(closed(reasonOf(error)));
    }
    this.#isWriting = false;
    if (this.#size === 0) this.#onDrained?.();
  }

  #wakeWaiters(): void {
    for (const resume of [...this.#waiters]) {
      // Large messages may wait still, and those who go on may fill the buffer again: the others go on waiting.
      if (this.isBusy) return;
      this.#waiters.delete(resume);
      resume();
    }
  }

  async #read(): Promise<void> {
    const buffer = new Uint8Array(readBytes);
    try {
      while (this.#isOpen) {
        const count = await this.#options.connection.read(buffer);
        if (count === null) return this.close(closed("it closed the connection"));
        this.#take(buffer.subarray(0, count));
        // What answers this is on its way before the next read is asked for: processes run in the first of these
        // microtasks, and in the second it is written.
        await resolved;
        await resolved;
        this.#lastRead = this.#options.clock.now();
      }
    } catch (error) {
      this.close(closed(reasonOf(error)));
    }
  }

  #take(bytes: Uint8Array): void {
    if (bytes.length === 0) return;
    const failure = this.#opener === undefined
      ? this.#takePlain(bytes)
      : this.#opener.push(bytes, (plaintext) => {
        const refused = this.#takePlain(plaintext);
        if (refused !== undefined) this.close(badData(refused.detail));
      });
    if (failure !== undefined) this.close(badData(failure.detail));
  }

  #takePlain(bytes: Uint8Array): { readonly detail: string } | undefined {
    return this.#reader.push(bytes, this.#onFrame, nothing);
  }

  readonly #onFrame = (body: Uint8Array): void => {
    if (!this.#isOpen) return;
    const whole = isFragment(body) ? this.#assembler.push(body) : body;
    if (whole === undefined) return;
    if ("detail" in whole) return this.close(badData(`it sent ${whole.detail}`));
    try {
      this.#options.onSignal(decodeSignal(whole, this.#options.here, this.there));
    } catch (error) {
      const why = error instanceof Excess ? "it asked for" : "it sent what cannot be read:";
      this.close(badData(`${why} ${reasonOf(error)}`));
    }
  };

  // A tick goes out when nothing else did for a quarter of the time.
  #tick(): void {
    const { clock, limits } = this.#options;
    const quarter = limits.netTickTime / 4;
    this.#stopTicking = clock.after(quarter, () => {
      if (clock.now() - this.#lastWrite >= quarter / 2 && this.#size === 0) {
        this.#writer.tick();
        this.#flushSoon();
      }
      this.#tick();
    });
  }

  // A little less than the time itself: within it, who waits is told.
  get #silence(): number {
    return this.#options.limits.netTickTime * 0.95;
  }

  #watch(milliseconds: number): void {
    const { clock, limits } = this.#options;
    const due = clock.now() + milliseconds;
    this.#stopWatching = clock.after(milliseconds, () => {
      const now = clock.now();
      const left = this.#lastRead + this.#silence - now;
      // When this very event loop was blocked, what the peer sent may lie unread: it gets a quarter more.
      if (now - due > limits.netTickTime / 4) return this.#watch(limits.netTickTime / 4);
      if (left > 0) return this.#watch(left);
      this.close({ reason: "net_tick_timeout", detail: `nothing came from it for ${limits.netTickTime} ms` });
    });
  }
}

/**
 * A signal over the limit of a frame is its sender's failure, where there is one to fail: throws `Unsendable`.
 * One that carries a reason, or acknowledges, has none; the link closes over it.
 */
export const checkSize = (signal: Signal, length: number, limits: Pick<LinkLimits, "frame">): void => {
  if (length <= limits.frame || !hasSender(signal)) return;
  const found = `a value of ${length} bytes in all, over the limit of ${limits.frame}`;
  const path = signal[0] === Op.spawnRequest ? "args" : "message";
  throw new Unsendable({ operation: "", path, found });
};

/** Whether whoever sends it can be told that it cannot be sent. */
const hasSender = (signal: Signal): boolean => {
  switch (signal[0]) {
    case Op.send:
    case Op.sendName:
    case Op.sendAlias:
    case Op.spawnRequest:
    case Op.request:
    case Op.reply:
      return true;
    default:
      return false;
  }
};

const nothing = (): void => {};
const resolved = Promise.resolve();
const closed = (detail: string): LinkEnd => ({ reason: "connection_closed", detail });
const badData = (detail: string): LinkEnd => ({ reason: "bad_data", detail });
const reasonOf = (error: unknown): string => error instanceof Error ? error.message : String(error);
