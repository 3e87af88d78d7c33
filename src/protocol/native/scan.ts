/**
 * One pass over received bytes before they are decoded: well-formed CBOR (RFC 8949, chapter 3 and appendix C),
 * of which only what this protocol sends is let through. Not here: what the items mean, and any decoding.
 *
 * @module
 */

/** How many arrays, maps and their like may stand within each other in one message (DESIGN, section 5). */
export const nestingLimit = 512;

/** How many characters an atom has at most that travels (Erlang's limit). */
export const longestAtom = 255;

/**
 * The tags of values that CBOR has no form for, or cbor-x none that keeps them as they were. They mean what they
 * mean only between two nodes, so the numbers are the shortest that neither RFC 8949 nor cbor-x uses.
 */
export const TermTag = {
  /** Text, or bytes as {@link TermTag.utf16} has them. */
  atom: 160,
  /** An array. */
  tuple: 161,
  /** A number: a process of the sending node. */
  pidOfSender: 162,
  /** A number: a process of the receiving node. */
  pidOfReceiver: 163,
  /** [node, creation, number]: a process of any other. */
  pid: 164,
  /** A number: a reference of the sending node. */
  referenceOfSender: 165,
  /** A number: a reference of the receiving node. */
  referenceOfReceiver: 166,
  /** [node, creation, number]: a reference of any other. */
  reference: 167,
  /** [module, function] */
  capture: 168,
  /** Bytes: UTF-16, big-endian; a string that UTF-8, or cbor-x, cannot keep. */
  utf16: 169,
  /** The number 0: the number -0. */
  minusZero: 170,
  /** Bytes: a bigint of more than 64 bits; its value, big-endian. */
  positive: 171,
  /** Bytes: the same of its negative. */
  negative: 172,
  /** A number: milliseconds, NaN for the date that is none. */
  date: 173,
  /** [key, value, …]: a Map. */
  map: 174,
  /** An array: a Set. */
  set: 175,
  /** [key, value, …]: an object with keys that a plain map cannot have, or too many. */
  object: 176,
  /** [key, value, …]: an object without a prototype. */
  bare: 177,
  /** [tag, name, message, key, value, …]: a tagged error. */
  error: 178,
  /** [] or [value]: an Option. */
  option: 179,
  /** [value]: a Result that succeeded. */
  success: 180,
  /** [value]: a Result that failed. */
  failure: 181,
  /** [number] of milliseconds or [bigint] of nanoseconds: a Duration. */
  duration: 182,
} as const;

const firstTag = TermTag.atom;
const lastTag = TermTag.duration;

/** Whether a tag's array stands for one value without parts, so that it does not count as nested. */
const isLeaf = (tag: number): boolean =>
  tag === TermTag.pid || tag === TermTag.reference || tag === TermTag.capture || tag === TermTag.duration;

/** Bytes that are no signal. */
export class BadSignal extends Error {
  /** What is wrong with them. */
  readonly problem: string;

  /** @param problem What is wrong with them. */
  constructor(problem: string) {
    super(problem);
    this.name = "BadSignal";
    this.problem = problem;
  }
}

/** A signal is an array around its message. */
const depthLimit = nestingLimit + 1;
/** Up to so many keys are compared one with another; above, they go into a set. */
const comparedKeys = 16;
/** cbor-x takes a byte order mark away from the beginning of texts that are longer than this. */
const markKept = 64;

const utf8 = new TextDecoder("utf-8", { fatal: true, ignoreBOM: true });

/** Items that are still to come, by depth; a map has two an entry. */
const remaining = new Uint32Array(depthLimit + 2);
/** Whether what is open at a depth is a map. */
const isMap = new Uint8Array(depthLimit + 2);
/** The keys of the maps that are open and have many. */
const keySets: Array<Set<string> | undefined> = [];
/** The start and end of each key of the maps that are open and have few … */
const keys = new Uint32Array(2 * comparedKeys * (depthLimit + 2));
/** … and where those of the map at a depth begin. */
const keysFrom = new Uint32Array(depthLimit + 2);

const truncated = "it ends in the middle of an item";
const beyond = "a length beyond the end";

/**
 * Looks at every byte of one item without making anything of it.
 *
 * @param bytes Where the item lies, from the first byte on.
 * @param end Where it must end.
 * @returns What is wrong with it; undefined if nothing is.
 */
export const scan = (bytes: Uint8Array, end: number): string | undefined => {
  const problem = look(bytes, end);
  if (keySets.length > 0) keySets.length = 0;
  return problem;
};

const look = (bytes: Uint8Array, end: number): string | undefined => {
  let at = 0;
  let depth = 0;
  let keysTop = 0;
  /** The tag that this item is the content of; 0 if there is none. */
  let tag = 0;
  while (true) {
    if (at >= end) return truncated;
    const head = bytes[at++] as number;
    const major = head >>> 5;
    const info = head & 31;

    // The head's argument: a number, or a length (RFC 8949, section 3).
    let argument = info;
    if (info >= 24) {
      if (info === 31) return major === 7 ? "a break outside of an item" : "an item of indefinite length";
      if (info > 27) return `a head of the reserved form ${info}`;
      const size = 1 << (info - 24);
      if (size > end - at) return truncated;
      argument = 0;
      // The 8 bytes of a float, or of an integer, which is a bigint then, are not looked at.
      if (size === 8 && (major < 2 || major === 7)) at += 8;
      else {for (const argumentEnd = at + size; at < argumentEnd; at++) {
          argument = argument * 256 + (bytes[at] as number);
        }}
    }

    const isKey = isMap[depth] === 1 && ((remaining[depth] as number) & 1) === 0;
    if (isKey && major !== 3) return "a key that is no text";

    switch (major) {
      case 2: // bytes
        if (argument > end - at) return beyond;
        at += argument;
        break;
      case 3: { // text
        if (argument > end - at) return beyond;
        const start = at;
        at += argument;
        if (!isUtf8(bytes, start, at)) return "a text that is not UTF-8";
        if (argument > markKept && startsWithMark(bytes, start)) return "a text with a byte order mark";
        if (isKey) {
          if (isProto(bytes, start, at)) return "the key __proto__ in a plain map";
          const set = keySets[depth];
          if (set === undefined) {
            if (isKnownKey(bytes, start, at, keysFrom[depth] as number, keysTop)) {
              return "a key twice in a map";
            }
            keys[keysTop++] = start;
            keys[keysTop++] = at;
          } else {
            const before = set.size;
            if (set.add(utf8.decode(bytes.subarray(start, at))).size === before) {
              return "a key twice in a map";
            }
          }
        }
        break;
      }
      case 4: // array
      case 5: { // map
        const items = major === 4 ? argument : 2 * argument;
        if (items > end - at) return beyond;
        depth++;
        if (depth > depthLimit + (tag !== 0 && isLeaf(tag) ? 1 : 0)) {
          return `nested more than ${nestingLimit} deep`;
        }
        tag = 0;
        if (items === 0) {
          depth--;
          break;
        }
        remaining[depth] = items;
        isMap[depth] = major & 1;
        if (major === 5) {
          keysFrom[depth] = keysTop;
          if (argument > comparedKeys) keySets[depth] = new Set();
          else if (keySets.length > depth) keySets[depth] = undefined;
        }
        continue;
      }
      case 6: // tag
        if (argument < firstTag || argument > lastTag) return `the unknown tag ${argument}`;
        if (tag !== 0) return "a tag on a tag";
        tag = argument;
        continue;
      case 7: // false, true, null, undefined, and numbers of 8 bytes
        if (info === 25 || info === 26) return "a number of fewer than 8 bytes";
        if (info !== 27 && (info < 20 || info > 23)) return `the unknown simple value ${argument}`;
        break;
      default: // integers
    }

    // An item has ended, and with it all whose last one it was.
    tag = 0;
    while (depth > 0) {
      const left = (remaining[depth] as number) - 1;
      remaining[depth] = left;
      if (left > 0) break;
      if (isMap[depth] === 1) keysTop = keysFrom[depth] as number;
      depth--;
    }
    if (depth === 0) return at === end ? undefined : `${end - at} bytes behind its end`;
  }
};

/** Whether bytes are UTF-8 as RFC 3629 has it: shortest forms, no surrogates, nothing above U+10FFFF. */
const isUtf8 = (bytes: Uint8Array, start: number, end: number): boolean => {
  let at = start;
  while (at < end) {
    const first = bytes[at++] as number;
    if (first < 0x80) continue;
    if (first < 0xc2 || first > 0xf4 || at >= end) return false;
    const second = bytes[at++] as number;
    if (first < 0xe0) {
      if ((second & 0xc0) !== 0x80) return false;
      continue;
    }
    const lowest = first === 0xe0 ? 0xa0 : first === 0xf0 ? 0x90 : 0x80;
    const highest = first === 0xed ? 0x9f : first === 0xf4 ? 0x8f : 0xbf;
    if (second < lowest || second > highest || at >= end) return false;
    if (((bytes[at++] as number) & 0xc0) !== 0x80) return false;
    if (first < 0xf0) continue;
    if (at >= end || ((bytes[at++] as number) & 0xc0) !== 0x80) return false;
  }
  return true;
};

const startsWithMark = (bytes: Uint8Array, start: number): boolean =>
  bytes[start] === 0xef && bytes[start + 1] === 0xbb && bytes[start + 2] === 0xbf;

const proto = new TextEncoder().encode("__proto__");

const isProto = (bytes: Uint8Array, start: number, end: number): boolean =>
  end - start === proto.length && bytes[start] === proto[0] && areEqual(bytes, start, end, proto, 0);

const areEqual = (a: Uint8Array, aStart: number, aEnd: number, b: Uint8Array, bStart: number): boolean => {
  for (let i = aStart, j = bStart; i < aEnd; i++, j++) if (a[i] !== b[j]) return false;
  return true;
};

const isKnownKey = (bytes: Uint8Array, start: number, end: number, from: number, to: number): boolean => {
  for (let i = from; i < to; i += 2) {
    const other = keys[i] as number;
    if ((keys[i + 1] as number) - other !== end - start) continue;
    if (areEqual(bytes, start, end, bytes, other)) return true;
  }
  return false;
};
