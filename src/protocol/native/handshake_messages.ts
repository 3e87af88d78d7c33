/**
 * The handshake's messages as bytes, and back: their frames, their fields, and whose protocol it is when it is
 * none of ours. Not here: what is said when, which is `handshake.ts`.
 *
 * @module
 */
import { parseNodeName } from "../../term/node_name.ts";
import { pointBytes } from "./cpace.ts";

/** The longest body of a handshake frame, in bytes: 4 KiB. */
export const handshakeFrameLimit = 4_096;

/** A range of protocol versions, each from 0 to 255. */
export interface Versions {
  /** The oldest. */
  readonly lowest: number;
  /** The newest. */
  readonly highest: number;
}

/**
 * What an end wants of encryption. A link is plain only if neither end must seal; `must_seal` and
 * `must_be_plain` refuse each other.
 */
export type EncryptionWish = "must_seal" | "may_be_plain" | "must_be_plain";

/** The wishes in the order of their numbers on the wire. */
export const wishes: ReadonlyArray<EncryptionWish> = ["must_seal", "may_be_plain", "must_be_plain"];

/**
 * Why a handshake failed.
 *
 * - `cookie`: the cookies differ (or someone altered the handshake on its way, which looks the same).
 * - `version`: no protocol version, or mandatory capability, in common.
 * - `encryption`: one end must seal and the other must not.
 * - `name`: the node that answers is not the one sought.
 * - `point`: a message of the key exchange was no valid point, which honest ends never send.
 * - `frame`: not this protocol, or malformed, over the limit, out of order.
 * - `refused`: proven, and refused by the acceptor's decision.
 * - `busy`: too many handshakes at once; later is better.
 */
export type HandshakeFailureReason =
  | "cookie"
  | "version"
  | "encryption"
  | "name"
  | "point"
  | "frame"
  | "refused"
  | "busy";

export const utf8 = new TextEncoder();
export const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

export const magic = utf8.encode("spawnlink");
export const sessionBytes = 16;
export const nothing: Uint8Array = new Uint8Array(0);

/** The first byte of every message but the hello. */
export const kind = { refusal: 0, answer: 1, proof: 2, verdict: 3 } as const;

/** The codes of a refusal in clear; a decision's refusal has none, since it comes proven in the verdict. */
export const refusalCodes: ReadonlyArray<Exclude<HandshakeFailureReason, "refused">> = [
  "cookie",
  "version",
  "encryption",
  "name",
  "point",
  "frame",
  "busy",
];

/** Composes a message. */
export class Composer {
  readonly #bytes: Array<number> = [];

  u8(number: number): this {
    this.#bytes.push(number & 255);
    return this;
  }

  u32(number: number): this {
    this.#bytes.push(number >>> 24, number >>> 16 & 255, number >>> 8 & 255, number & 255);
    return this;
  }

  bytes(bytes: Uint8Array): this {
    for (const byte of bytes) this.#bytes.push(byte);
    return this;
  }

  /** Text behind its length; what is over 255 bytes is cut between characters. */
  text(text: string): this {
    const room = new Uint8Array(255);
    const { written } = utf8.encodeInto(text, room);
    return this.u8(written).bytes(room.subarray(0, written));
  }

  body(): Uint8Array {
    return Uint8Array.from(this.#bytes);
  }
}

/** Reads a message; says at its end whether all was there and nothing more. */
export class Fields {
  readonly #bytes: Uint8Array;
  #at: number;
  #problem: string | undefined;

  constructor(bytes: Uint8Array, at: number) {
    this.#bytes = bytes;
    this.#at = at;
  }

  bytes(count: number): Uint8Array {
    const end = this.#at + count;
    if (end > this.#bytes.length) {
      this.#problem ??= "truncated";
      return nothing;
    }
    const bytes = this.#bytes.slice(this.#at, end);
    this.#at = end;
    return bytes;
  }

  u8(): number {
    return this.bytes(1)[0] ?? 0;
  }

  u32(): number {
    const [a = 0, b = 0, c = 0, d = 0] = this.bytes(4);
    return (a << 24 | b << 16 | c << 8 | d) >>> 0;
  }

  text(): string {
    try {
      return strictUtf8.decode(this.bytes(this.u8()));
    } catch {
      this.#problem ??= "text that is no UTF-8";
      return "";
    }
  }

  name(): string {
    const name = this.text();
    if ("problem" in parseNodeName(name)) this.#problem ??= "a name that is no node's";
    return name;
  }

  wish(): EncryptionWish {
    const wish = wishes[this.u8()];
    if (wish === undefined) this.#problem ??= "an unknown wish for encryption";
    return wish ?? "must_seal";
  }

  /** What is wrong with the message, if anything is. */
  problem(): string | undefined {
    if (this.#problem === undefined && this.#at < this.#bytes.length) this.#problem = "trailing bytes";
    return this.#problem;
  }
}

export const frame = (body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(2 + body.length);
  bytes[0] = body.length >>> 8;
  bytes[1] = body.length;
  bytes.set(body, 2);
  return bytes;
};

export const join = (one: Uint8Array, other: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(one.length + other.length);
  bytes.set(one);
  bytes.set(other, one.length);
  return bytes;
};

/**
 * A refusal that can be sent at once to whoever connects, when there is no room for one more handshake.
 *
 * @returns The bytes to send before closing.
 */
export const busyRefusal = (): Uint8Array =>
  frame(new Composer().u8(kind.refusal).u8(refusalCodes.indexOf("busy")).body());

/** The first two letters of HTTP's methods, and of its answers. */
export const http = ["GE", "PO", "PU", "PA", "HE", "DE", "OP", "CO", "TR", "PR", "HT"];

/** Whose protocol begins with these bytes, at least two, if it is a known one. */
export const strangerFrom = (bytes: Uint8Array): string | undefined => {
  const [first = 0, second = 0, third = 0] = bytes;
  const letters = String.fromCharCode(first, second);
  if (http.includes(letters)) return "HTTP";
  if (letters === "SS") return "SSH";
  // A TLS record of the type handshake, or an alert, version 3.x.
  if ((first === 0x16 || first === 0x15) && second === 3) return "TLS";
  // Erlang's send_name message: 'N' of its handshake since OTP 23, 'n' before.
  if (first < 0x10 && (third === 0x4e || third === 0x6e)) return "Erlang distribution";
  return undefined;
};

export const beginsWith = (bytes: Uint8Array, beginning: Uint8Array): boolean => {
  const length = Math.min(bytes.length, beginning.length);
  for (let index = 0; index < length; index++) if (bytes[index] !== beginning[index]) return false;
  return true;
};

/** A reason that came from another node, fit for one line of a log. */
export const printable = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\ufffd");

/** A hello or an answer as CPace sees it: the point at its end, and all that stands before. */
export interface KeyMessage {
  readonly data: Uint8Array;
  readonly point: Uint8Array;
}

export const split = (body: Uint8Array): KeyMessage => ({
  data: body.slice(0, body.length - pointBytes),
  point: body.slice(body.length - pointBytes),
});

export interface Hello {
  readonly wish: EncryptionWish;
  readonly capabilities: number;
  readonly creation: number;
  readonly sid: Uint8Array;
  readonly name: string;
  readonly sought: string;
}

export const composeHello = (hello: Hello, versions: Versions): Uint8Array =>
  new Composer()
    .bytes(magic)
    .u8(versions.lowest)
    .u8(versions.highest)
    .u8(wishes.indexOf(hello.wish))
    .u32(hello.capabilities)
    .u32(hello.creation)
    .bytes(hello.sid)
    .text(hello.name)
    .text(hello.sought)
    .body();

/** The versions in a hello of any version, undefined if it ends before them. */
export const helloVersions = (body: Uint8Array): Versions | undefined => {
  const lowest = body[magic.length];
  const highest = body[magic.length + 1];
  return lowest === undefined || highest === undefined ? undefined : { lowest, highest };
};

export const parseHello = (body: Uint8Array): Hello | string => {
  const fields = new Fields(body, magic.length + 2);
  const hello = {
    wish: fields.wish(),
    capabilities: fields.u32(),
    creation: fields.u32(),
    sid: fields.bytes(sessionBytes),
    name: fields.name(),
    sought: fields.name(),
  };
  fields.bytes(pointBytes);
  return fields.problem() ?? hello;
};

export interface Answer {
  readonly version: number;
  readonly wish: EncryptionWish;
  readonly capabilities: number;
  readonly creation: number;
  readonly nonce: Uint8Array;
  readonly name: string;
}

export const composeAnswer = (answer: Answer): Uint8Array =>
  new Composer()
    .u8(kind.answer)
    .u8(answer.version)
    .u8(wishes.indexOf(answer.wish))
    .u32(answer.capabilities)
    .u32(answer.creation)
    .bytes(answer.nonce)
    .text(answer.name)
    .body();

export const parseAnswer = (body: Uint8Array): Answer | string => {
  const fields = new Fields(body, 1);
  const answer = {
    version: fields.u8(),
    wish: fields.wish(),
    capabilities: fields.u32(),
    creation: fields.u32(),
    nonce: fields.bytes(sessionBytes),
    name: fields.name(),
  };
  fields.bytes(pointBytes);
  return fields.problem() ?? answer;
};
