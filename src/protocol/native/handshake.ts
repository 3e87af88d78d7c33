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
import {
  confirmationKey,
  confirmationTag,
  type Exchange,
  lengthValueConcat,
  message,
  sampleScalar,
  scalarRandomBytes,
  sessionKey,
  sharedPoint,
  tagBytes,
  transcriptHash,
} from "./cpace.ts";
import {
  beginsWith,
  composeAnswer,
  composeHello,
  Composer,
  type EncryptionWish,
  Fields,
  frame,
  type HandshakeFailureReason,
  handshakeFrameLimit,
  helloVersions,
  join,
  type KeyMessage,
  kind,
  magic,
  nothing,
  parseAnswer,
  parseHello,
  printable,
  refusalCodes,
  sessionBytes,
  split,
  strangerFrom,
  utf8,
  type Versions,
  wishes,
} from "./handshake_messages.ts";

export { busyRefusal, handshakeFrameLimit } from "./handshake_messages.ts";
export type { EncryptionWish, HandshakeFailureReason, Versions } from "./handshake_messages.ts";

/** The versions of the native protocol that this code speaks. */
export const spokenVersions: Versions = { lowest: 1, highest: 1 };

/**
 * Bits of the capabilities. An end that does not know a bit passes over it if it is one of the lower 16, and
 * refuses if it is one of the upper 16.
 */
export const capabilityBits = {
  /** A hidden node: it is not in `Node.list()`, and nobody connects to others because of it. */
  hidden: 1 << 0,
  /** It connects to all nodes that its peers know, and wants to be told of them. Bit 1 is the connections' own. */
  connectAll: 1 << 2,
} as const;

const mandatoryBits = 0xffff_0000;
const knownBits = Object.values(capabilityBits).reduce<number>((all, bit) => all | bit, 0);

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

/** What a link will be once both proofs are there. */
interface Pending {
  readonly link: Omit<Handshaken, "rest">;
  readonly secrets: Secrets;
}

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
