/**
 * What both ends of the handshake have in common, see `handshake.ts`: what each is given and comes to, the messages
 * cut out of bytes, the refusals, the secrets.
 *
 * @module
 */
import { hkdfSync } from "node:crypto";
import {
  confirmationKey,
  confirmationTag,
  type Exchange,
  lengthValueConcat,
  sessionKey,
  transcriptHash,
} from "./cpace.ts";
import {
  Composer,
  type EncryptionWish,
  Fields,
  frame,
  type HandshakeFailureReason,
  handshakeFrameLimit,
  join,
  kind,
  nothing,
  refusalCodes,
  strangerFrom,
  utf8,
  type Versions,
  wishes,
} from "./handshake_messages.ts";

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

export const mandatoryBits = 0xffff_0000;
export const knownBits = Object.values(capabilityBits).reduce<number>((all, bit) => all | bit, 0);

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
  /**
   * Whether who says to have that name is to come later: it hears `busy` before anything costly is done for it.
   * Nobody by default.
   */
  readonly isBusyWith?: (claimed: string) => boolean;
}

export type State = "waiting" | "done" | HandshakeFailure;

/** What both ends have in common: cutting bytes into messages, refusing, staying failed. */
export abstract class HandshakeMachine implements Handshake {
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

export const peerOf = (name: string, creation: number, capabilities: number): HandshakePeer => ({
  name,
  creation,
  capabilities,
  hidden: (capabilities & capabilityBits.hidden) !== 0,
});

/** The newest version that both speak. */
export const commonVersion = (one: Versions, other: Versions): number | undefined => {
  const highest = Math.min(one.highest, other.highest);
  return highest >= Math.max(one.lowest, other.lowest) ? highest : undefined;
};

export const inWords = ({ lowest, highest }: Versions): string =>
  lowest === highest ? `version ${lowest}` : `versions ${lowest} to ${highest}`;

export const versionsDiffer = (peer: string, theirs: Versions, ours: Versions): string =>
  `${peer} speaks ${inWords(theirs)} of the protocol, this node ${inWords(ours)}`;

export const wishesDiffer = (
  peer: string,
  theirs: EncryptionWish,
  own: string,
  ours: EncryptionWish,
): string => `${peer} says ${theirs}, ${own} says ${ours}`;

export const cookiesDiffer = (peer: string, own: string): string =>
  `the cookies of ${peer} and ${own} differ, or the handshake was altered on its way`;

/** The tags of both ends and the keys of both directions, out of what both saw and the shared point. */
export interface Secrets {
  readonly proof: Uint8Array;
  readonly verdictTag: (verdict: Uint8Array) => Uint8Array;
  readonly fromConnector: Uint8Array;
  readonly fromAcceptor: Uint8Array;
}

export const secretsOf = (exchange: Exchange, shared: Uint8Array): Secrets => {
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
export interface Pending {
  readonly link: Omit<Handshaken, "rest">;
  readonly secrets: Secrets;
}
