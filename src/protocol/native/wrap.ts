/**
 * Terms to values that cbor-x writes as CBOR (RFC 8949), with the check, at the sender, of what can travel. Not
 * here: the bytes themselves, signals, and the way back (`revive.ts`).
 *
 * One walk ends before the next begins, so its state stands in the module.
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Tag } from "../../deps/cbor.ts";
import { Duration, Effect, Option, Result } from "../../deps/effect.ts";
import { crashOf } from "../../process/exit_reason.ts";
import { nameOfFunction } from "../../process/modules.ts";
import { Atom } from "../../term/atom.ts";
import { Capture } from "../../term/capture.ts";
import { isTaggedError, Unsendable } from "../../term/errors.ts";
import { type NodeLife, Pid, Reference } from "../../term/identifier.ts";
import { inspect } from "../../term/inspect.ts";
import { toTuple } from "../../term/tuple.ts";
import { longestAtom, nestingLimit, TermTag } from "./scan.ts";

let here: NodeLife | undefined;
let there: NodeLife | undefined;
let root = "message";
/** By depth: which part of its container is being looked at, and how that is said. */
const parts: Array<string | number> = [];
const kinds: Array<Kind> = [];
/** What an exit reason's walk is in the middle of; undefined in the walk of a message, which refuses. */
let ancestors: Array<unknown> | undefined;
/** How many values an exit reason that cannot travel whole may still have. */
let allowance = 0;

/** How the way to a part is written. */
type Kind = "index" | "key" | "map key" | "map value" | "element" | "field";

/** Above this, what of an exit reason can travel is not looked for: it may be a web of cross-references. */
const reasonAllowance = 16_384;
/** cbor-x counts the keys of a plain map in 16 bits. */
const mostKeys = 65_535;
/** Steps of a path that are written out, at most. */
const writtenSteps = 16;
/** Bigints of no more bits than this are CBOR integers of 8 bytes. */
const bigLimit = 2n ** 64n;
const byteOrderMark = 0xfeff;

const minusZero = new Tag(0, TermTag.minusZero);
const tuplePrototype: unknown = Object.getPrototypeOf(toTuple([]));
const bufferPrototype: unknown = Object.getPrototypeOf(Buffer.alloc(0));

/**
 * Makes a term ready for cbor-x.
 *
 * @param term The term; itself, untouched, is the result when nothing in it has a form of its own.
 * @param name What the term is to the user, for the path: `message`.
 * @param sender The life of this node.
 * @param receiver The life of the node that it is for.
 * @returns The term, with tags of {@link TermTag} in place of what needs them.
 * @throws `Unsendable` for what cannot travel.
 */
export const wrapTerm = (term: unknown, name: string, sender: NodeLife, receiver: NodeLife): unknown => {
  here = sender;
  there = receiver;
  root = name;
  ancestors = undefined;
  return wrap(term, 0);
};

/**
 * Makes an exit reason ready for cbor-x, whatever it is: an atom counts as its name, what cannot travel becomes
 * its inspected text, an error without a tag its name, message and stack (DESIGN, decision 4).
 */
export const wrapReason = (reason: unknown, sender: NodeLife, receiver: NodeLife): unknown => {
  if (typeof reason === "string") return wrapText(reason);
  try {
    if (reason instanceof Atom) return wrapText(reason.name);
    return wrapTerm(reason, "reason", sender, receiver);
  } catch {
    // Some part of it cannot travel: the rest still does.
  }
  try {
    ancestors = [];
    allowance = reasonAllowance;
    return wrap(reason, 0);
  } catch {
    return textOf(reason);
  } finally {
    ancestors = undefined;
  }
};

/** What stands for a reason when nothing else can. */
export const unshown = "a reason too large, or too unruly, to be shown";

const textOf = (value: unknown): unknown => {
  if (allowance < 0) return unshown;
  try {
    return wrapText(inspect(value));
  } catch {
    return unshown;
  }
};

/** A string ready for cbor-x: as it is, but where UTF-8 or cbor-x would change it. */
export const wrapText = (text: string): string | Tag =>
  isPlainText(text) ? text : new Tag(toUtf16(text), TermTag.utf16);

// cbor-x loses a byte order mark at the beginning.
const isPlainText = (text: string): boolean => text.isWellFormed() && text.charCodeAt(0) !== byteOrderMark;

const wrap = (value: unknown, depth: number): unknown => {
  switch (typeof value) {
    case "string":
      return wrapText(value);
    case "number":
      return value === 0 && 1 / value < 0 ? minusZero : value;
    case "boolean":
    case "undefined":
      return value;
    case "bigint":
      return value < bigLimit && value > -bigLimit ? value : wrapBig(value);
    case "object":
      return value === null ? null : wrapObject(value, depth);
    default:
      return refuse(value, depth, describe(value));
  }
};

const wrapObject = (value: object, depth: number): unknown => {
  const prototype: unknown = Object.getPrototypeOf(value);
  if (prototype !== Object.prototype && prototype !== Array.prototype && prototype !== tuplePrototype) {
    const wrapped = wrapLeaf(value, prototype, depth);
    if (wrapped !== undefined) return wrapped;
  }
  if (ancestors !== undefined) {
    if (--allowance < 0) throw new RangeError("too many parts");
    // Not shown whole: in a web of references, that alone could take for ever.
    if (ancestors.includes(value)) return "[Circular]";
    ancestors.push(value);
  }
  const wrapped = depth < nestingLimit ? wrapContainer(value, prototype, depth) : refuseNesting(value, depth);
  if (ancestors !== undefined) ancestors.pop();
  return wrapped;
};

/** What has no parts; undefined for all else. */
const wrapLeaf = (value: object, prototype: unknown, depth: number): unknown => {
  if (prototype === Atom.prototype) {
    const { name } = value as Atom;
    if (name.length > longestAtom) return refuseAtom(name, depth);
    return new Tag(isPlainText(name) ? name : toUtf16(name), TermTag.atom);
  }
  if (prototype === Pid.prototype) return wrapPid(value as Pid);
  if (prototype === Uint8Array.prototype || prototype === bufferPrototype) return value;
  if (prototype === Reference.prototype) return wrapReference(value as Reference);
  if (prototype === Date.prototype) return new Tag((value as Date).getTime(), TermTag.date);
  if (prototype === Capture.prototype) {
    const { module, function: name } = value as Capture;
    return new Tag([wrapText(module), wrapText(name)], TermTag.capture);
  }
  if (Duration.isDuration(value)) return new Tag([wrap(durationContent(value), 0)], TermTag.duration);
  return undefined;
};

const wrapContainer = (value: object, prototype: unknown, depth: number): unknown => {
  if (prototype === Object.prototype) return wrapPlain(value, depth);
  if (prototype === Array.prototype) return wrapArray(value as ReadonlyArray<unknown>, depth);
  if (prototype === tuplePrototype) return wrapTuple(value as ReadonlyArray<unknown>, depth);
  if (prototype === Map.prototype) return wrapMap(value as ReadonlyMap<unknown, unknown>, depth);
  if (prototype === Set.prototype) return wrapSet(value as ReadonlySet<unknown>, depth);
  if (prototype === null) return wrapEntries(value, Object.keys(value), depth, TermTag.bare);
  if (isTaggedError(value)) return wrapError(value, depth);
  if (Option.isOption(value)) {
    return new Tag(Option.isNone(value) ? [] : [wrapField(value.value, depth, "value")], TermTag.option);
  }
  if (Result.isResult(value)) {
    return Result.isSuccess(value)
      ? new Tag([wrapField(value.success, depth, "success")], TermTag.success)
      : new Tag([wrapField(value.failure, depth, "failure")], TermTag.failure);
  }
  return refuse(value, depth, describe(value));
};

const wrapArray = (array: ReadonlyArray<unknown>, depth: number): unknown => {
  kinds[depth] = "index";
  let copy: Array<unknown> | undefined;
  for (let index = 0; index < array.length; index++) {
    const element = array[index];
    let wrapped: unknown;
    if (typeof element === "string") wrapped = wrapText(element);
    else {
      if (element === undefined && !(index in array)) return refuse(array, depth, "an array with holes");
      parts[depth] = index;
      wrapped = wrap(element, depth + 1);
    }
    if (copy !== undefined) copy.push(wrapped);
    else if (!Object.is(wrapped, element)) {
      copy = array.slice(0, index);
      copy.push(wrapped);
    }
  }
  return copy ?? array;
};

const wrapTuple = (tuple: ReadonlyArray<unknown>, depth: number): Tag => {
  kinds[depth] = "index";
  const content: Array<unknown> = [];
  for (let index = 0; index < tuple.length; index++) {
    parts[depth] = index;
    content.push(wrap(tuple[index], depth + 1));
  }
  return new Tag(content, TermTag.tuple);
};

const wrapPlain = (object: object, depth: number): unknown => {
  const keys = Object.keys(object);
  if (keys.length > mostKeys) return wrapEntries(object, keys, depth, TermTag.object);
  if (hasSymbolKey(object)) return refuse(object, depth, "an object with a symbol for a key");
  let copy: Record<string, unknown> | undefined;
  kinds[depth] = "key";
  for (let index = 0; index < keys.length; index++) {
    const key = keys[index] as string;
    if (key === "__proto__" || !isPlainText(key)) return wrapEntries(object, keys, depth, TermTag.object);
    parts[depth] = key;
    const value = (object as Readonly<Record<string, unknown>>)[key];
    const wrapped = wrap(value, depth + 1);
    if (Object.is(wrapped, value)) continue;
    // What is looked at later is written into the copy when its turn comes.
    copy ??= { ...object };
    copy[key] = wrapped;
  }
  return copy ?? object;
};

const wrapEntries = (object: object, keys: ReadonlyArray<string>, depth: number, tag: number): unknown => {
  if (hasSymbolKey(object)) return refuse(object, depth, "an object with a symbol for a key");
  const content: Array<unknown> = [];
  pushFields(content, object, keys, depth);
  return new Tag(content, tag);
};

const pushFields = (
  content: Array<unknown>,
  object: object,
  keys: ReadonlyArray<string>,
  depth: number,
): void => {
  for (const key of keys) {
    content.push(wrapText(key), wrapField((object as Record<string, unknown>)[key], depth, key, "key"));
  }
};

const wrapField = (value: unknown, depth: number, name: string, kind: Kind = "field"): unknown => {
  kinds[depth] = kind;
  parts[depth] = name;
  return wrap(value, depth + 1);
};

const wrapMap = (map: ReadonlyMap<unknown, unknown>, depth: number): unknown => {
  const content: Array<unknown> = [];
  let number = 0;
  for (const [key, value] of map) {
    parts[depth] = ++number;
    kinds[depth] = "map key";
    content.push(wrap(key, depth + 1));
    kinds[depth] = "map value";
    parts[depth] = number;
    content.push(wrap(value, depth + 1));
  }
  return new Tag(content, TermTag.map);
};

const wrapSet = (set: ReadonlySet<unknown>, depth: number): unknown => {
  const content: Array<unknown> = [];
  let number = 0;
  kinds[depth] = "element";
  for (const element of set) {
    parts[depth] = ++number;
    content.push(wrap(element, depth + 1));
  }
  return new Tag(content, TermTag.set);
};

/** What an error has besides its fields; a stack stays where it is. */
export const isReserved = (key: string): boolean =>
  key === "_tag" || key === "name" || key === "message" || key === "stack";

const wrapError = (error: Error & { readonly _tag: string }, depth: number): unknown => {
  const content: Array<unknown> = [
    wrapText(error._tag),
    wrapText(String(error.name)),
    wrapText(String(error.message)),
  ];
  pushFields(content, error, Object.keys(error).filter((key) => !isReserved(key)), depth);
  return new Tag(content, TermTag.error);
};

const wrapPid = (pid: Pid): Tag => {
  const { home, number } = pid;
  if (!pid.published) home.publish(pid);
  if (home === here) return new Tag(number, TermTag.pidOfSender);
  if (home === there) return new Tag(number, TermTag.pidOfReceiver);
  return new Tag([wrapText(home.name), home.creation, number], TermTag.pid);
};

const wrapReference = (reference: Reference): Tag => {
  const { home, number } = reference;
  if (!reference.published) home.publish(reference);
  if (home === here) return new Tag(number, TermTag.referenceOfSender);
  if (home === there) return new Tag(number, TermTag.referenceOfReceiver);
  return new Tag([wrapText(home.name), home.creation, number], TermTag.reference);
};

// cbor-x's own form of such numbers takes it quadratic time, both ways.
const wrapBig = (value: bigint): Tag => {
  const digits = (value < 0n ? -value : value).toString(16);
  const bytes = Uint8Array.fromHex(digits.length % 2 === 0 ? digits : `0${digits}`);
  return new Tag(bytes, value < 0n ? TermTag.negative : TermTag.positive);
};

const durationContent = ({ value }: Duration.Duration): number | bigint => {
  switch (value._tag) {
    case "Millis":
      return value.millis;
    case "Nanos":
      return value.nanos;
    case "Infinity":
      return Infinity;
    case "NegativeInfinity":
      return -Infinity;
  }
};

const hasSymbolKey = (object: object): boolean => {
  const symbols = Object.getOwnPropertySymbols(object);
  return symbols.length > 0 &&
    symbols.some((symbol) => Object.prototype.propertyIsEnumerable.call(object, symbol));
};

const toUtf16 = (text: string): Uint8Array => {
  const bytes = new Uint8Array(2 * text.length);
  for (let index = 0; index < text.length; index++) {
    const unit = text.charCodeAt(index);
    bytes[2 * index] = unit >>> 8;
    bytes[2 * index + 1] = unit;
  }
  return bytes;
};

// ---------------------------------------------------------------------------------------------------------
// What cannot travel.

const refuse = (value: unknown, depth: number, found: string): unknown => {
  if (ancestors === undefined) throw new Unsendable({ operation: "", path: pathTo(depth), found });
  // Two objects, one within the other.
  if (value instanceof Error && depth + 2 <= nestingLimit) return wrap(crashOf(value), depth);
  return textOf(value);
};

const refuseAtom = (name: string, depth: number): unknown =>
  ancestors === undefined
    ? refuse(name, depth, `an atom of ${name.length} characters, over the limit of ${longestAtom}`)
    : wrapText(name);

const refuseNesting = (value: object, depth: number): unknown =>
  ancestors === undefined
    ? refuse(value, depth, `a cycle, or nested more than ${nestingLimit} deep`)
    : wrapText(`[${classOf(value)}]`);

const pathTo = (depth: number): string => {
  let path = root;
  for (let step = 0; step < depth; step++) {
    if (step === writtenSteps) return `${path}…`;
    const part = parts[step];
    // After "key 2 of message.map" goes no ".field".
    const before = kinds[step - 1];
    const isPhrase = before === "map key" || before === "map value" || before === "element";
    const base = step > 0 && isPhrase ? `(${path})` : path;
    switch (kinds[step]) {
      case "index":
        path = `${base}[${part}]`;
        break;
      case "map key":
        path = `key ${part} of ${path}`;
        break;
      case "map value":
        path = `value ${part} of ${path}`;
        break;
      case "element":
        path = `element ${part} of ${path}`;
        break;
      default:
        path = typeof part === "string" && /^[\p{L}_$][\p{L}\p{N}_$]*$/u.test(part)
          ? `${base}.${part}`
          : `${base}[${JSON.stringify(part)}]`;
    }
  }
  return path;
};

const describe = (value: unknown): string => {
  if (typeof value === "function") {
    const name = nameOfFunction(value);
    return name === undefined
      ? "a function"
      : `a function: write capture(${name.module}, ${JSON.stringify(name.function)})`;
  }
  if (typeof value === "symbol") return "a symbol";
  if (typeof value !== "object" || value === null) return `a ${typeof value}`;
  const name = classOf(value);
  if (ArrayBuffer.isView(value) || value instanceof ArrayBuffer || value instanceof SharedArrayBuffer) {
    return `${withArticle(name)}: use a Uint8Array`;
  }
  if (value instanceof Error) return `${withArticle(name)} without a _tag`;
  if (value instanceof Promise) return "a Promise: send what it gives";
  if (Effect.isEffect(value)) return "an Effect: run it and send what it gives";
  return name === "Object" ? "an object with a prototype of its own" : `an instance of ${name}`;
};

const withArticle = (name: string): string => `${/^[AEIO]/i.test(name) ? "an" : "a"} ${name}`;

const classOf = (value: object): string => {
  const { constructor } = value;
  return typeof constructor === "function" && constructor.name !== ""
    ? constructor.name
    : "a class without a name";
};
