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
import { timingSafeEqual } from "node:crypto";
import { message, sampleScalar, scalarRandomBytes, sharedPoint, tagBytes } from "./cpace.ts";
import {
  beginsWith,
  composeAnswer,
  composeHello,
  Composer,
  Fields,
  frame,
  helloVersions,
  join,
  type KeyMessage,
  kind,
  magic,
  nothing,
  parseAnswer,
  parseHello,
  printable,
  sessionBytes,
  split,
  utf8,
} from "./handshake_messages.ts";

import {
  type AcceptorOptions,
  commonVersion,
  type ConnectorOptions,
  cookiesDiffer,
  type Handshake,
  HandshakeMachine,
  type HandshakeStep,
  LinkKeys,
  negotiateEncryption,
  peerOf,
  type Pending,
  secretsOf,
  versionsDiffer,
  wishesDiffer,
} from "./handshake_machine.ts";

export { busyRefusal, handshakeFrameLimit } from "./handshake_messages.ts";
export type { EncryptionWish, HandshakeFailureReason, Versions } from "./handshake_messages.ts";
export {
  type AcceptorOptions,
  capabilityBits,
  type ConnectorOptions,
  type Handshake,
  type HandshakeFailure,
  type Handshaken,
  type HandshakeOptions,
  type HandshakePeer,
  type HandshakeStep,
  LinkKeys,
  negotiateEncryption,
  spokenVersions,
  type Verdict,
} from "./handshake_machine.ts";

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
  readonly #isBusyWith: NonNullable<AcceptorOptions["isBusyWith"]>;
  #claimed: string | undefined;
  #answered: Pending | undefined;

  constructor(options: AcceptorOptions) {
    super(options);
    this.#cookieFor = options.cookieFor;
    this.#decide = options.decide;
    this.#isBusyWith = options.isBusyWith ?? (() => false);
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
    if (this.#isBusyWith(hello.name)) return this.refuse("busy", `${hello.name} is to come later`);

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
