/**
 * Signals to bytes and back: each is one CBOR array (RFC 8949), its operation first. Not here: frames, what a
 * signal does, and whether whoever it names is there.
 *
 * @module
 */
import { makeDecoder, makeEncoder } from "../../deps/cbor.ts";
import { Op, type Signal, SpawnFlag } from "../../process/signal.ts";
import { Unsendable } from "../../term/errors.ts";
import { type NodeLife, Pid } from "../../term/identifier.ts";
import { isTuple } from "../../term/tuple.ts";
import { BadSignal, scan } from "./scan.ts";
import { reviving } from "./revive.ts";
import { unshown, wrapReason, wrapTerm, wrapText } from "./wrap.ts";

export { BadSignal } from "./scan.ts";

/** What a field of a signal can be. */
type Field =
  /** A number of a pid, a reference, an alias or an unlink. */
  | "number"
  /** A number or a registered name. */
  | "target"
  /** A name, of a process, a module or a function. */
  | "name"
  /** Bits of `SpawnFlag`. */
  | "flags"
  | "boolean"
  | "pid"
  /** Any term. */
  | "message"
  /** Any term; what cannot travel is replaced. */
  | "reason"
  /** Terms in an array. */
  | "args";

/** The fields of each signal, behind its operation, as `Signal` has them. */
const fieldsByOp: Readonly<Record<number, ReadonlyArray<Field>>> = {
  [Op.link]: ["number", "number"],
  [Op.send]: ["number", "message"],
  [Op.exit]: ["number", "number", "reason"],
  [Op.sendName]: ["name", "message"],
  [Op.groupLeader]: ["number", "pid"],
  [Op.exitSignal]: ["number", "number", "reason"],
  [Op.monitor]: ["number", "target", "number"],
  [Op.demonitor]: ["number", "target", "number"],
  [Op.down]: ["number", "reason"],
  [Op.spawnRequest]: ["number", "number", "pid", "name", "name", "args", "flags"],
  [Op.spawnReply]: ["number", "number"],
  [Op.sendAlias]: ["number", "message"],
  [Op.unlink]: ["number", "number", "number"],
  [Op.unlinkAck]: ["number", "number", "number"],
  [Op.request]: ["number", "number", "target", "boolean", "message"],
  [Op.reply]: ["number", "message"],
  [Op.requestDown]: ["number", "reason"],
  [Op.requestExit]: ["number", "reason"],
  [Op.requestCancel]: ["number"],
  [Op.requestHolder]: ["number"],
  [Op.requestHeldBy]: ["number", "number"],
  [Op.requestDisown]: ["number"],
  [Op.requestRefused]: ["number", "reason"],
};
/** The same as an array, which is quicker to look into. */
const fieldTable: ReadonlyArray<ReadonlyArray<Field> | undefined> = Array.from(
  { length: Math.max(...Object.values(Op)) + 1 },
  (_, op) => fieldsByOp[op],
);

const options = { useRecords: false, mapsAsObjects: true, tagUint8Array: false, copyBuffers: true };
const encode = makeEncoder(options);
const decode = makeDecoder(options);

let isEncoding = false;

/**
 * Encodes a signal. Exit reasons always can be: what in them cannot travel is replaced by text.
 *
 * @param signal The signal.
 * @param here The life of this node, which sends it.
 * @param there The life of the node that receives it.
 * @returns One frame's body, valid until the next call.
 * @throws `Unsendable`, its `operation` empty, for a message that cannot travel.
 */
export const encodeSignal = (signal: Signal, here: NodeLife, there: NodeLife): Uint8Array => {
  // A getter in a message may send: the outer message would lie half in the one buffer.
  if (isEncoding) throw unsendable(signal, "looked at while another message is being encoded");
  isEncoding = true;
  try {
    return encode(wrapFields(signal, here, there));
  } catch (error) {
    if (error instanceof Unsendable) throw error;
    if (fieldsOf(signal).at(-1) !== "reason") {
      throw unsendable(signal, `what fails to encode: ${messageOf(error)}`);
    }
    return encode([...signal.slice(0, -1), unshown]);
  } finally {
    isEncoding = false;
  }
};

/** Bytes at a signal's end that are this long are not copied into the encoder's buffer. */
const apartBytes = 8192;
const noBytes = new Uint8Array(0);
/** The head of a byte string with a 32-bit length (RFC 8949, section 3.1, major type 2). */
const bytesHead = 0x5a;
let headBuffer = new Uint8Array(256);

/** A frame's body in two parts: the second, where there is one, is the message's own bytes. */
export interface Encoded {
  /** Valid until the next call. */
  readonly head: Uint8Array;
  /** The caller's own bytes: to be copied before the caller goes on. */
  readonly tail: Uint8Array | undefined;
}

/** Encodes a signal as {@link encodeSignal} does, but leaves a long `Uint8Array` that is its message where it is. */
export const encodeApart = (signal: Signal, here: NodeLife, there: NodeLife): Encoded => {
  const tail: unknown = signal[signal.length - 1];
  const isApart = tail instanceof Uint8Array && tail.constructor === Uint8Array &&
    tail.length >= apartBytes &&
    fieldsOf(signal).at(-1) === "message";
  if (!isApart) return { head: encodeSignal(signal, here, there), tail: undefined };
  // The empty byte string at the end is one byte: the head of the real one takes its place.
  const emptied = encodeSignal([...signal.slice(0, -1), noBytes] as unknown as Signal, here, there);
  const at = emptied.length - 1;
  if (headBuffer.length < at + 5) headBuffer = new Uint8Array(at + 5);
  headBuffer.set(emptied);
  headBuffer[at] = bytesHead;
  new DataView(headBuffer.buffer).setUint32(at + 1, tail.length);
  return { head: headBuffer.subarray(0, at + 5), tail };
};

const fieldsOf = (signal: Signal): ReadonlyArray<Field> => fieldTable[signal[0]] ?? [];

const wrapFields = (signal: Signal, here: NodeLife, there: NodeLife): ReadonlyArray<unknown> => {
  const fields = fieldsOf(signal);
  let copy: Array<unknown> | undefined;
  for (let index = 0; index < fields.length; index++) {
    const value: unknown = signal[index + 1];
    const wrapped = wrapField(fields[index] as Field, value, here, there);
    if (Object.is(wrapped, value)) continue;
    copy ??= [...signal];
    copy[index + 1] = wrapped;
  }
  return copy ?? signal;
};

const wrapField = (field: Field, value: unknown, here: NodeLife, there: NodeLife): unknown => {
  switch (field) {
    case "message":
    case "args":
    case "pid":
      return wrapTerm(value, field, here, there);
    case "reason":
      return wrapReason(value, here, there);
    case "name":
    case "target":
      return typeof value === "string" ? wrapText(value) : value;
    default:
      return value;
  }
};

const unsendable = (signal: Signal, found: string): Unsendable =>
  new Unsendable({ operation: "", path: fieldsOf(signal).includes("args") ? "args" : "message", found });

const messageOf = (error: unknown): string => {
  try {
    return error instanceof Error ? String(error.message) : String(error);
  } catch {
    return "what was thrown cannot be shown";
  }
};

/** Smaller bodies are decoded in a place of their own, for which cbor-x keeps its view of the bytes. */
const scratch = new Uint8Array(4096);
const allFlags = SpawnFlag.link | SpawnFlag.monitor;

/**
 * Decodes a signal. Nothing of the result lies in the bytes given.
 *
 * @param body One frame's body.
 * @param here The life of this node.
 * @param from The life of the node that sent it.
 * @returns The signal.
 * @throws `BadSignal` for whatever is no signal, and nothing else.
 */
export const decodeSignal = (body: Uint8Array, here: NodeLife, from: NodeLife): Signal => {
  const end = body.length;
  let bytes: Uint8Array = scratch;
  if (end <= scratch.length) scratch.set(body);
  // cbor-x puts a property onto what it decodes, and gives back what is of the same class.
  else bytes = new Uint8Array(body.buffer, body.byteOffset, end);
  const problem = scan(bytes, end);
  if (problem !== undefined) throw new BadSignal(problem);
  let decoded: unknown;
  try {
    decoded = reviving(decode, bytes, end, here, from);
  } catch (error) {
    throw error instanceof BadSignal ? error : new BadSignal(`what cannot be decoded: ${messageOf(error)}`);
  }
  check(decoded);
  return decoded;
};

/** Whether it is a signal: the operation known, and behind it each field as the table has it. */
function check(decoded: unknown): asserts decoded is Signal {
  if (!Array.isArray(decoded) || isTuple(decoded)) throw new BadSignal("what is no array");
  const signal: ReadonlyArray<unknown> = decoded;
  const op = signal[0];
  const fields = typeof op === "number" ? fieldTable[op] : undefined;
  if (fields === undefined) {
    throw new BadSignal(`the unknown operation ${typeof op === "number" ? op : typeof op}`);
  }
  if (signal.length !== fields.length + 1) {
    throw new BadSignal(`operation ${op} with ${signal.length - 1} fields, which has ${fields.length}`);
  }
  for (let index = 0; index < fields.length; index++) {
    if (!isField(fields[index] as Field, signal[index + 1])) {
      throw new BadSignal(`operation ${op} whose field ${index + 1} is no ${fields[index]}`);
    }
  }
}

const isField = (field: Field, value: unknown): boolean => {
  switch (field) {
    case "number":
      return isId(value);
    case "target":
      return typeof value === "string" || isId(value);
    case "name":
      return typeof value === "string";
    case "flags":
      return isId(value) && (value & ~allFlags) === 0 && value <= allFlags;
    case "boolean":
      return typeof value === "boolean";
    case "pid":
      return value instanceof Pid;
    case "args":
      return Array.isArray(value) && !isTuple(value);
    case "message":
    case "reason":
      return true;
  }
};

const isId = (value: unknown): value is number =>
  typeof value === "number" && Number.isSafeInteger(value) && value >= 0;
