/**
 * Requests to the port mapper as bytes and back, see `messages.ts`.
 *
 * @module
 */
import {
  ALIVE2_REQ,
  alive2FixedBytes,
  check,
  concat,
  DUMP_REQ,
  empty,
  encoder,
  KILL_REQ,
  maxAlive2Bytes,
  maxExtraBytes,
  maxNameBytes,
  maxPlainBytes,
  more,
  nameOf,
  nameProblem,
  NAMES_REQ,
  type Parsed,
  PORT_PLEASE2_REQ,
  refuse,
  type Refused,
  registrationProblem,
  type Request,
  STOP_REQ,
  viewOf,
} from "./fields.ts";

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
