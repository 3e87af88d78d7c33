/**
 * Sealed records: golden bytes, any split, limits, and every way to tamper with them.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  Opener,
  type RecordFailure,
  recordLimit,
  recordOverhead,
  Sealer,
} from "../../../src/protocol/native/records.ts";

const key = Uint8Array.from({ length: 32 }, (_, index) => index);
const text = (string: string): Uint8Array => new TextEncoder().encode(string);
const plain = (data: Uint8Array): string => new TextDecoder().decode(data);

/** Opens pieces with a fresh opener; copies what comes. */
const open = (
  pieces: Iterable<Uint8Array>,
  opener = new Opener(key),
): { readonly texts: Array<string>; readonly failure: RecordFailure | undefined } => {
  const texts: Array<string> = [];
  let failure: RecordFailure | undefined;
  for (const piece of pieces) failure = opener.push(piece, (plaintext) => texts.push(plain(plaintext)));
  return { texts, failure };
};

const sealed = (...texts: ReadonlyArray<string>): Array<Uint8Array> => {
  const sealer = new Sealer(key);
  return texts.map((string) => sealer.seal(text(string)).slice());
};

const threeRecords = (): readonly [Uint8Array, Uint8Array, Uint8Array] => {
  const sealer = new Sealer(key);
  const seal = (string: string): Uint8Array => sealer.seal(text(string)).slice();
  return [seal("one"), seal("two"), seal("three")];
};

const glue = (...parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  Uint8Array.from(parts.flatMap((part) => [...part]));

Deno.test("a record has these bytes, and the next one of the same text others", () => {
  assertEquals(sealed("spawnlink", "spawnlink").map((record) => record.toHex()), [
    "000000196bc82346c38acfbf78740d8fc5d25d667607b6ca1da2a8535c",
    "000000191a2c1dae5f66d114463b80d9b82ece8ed39f69cfe44d30322b",
  ]);
});

Deno.test("what is sealed comes out as it was, in order, at any split", () => {
  const texts = ["a", "hello", "x".repeat(1000), "end"];
  const stream = glue(...sealed(...texts));
  for (const size of [1, 2, 3, 4, 5, 7, 19, 20, 21, 64, 999, stream.length]) {
    const pieces = [];
    for (let at = 0; at < stream.length; at += size) pieces.push(stream.slice(at, at + size));
    assertEquals(open(pieces), { texts, failure: undefined });
  }
});

Deno.test("of nothing comes no record", () => {
  assertEquals(new Sealer(key).seal(new Uint8Array(0)).length, 0);
  assertEquals(open([new Uint8Array(0)]), { texts: [], failure: undefined });
});

Deno.test("a flush of the limit is one record, one byte more is two", () => {
  for (const [size, records] of [[recordLimit, 1], [recordLimit + 1, 2], [2 * recordLimit + 5, 3]] as const) {
    const flush = new Uint8Array(size);
    for (let at = 0; at < size; at += 4096) flush[at] = at / 4096;
    const bytes = new Sealer(key).seal(flush);
    assertEquals(bytes.length, size + records * recordOverhead);
    const opener = new Opener(key);
    let at = 0;
    let count = 0;
    for (let from = 0; from < bytes.length; from += 100_000) {
      const failure = opener.push(bytes.subarray(from, from + 100_000), (plaintext) => {
        count++;
        assert(plaintext.length <= recordLimit);
        assertEquals(plaintext, flush.subarray(at, at + plaintext.length));
        at += plaintext.length;
      });
      assertEquals(failure, undefined);
    }
    assertEquals([at, count], [size, records]);
  }
});

Deno.test("a record over the limit, or too short for its tag, is refused by its length", () => {
  const header = (length: number): Uint8Array => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, length);
    return bytes;
  };
  for (const length of [recordLimit + 17, 0xffff_ffff]) {
    for (const pieces of [[header(length)], [...header(length)].map((byte) => Uint8Array.of(byte))]) {
      const { failure } = open(pieces);
      assertEquals(failure?.reason, "limit");
      assert(failure?.detail.includes(`${length} bytes`));
    }
  }
  assertEquals(open([header(recordLimit + 16)]).failure, undefined);
  for (const length of [0, 1, 16]) assertEquals(open([header(length)]).failure?.reason, "short");
  assertEquals(open([header(17)]).failure, undefined);
});

Deno.test("one altered bit anywhere is refused, and nothing of that record or a later one comes out", () => {
  const [first, second, third] = threeRecords();
  for (let at = 0; at < second.length; at++) {
    const altered = second.slice();
    altered[at] = (altered[at] ?? 0) ^ 1;
    const opener = new Opener(key);
    // A length that grew takes what it lacks from behind.
    const { texts, failure } = open([first, altered, third, new Uint8Array(70_000)], opener);
    assertEquals(texts, ["one"]);
    assertNotEquals(failure, undefined);
    assertEquals(open([first, second], opener), { texts: [], failure });
  }
});

Deno.test("a record that is repeated, left out, out of order or of another key is refused", () => {
  const [first, second] = threeRecords();
  assertEquals(open([first, first]).failure?.reason, "altered");
  assertEquals(open([second]).failure?.reason, "altered");
  assertEquals(open([second, first]).texts, []);
  const other = new Sealer(new Uint8Array(32)).seal(text("one"));
  assertEquals(open([other]).failure?.reason, "altered");
});

Deno.test("a stream cut at every offset gives the records before the cut and no failure", () => {
  const [first, second] = threeRecords();
  const stream = glue(first, second);
  for (let cut = 0; cut < stream.length; cut++) {
    assertEquals(open([stream.subarray(0, cut)]), {
      texts: cut < first.length ? [] : ["one"],
      failure: undefined,
    });
  }
});

Deno.test("a callback that closes or throws stops the opener", () => {
  const stream = glue(...sealed("one", "two"));
  const closing = new Opener(key);
  const texts: Array<string> = [];
  closing.push(stream, (plaintext) => {
    texts.push(plain(plaintext));
    closing.close();
  });
  assertEquals(texts, ["one"]);
  const throwing = new Opener(key);
  assertThrows(
    () =>
      throwing.push(stream, () => {
        throw new Error("no more");
      }),
    Error,
    "no more",
  );
  assertEquals(open([stream], throwing), { texts: [], failure: undefined });
});

Deno.test("the buffer of the sealer grows and shrinks without harm to what it seals", () => {
  const sealer = new Sealer(key);
  const opener = new Opener(key);
  for (const size of [10, 500_000, 10, 10, 10, 10, 10, 10, 10, 1_048_576, 3, 70_000, 1]) {
    const flush = new Uint8Array(size).fill(size % 251);
    let opened = 0;
    const failure = opener.push(sealer.seal(flush), (plaintext) => {
      assert(plaintext.every((byte) => byte === size % 251));
      opened += plaintext.length;
    });
    assertEquals([failure, opened], [undefined, size]);
  }
});

Deno.test("a key of another length is refused, and none is shown", () => {
  assertThrows(() => new Sealer(new Uint8Array(31)), RangeError, "32 bytes");
  assertThrows(() => new Opener(new Uint8Array(33)), RangeError, "32 bytes");
  const shown = Deno.inspect([new Sealer(key), new Opener(key)], { depth: 10, showHidden: true });
  assert(!shown.includes("15, 16, 17"));
});
