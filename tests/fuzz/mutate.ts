/**
 * Damage that knows what it damages: bytes that were right once, altered where lengths, types and texts stand.
 *
 * @module
 */

/** Numbers from 0 up to 1. */
export type Chance = () => number;

/** Lengths and numbers at which readers of bytes go wrong. */
const edges: ReadonlyArray<ReadonlyArray<number>> = [
  [0x00],
  [0x7f],
  [0x80],
  [0xff],
  [0xff, 0xff],
  [0x7f, 0xff, 0xff, 0xff],
  [0xff, 0xff, 0xff, 0xff],
  [0x10, 0x00],
  [0x10, 0x01],
  // CBOR: an array, a map and bytes of four thousand million; of 2^63; an indefinite text; a break.
  [0x9a, 0xff, 0xff, 0xff, 0xff],
  [0xba, 0xff, 0xff, 0xff, 0xff],
  [0x5a, 0xff, 0xff, 0xff, 0xff],
  [0x9b, 0x80, 0, 0, 0, 0, 0, 0, 0],
  [0x7f, 0x61, 0x61, 0xff],
  [0xff],
  // An integer over 2^53, a negative one, half a surrogate, `__proto__`, a map with one key twice.
  [0x1b, 0x00, 0x20, 0, 0, 0, 0, 0, 1],
  [0x3b, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff, 0xff],
  [0x63, 0xed, 0xa0, 0x80],
  [0x69, ...new TextEncoder().encode("__proto__")],
  [0xa2, 0x61, 0x61, 1, 0x61, 0x61, 2],
  // Tags: a big number, a typed array, one that nobody knows.
  [0xc2, 0x49, 1, 0, 0, 0, 0, 0, 0, 0, 0],
  [0xd8, 0x40, 0x41, 0],
  [0xda, 0xff, 0xff, 0xff, 0xff],
];

const below = (chance: Chance, end: number): number => Math.floor(chance() * end);
const one = <A>(chance: Chance, list: ReadonlyArray<A>): A | undefined => list[below(chance, list.length)];

const splice = (bytes: Uint8Array, at: number, removed: number, added: ArrayLike<number>): Uint8Array =>
  Uint8Array.from([...bytes.subarray(0, at), ...Array.from(added), ...bytes.subarray(at + removed)]);

/**
 * Damages bytes once, in one of several ways.
 *
 * @param bytes Bytes that were right.
 * @param corpus Others, of which parts are taken.
 * @param chance Which way, and where.
 */
const damage = (bytes: Uint8Array, corpus: ReadonlyArray<Uint8Array>, chance: Chance): Uint8Array => {
  const at = below(chance, bytes.length + 1);
  const some = 1 + below(chance, 8);
  switch (below(chance, 8)) {
    case 0: {
      const altered = bytes.slice();
      altered[at] = (altered[at] ?? 0) ^ (1 << below(chance, 8));
      return altered;
    }
    case 1:
      return bytes.slice(0, at);
    case 2:
      return splice(bytes, at, some, []);
    case 3:
      return splice(bytes, at, 0, Array.from({ length: some }, () => below(chance, 256)));
    case 4:
      return splice(bytes, at, 0, one(chance, edges) ?? []);
    case 5: {
      const edge = one(chance, edges) ?? [];
      return splice(bytes, at, edge.length, edge);
    }
    case 6: {
      // A part of itself once more: nesting, keys that come twice, messages that are repeated.
      const part = bytes.subarray(at, at + some * 4);
      return splice(bytes, at, 0, part);
    }
    default: {
      const other = one(chance, corpus) ?? bytes;
      const from = below(chance, other.length + 1);
      return splice(bytes, at, bytes.length - at, other.subarray(from));
    }
  }
};

/** Takes one of the corpus and damages it a few times; now and then not at all. */
export const mutate = (corpus: ReadonlyArray<Uint8Array>, chance: Chance): Uint8Array => {
  let bytes = one(chance, corpus) ?? new Uint8Array(0);
  for (let times = below(chance, 5); times > 0; times--) {
    bytes = damage(bytes, corpus, chance);
    // Nothing here is to be found by size alone.
    if (bytes.length > 16_384) bytes = bytes.slice(0, 16_384);
  }
  return bytes;
};

/** Bytes in pieces, as a socket gives them. */
export const pieces = (bytes: Uint8Array, chance: Chance): ReadonlyArray<Uint8Array> => {
  const cut: Array<Uint8Array> = [];
  for (let at = 0; at < bytes.length;) {
    const size = chance() < 0.5 ? bytes.length : 1 + below(chance, 16);
    cut.push(bytes.slice(at, at + size));
    at += size;
  }
  return cut;
};
