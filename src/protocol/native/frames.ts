/**
 * Frames, once the handshake is over: Spawnlink's native protocol, chapter "Frames". Each is its length as
 * u32, big-endian, and a body; a frame of length 0 is a tick, as in Erlang's distribution protocol. Not here:
 * what a body means, sealing (the records, which lie below), fragments of large messages, when a tick is due.
 *
 * @module
 */

/** The longest body by default, in bytes: 128 MiB. */
export const defaultFrameLimit = 134_217_728;

/** Bytes in front of a body. */
const headerBytes = 4;
/** Below this size a buffer is kept for the next frame or turn; above it, it grows only as bytes come. */
const keptBytes = 131_072;
/** What a write buffer begins with, and shrinks back to. */
const initialBytes = 16_384;

/** Why a stream of frames cannot be read on. */
export interface FrameFailure {
  /** A frame over the limit is the one thing that can be wrong with a frame. */
  readonly reason: "limit";
  /** The same in words, with the numbers. */
  readonly detail: string;
}

const readLength = (bytes: Uint8Array, at: number): number =>
  ((bytes[at] ?? 0) << 24 | (bytes[at + 1] ?? 0) << 16 | (bytes[at + 2] ?? 0) << 8 | (bytes[at + 3] ?? 0)) >>>
  0;

const writeLength = (bytes: Uint8Array, at: number, length: number): void => {
  bytes[at] = length >>> 24;
  bytes[at + 1] = length >>> 16;
  bytes[at + 2] = length >>> 8;
  bytes[at + 3] = length;
};

/**
 * Cuts a byte stream, which comes in any pieces, into frames.
 *
 * A body that lies whole within a chunk is handed on where it lies, as a view, and one that spans chunks in a
 * buffer that is used again: **both are valid until the next push**, no longer. A frame is measured against
 * the limit before any of it is kept, and memory is taken as bytes come, not as a length promises them.
 */
export class FrameReader {
  readonly #limit: number;
  #failure: FrameFailure | undefined;
  #closed = false;
  /** The first bytes of a header that the last chunk cut. */
  readonly #header = new Uint8Array(headerBytes);
  #headerSize = 0;
  /** The first bytes of a body that the last chunk cut: `#bodySize` of `#bodyLength`. */
  #body = new Uint8Array(0);
  #bodySize = 0;
  /** 0 while no body has begun: a frame of that length is a tick. */
  #bodyLength = 0;
  /** Where the next small body that spans chunks is gathered. */
  #scratch = new Uint8Array(0);
  /**
   * Where the one before was: a push may hand on one such body at its beginning and begin the next at its
   * end.
   */
  #spare = new Uint8Array(0);

  /**
   * Begins where the handshake ended.
   *
   * @param options `limit`: the longest body that is read, in bytes.
   */
  constructor(options: { readonly limit?: number } = {}) {
    this.#limit = options.limit ?? defaultFrameLimit;
  }

  /**
   * Takes the next bytes and hands on every frame that they complete, in order. If a callback throws, the
   * reader is closed and the error goes on to the caller. Not to be called from a callback.
   *
   * @param chunk Bytes of any number. They may be overwritten after the next push began, not before.
   * @param onFrame Called with each body.
   * @param onTick Called for each tick.
   * @returns The failure, once there is one; it stays.
   */
  push(chunk: Uint8Array, onFrame: (body: Uint8Array) => void, onTick: () => void): FrameFailure | undefined {
    if (this.#closed) return this.#failure;
    try {
      this.#read(chunk, onFrame, onTick);
    } catch (cause) {
      this.close();
      throw cause;
    }
    return this.#failure;
  }

  /** Reads no more, from now on: also from within a callback, whose chunk's other frames are dropped. */
  close(): void {
    this.#closed = true;
    this.#body = new Uint8Array(0);
    this.#scratch = this.#body;
    this.#spare = this.#body;
  }

  #read(chunk: Uint8Array, onFrame: (body: Uint8Array) => void, onTick: () => void): void {
    const end = chunk.length;
    const limit = this.#limit;
    let at = 0;
    if (this.#headerSize > 0) {
      at = this.#finishHeader(chunk, onTick);
      if (this.#closed || this.#headerSize > 0) return;
    }
    if (this.#bodyLength > 0) {
      at = this.#addToBody(chunk, at);
      if (this.#bodyLength > 0) return;
      const body = this.#body;
      this.#body = this.#spare;
      this.#spare = this.#scratch;
      this.#scratch = this.#body;
      onFrame(body.subarray(0, this.#bodySize));
      if (this.#closed) return;
    }
    while (end - at >= headerBytes) {
      const length = readLength(chunk, at);
      if (length === 0) {
        at += headerBytes;
        onTick();
      } else if (length > limit) {
        return this.#fail(length);
      } else if (end - at - headerBytes >= length) {
        const start = at + headerBytes;
        at = start + length;
        onFrame(chunk.subarray(start, at));
      } else {
        this.#bodyLength = length;
        this.#bodySize = 0;
        this.#addToBody(chunk, at + headerBytes);
        return;
      }
      if (this.#closed) return;
    }
    while (at < end) this.#header[this.#headerSize++] = chunk[at++] ?? 0;
  }

  /** Takes what is missing of a header, and what it says; gives back where the chunk goes on. */
  #finishHeader(chunk: Uint8Array, onTick: () => void): number {
    let at = 0;
    while (this.#headerSize < headerBytes && at < chunk.length) {
      this.#header[this.#headerSize++] = chunk[at++] ?? 0;
    }
    if (this.#headerSize < headerBytes) return at;
    this.#headerSize = 0;
    const length = readLength(this.#header, 0);
    if (length > this.#limit) {
      this.#fail(length);
    } else if (length === 0) {
      onTick();
    } else {
      this.#bodyLength = length;
      this.#bodySize = 0;
    }
    return at;
  }

  /**
   * Takes what the chunk has of a body that spans chunks; gives back where the chunk goes on. `#bodyLength`
   * is 0 again when the body is whole.
   */
  #addToBody(chunk: Uint8Array, at: number): number {
    const taken = Math.min(this.#bodyLength - this.#bodySize, chunk.length - at);
    const size = this.#bodySize + taken;
    if (this.#body.length < size || this.#bodySize === 0) this.#makeRoom(size);
    this.#body.set(taken === chunk.length ? chunk : chunk.subarray(at, at + taken), this.#bodySize);
    this.#bodySize = size;
    if (size === this.#bodyLength) this.#bodyLength = 0;
    return at + taken;
  }

  /**
   * A small body goes into the kept buffer; a large one gets its own, twice as large each time it is full.
   */
  #makeRoom(size: number): void {
    const length = this.#bodyLength;
    if (length <= keptBytes) {
      if (this.#scratch.length < length) {
        this.#scratch = new Uint8Array(
          Math.min(keptBytes, Math.max(length, 2 * this.#scratch.length, 1_024)),
        );
      }
      this.#body = this.#scratch;
      return;
    }
    const capacity = Math.min(length, Math.max(keptBytes, 2 * size));
    const larger = new Uint8Array(capacity);
    larger.set(this.#body.subarray(0, this.#bodySize));
    this.#body = larger;
  }

  #fail(length: number): void {
    this.#failure = {
      reason: "limit",
      detail: `a frame of ${length} bytes, where ${this.#limit} is the limit`,
    };
    this.close();
  }
}

/**
 * Gathers frames, so that what one turn of the event loop produced is one write.
 *
 * Two buffers take turns: while the bytes of one {@link FrameWriter.take} are being written, the next frames
 * go into the other. So **what `take` gives is valid until the next `take`**: write it whole before that.
 */
export class FrameWriter {
  readonly #limit: number;
  #buffer = new Uint8Array(initialBytes);
  #other = new Uint8Array(initialBytes);
  #size = 0;
  /** How much of `#other` its turn used: a buffer that stays nearly empty is given back. */
  #otherSize = initialBytes;

  /**
   * Begins empty.
   *
   * @param options `limit`: the longest body that is written, in bytes.
   */
  constructor(options: { readonly limit?: number } = {}) {
    this.#limit = options.limit ?? defaultFrameLimit;
  }

  /**
   * Bytes, headers included, that wait for the next {@link FrameWriter.take}: against the high-water mark.
   */
  get size(): number {
    return this.#size;
  }

  /**
   * Writes a frame; the body is copied.
   *
   * @param body At least one byte, since an empty frame is a tick, and at most the limit.
   * @param tail More of the body, behind it.
   * @returns Whether it was written: false, and nothing written, for a body of another size.
   */
  append(body: Uint8Array, tail?: Uint8Array): boolean {
    const length = tail === undefined ? body.length : body.length + tail.length;
    if (length === 0 || length > this.#limit) return false;
    const at = this.#size;
    const end = at + headerBytes + length;
    if (end > this.#buffer.length) this.#grow(end);
    writeLength(this.#buffer, at, length);
    this.#buffer.set(body, at + headerBytes);
    if (tail !== undefined) this.#buffer.set(tail, at + headerBytes + body.length);
    this.#size = end;
    return true;
  }

  /** Writes a tick. */
  tick(): void {
    const end = this.#size + headerBytes;
    if (end > this.#buffer.length) this.#grow(end);
    writeLength(this.#buffer, this.#size, 0);
    this.#size = end;
  }

  /**
   * Takes all that was written since the last call.
   *
   * @returns The bytes, none if there are none; valid until the next call.
   */
  take(): Uint8Array {
    const taken = this.#buffer;
    const size = this.#size;
    let next = this.#other;
    // What a burst made large and quiet turns leave empty is halved, turn by turn.
    if (next.length > initialBytes && this.#otherSize < next.length / 4) {
      next = new Uint8Array(Math.max(initialBytes, next.length / 2));
    }
    this.#other = taken;
    this.#otherSize = size;
    this.#buffer = next;
    this.#size = 0;
    return taken.subarray(0, size);
  }

  #grow(size: number): void {
    const larger = new Uint8Array(Math.max(size, 2 * this.#buffer.length));
    larger.set(this.#buffer.subarray(0, this.#size));
    this.#buffer = larger;
  }
}
