/**
 * The port mapper's messages as bytes and back: "EPMD Protocol" of Erlang's `erl_dist_protocol`, and nothing
 * that touches a socket or a clock.
 *
 * A request is `u16 length, u8 tag, …`; one connection carries one request. An answer has no length before
 * it: its own fields say how long it is, but NAMES, which ends with the connection. All integers are
 * big-endian.
 *
 * What this does *not* do: it decides nothing about who may register what (`server.ts` does), it does
 * not read DUMP_REQ and STOP_REQ (refused by name: the one tells of file descriptors that do not exist here,
 * the other ends somebody else's registration), and it knows no ALIVE_CLOSE (a registration ends with its
 * connection, nothing is sent). No result refers to bytes that were handed in: every buffer may be used again
 * at once.
 *
 * @example A request, and what the port mapper makes of it
 * ```ts
 * import { encodeRequest, RequestParser } from "./messages.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeRequest({ tag: "PORT_PLEASE2_REQ", name: "alex" });
 * assertEquals([...bytes], [0, 5, 122, 97, 108, 101, 120]);
 *
 * const parser = new RequestParser();
 * assertEquals(parser.push(bytes.subarray(0, 3)), { tag: "more" });
 * assertEquals(parser.push(bytes.subarray(3)), {
 *   tag: "done",
 *   value: { tag: "PORT_PLEASE2_REQ", name: "alex" },
 * });
 * ```
 *
 * @module
 */

/** The port on which a port mapper listens when nothing else was said ("EPMD Protocol"; `ERL_EPMD_PORT`). */
export const defaultPort = 4369;

/** ALIVE2_REQ ("Register a Node in EPMD"). */
const ALIVE2_REQ = 120;
/** ALIVE2_X_RESP: the answer with a creation of 32 bits ("Register a Node in EPMD"). */
const ALIVE2_X_RESP = 118;
/** ALIVE2_RESP: the answer with a creation of 16 bits ("Register a Node in EPMD"). */
const ALIVE2_RESP = 121;
/** PORT_PLEASE2_REQ ("Get the Distribution Port of Another Node"). */
const PORT_PLEASE2_REQ = 122;
/** PORT2_RESP ("Get the Distribution Port of Another Node"). */
const PORT2_RESP = 119;
/** NAMES_REQ ("Get All Registered Names from EPMD"). */
const NAMES_REQ = 110;
/** DUMP_REQ ("Dump All Data from EPMD"). */
const DUMP_REQ = 100;
/** KILL_REQ ("Kill EPMD"). */
const KILL_REQ = 107;
/** STOP_REQ ("STOP_REQ (Not Used)"). */
const STOP_REQ = 115;

/** The type of a visible Erlang node ("Register a Node in EPMD", NodeType). */
export const normalNode = 77;
/** The type of a hidden node, as C nodes are ("Register a Node in EPMD", NodeType). */
export const hiddenNode = 72;
/** The protocol of a node that is reached by TCP over IPv4 ("Register a Node in EPMD", Protocol). */
export const tcpProtocol = 0;
/** The version of the distribution protocol since OTP 23 ("Register a Node in EPMD", HighestVersion). */
export const newestVersion = 6;
/** The version of the distribution protocol since R6 ("Register a Node in EPMD", LowestVersion). */
export const oldestVersion = 5;

/** The longest name in characters (code points), as `epmd` has it. */
export const maxNameCharacters = 255;
/** The longest name in bytes: its characters have at most four each. */
export const maxNameBytes = maxNameCharacters * 4;
/** The longest `extra` in bytes, as `epmd` has it. */
export const maxExtraBytes = 255 * 4;

/** The fields of ALIVE2_REQ without the name and the extra ("Register a Node in EPMD"). */
const alive2FixedBytes = 13;
/** The fields of PORT2_RESP without the name and the extra ("Get the Distribution Port of Another Node"). */
const port2FixedBytes = 14;
/** The longest request, without its length field: an ALIVE2_REQ. */
const maxAlive2Bytes = alive2FixedBytes + maxNameBytes + maxExtraBytes;
/** The longest request that is no ALIVE2_REQ, without its length field: a PORT_PLEASE2_REQ. */
const maxPlainBytes = 1 + maxNameBytes;
/** The longest line of a NAMES answer. */
const maxLineBytes = "name ".length + maxNameBytes + " at port 65535\n".length;
/** The longest NAMES answer: 1,024 nodes, more than `epmd` holds. */
const maxNamesBytes = 4 + 1024 * maxLineBytes;

/** What a node tells the port mapper about itself, and what the port mapper tells others. */
export interface Registration {
  /** What stands before the `@` of the node's name. */
  readonly name: string;
  /** The TCP port on which the node listens. */
  readonly port: number;
  /** {@link normalNode}, {@link hiddenNode}, or another byte. */
  readonly nodeType: number;
  /** {@link tcpProtocol}, or another byte. */
  readonly protocol: number;
  /** The newest version of the distribution protocol that the node speaks. */
  readonly highestVersion: number;
  /** The oldest version of the distribution protocol that the node speaks. */
  readonly lowestVersion: number;
  /** Free bytes that come back as they are. */
  readonly extra: Uint8Array;
}

/** A request to the port mapper. */
export type Request =
  | { readonly tag: "ALIVE2_REQ"; readonly registration: Registration }
  | { readonly tag: "PORT_PLEASE2_REQ"; readonly name: string }
  | { readonly tag: "NAMES_REQ" }
  | { readonly tag: "KILL_REQ" };

/** The answer to ALIVE2_REQ. */
export interface Alive2Answer {
  /** ALIVE2_X_RESP has a creation of 32 bits, ALIVE2_RESP one of 16. */
  readonly tag: "ALIVE2_X_RESP" | "ALIVE2_RESP";
  /** 0 is success; anything else says that the name is taken, or that it is not one. */
  readonly result: number;
  /** What tells this life of the node from earlier ones; of no meaning without success. */
  readonly creation: number;
}

/** The answer to PORT_PLEASE2_REQ. */
export interface Port2Answer {
  /** The answer's name in the specification. */
  readonly tag: "PORT2_RESP";
  /** The node; `undefined` where no node of that name is registered. */
  readonly registration: Registration | undefined;
}

/** A node as a NAMES answer lists it. */
export interface NamedPort {
  /** What stands before the `@` of the node's name. */
  readonly name: string;
  /** The TCP port on which the node listens. */
  readonly port: number;
}

/** The answer to NAMES_REQ. */
export interface NamesAnswer {
  /** The answer has no name in the specification; this one follows NAMES_REQ. */
  readonly tag: "NAMES_RESP";
  /** The port on which the port mapper itself listens. */
  readonly mapperPort: number;
  /** The nodes, in the port mapper's order. */
  readonly nodes: readonly NamedPort[];
}

/** The kinds of bytes that no message begins with, or ends with. */
export type Refusal =
  /** The message, or a part of it, ends before all of it is there. */
  | "truncated"
  /** More bytes than the message has. */
  | "trailing_bytes"
  /** Longer than the limit: nothing of it was kept. */
  | "oversize"
  /** A request of length 0, or with a tag that no request has. */
  | "unknown_request"
  /** A request that exists and that is not served: DUMP_REQ, STOP_REQ. */
  | "unsupported"
  /** An answer that no port mapper gives to this question. */
  | "unexpected_answer"
  /** A name that is empty, too long, no UTF-8, or has control characters. */
  | "bad_name";

/** Bytes that are no message. */
export interface Refused {
  /** No message can begin like this. */
  readonly tag: "refused";
  /** The kind of refusal. */
  readonly because: Refusal;
  /** What is wrong, in words. */
  readonly detail: string;
}

/** What the bytes so far are: the beginning of a message, a message, or none. */
export type Parsed<A> = { readonly tag: "more" } | { readonly tag: "done"; readonly value: A } | Refused;

const more = { tag: "more" } as const;
const empty = new Uint8Array(0);
const encoder = new TextEncoder();
// Both options make a name and its bytes one to one: no replacement character, no byte order mark dropped.
const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

const refuse = (because: Refusal, detail: string): Refused => ({ tag: "refused", because, detail });

const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

const concat = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
};

const textOf = (bytes: Uint8Array): string | undefined => {
  try {
    return decoder.decode(bytes);
  } catch {
    return undefined;
  }
};

/**
 * What is wrong with a name, in words, or `undefined` where nothing is. A line end would forge lines of a
 * NAMES answer, so control characters are refused; `epmd` refuses zero bytes alone.
 *
 * @param name What stands before the `@` of a node's name.
 * @returns The problem, or `undefined`.
 */
export const nameProblem = (name: string): string | undefined => {
  if (name === "") return "a node's name is not empty";
  if (!name.isWellFormed()) return "a node's name is well-formed Unicode";
  if (/\p{Cc}/u.test(name)) return "a node's name has no control characters";
  const characters = Array.from(name).length;
  return characters > maxNameCharacters
    ? `a node's name has at most ${maxNameCharacters} characters, not ${characters}`
    : undefined;
};

const nameOf = (bytes: Uint8Array): string | Refused => {
  const name = textOf(bytes);
  if (name === undefined) return refuse("bad_name", "a node's name is UTF-8");
  const problem = nameProblem(name);
  return problem === undefined ? name : refuse("bad_name", problem);
};

const isUnsigned = (value: number, bits: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < 2 ** bits;

const registrationProblem = (registration: Registration): string | undefined => {
  const { port, nodeType, protocol, highestVersion, lowestVersion, extra } = registration;
  if (!isUnsigned(port, 16)) return `a port is between 0 and 65535, not ${port}`;
  if (!isUnsigned(nodeType, 8)) return `a node's type is one byte, not ${nodeType}`;
  if (!isUnsigned(protocol, 8)) return `a protocol is one byte, not ${protocol}`;
  if (!isUnsigned(highestVersion, 16)) return `a version has 16 bits, not ${highestVersion}`;
  if (!isUnsigned(lowestVersion, 16)) return `a version has 16 bits, not ${lowestVersion}`;
  if (extra.length > maxExtraBytes) return `extra has at most ${maxExtraBytes} bytes, not ${extra.length}`;
  return nameProblem(registration.name);
};

/**
 * What is wrong with a request, in words, or `undefined` where {@link encodeRequest} can write it.
 *
 * @param request The request.
 * @returns The problem, or `undefined`.
 */
export const requestProblem = (request: Request): string | undefined => {
  switch (request.tag) {
    case "ALIVE2_REQ":
      return registrationProblem(request.registration);
    case "PORT_PLEASE2_REQ":
      return nameProblem(request.name);
    case "NAMES_REQ":
    case "KILL_REQ":
      return undefined;
  }
};

const check = (problem: string | undefined): void => {
  if (problem !== undefined) throw new RangeError(problem);
};

const bodyOf = (request: Request): Uint8Array => {
  switch (request.tag) {
    case "ALIVE2_REQ": {
      const { port, nodeType, protocol, highestVersion, lowestVersion, extra } = request.registration;
      const name = encoder.encode(request.registration.name);
      const body = new Uint8Array(alive2FixedBytes + name.length + extra.length);
      const view = viewOf(body);
      view.setUint8(0, ALIVE2_REQ);
      view.setUint16(1, port);
      view.setUint8(3, nodeType);
      view.setUint8(4, protocol);
      view.setUint16(5, highestVersion);
      view.setUint16(7, lowestVersion);
      view.setUint16(9, name.length);
      body.set(name, 11);
      view.setUint16(11 + name.length, extra.length);
      body.set(extra, alive2FixedBytes + name.length);
      return body;
    }
    case "PORT_PLEASE2_REQ":
      return concat(Uint8Array.of(PORT_PLEASE2_REQ), encoder.encode(request.name));
    case "NAMES_REQ":
      return Uint8Array.of(NAMES_REQ);
    case "KILL_REQ":
      return Uint8Array.of(KILL_REQ);
  }
};

/**
 * A request as bytes, its length before it.
 *
 * @param request The request.
 * @returns The bytes to send.
 * @throws {RangeError} Where {@link requestProblem} names a problem.
 */
export const encodeRequest = (request: Request): Uint8Array => {
  check(requestProblem(request));
  const body = bodyOf(request);
  const bytes = new Uint8Array(2 + body.length);
  viewOf(bytes).setUint16(0, body.length);
  bytes.set(body, 2);
  return bytes;
};

const alive2RequestOf = (body: Uint8Array): Request | Refused => {
  if (body.length < alive2FixedBytes) return refuse("truncated", "ALIVE2_REQ ends within its fixed fields");
  const view = viewOf(body);
  const nameBytes = view.getUint16(9);
  if (nameBytes > maxNameBytes) return refuse("oversize", `a name of ${nameBytes} bytes in ALIVE2_REQ`);
  if (body.length < alive2FixedBytes + nameBytes) {
    return refuse("truncated", "ALIVE2_REQ ends within its name");
  }
  const extraBytes = view.getUint16(11 + nameBytes);
  if (extraBytes > maxExtraBytes) return refuse("oversize", `an extra of ${extraBytes} bytes in ALIVE2_REQ`);
  const end = alive2FixedBytes + nameBytes + extraBytes;
  if (body.length < end) return refuse("truncated", "ALIVE2_REQ ends within its extra");
  if (body.length > end) return refuse("trailing_bytes", `${body.length - end} bytes after ALIVE2_REQ`);
  const name = nameOf(body.subarray(11, 11 + nameBytes));
  if (typeof name !== "string") return name;
  return {
    tag: "ALIVE2_REQ",
    registration: {
      name,
      port: view.getUint16(1),
      nodeType: view.getUint8(3),
      protocol: view.getUint8(4),
      highestVersion: view.getUint16(5),
      lowestVersion: view.getUint16(7),
      extra: body.slice(alive2FixedBytes + nameBytes, end),
    },
  };
};

const requestOf = (body: Uint8Array): Request | Refused => {
  switch (body[0]) {
    case ALIVE2_REQ:
      return alive2RequestOf(body);
    case PORT_PLEASE2_REQ: {
      const name = nameOf(body.subarray(1));
      return typeof name === "string" ? { tag: "PORT_PLEASE2_REQ", name } : name;
    }
    case NAMES_REQ:
      return { tag: "NAMES_REQ" };
    case KILL_REQ:
      return { tag: "KILL_REQ" };
    default:
      return refuse("unknown_request", `no request has the tag ${body[0]}`);
  }
};

/** What is wrong with a request's length, once its tag is known; `undefined` where the rest may be read. */
const measure = (length: number, tag: number | undefined): Refused | undefined => {
  if (length === 0) return refuse("unknown_request", "a request of length 0");
  if (length > maxAlive2Bytes) {
    return refuse("oversize", `a request of ${length} bytes, more than ${maxAlive2Bytes}`);
  }
  switch (tag) {
    case undefined:
    case ALIVE2_REQ:
      return undefined;
    case PORT_PLEASE2_REQ:
      return length > maxPlainBytes
        ? refuse("oversize", `PORT_PLEASE2_REQ of ${length} bytes, more than ${maxPlainBytes}`)
        : undefined;
    case NAMES_REQ:
    case KILL_REQ:
      return length > 1 ? refuse("trailing_bytes", `${length - 1} bytes after a request of one`) : undefined;
    case DUMP_REQ:
      return refuse("unsupported", "DUMP_REQ is not served");
    case STOP_REQ:
      return refuse("unsupported", "STOP_REQ is not served");
    default:
      return refuse("unknown_request", `no request has the tag ${tag}`);
  }
};

/**
 * Reads the one request of a connection from bytes in pieces of any size. Length and tag are judged before
 * anything behind them is kept. A byte after the request is refused as `trailing_bytes`, and a parser that
 * has refused gives the same refusal for ever.
 */
export class RequestParser {
  #bytes: Uint8Array = empty;
  #state: Parsed<Request> = more;

  /**
   * Takes the next bytes.
   *
   * @param chunk What came; it may be used again afterwards.
   * @returns The request once it is whole, and at each later call without bytes.
   */
  push(chunk: Uint8Array): Parsed<Request> {
    if (this.#state.tag === "refused" || chunk.length === 0) return this.#state;
    if (this.#state.tag === "done") {
      return this.#settle(refuse("trailing_bytes", `${chunk.length} bytes after the request`));
    }
    // Three bytes are enough to measure; until they are judged, no more of the chunk is kept.
    const head = Math.max(0, 3 - this.#bytes.length);
    this.#bytes = concat(this.#bytes, chunk.subarray(0, head));
    if (this.#bytes.length < 2) return this.#state;
    const length = viewOf(this.#bytes).getUint16(0);
    const refused = measure(length, this.#bytes[2]);
    if (refused !== undefined) return this.#settle(refused);
    const rest = chunk.subarray(head);
    const missing = 2 + length - this.#bytes.length;
    if (rest.length > missing) {
      return this.#settle(refuse("trailing_bytes", `${rest.length - missing} bytes after the request`));
    }
    this.#bytes = concat(this.#bytes, rest);
    if (rest.length < missing) return this.#state;
    const request = requestOf(this.#bytes.subarray(2));
    return this.#settle(request.tag === "refused" ? request : { tag: "done", value: request });
  }

  /**
   * Says that no more bytes come.
   *
   * @returns The request, or a refusal; `truncated` where the bytes ended within it.
   */
  end(): Parsed<Request> {
    if (this.#state.tag !== "more") return this.#state;
    return this.#settle(refuse("truncated", `the request ends after ${this.#bytes.length} bytes`));
  }

  #settle(state: Parsed<Request>): Parsed<Request> {
    this.#state = state;
    this.#bytes = empty;
    return state;
  }
}

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
