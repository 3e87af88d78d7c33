/**
 * What all of the port mapper's messages are made of: their tags, types and limits, and the fields that more than
 * one of them has.
 *
 * @module
 */

/** The port on which a port mapper listens when nothing else was said ("EPMD Protocol"; `ERL_EPMD_PORT`). */
export const defaultPort = 4369;

/** ALIVE2_REQ ("Register a Node in EPMD"). */
export const ALIVE2_REQ = 120;
/** ALIVE2_X_RESP: the answer with a creation of 32 bits ("Register a Node in EPMD"). */
export const ALIVE2_X_RESP = 118;
/** ALIVE2_RESP: the answer with a creation of 16 bits ("Register a Node in EPMD"). */
export const ALIVE2_RESP = 121;
/** PORT_PLEASE2_REQ ("Get the Distribution Port of Another Node"). */
export const PORT_PLEASE2_REQ = 122;
/** PORT2_RESP ("Get the Distribution Port of Another Node"). */
export const PORT2_RESP = 119;
/** NAMES_REQ ("Get All Registered Names from EPMD"). */
export const NAMES_REQ = 110;
/** DUMP_REQ ("Dump All Data from EPMD"). */
export const DUMP_REQ = 100;
/** KILL_REQ ("Kill EPMD"). */
export const KILL_REQ = 107;
/** STOP_REQ ("STOP_REQ (Not Used)"). */
export const STOP_REQ = 115;

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
export const alive2FixedBytes = 13;
/** The fields of PORT2_RESP without the name and the extra ("Get the Distribution Port of Another Node"). */
export const port2FixedBytes = 14;
/** The longest request, without its length field: an ALIVE2_REQ. */
export const maxAlive2Bytes = alive2FixedBytes + maxNameBytes + maxExtraBytes;
/** The longest request that is no ALIVE2_REQ, without its length field: a PORT_PLEASE2_REQ. */
export const maxPlainBytes = 1 + maxNameBytes;
/** The longest line of a NAMES answer. */
export const maxLineBytes = "name ".length + maxNameBytes + " at port 65535\n".length;
/** The longest NAMES answer: 1,024 nodes, more than `epmd` holds. */
export const maxNamesBytes = 4 + 1024 * maxLineBytes;

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

/** More bytes are needed. */
export const more = { tag: "more" } as const;
/** No bytes. */
export const empty = new Uint8Array(0);
/** Texts to bytes. */
export const encoder = new TextEncoder();
// Both options make a name and its bytes one to one: no replacement character, no byte order mark dropped.
export const decoder = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Bytes that are none of the protocol, and why. */
export const refuse = (because: Refusal, detail: string): Refused => ({ tag: "refused", because, detail });

/** The bytes as numbers. */
export const viewOf = (bytes: Uint8Array): DataView =>
  new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);

/** The one behind the other. */
export const concat = (first: Uint8Array, second: Uint8Array): Uint8Array => {
  const both = new Uint8Array(first.length + second.length);
  both.set(first);
  both.set(second, first.length);
  return both;
};

/** The text of bytes, or `undefined` where they are no UTF-8. */
export const textOf = (bytes: Uint8Array): string | undefined => {
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

/** The name that bytes are, or why they are none. */
export const nameOf = (bytes: Uint8Array): string | Refused => {
  const name = textOf(bytes);
  if (name === undefined) return refuse("bad_name", "a node's name is UTF-8");
  const problem = nameProblem(name);
  return problem === undefined ? name : refuse("bad_name", problem);
};

/** Whether a number fits into so many bits. */
export const isUnsigned = (value: number, bits: number): boolean =>
  Number.isInteger(value) && value >= 0 && value < 2 ** bits;

/** What is wrong with what a node tells of itself. */
export const registrationProblem = (registration: Registration): string | undefined => {
  const { port, nodeType, protocol, highestVersion, lowestVersion, extra } = registration;
  if (!isUnsigned(port, 16)) return `a port is between 0 and 65535, not ${port}`;
  if (!isUnsigned(nodeType, 8)) return `a node's type is one byte, not ${nodeType}`;
  if (!isUnsigned(protocol, 8)) return `a protocol is one byte, not ${protocol}`;
  if (!isUnsigned(highestVersion, 16)) return `a version has 16 bits, not ${highestVersion}`;
  if (!isUnsigned(lowestVersion, 16)) return `a version has 16 bits, not ${lowestVersion}`;
  if (extra.length > maxExtraBytes) return `extra has at most ${maxExtraBytes} bytes, not ${extra.length}`;
  return nameProblem(registration.name);
};

/** Throws what is wrong, when something is. */
export const check = (problem: string | undefined): void => {
  if (problem !== undefined) throw new RangeError(problem);
};
