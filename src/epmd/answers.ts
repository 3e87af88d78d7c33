/**
 * The port mapper's answers as bytes and back, see `messages.ts`.
 *
 * @module
 */
import {
  ALIVE2_RESP,
  ALIVE2_X_RESP,
  type Alive2Answer,
  check,
  concat,
  empty,
  encoder,
  isUnsigned,
  maxExtraBytes,
  maxNameBytes,
  maxNamesBytes,
  more,
  type NamedPort,
  nameOf,
  nameProblem,
  type NamesAnswer,
  type Parsed,
  PORT2_RESP,
  type Port2Answer,
  port2FixedBytes,
  refuse,
  type Refused,
  registrationProblem,
  textOf,
  viewOf,
} from "./fields.ts";

/**
 * The answer to ALIVE2_REQ as bytes. Erlang reads it as one piece: it is to be written at once.
 *
 * @param answer The answer; `result` is one byte.
 * @returns The bytes to send.
 * @throws {RangeError} Where a number does not fit its field.
 */
export const encodeAlive2Answer = (answer: Alive2Answer): Uint8Array => {
  const { tag, result, creation } = answer;
  const wide = tag === "ALIVE2_X_RESP";
  check(isUnsigned(result, 8) ? undefined : `a result is one byte, not ${result}`);
  check(isUnsigned(creation, wide ? 32 : 16) ? undefined : `a creation of ${tag} is not ${creation}`);
  const bytes = new Uint8Array(wide ? 6 : 4);
  const view = viewOf(bytes);
  view.setUint8(0, wide ? ALIVE2_X_RESP : ALIVE2_RESP);
  view.setUint8(1, result);
  if (wide) view.setUint32(2, creation);
  else view.setUint16(2, creation);
  return bytes;
};

/**
 * The answer to PORT_PLEASE2_REQ as bytes.
 *
 * @param answer The answer.
 * @returns The bytes to send.
 * @throws {RangeError} Where a part of the registration does not fit its field.
 */
export const encodePort2Answer = (answer: Port2Answer): Uint8Array => {
  const { registration } = answer;
  if (registration === undefined) return Uint8Array.of(PORT2_RESP, 1);
  check(registrationProblem(registration));
  const name = encoder.encode(registration.name);
  const bytes = new Uint8Array(port2FixedBytes + name.length + registration.extra.length);
  const view = viewOf(bytes);
  view.setUint8(0, PORT2_RESP);
  view.setUint8(1, 0);
  view.setUint16(2, registration.port);
  view.setUint8(4, registration.nodeType);
  view.setUint8(5, registration.protocol);
  view.setUint16(6, registration.highestVersion);
  view.setUint16(8, registration.lowestVersion);
  view.setUint16(10, name.length);
  bytes.set(name, 12);
  view.setUint16(12 + name.length, registration.extra.length);
  bytes.set(registration.extra, port2FixedBytes + name.length);
  return bytes;
};

/**
 * The answer to NAMES_REQ as bytes: the port mapper's port, then a line a node, as `epmd -names` prints them.
 *
 * @param answer The answer.
 * @returns The bytes to send; the connection ends behind them.
 * @throws {RangeError} Where a name or a port is none.
 */
export const encodeNamesAnswer = (answer: NamesAnswer): Uint8Array => {
  check(isUnsigned(answer.mapperPort, 32) ? undefined : `a port is not ${answer.mapperPort}`);
  const lines = answer.nodes.map(({ name, port }) => {
    check(nameProblem(name));
    check(isUnsigned(port, 16) ? undefined : `a port is between 0 and 65535, not ${port}`);
    return `name ${name} at port ${port}\n`;
  });
  const bytes = concat(new Uint8Array(4), encoder.encode(lines.join("")));
  viewOf(bytes).setUint32(0, answer.mapperPort);
  return bytes;
};

/** The answer to KILL_REQ of a port mapper that does not end on request ("Kill EPMD"; `epmd` says `NO`). */
export const killRefused: Uint8Array = encoder.encode("NO");

/** How one kind of answer is read: {@link alive2Answer}, {@link port2Answer} or {@link namesAnswer}. */
export interface AnswerFormat<A> {
  /** The answer's name in the specification. */
  readonly name: string;
  /** The most bytes that it can have. */
  readonly maxBytes: number;
  /** What `bytes` are, where `ended` says that no more come. */
  readonly read: (bytes: Uint8Array, ended: boolean) => Parsed<A>;
}

const unexpected = (name: string, bytes: Uint8Array): Refused =>
  refuse("unexpected_answer", `the answer begins with ${bytes[0]}, which ${name} does not`);

/** Answers to ALIVE2_REQ: ALIVE2_X_RESP, and ALIVE2_RESP of an `epmd` before OTP 23. */
export const alive2Answer: AnswerFormat<Alive2Answer> = {
  name: "ALIVE2_X_RESP",
  maxBytes: 6,
  read(bytes) {
    if (bytes.length === 0) return more;
    if (bytes[0] !== ALIVE2_X_RESP && bytes[0] !== ALIVE2_RESP) return unexpected("ALIVE2_X_RESP", bytes);
    const wide = bytes[0] === ALIVE2_X_RESP;
    const length = wide ? 6 : 4;
    if (bytes.length < length) return more;
    if (bytes.length > length) {
      return refuse("trailing_bytes", `${bytes.length - length} bytes after the answer`);
    }
    const view = viewOf(bytes);
    const creation = wide ? view.getUint32(2) : view.getUint16(2);
    const tag = wide ? "ALIVE2_X_RESP" : "ALIVE2_RESP";
    return { tag: "done", value: { tag, result: view.getUint8(1), creation } };
  },
};

/** Answers to PORT_PLEASE2_REQ: PORT2_RESP. */
export const port2Answer: AnswerFormat<Port2Answer> = {
  name: "PORT2_RESP",
  maxBytes: port2FixedBytes + maxNameBytes + maxExtraBytes,
  read(bytes) {
    if (bytes.length === 0) return more;
    if (bytes[0] !== PORT2_RESP) return unexpected("PORT2_RESP", bytes);
    if (bytes.length < 2) return more;
    const view = viewOf(bytes);
    if (view.getUint8(1) !== 0) {
      if (bytes.length > 2) return refuse("trailing_bytes", `${bytes.length - 2} bytes after the answer`);
      return { tag: "done", value: { tag: "PORT2_RESP", registration: undefined } };
    }
    if (bytes.length < 12) return more;
    const nameBytes = view.getUint16(10);
    if (nameBytes > maxNameBytes) return refuse("oversize", `a name of ${nameBytes} bytes in PORT2_RESP`);
    if (bytes.length < port2FixedBytes + nameBytes) return more;
    const extraBytes = view.getUint16(12 + nameBytes);
    if (extraBytes > maxExtraBytes) {
      return refuse("oversize", `an extra of ${extraBytes} bytes in PORT2_RESP`);
    }
    const end = port2FixedBytes + nameBytes + extraBytes;
    if (bytes.length < end) return more;
    if (bytes.length > end) return refuse("trailing_bytes", `${bytes.length - end} bytes after the answer`);
    const name = nameOf(bytes.subarray(12, 12 + nameBytes));
    if (typeof name !== "string") return name;
    const registration = {
      name,
      port: view.getUint16(2),
      nodeType: view.getUint8(4),
      protocol: view.getUint8(5),
      highestVersion: view.getUint16(6),
      lowestVersion: view.getUint16(8),
      extra: bytes.slice(port2FixedBytes + nameBytes, end),
    };
    return { tag: "done", value: { tag: "PORT2_RESP", registration } };
  },
};

const namedPortOf = (line: string): NamedPort | Refused => {
  // The name comes first and may itself hold " at port 1": the last one counts.
  const [, name, digits] = /^name (.+) at port (\d{1,5})$/su.exec(line) ?? [];
  if (name === undefined || digits === undefined || Number(digits) > 65535) {
    return refuse(
      "unexpected_answer",
      `a line of NAMES that is not "name … at port …": ${JSON.stringify(line)}`,
    );
  }
  const problem = nameProblem(name);
  return problem === undefined ? { name, port: Number(digits) } : refuse("bad_name", problem);
};

/** Answers to NAMES_REQ, which end with the connection. */
export const namesAnswer: AnswerFormat<NamesAnswer> = {
  name: "NAMES_RESP",
  maxBytes: maxNamesBytes,
  read(bytes, ended) {
    if (!ended) return more;
    if (bytes.length < 4) return refuse("truncated", `NAMES_RESP ends after ${bytes.length} bytes`);
    const text = textOf(bytes.subarray(4));
    if (text === undefined) return refuse("unexpected_answer", "a list of names that is not UTF-8");
    const lines = text.split("\n");
    if (lines.pop() !== "") return refuse("truncated", "NAMES_RESP ends within a line");
    const nodes: NamedPort[] = [];
    for (const line of lines) {
      const node = namedPortOf(line);
      if ("because" in node) return node;
      nodes.push(node);
    }
    return { tag: "done", value: { tag: "NAMES_RESP", mapperPort: viewOf(bytes).getUint32(0), nodes } };
  },
};

/**
 * Reads one answer from bytes in pieces of any size. Over the answer's limit nothing more is kept, a byte
 * after the answer is refused as `trailing_bytes`, and a parser that has refused gives the same refusal for
 * ever.
 */
export class AnswerParser<A> {
  readonly #format: AnswerFormat<A>;
  #bytes: Uint8Array = empty;
  #held = 0;
  #state: Parsed<A> = more;

  /** A parser of one answer. */
  constructor(format: AnswerFormat<A>) {
    this.#format = format;
  }

  /**
   * Takes the next bytes.
   *
   * @param chunk What came; it may be used again afterwards.
   * @returns The answer once it is whole, and at each later call without bytes.
   */
  push(chunk: Uint8Array): Parsed<A> {
    if (this.#state.tag === "refused" || chunk.length === 0) return this.#state;
    if (this.#state.tag === "done") {
      return this.#settle(refuse("trailing_bytes", `${chunk.length} bytes after the answer`));
    }
    const room = this.#format.maxBytes - this.#held;
    this.#keep(chunk.subarray(0, room));
    const state = this.#format.read(this.#bytes.subarray(0, this.#held), false);
    if (state.tag === "refused" || chunk.length <= room) return this.#settle(state);
    if (state.tag === "done") {
      return this.#settle(refuse("trailing_bytes", `${chunk.length - room} bytes after the answer`));
    }
    const { name, maxBytes } = this.#format;
    return this.#settle(refuse("oversize", `${name} of more than ${maxBytes} bytes`));
  }

  /**
   * Says that no more bytes come.
   *
   * @returns The answer, or a refusal; `truncated` where the bytes ended within it.
   */
  end(): Parsed<A> {
    if (this.#state.tag !== "more") return this.#state;
    const state = this.#format.read(this.#bytes.subarray(0, this.#held), true);
    if (state.tag !== "more") return this.#settle(state);
    return this.#settle(refuse("truncated", `${this.#format.name} ends after ${this.#held} bytes`));
  }

  #keep(chunk: Uint8Array): void {
    if (this.#held + chunk.length > this.#bytes.length) {
      // Doubling keeps a long list of names in small pieces from being copied once a piece.
      const grown = new Uint8Array(Math.max(64, 2 * this.#bytes.length, this.#held + chunk.length));
      grown.set(this.#bytes.subarray(0, this.#held));
      this.#bytes = grown;
    }
    this.#bytes.set(chunk, this.#held);
    this.#held += chunk.length;
  }

  #settle(state: Parsed<A>): Parsed<A> {
    this.#state = state;
    if (state.tag !== "more") this.#bytes = empty;
    return state;
  }
}
