/**
 * What is attacked with damaged bytes, and what must hold whatever comes: nothing thrown but what is said to be,
 * no link with anyone who has not proven himself, no record that was altered.
 *
 * @module
 */
import {
  alive2Answer,
  type AnswerFormat,
  AnswerParser,
  encodeAlive2Answer,
  encodeNamesAnswer,
  encodePort2Answer,
  encodeRequest,
  namesAnswer,
  normalNode,
  port2Answer,
  RequestParser,
} from "../../src/epmd/messages.ts";
import { Op, type Signal } from "../../src/process/signal.ts";
import { FrameReader, FrameWriter } from "../../src/protocol/native/frames.ts";
import { acceptor, connector, type Handshake } from "../../src/protocol/native/handshake.ts";
import { Opener, Sealer } from "../../src/protocol/native/records.ts";
import { BadSignal, decodeSignal, encodeSignal } from "../../src/protocol/native/signals.ts";
import { atom } from "../../src/term/atom.ts";
import { nodeLife } from "../../src/term/identifier.ts";
import { tuple } from "../../src/term/tuple.ts";
import { type Chance, pieces } from "./mutate.ts";

/** Something that reads bytes of strangers. */
export interface Target {
  readonly name: string;
  /** Bytes that it takes. */
  readonly corpus: ReadonlyArray<Uint8Array>;
  /** Gives it bytes; throws when something does not hold. */
  readonly attack: (bytes: Uint8Array, chance: Chance) => void;
}

const check = (isSo: boolean, what: string): void => {
  if (!isSo) throw new Error(what);
};

const fixed = (seed: number) => (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, index) => seed + index * 7 & 255);
const nobody = { capabilities: 0, encryption: "must_seal", cookie: "right", creation: 1 } as const;
const dialling = (): Handshake =>
  connector({ ...nobody, name: "alex@localhost", to: "kate@localhost", randomBytes: fixed(1) });
const answering = (): Handshake => {
  const { cookie, ...rest } = nobody;
  const decide = (): "accept" => "accept";
  const options = { ...rest, name: "kate@localhost", randomBytes: fixed(2), cookieFor: () => cookie, decide };
  return acceptor(options);
};

/** The messages of a handshake that goes well: those of the connector, and those of the acceptor. */
const goodHandshake = (): readonly [ReadonlyArray<Uint8Array>, ReadonlyArray<Uint8Array>] => {
  const [one, other] = [dialling(), answering()];
  const sent: [Array<Uint8Array>, Array<Uint8Array>] = [[], []];
  let bytes: Uint8Array | undefined = one.start();
  for (let turn = 0; bytes !== undefined && bytes.length > 0; turn++) {
    sent[turn % 2]?.push(bytes);
    bytes = (turn % 2 === 0 ? other : one).receive(bytes.slice()).send;
  }
  return sent;
};
const [connectorSaid, acceptorSaid] = goodHandshake();

const isOneOf = (bytes: Uint8Array, corpus: ReadonlyArray<Uint8Array>): boolean => {
  const whole = corpus.flatMap((part) => Array.from(part));
  return whole.every((byte, index) => bytes[index] === byte);
};

const handshake = (name: string, make: () => Handshake, good: ReadonlyArray<Uint8Array>): Target => ({
  name,
  corpus: [...good, Uint8Array.from(good.flatMap((part) => Array.from(part)))],
  attack: (bytes, chance) => {
    const machine = make();
    machine.start();
    for (const piece of pieces(bytes, chance)) {
      const step = machine.receive(piece);
      if (step.done !== undefined) check(isOneOf(bytes, good), "a link with one who proved nothing");
      if (step.done !== undefined || step.failed !== undefined) return;
    }
  },
});

const [alex, kate] = [nodeLife("alex@localhost", 1), nodeLife("kate@localhost", 2)];
const signals: ReadonlyArray<Signal> = [
  [Op.link, 1, 2],
  [
    Op.send,
    117,
    tuple(atom("hi"), alex.pid(107), { text: "hi", list: [1, -1, 1.5, null, true, 10n ** 30n] }),
  ],
  [Op.send, 117, [new Map([["a", new Set([1, "b"])]]), new Date(0), new Uint8Array(40), undefined, -0, NaN]],
  [Op.send, 117, Array.from({ length: 30 }).reduce<unknown>((inner) => [inner], "deep")],
  [Op.sendName, "shop", ["hi"]],
  [Op.exit, 1, 2, "noproc"],
  [Op.down, 3, { error: { name: "Error", message: "no" }, stack: "" }],
  [Op.groupLeader, 2, alex.pid(1)],
  [Op.monitor, 1, "shop", 3],
  [Op.spawnRequest, 12, 107, alex.pid(1), "Chat", "receiveMessage", ["hi", atom("ok")], 3],
  [Op.request, 12, 107, "Chat.TaskSupervisor", true, ["start_task", "Chat", "receiveMessage", ["hi"]]],
  [Op.requestHeldBy, 12, Number.MAX_SAFE_INTEGER],
];
const bodies = signals.map((signal) => encodeSignal(signal, alex, kate).slice());

const framed = bodies.map((body) => {
  const writer = new FrameWriter();
  writer.append(body);
  writer.tick();
  writer.append(body);
  return writer.take().slice();
});

const key = fixed(3)(32);
const plain = fixed(9)(3_000);
const sealed = (): Uint8Array => {
  const sealer = new Sealer(key);
  return Uint8Array.from([...sealer.seal(plain.subarray(0, 1_000)), ...sealer.seal(plain.subarray(1_000))]);
};

const answers = <A>(name: string, format: AnswerFormat<A>, good: ReadonlyArray<Uint8Array>): Target => ({
  name: `the port mapper's answer: ${name}`,
  corpus: good,
  attack: (bytes, chance) => {
    const parser = new AnswerParser(format);
    for (const piece of pieces(bytes, chance)) if (parser.push(piece).tag !== "more") return;
    check(parser.end().tag !== "more", "an answer that has ended, and still wants more");
  },
});

const registration = {
  name: "alex",
  port: 9100,
  nodeType: normalNode,
  protocol: 0,
  highestVersion: 6,
  lowestVersion: 5,
  extra: fixed(1)(9),
};

/** All of them. */
export const targets: ReadonlyArray<Target> = [
  handshake("the handshake, accepting", answering, connectorSaid),
  handshake("the handshake, connecting", dialling, acceptorSaid),
  {
    name: "records",
    corpus: [sealed()],
    attack: (bytes, chance) => {
      const opener = new Opener(key);
      let at = 0;
      for (const piece of pieces(bytes, chance)) {
        const failure = opener.push(piece, (text) => {
          check(text.every((byte, index) => byte === plain[at + index]), "an altered record was opened");
          at += text.length;
        });
        if (failure !== undefined) return;
      }
    },
  },
  {
    name: "frames",
    corpus: framed,
    attack: (bytes, chance) => {
      const reader = new FrameReader({ limit: 8_192 });
      for (const piece of pieces(bytes, chance)) {
        const failure = reader.push(piece, (body) => check(body.length <= 8_192, "over the limit"), () => {});
        if (failure !== undefined) return;
      }
    },
  },
  {
    name: "signals",
    corpus: bodies,
    attack: (bytes) => {
      let signal: Signal;
      try {
        signal = decodeSignal(bytes.slice(), kate, alex);
      } catch (error) {
        check(error instanceof BadSignal, `not refused but thrown: ${error}`);
        return;
      }
      // What was read can be said again: nothing is in it that could not travel.
      encodeSignal(signal, alex, kate);
      check(Reflect.get({}, "polluted") === undefined, "a prototype was altered");
    },
  },
  {
    name: "the port mapper's requests",
    corpus: [
      encodeRequest({ tag: "ALIVE2_REQ", registration }),
      encodeRequest({ tag: "PORT_PLEASE2_REQ", name: "kate" }),
      encodeRequest({ tag: "NAMES_REQ" }),
      encodeRequest({ tag: "KILL_REQ" }),
    ],
    attack: (bytes, chance) => {
      const parser = new RequestParser();
      for (const piece of pieces(bytes, chance)) if (parser.push(piece).tag !== "more") return;
      check(parser.end().tag !== "done", "a request that was never whole");
    },
  },
  answers("a registration", alive2Answer, [
    encodeAlive2Answer({ tag: "ALIVE2_X_RESP", result: 0, creation: 77 }),
    encodeAlive2Answer({ tag: "ALIVE2_RESP", result: 1, creation: 99 }),
  ]),
  answers("a port", port2Answer, [
    encodePort2Answer({ tag: "PORT2_RESP", registration }),
    encodePort2Answer({ tag: "PORT2_RESP", registration: undefined }),
  ]),
  answers("names", namesAnswer, [
    encodeNamesAnswer({
      tag: "NAMES_RESP",
      mapperPort: 4369,
      nodes: [{ name: "alex", port: 1 }, { name: "b", port: 2 }],
    }),
  ]),
];
