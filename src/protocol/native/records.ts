/**
 * Sealed records, once the handshake agreed to seal: Spawnlink's native protocol, chapter "Records", with the
 * cipher of RFC 8439, section 2.8 (ChaCha20-Poly1305). Each record is the length of what follows as u32,
 * big-endian, then ciphertext and tag; the length is authenticated with it. Not here: where the keys come
 * from (the handshake), frames (which lie inside, and need not begin where a record does), new keys on a long
 * link (the counter, and the cipher's bound of use, outlast it), the hiding of sizes.
 *
 * @module
 */
import { createCipheriv, createDecipheriv } from "node:crypto";

/**
 * The most plaintext in one record, in bytes: 256 KiB. The other end must have a record whole before it can open any
 * of it: a larger one would by then have left its processor's cache.
 */
export const recordLimit = 262_144;
/** Bytes that a record adds to its plaintext: the length in front and the tag behind. */
export const recordOverhead = 20;
/** Bytes of a key. */
export const keyBytes = 32;

const cipher = "chacha20-poly1305";
const headerBytes = 4;
const tagBytes = 16;
const nonceBytes = 12;
const cipherOptions = { authTagLength: tagBytes };
/** A buffer begins with this, and shrinks back to it. */
const initialBytes = 16_384;

/** Why a stream of records cannot be read on. */
export interface RecordFailure {
  /**
   * - `limit`: a record longer than any may be; nothing of it was read.
   * - `short`: a record too short to hold a tag and one byte.
   * - `altered`: a record is not what the other end sealed next: altered, lost, repeated, out of order, or
   *   sealed with another key.
   */
  readonly reason: "limit" | "short" | "altered";
  /** The same in words. */
  readonly detail: string;
}

/** A nonce that counts records: RFC 8439 leaves it to the protocol, which must never use one twice. */
class Counter {
  readonly nonce: Uint8Array = new Uint8Array(nonceBytes);
  readonly #view = new DataView(this.nonce.buffer);
  #next = 0;

  /** Makes `nonce` that of the next record. */
  advance(): Uint8Array {
    // Out of reach: at a million records a second after 285 years.
    if (this.#next >= Number.MAX_SAFE_INTEGER) throw new RangeError("all nonces of this key are used");
    this.#view.setUint32(4, this.#next / 0x1_0000_0000);
    this.#view.setUint32(8, this.#next >>> 0);
    this.#next++;
    return this.nonce;
  }
}

const checkedKey = (key: Uint8Array): Uint8Array => {
  if (key.length !== keyBytes) throw new RangeError(`a key has ${keyBytes} bytes, not ${key.length}`);
  return key.slice();
};

/** Seals one direction of a link. */
export class Sealer {
  readonly #key: Uint8Array;
  readonly #counter = new Counter();
  #buffer = new Uint8Array(initialBytes);
  #view = new DataView(this.#buffer.buffer);

  /**
   * Begins with the first record.
   *
   * @param key 32 bytes, for this direction alone.
   */
  constructor(key: Uint8Array) {
    this.#key = checkedKey(key);
  }

  /**
   * Seals what one flush writes: as one record, or as several if it is over the limit of a record.
   *
   * @param chunk The plaintext; of no bytes comes no record.
   * @returns The records in one buffer, which is used again: **valid until the next call**.
   */
  seal(chunk: Uint8Array): Uint8Array {
    const records = Math.ceil(chunk.length / recordLimit);
    const size = chunk.length + records * recordOverhead;
    this.#fit(size);
    if (records === 1) {
      this.#sealRecord(chunk, 0);
    } else {
      let at = 0;
      for (let start = 0; start < chunk.length; start += recordLimit) {
        at = this.#sealRecord(chunk.subarray(start, start + recordLimit), at);
      }
    }
    return this.#buffer.subarray(0, size);
  }

  #sealRecord(plaintext: Uint8Array, at: number): number {
    const start = at + headerBytes;
    const end = start + plaintext.length;
    this.#view.setUint32(at, plaintext.length + tagBytes);
    const sealing = createCipheriv(cipher, this.#key, this.#counter.advance(), cipherOptions);
    sealing.setAAD(this.#buffer.subarray(at, start), { plaintextLength: plaintext.length });
    this.#buffer.set(sealing.update(plaintext), start);
    sealing.final();
    this.#buffer.set(sealing.getAuthTag(), end);
    return end + tagBytes;
  }

  /**
   * Room for `size` bytes; a buffer that a burst made large is halved by each flush that needs little of it.
   */
  #fit(size: number): void {
    const capacity = this.#buffer.length;
    if (size > capacity) this.#buffer = new Uint8Array(Math.max(size, 2 * capacity));
    else if (capacity > initialBytes && size < capacity / 4) this.#buffer = new Uint8Array(capacity / 2);
    else return;
    this.#view = new DataView(this.#buffer.buffer);
  }
}

/**
 * Opens one direction of a link, from bytes that come in any pieces.
 *
 * A record is measured before it is kept, and its plaintext is handed on only when its tag has been checked.
 */
export class Opener {
  readonly #key: Uint8Array;
  readonly #counter = new Counter();
  #failure: RecordFailure | undefined;
  #closed = false;
  /** The first `#size` bytes, header included, of a record that the last piece cut. */
  #partial = new Uint8Array(initialBytes);
  #size = 0;

  /**
   * Begins with the first record.
   *
   * @param key 32 bytes, the other end's key of this direction.
   */
  constructor(key: Uint8Array) {
    this.#key = checkedKey(key);
  }

  /**
   * Takes the next bytes and hands on the plaintext of every record that they complete, in order. If the
   * callback throws, the opener is closed and the error goes on to the caller. Not to be called from the
   * callback.
   *
   * @param bytes Bytes of any number; they are not needed after the call.
   * @param onPlaintext Called with the plaintext of each record, a buffer of its own.
   * @returns The failure, once there is one; it stays.
   */
  push(bytes: Uint8Array, onPlaintext: (plaintext: Uint8Array) => void): RecordFailure | undefined {
    if (this.#closed) return this.#failure;
    try {
      this.#read(bytes, onPlaintext);
    } catch (cause) {
      this.close();
      throw cause;
    }
    return this.#failure;
  }

  /** Opens no more, from now on: also from within the callback, whose other records are dropped. */
  close(): void {
    this.#closed = true;
    this.#partial = new Uint8Array(0);
  }

  #read(bytes: Uint8Array, onPlaintext: (plaintext: Uint8Array) => void): void {
    let at = 0;
    while (at < bytes.length) {
      let record: Uint8Array | undefined;
      const left = bytes.length - at;
      if (this.#size === 0 && left >= headerBytes) {
        const length = this.#measure(bytes, at);
        if (length === undefined) return;
        if (left >= length) {
          record = bytes.subarray(at, at + length);
          at += length;
        } else {
          at += this.#keep(bytes, at, length);
        }
      } else if (this.#size < headerBytes) {
        at += this.#keep(bytes, at, headerBytes);
        // Refused by its length, as soon as that is known.
        if (this.#size === headerBytes && this.#measure(this.#partial, 0) === undefined) return;
      } else {
        const length = this.#measure(this.#partial, 0);
        if (length === undefined) return;
        at += this.#keep(bytes, at, length);
        if (this.#size === length) {
          record = this.#partial.subarray(0, length);
          this.#size = 0;
        }
      }
      if (record === undefined) continue;
      const plaintext = this.#open(record);
      if (plaintext === undefined) return;
      onPlaintext(plaintext);
      if (this.#closed) return;
    }
  }

  /** Bytes of the whole record that begins there, or undefined if no record may have that length. */
  #measure(bytes: Uint8Array, at: number): number | undefined {
    const length = ((bytes[at] ?? 0) << 24 | (bytes[at + 1] ?? 0) << 16 | (bytes[at + 2] ?? 0) << 8 |
      (bytes[at + 3] ?? 0)) >>> 0;
    if (length > recordLimit + tagBytes) {
      const most = recordLimit + tagBytes;
      this.#fail("limit", `a record of ${length} bytes, where ${most} is the limit`);
      return undefined;
    }
    if (length <= tagBytes) {
      this.#fail("short", `a record of ${length} bytes, which holds nothing beside its tag`);
      return undefined;
    }
    return headerBytes + length;
  }

  /** Keeps what there is of the first `wanted` bytes of a record; gives back how many it took. */
  #keep(bytes: Uint8Array, at: number, wanted: number): number {
    const taken = Math.min(wanted - this.#size, bytes.length - at);
    const size = this.#size + taken;
    if (size > this.#partial.length) {
      const larger = new Uint8Array(
        Math.min(recordLimit + recordOverhead, Math.max(size, 2 * this.#partial.length)),
      );
      larger.set(this.#partial.subarray(0, this.#size));
      this.#partial = larger;
    }
    this.#partial.set(bytes.subarray(at, at + taken), this.#size);
    this.#size = size;
    return taken;
  }

  #open(record: Uint8Array): Uint8Array | undefined {
    const end = record.length - tagBytes;
    const opening = createDecipheriv(cipher, this.#key, this.#counter.advance(), cipherOptions);
    opening.setAAD(record.subarray(0, headerBytes), { plaintextLength: end - headerBytes });
    opening.setAuthTag(record.subarray(end));
    const plaintext = opening.update(record.subarray(headerBytes, end));
    try {
      opening.final();
    } catch {
      this.#fail("altered", "a record that the other end did not seal, or not as the next one");
      return undefined;
    }
    // A plain Uint8Array on the same bytes: the views that a Buffer makes of itself are slow.
    return new Uint8Array(plaintext.buffer, plaintext.byteOffset, plaintext.length);
  }

  #fail(reason: RecordFailure["reason"], detail: string): void {
    this.#failure = { reason, detail };
    this.close();
  }
}
