/**
 * A handshake without a proof, for the links of a simulated world: the same four messages, the same decision,
 * and no key exchange, which would be most of a run's time.
 *
 * @module
 */
import type { Handshakes } from "../../src/node/settings.ts";
import {
  type AcceptorOptions,
  type ConnectorOptions,
  type Handshake,
  type HandshakeFailure,
  type Handshaken,
  type HandshakePeer,
  type HandshakeStep,
  LinkKeys,
} from "../../src/protocol/native/handshake.ts";

type Message =
  | { readonly is: "hello"; readonly peer: HandshakePeer; readonly sought: string }
  | { readonly is: "answer"; readonly peer: HandshakePeer }
  | { readonly is: "proof" }
  | { readonly is: "verdict"; readonly refuse: string | undefined };

const none = new Uint8Array(0);
const utf8 = { encoder: new TextEncoder(), decoder: new TextDecoder() };

/** A message behind its length. */
const frame = (message: Message): Uint8Array => {
  const body = utf8.encoder.encode(JSON.stringify(message));
  const bytes = new Uint8Array(2 + body.length);
  new DataView(bytes.buffer).setUint16(0, body.length);
  bytes.set(body, 2);
  return bytes;
};

const peerOf = ({ name, creation, capabilities = 0 }: ConnectorOptions | AcceptorOptions): HandshakePeer => ({
  name,
  creation,
  capabilities,
  hidden: (capabilities & 1) !== 0,
});

/** Cuts the messages out of what comes, and gives each to `take` until the handshake is over. */
const machine = (
  first: Uint8Array,
  take: (message: Message, rest: Uint8Array) => HandshakeStep,
): Handshake => {
  let received = none;
  return {
    start: () => first,
    receive: (bytes) => {
      received = Uint8Array.from([...received, ...bytes]);
      if (received.length < 2) return {};
      const end = 2 + new DataView(received.buffer).getUint16(0);
      if (received.length < end) return {};
      const message: Message = JSON.parse(utf8.decoder.decode(received.subarray(2, end)));
      received = received.slice(end);
      return take(message, received);
    },
  };
};

const done = (peer: HandshakePeer, rest: Uint8Array): Handshaken => ({
  peer,
  version: 1,
  sealed: false,
  keys: new LinkKeys(none, none),
  rest,
});

const refused = (
  reason: "refused" | "name",
  detail: string,
  by: "us" | "peer",
  claimed: string,
): HandshakeFailure => ({ reason, detail, by, proven: true, claimed });

const connector = (options: ConnectorOptions): Handshake => {
  let peer: HandshakePeer | undefined;
  return machine(frame({ is: "hello", peer: peerOf(options), sought: options.to }), (message, rest) => {
    if (message.is === "answer") {
      peer = message.peer;
      return { send: frame({ is: "proof" }) };
    }
    if (message.is !== "verdict" || peer === undefined) throw new Error(`${message.is} out of order`);
    return message.refuse === undefined
      ? { done: done(peer, rest) }
      : { failed: refused("refused", message.refuse, "peer", peer.name) };
  });
};

const acceptor = (options: AcceptorOptions): Handshake => {
  let peer: HandshakePeer | undefined;
  return machine(none, (message, rest) => {
    if (message.is === "hello") {
      if (message.sought !== options.name) {
        return { failed: refused("name", `it seeks ${message.sought}`, "us", message.peer.name) };
      }
      peer = message.peer;
      return { send: frame({ is: "answer", peer: peerOf(options) }) };
    }
    if (message.is !== "proof" || peer === undefined) throw new Error(`${message.is} out of order`);
    const verdict = options.decide(peer);
    const refuse = verdict === "accept" ? undefined : verdict.refuse;
    const send = frame({ is: "verdict", refuse });
    return refuse === undefined
      ? { send, done: done(peer, rest) }
      : { send, failed: refused("refused", refuse, "us", peer.name) };
  });
};

/** Both ends. */
export const unproven: Handshakes = { connector, acceptor };
