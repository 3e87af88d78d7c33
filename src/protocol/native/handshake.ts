/**
 * How two nodes prove to each other that they have the same cookie: Spawnlink's native protocol, chapter
 * "Handshake", with CPace and its explicit key confirmation (draft-irtf-cfrg-cpace). Not here: sockets,
 * clocks and time-outs, how many may try at once, which of two crossing connections stays (the caller
 * decides), the records and frames that follow.
 *
 * Each message is a frame: its length as u16, big-endian, then at most 4 KiB. Numbers are big-endian; a name
 * is its length as u8 and UTF-8.
 *
 * ```
 * connector                                                                    acceptor
 * 1. hello    "spawnlink", lowest and highest version u8, wish u8, capabilities u32,
 *             creation u32, session 16 bytes, own name, name sought, point 32 bytes       →
 * 2.      ←   answer   1, version u8, wish u8, capabilities u32, creation u32,
 *                      nonce 16 bytes, own name, point 32 bytes
 * 3. proof    2, tag 64 bytes                                                             →
 * 4.      ←   verdict  3, accepted u8, reason (as a name), tag 64 bytes
 * any:        refusal  0, code u8, what the code brings
 * ```
 *
 * A tag covers its sender's whole message, and its key both messages: an altered byte is a wrong tag, and
 * nobody can talk two ends into an older version or out of sealing. Version, name and wish are compared
 * before the proof, since all that can follow is a refusal; nothing else of the other end is acted upon
 * before it.
 *
 * The connector proves first. Who dials with a guessed cookie must show the guess and is seen to fail; only
 * an impostor who is dialled can take a proof and leave, with one guess as well. A refusal before the proof
 * comes in clear and anyone on the way can have written it, which its failure says (`proven: false`). The
 * acceptor is done when it has said its verdict: if that is lost or altered, the connector closes and the
 * link ends at once.
 *
 * Later versions keep the hello's beginning, up to the highest version: an end that knows none of them can
 * refuse by name. Erlang's own handshake has `N` where the magic begins, so one port can serve both.
 *
 * @module
 */
import { hkdfSync, timingSafeEqual } from "node:crypto";
import { parseNodeName } from "../../term/node_name.ts";
import {
  confirmationKey,
  confirmationTag,
  type Exchange,
  lengthValueConcat,
  message,
  pointBytes,
  sampleScalar,
  scalarRandomBytes,
  sessionKey,
  sharedPoint,
  tagBytes,
  transcriptHash,
} from "./cpace.ts";

/** The longest body of a handshake frame, in bytes: 4 KiB. */
export const handshakeFrameLimit = 4_096;

/** The versions of the native protocol that this code speaks. */
export const spokenVersions: Versions = { lowest: 1, highest: 1 };

/**
 * Bits of the capabilities. An end that does not know a bit passes over it if it is one of the lower 16, and
 * refuses if it is one of the upper 16.
 */
export const capabilityBits = {
  /** A hidden node: it is not in `Node.list()`, and nobody connects to others because of it. */
  hidden: 1 << 0,
} as const;

const mandatoryBits = 0xffff_0000;
const knownBits = Object.values(capabilityBits).reduce<number>((all, bit) => all | bit, 0);

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
const wishes: ReadonlyArray<EncryptionWish> = ["must_seal", "may_be_plain", "must_be_plain"];

/**
 * What two wishes come to.
 *
 * @param one An end's wish.
 * @param other The other end's.
 * @returns Whether the link is sealed, or `"conflict"`.
 */
export const negotiateEncryption = (
  one: EncryptionWish,
  other: EncryptionWish,
): "sealed" | "plain" | "conflict" => {
  if (one !== "must_seal" && other !== "must_seal") return "plain";
  return one === "must_be_plain" || other === "must_be_plain" ? "conflict" : "sealed";
};

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

/** How a handshake failed. */
export interface HandshakeFailure {
  /** Why. */
  readonly reason: HandshakeFailureReason;
  /** The same in words; for `refused`, the reason that the decision gave. */
  readonly detail: string;
  /** Which end ended it. */
  readonly by: "us" | "peer";
  /**
   * Whether the other end had proven that it has the cookie: else it may be anyone, also as to `by: "peer"`.
   */
  readonly proven: boolean;
  /** The name that the other end gave itself, or was dialled by; for a log, and no more than a claim. */
  readonly claimed: string | undefined;
}

/** The other end of a link, proven to have the cookie. */
export interface HandshakePeer {
  /** The node's name. */
  readonly name: string;
  /** Its creation: 32 random bits that tell this life of the node from others. */
  readonly creation: number;
  /** All its capability bits, with those that are not known here. */
  readonly capabilities: number;
  /** Whether it is a hidden node. */
  readonly hidden: boolean;
}

/** What a decision says of a proven peer: come in, or why not. */
export type Verdict = "accept" | { readonly refuse: string };

/** The keys of a link, 32 bytes each; printing one shows neither. */
export class LinkKeys {
  readonly #send: Uint8Array;
  readonly #receive: Uint8Array;

  /**
   * The keys of both directions.
   *
   * @param send Seals what this end sends.
   * @param receive Opens what this end receives.
   */
  constructor(send: Uint8Array, receive: Uint8Array) {
    this.#send = send;
    this.#receive = receive;
  }

  /** Seals what this end sends. */
  get send(): Uint8Array {
    return this.#send;
  }

  /** Opens what this end receives. */
  get receive(): Uint8Array {
    return this.#receive;
  }
}

/** What a handshake came to. */
export interface Handshaken {
  /** The other end. */
  readonly peer: HandshakePeer;
  /** The version that the link speaks. */
  readonly version: number;
  /** Whether what follows is in sealed records. */
  readonly sealed: boolean;
  /** The keys of the records, also made for a plain link. */
  readonly keys: LinkKeys;
  /** What came behind the last message: the link's first bytes. */
  readonly rest: Uint8Array;
}

/** What became of the bytes received. Both may be missing: then more must come. */
export interface HandshakeStep {
  /** To be sent to the other end, also when the handshake has failed. */
  readonly send?: Uint8Array;
  /** The handshake is over, and the link begins. */
  readonly done?: Handshaken;
  /** The handshake is over, and so is the connection once `send` is written. */
  readonly failed?: HandshakeFailure;
}

/** One end of a handshake. */
export interface Handshake {
  /**
   * Begins.
   *
   * @returns What is to be sent first: nothing from an acceptor.
   */
  start(): Uint8Array;
  /**
   * Takes bytes from the other end, in any pieces. A failed handshake stays failed; one that is done wants no
   * more bytes.
   *
   * @param bytes Any number of bytes.
   * @returns What to do.
   */
  receive(bytes: Uint8Array): HandshakeStep;
}

/** What both ends bring to a handshake. */
export interface HandshakeOptions {
  /** This node's name. */
  readonly name: string;
  /** This node's creation, 32 bits. */
  readonly creation: number;
  /** This node's {@link capabilityBits}; none by default. */
  readonly capabilities?: number;
  /** What this end wants of encryption. */
  readonly encryption: EncryptionWish;
  /** The versions that this end speaks; {@link spokenVersions} by default. */
  readonly versions?: Versions;
  /** Random bytes that nobody can foresee. */
  readonly randomBytes: (count: number) => Uint8Array;
}

/** What a connector brings to a handshake. */
export interface ConnectorOptions extends HandshakeOptions {
  /** The name of the node sought. */
  readonly to: string;
  /** The cookie for that node. */
  readonly cookie: string;
}

/** What an acceptor brings to a handshake. */
export interface AcceptorOptions extends HandshakeOptions {
  /** The cookie for the node that says it has that name. */
  readonly cookieFor: (name: string) => string;
  /** Called once, when the peer is proven: whether the link is wanted. */
  readonly decide: (peer: HandshakePeer) => Verdict;
  /** Whether to refuse every hello, since too many others are at it; false by default. */
  readonly busy?: boolean;
}

// ---------------------------------------------------------------------------------------------------------
// The wire

const utf8 = new TextEncoder();
const strictUtf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const magic = utf8.encode("spawnlink");
const sessionBytes = 16;
const nothing: Uint8Array = new Uint8Array(0);

/** The first byte of every message but the hello. */
const kind = { refusal: 0, answer: 1, proof: 2, verdict: 3 } as const;

/** The codes of a refusal in clear; a decision's refusal has none, since it comes proven in the verdict. */
const refusalCodes: ReadonlyArray<Exclude<HandshakeFailureReason, "refused">> = [
  "cookie",
  "version",
  "encryption",
  "name",
  "point",
  "frame",
  "busy",
];

/** Composes a message. */
class Composer {
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
class Fields {
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

const frame = (body: Uint8Array): Uint8Array => {
  const bytes = new Uint8Array(2 + body.length);
  bytes[0] = body.length >>> 8;
  bytes[1] = body.length;
  bytes.set(body, 2);
  return bytes;
};

const join = (one: Uint8Array, other: Uint8Array): Uint8Array => {
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
const http = ["GE", "PO", "PU", "PA", "HE", "DE", "OP", "CO", "TR", "PR", "HT"];

/** Whose protocol begins with these bytes, at least two, if it is a known one. */
const strangerFrom = (bytes: Uint8Array): string | undefined => {
  const [first = 0, second = 0, third = 0] = bytes;
  const letters = String.fromCharCode(first, second);
  if (http.includes(letters)) return "HTTP";
  if (letters === "SS") return "SSH";
  // A TLS record of the type handshake, version 3.x.
  if (first === 0x16 && second === 3) return "TLS";
  // Erlang's send_name message: 'N' of its handshake since OTP 23, 'n' before.
  if (first < 0x10 && (third === 0x4e || third === 0x6e)) return "Erlang distribution";
  return undefined;
};

const beginsWith = (bytes: Uint8Array, beginning: Uint8Array): boolean => {
  const length = Math.min(bytes.length, beginning.length);
  for (let index = 0; index < length; index++) if (bytes[index] !== beginning[index]) return false;
  return true;
};

/** A reason that came from another node, fit for one line of a log. */
const printable = (text: string): string => text.replace(/[\p{C}\p{Zl}\p{Zp}]/gu, "\ufffd");

// ---------------------------------------------------------------------------------------------------------
// The machines

type State = "waiting" | "done" | HandshakeFailure;

/** What both ends have in common: cutting bytes into messages, refusing, staying failed. */
abstract class HandshakeMachine implements Handshake {
  protected readonly options: Pick<HandshakeOptions, "name" | "creation" | "randomBytes">;
  protected readonly versions: Versions;
  protected readonly wish: EncryptionWish;
  protected readonly capabilities: number;
  #received = nothing;
  #state: State = "waiting";

  constructor(options: HandshakeOptions) {
    this.options = { name: options.name, creation: options.creation, randomBytes: options.randomBytes };
    this.versions = options.versions ?? spokenVersions;
    this.wish = options.encryption;
    this.capabilities = options.capabilities ?? 0;
  }

  abstract start(): Uint8Array;

  /** The other end's name as far as it is known, proven or not. */
  protected abstract claimed(): string | undefined;

  /** What is wrong with the beginning of a message, before the rest of it has come. */
  protected abstract early(beginning: Uint8Array): string | undefined;

  /** Takes one whole message. */
  protected abstract handle(body: Uint8Array): HandshakeStep;

  receive(bytes: Uint8Array): HandshakeStep {
    if (this.#state === "done") {
      return this.fail("frame", "the handshake is over: what comes now belongs to the link");
    }
    if (this.#state !== "waiting") return { failed: this.#state };
    this.#received = join(this.#received, bytes);
    let send = nothing;
    while (true) {
      const step = this.#next();
      if (step === undefined) return send.length > 0 ? { send } : {};
      if (step.send !== undefined) send = join(send, step.send);
      if (step.failed !== undefined || step.done !== undefined) {
        return send.length > 0 ? { ...step, send } : step;
      }
    }
  }

  /** Handles the next message, if it is whole. */
  #next(): HandshakeStep | undefined {
    const received = this.#received;
    const [high, low] = received;
    if (high === undefined || low === undefined) return undefined;
    const length = high << 8 | low;
    if (length > handshakeFrameLimit) {
      const detail = strangerFrom(received) ??
        `a handshake message of ${length} bytes, where ${handshakeFrameLimit} is the limit`;
      return this.fail("frame", detail);
    }
    const beginning = received.subarray(2, 2 + length);
    const problem = this.early(beginning);
    if (problem !== undefined) return this.fail("frame", strangerFrom(received) ?? problem);
    if (beginning.length < length) return undefined;
    this.#received = received.slice(2 + length);
    return beginning[0] === kind.refusal ? this.#refused(beginning) : this.handle(beginning);
  }

  /** Ends with what came behind the last message. */
  protected finish(link: Omit<Handshaken, "rest">, send?: Uint8Array): HandshakeStep {
    const done = { ...link, rest: this.#received };
    this.#state = "done";
    this.#received = nothing;
    return send === undefined ? { done } : { done, send };
  }

  /** Ends, and tells nobody. */
  protected fail(
    reason: HandshakeFailureReason,
    detail: string,
    by: HandshakeFailure["by"] = "us",
    proven = false,
    send?: Uint8Array,
  ): HandshakeStep {
    const failed: HandshakeFailure = { reason, detail, by, proven, claimed: this.claimed() };
    this.#state = failed;
    this.#received = nothing;
    return send === undefined ? { failed } : { failed, send };
  }

  /** Ends, and tells the other end why. */
  protected refuse(reason: Exclude<HandshakeFailureReason, "refused">, detail: string): HandshakeStep {
    const body = new Composer().u8(kind.refusal).u8(refusalCodes.indexOf(reason));
    if (reason === "version") body.u8(this.versions.lowest).u8(this.versions.highest);
    if (reason === "encryption") body.u8(wishes.indexOf(this.wish));
    if (reason === "name") body.text(this.options.name);
    return this.fail(reason, detail, "us", false, frame(body.body()));
  }

  /**
   * Understands a refusal in clear. What its code brings is put in words here, so that no stranger's text is.
   */
  #refused(body: Uint8Array): HandshakeStep {
    const fields = new Fields(body, 1);
    const reason = refusalCodes[fields.u8()];
    const peer = this.claimed() ?? "the other end";
    let detail = `${peer} refused`;
    if (reason === "cookie") {
      detail = `${peer} says that its cookie differs`;
    } else if (reason === "version") {
      const theirs = { lowest: fields.u8(), highest: fields.u8() };
      detail = commonVersion(this.versions, theirs) === undefined
        ? versionsDiffer(peer, theirs, this.versions)
        : `${peer} lacks a capability that ${this.options.name} needs`;
    } else if (reason === "encryption") {
      detail = wishesDiffer(peer, fields.wish(), this.options.name, this.wish);
    } else if (reason === "name") {
      detail = `the node there is ${fields.name()}, not ${peer}`;
    } else if (reason === "point") {
      detail = `${peer} says that it got no valid point`;
    } else if (reason === "frame") {
      detail = `${peer} says that it got a malformed message`;
    } else if (reason === "busy") {
      detail = `${peer} has too many connections that are not proven yet`;
    }
    const problem = fields.problem();
    if (reason === undefined) return this.fail("frame", "a refusal of an unknown kind", "peer");
    return problem === undefined
      ? this.fail(reason, detail, "peer")
      : this.fail("frame", `a malformed refusal: ${problem}`);
  }

  /** What two names are to CPace: its channel, in the order of the roles. */
  protected channel(connector: string, acceptor: string): Uint8Array {
    return lengthValueConcat(utf8.encode(connector), utf8.encode(acceptor));
  }

  /** A mandatory capability that is unknown here, in words. */
  protected unknownCapability(peer: string, capabilities: number): string | undefined {
    const unknown = (capabilities & mandatoryBits & ~knownBits) >>> 0;
    if (unknown === 0) return undefined;
    return `${peer} needs a capability that is unknown here (bit ${31 - Math.clz32(unknown)})`;
  }
}

const peerOf = (name: string, creation: number, capabilities: number): HandshakePeer => ({
  name,
  creation,
  capabilities,
  hidden: (capabilities & capabilityBits.hidden) !== 0,
});

/** The newest version that both speak. */
const commonVersion = (one: Versions, other: Versions): number | undefined => {
  const highest = Math.min(one.highest, other.highest);
  return highest >= Math.max(one.lowest, other.lowest) ? highest : undefined;
};

const inWords = ({ lowest, highest }: Versions): string =>
  lowest === highest ? `version ${lowest}` : `versions ${lowest} to ${highest}`;

const versionsDiffer = (peer: string, theirs: Versions, ours: Versions): string =>
  `${peer} speaks ${inWords(theirs)} of the protocol, this node ${inWords(ours)}`;

const wishesDiffer = (peer: string, theirs: EncryptionWish, own: string, ours: EncryptionWish): string =>
  `${peer} says ${theirs}, ${own} says ${ours}`;

const cookiesDiffer = (peer: string, own: string): string =>
  `the cookies of ${peer} and ${own} differ, or the handshake was altered on its way`;

/** The tags of both ends and the keys of both directions, out of what both saw and the shared point. */
interface Secrets {
  readonly proof: Uint8Array;
  readonly verdictTag: (verdict: Uint8Array) => Uint8Array;
  readonly fromConnector: Uint8Array;
  readonly fromAcceptor: Uint8Array;
}

const secretsOf = (exchange: Exchange, shared: Uint8Array): Secrets => {
  const key = sessionKey(exchange, shared);
  const confirmation = confirmationKey(exchange.sid, key);
  const salt = transcriptHash(exchange);
  const direction = (info: string): Uint8Array =>
    new Uint8Array(hkdfSync("sha512", key, salt, utf8.encode(`spawnlink 1 ${info}`), 32));
  return {
    proof: confirmationTag(confirmation, exchange.initiatorMessage, exchange.initiatorData),
    verdictTag: (verdict) =>
      confirmationTag(confirmation, exchange.responderMessage, exchange.responderData, verdict),
    fromConnector: direction("connector to acceptor"),
    fromAcceptor: direction("acceptor to connector"),
  };
};

/** A hello or an answer as CPace sees it: the point at its end, and all that stands before. */
interface KeyMessage {
  readonly data: Uint8Array;
  readonly point: Uint8Array;
}

const split = (body: Uint8Array): KeyMessage => ({
  data: body.slice(0, body.length - pointBytes),
  point: body.slice(body.length - pointBytes),
});

/** What a link will be once both proofs are there. */
interface Pending {
  readonly link: Omit<Handshaken, "rest">;
  readonly secrets: Secrets;
}

interface Hello {
  readonly wish: EncryptionWish;
  readonly capabilities: number;
  readonly creation: number;
  readonly sid: Uint8Array;
  readonly name: string;
  readonly sought: string;
}

const composeHello = (hello: Hello, versions: Versions): Uint8Array =>
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
const helloVersions = (body: Uint8Array): Versions | undefined => {
  const lowest = body[magic.length];
  const highest = body[magic.length + 1];
  return lowest === undefined || highest === undefined ? undefined : { lowest, highest };
};

const parseHello = (body: Uint8Array): Hello | string => {
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

interface Answer {
  readonly version: number;
  readonly wish: EncryptionWish;
  readonly capabilities: number;
  readonly creation: number;
  readonly nonce: Uint8Array;
  readonly name: string;
}

const composeAnswer = (answer: Answer): Uint8Array =>
  new Composer()
    .u8(kind.answer)
    .u8(answer.version)
    .u8(wishes.indexOf(answer.wish))
    .u32(answer.capabilities)
    .u32(answer.creation)
    .bytes(answer.nonce)
    .text(answer.name)
    .body();

const parseAnswer = (body: Uint8Array): Answer | string => {
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

/** The end that dials: 1. says hello, 2. takes the answer and proves itself, 3. takes the verdict. */
class ConnectorMachine extends HandshakeMachine {
  readonly #to: string;
  #cookie: string;
  #hello: KeyMessage | undefined;
  #sid = nothing;
  #scalar = 0n;
  #pending: Pending | undefined;

  constructor(options: ConnectorOptions) {
    super(options);
    this.#to = options.to;
    this.#cookie = options.cookie;
  }

  protected override claimed(): string {
    return this.#to;
  }

  override start(): Uint8Array {
    this.#hello ??= this.#sayHello();
    return frame(join(this.#hello.data, this.#hello.point));
  }

  #sayHello(): KeyMessage {
    const { name, creation, randomBytes } = this.options;
    this.#sid = randomBytes(sessionBytes);
    this.#scalar = sampleScalar(randomBytes(scalarRandomBytes));
    const hello = {
      wish: this.wish,
      capabilities: this.capabilities,
      creation,
      sid: this.#sid,
      name,
      sought: this.#to,
    };
    const data = composeHello(hello, this.versions);
    const point = message(utf8.encode(this.#cookie), this.channel(name, this.#to), this.#sid, this.#scalar);
    this.#cookie = "";
    return { data, point };
  }

  protected override early(beginning: Uint8Array): string | undefined {
    const first = beginning[0];
    if (first === undefined || first === kind.refusal) return undefined;
    const expected = this.#pending === undefined ? kind.answer : kind.verdict;
    if (this.#hello !== undefined && first === expected) return undefined;
    if (beginning.length >= magic.length && beginsWith(beginning, magic)) {
      return "a hello where an answer was due";
    }
    return `a message of the kind ${first} out of order`;
  }

  protected override handle(body: Uint8Array): HandshakeStep {
    if (this.#hello === undefined || body.length === 0) return this.fail("frame", "an empty message");
    return this.#pending === undefined
      ? this.#takeAnswer(body, this.#hello)
      : this.#takeVerdict(body, this.#pending);
  }

  #takeAnswer(body: Uint8Array, hello: KeyMessage): HandshakeStep {
    const answer = parseAnswer(body);
    if (typeof answer === "string") return this.refuse("frame", `a malformed answer: ${answer}`);
    const { version, wish, name, creation, capabilities } = answer;
    const own = this.options.name;
    const chosen = { lowest: version, highest: version };
    if (commonVersion(chosen, this.versions) === undefined) {
      return this.refuse("version", versionsDiffer(this.#to, chosen, this.versions));
    }
    if (name !== this.#to) return this.refuse("name", `the node there is ${name}, not ${this.#to}`);
    const lacking = this.unknownCapability(name, capabilities);
    if (lacking !== undefined) return this.refuse("version", lacking);
    const encryption = negotiateEncryption(this.wish, wish);
    if (encryption === "conflict") return this.refuse("encryption", wishesDiffer(name, wish, own, this.wish));
    const { data, point } = split(body);
    const shared = sharedPoint(this.#scalar, point);
    this.#scalar = 0n;
    if (shared === undefined) return this.refuse("point", `${name} sent no valid point`);
    const secrets = secretsOf({
      sid: this.#sid,
      initiatorMessage: hello.point,
      initiatorData: hello.data,
      responderMessage: point,
      responderData: data,
    }, shared);
    this.#pending = {
      link: {
        peer: peerOf(name, creation, capabilities),
        version,
        sealed: encryption === "sealed",
        keys: new LinkKeys(secrets.fromConnector, secrets.fromAcceptor),
      },
      secrets,
    };
    return { send: frame(new Composer().u8(kind.proof).bytes(secrets.proof).body()) };
  }

  #takeVerdict(body: Uint8Array, { link, secrets }: Pending): HandshakeStep {
    const fields = new Fields(body, 1);
    const accepted = fields.u8();
    const reason = fields.text();
    const tag = fields.bytes(tagBytes);
    const problem = fields.problem() ?? (accepted > 1 ? "neither yes nor no" : undefined);
    if (problem !== undefined) return this.fail("frame", `a malformed verdict: ${problem}`);
    if (!timingSafeEqual(tag, secrets.verdictTag(body.slice(0, body.length - tagBytes)))) {
      return this.fail("cookie", cookiesDiffer(this.#to, this.options.name));
    }
    return accepted === 1 ? this.finish(link) : this.fail("refused", printable(reason), "peer", true);
  }
}

/**
 * The end that is dialled: 1. takes the hello and answers, 2. takes the proof, decides and says its verdict.
 */
class AcceptorMachine extends HandshakeMachine {
  readonly #cookieFor: AcceptorOptions["cookieFor"];
  readonly #decide: AcceptorOptions["decide"];
  readonly #busy: boolean;
  #claimed: string | undefined;
  #answered: Pending | undefined;

  constructor(options: AcceptorOptions) {
    super(options);
    this.#cookieFor = options.cookieFor;
    this.#decide = options.decide;
    this.#busy = options.busy ?? false;
  }

  protected override claimed(): string | undefined {
    return this.#claimed;
  }

  override start(): Uint8Array {
    return nothing;
  }

  protected override early(beginning: Uint8Array): string | undefined {
    if (this.#answered === undefined) {
      return beginsWith(beginning, magic) ? undefined : "not this protocol's hello";
    }
    const first = beginning[0];
    if (first === undefined || first === kind.refusal || first === kind.proof) return undefined;
    return beginsWith(beginning, magic.subarray(0, 1))
      ? "a hello where a proof was due"
      : `a message of the kind ${first} out of order`;
  }

  protected override handle(body: Uint8Array): HandshakeStep {
    if (body.length === 0) return this.fail("frame", "an empty message");
    return this.#answered === undefined ? this.#takeHello(body) : this.#takeProof(body, this.#answered);
  }

  #takeHello(body: Uint8Array): HandshakeStep {
    const offered = helloVersions(body);
    if (body.length < magic.length || offered === undefined) {
      return this.refuse("frame", "a malformed hello: truncated");
    }
    const version = commonVersion(offered, this.versions);
    if (version === undefined) {
      return this.refuse("version", versionsDiffer("the other end", offered, this.versions));
    }
    const hello = parseHello(body);
    if (typeof hello === "string") return this.refuse("frame", `a malformed hello: ${hello}`);
    this.#claimed = hello.name;
    const { name: own, creation, randomBytes } = this.options;
    if (hello.sought !== own) return this.refuse("name", `${hello.name} seeks ${hello.sought}, not ${own}`);
    const lacking = this.unknownCapability(hello.name, hello.capabilities);
    if (lacking !== undefined) return this.refuse("version", lacking);
    const encryption = negotiateEncryption(this.wish, hello.wish);
    if (encryption === "conflict") {
      return this.refuse("encryption", wishesDiffer(hello.name, hello.wish, own, this.wish));
    }
    if (this.#busy) return this.refuse("busy", "too many connections that are not proven yet");

    const scalar = sampleScalar(randomBytes(scalarRandomBytes));
    const theirs = split(body);
    const shared = sharedPoint(scalar, theirs.point);
    if (shared === undefined) return this.refuse("point", `${hello.name} sent no valid point`);
    const cookie = utf8.encode(this.#cookieFor(hello.name));
    const point = message(cookie, this.channel(hello.name, own), hello.sid, scalar);
    const data = composeAnswer({
      version,
      wish: this.wish,
      capabilities: this.capabilities,
      creation,
      nonce: randomBytes(sessionBytes),
      name: own,
    });
    const secrets = secretsOf({
      sid: hello.sid,
      initiatorMessage: theirs.point,
      initiatorData: theirs.data,
      responderMessage: point,
      responderData: data,
    }, shared);
    this.#answered = {
      link: {
        peer: peerOf(hello.name, hello.creation, hello.capabilities),
        version,
        sealed: encryption === "sealed",
        keys: new LinkKeys(secrets.fromAcceptor, secrets.fromConnector),
      },
      secrets,
    };
    return { send: frame(join(data, point)) };
  }

  #takeProof(body: Uint8Array, { link, secrets }: Pending): HandshakeStep {
    const fields = new Fields(body, 1);
    const tag = fields.bytes(tagBytes);
    const problem = fields.problem();
    if (problem !== undefined) return this.refuse("frame", `a malformed proof: ${problem}`);
    if (!timingSafeEqual(tag, secrets.proof)) {
      return this.refuse("cookie", cookiesDiffer(link.peer.name, this.options.name));
    }
    // From here on the other end is who it says it is.
    const decision = this.#decide(link.peer);
    const accepted = decision === "accept";
    const reason = accepted ? "" : decision.refuse;
    const said = new Composer().u8(kind.verdict).u8(accepted ? 1 : 0).text(reason).body();
    const verdict = frame(join(said, secrets.verdictTag(said)));
    return accepted ? this.finish(link, verdict) : this.fail("refused", reason, "us", true, verdict);
  }
}

/**
 * The end that dials.
 *
 * @param options Its node, the node sought and the cookie.
 * @returns The machine: send what `start` gives, then feed it what comes.
 */
export const connector = (options: ConnectorOptions): Handshake => new ConnectorMachine(options);

/**
 * The end that is dialled.
 *
 * @param options Its node, where its cookies are found and who decides on proven peers.
 * @returns The machine: feed it what comes.
 */
export const acceptor = (options: AcceptorOptions): Handshake => new AcceptorMachine(options);
