/**
 * What cbor-x reads back to terms: our tags understood while a signal is decoded. Not here: the classes that a
 * module lists for its errors.
 *
 * @module
 */
import { onTag, Tag } from "../../deps/cbor.ts";
import { Duration, Option, Result } from "../../deps/effect.ts";
import { atom } from "../../term/atom.ts";
import { Capture } from "../../term/capture.ts";
import { failureClasses, ForeignError } from "../../term/errors.ts";
import { type NodeLife, nodeLife } from "../../term/identifier.ts";
import { parseNodeName } from "../../term/node_name.ts";
import { toTuple } from "../../term/tuple.ts";
import { BadSignal, longestAtom, TermTag } from "./scan.ts";
import { isReserved } from "./wrap.ts";

let receiver: NodeLife | undefined;
let sender: NodeLife | undefined;

/**
 * Decodes with the tags of {@link TermTag} understood; outside of this call they mean nothing.
 *
 * @param decode cbor-x's decoder.
 * @param bytes What `scan` let through.
 * @param end Where it ends.
 * @param here The life of this node.
 * @param from The life of the node that sent it.
 * @throws `BadSignal` for a tag around what does not belong there.
 */
export const reviving = (
  decode: (bytes: Uint8Array, end: number) => unknown,
  bytes: Uint8Array,
  end: number,
  here: NodeLife,
  from: NodeLife,
): unknown => {
  receiver = here;
  sender = from;
  try {
    return decode(bytes, end);
  } finally {
    receiver = undefined;
    sender = undefined;
  }
};

/** Within `reviving`, a tag's content becomes the term that it stands for; for other users of cbor-x, a Tag. */
const revive = (tag: number, make: (content: unknown, from: NodeLife, here: NodeLife) => unknown): void =>
  onTag(
    tag,
    (content) =>
      sender === undefined || receiver === undefined
        ? new Tag(content, tag)
        : make(content, sender, receiver),
  );

const bad = (what: string): BadSignal => new BadSignal(`${what} of another form`);

const textFrom = (content: unknown, what: string): string => {
  if (typeof content === "string") return content;
  throw bad(what);
};

const numberFrom = (content: unknown, what: string): number => {
  if (typeof content === "number" && Number.isSafeInteger(content) && content >= 0) return content;
  throw bad(what);
};

const bytesFrom = (content: unknown, what: string): Uint8Array => {
  if (content instanceof Uint8Array) return content;
  throw bad(what);
};

const rowFrom = (content: unknown, what: string, from = 0, to = Infinity): ReadonlyArray<unknown> => {
  if (Array.isArray(content) && content.length >= from && content.length <= to) return content;
  throw bad(what);
};

/** Units that one call of `String.fromCharCode` is given. */
const unitsAtOnce = 4096;

const fromUtf16 = (bytes: Uint8Array): string => {
  if (bytes.length % 2 !== 0) throw bad("a string");
  let text = "";
  for (let at = 0; at < bytes.length;) {
    const units: Array<number> = [];
    for (; at < bytes.length && units.length < unitsAtOnce; at += 2) {
      units.push((bytes[at] as number) << 8 | (bytes[at + 1] as number));
    }
    text += String.fromCharCode(...units);
  }
  return text;
};

const lifeFrom = (row: ReadonlyArray<unknown>, what: string): NodeLife => {
  const name = textFrom(row[0], what);
  const creation = numberFrom(row[1], what);
  const parsed = parseNodeName(name);
  if ("problem" in parsed) throw new BadSignal(`${what} of a node whose name is none`);
  return nodeLife(name, creation);
};

const bigFrom = (content: unknown): bigint => {
  const bytes = bytesFrom(content, "a bigint");
  return bytes.length === 0 ? 0n : BigInt(`0x${bytes.toHex()}`);
};

/** Puts fields in as own properties, whatever their keys: `__proto__` too is only a name then. */
const define = (target: object, row: ReadonlyArray<unknown>, from: number, what: string): void => {
  if ((row.length - from) % 2 !== 0) throw bad(what);
  for (let index = from; index < row.length; index += 2) {
    const key = textFrom(row[index], what);
    if (Object.hasOwn(target, key)) throw new BadSignal("a key twice in an object");
    const value = row[index + 1];
    Object.defineProperty(target, key, { value, enumerable: true, writable: true, configurable: true });
  }
};

const hidden = (target: object, key: string, value: unknown): void =>
  void Object.defineProperty(target, key, { value, writable: true, configurable: true });

// A stack is costly, and would be one of this file.
const withoutStack = <A>(make: () => A): A => {
  const before = Error.stackTraceLimit;
  Error.stackTraceLimit = 0;
  try {
    return make();
  } finally {
    Error.stackTraceLimit = before;
  }
};

const errorFrom = (content: unknown): Error => {
  const what = "an error";
  const row = rowFrom(content, what, 3);
  const tag = textFrom(row[0], what);
  const name = textFrom(row[1], what);
  const message = textFrom(row[2], what);
  for (let index = 3; index < row.length; index += 2) {
    if (isReserved(textFrom(row[index], what))) throw new BadSignal("an error with a field that none has");
  }
  const Known = failureClasses.get(tag);
  const error = withoutStack((): Error =>
    // An instance of the class, of which no constructor runs.
    Known === undefined
      ? new ForeignError(tag, name, message, {})
      : Reflect.construct(Error, [message], Known) as Error
  );
  define(error, row, 3, what);
  if (Known !== undefined) {
    Object.defineProperty(error, "_tag", {
      value: tag,
      enumerable: true,
      writable: true,
      configurable: true,
    });
    hidden(error, "name", name);
  }
  hidden(error, "stack", `${name}: ${message}`);
  return error;
};

revive(
  TermTag.atom,
  (content) => {
    const name = typeof content === "string" ? content : fromUtf16(bytesFrom(content, "an atom"));
    // Its name stays in a table for some time after it is gone.
    if (name.length > longestAtom) throw new BadSignal(`an atom of ${name.length} characters`);
    return atom(name);
  },
);
revive(TermTag.tuple, (content) => toTuple(rowFrom(content, "a tuple")));
revive(TermTag.pidOfSender, (content, from) => from.pid(numberFrom(content, "a pid")));
revive(TermTag.pidOfReceiver, (content, _from, here) => here.pid(numberFrom(content, "a pid")));
revive(TermTag.pid, (content) => {
  const row = rowFrom(content, "a pid", 3, 3);
  return lifeFrom(row, "a pid").pid(numberFrom(row[2], "a pid"));
});
revive(TermTag.referenceOfSender, (content, from) => from.reference(numberFrom(content, "a reference")));
revive(
  TermTag.referenceOfReceiver,
  (content, _from, here) => here.reference(numberFrom(content, "a reference")),
);
revive(TermTag.reference, (content) => {
  const row = rowFrom(content, "a reference", 3, 3);
  return lifeFrom(row, "a reference").reference(numberFrom(row[2], "a reference"));
});
revive(TermTag.capture, (content) => {
  const row = rowFrom(content, "a capture", 2, 2);
  return new Capture(textFrom(row[0], "a capture"), textFrom(row[1], "a capture"));
});
revive(TermTag.utf16, (content) => fromUtf16(bytesFrom(content, "a string")));
revive(TermTag.minusZero, (content) => {
  if (content === 0) return -0;
  throw bad("-0");
});
revive(TermTag.positive, bigFrom);
revive(TermTag.negative, (content) => -bigFrom(content));
revive(TermTag.date, (content) => {
  if (typeof content === "number") return new Date(content);
  throw bad("a date");
});
revive(TermTag.map, (content) => {
  const row = rowFrom(content, "a map");
  if (row.length % 2 !== 0) throw bad("a map");
  const map = new Map<unknown, unknown>();
  for (let index = 0; index < row.length; index += 2) map.set(row[index], row[index + 1]);
  if (2 * map.size !== row.length) throw new BadSignal("a key twice in a map");
  return map;
});
revive(TermTag.set, (content) => {
  const row = rowFrom(content, "a set");
  const set = new Set(row);
  if (set.size !== row.length) throw new BadSignal("an element twice in a set");
  return set;
});
revive(TermTag.object, (content) => {
  const object = {};
  define(object, rowFrom(content, "an object"), 0, "an object");
  return object;
});
revive(TermTag.bare, (content) => {
  const object: object = Object.create(null);
  define(object, rowFrom(content, "an object"), 0, "an object");
  return object;
});
revive(TermTag.error, errorFrom);
revive(TermTag.option, (content) => {
  const row = rowFrom(content, "an Option", 0, 1);
  return row.length === 0 ? Option.none() : Option.some(row[0]);
});
revive(TermTag.success, (content) => Result.succeed(rowFrom(content, "a Result", 1, 1)[0]));
revive(TermTag.failure, (content) => Result.fail(rowFrom(content, "a Result", 1, 1)[0]));
revive(TermTag.duration, (content) => {
  const [value] = rowFrom(content, "a Duration", 1, 1);
  if (typeof value === "number") return Duration.millis(value);
  if (typeof value === "bigint") return Duration.nanos(value);
  throw bad("a Duration");
});
