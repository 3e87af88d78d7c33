/**
 * The pass over received bytes: what it lets through, and every refusal by its name.
 *
 * @module
 */
import { isUtf8 } from "node:buffer";
import { assert, assertEquals } from "@std/assert";
import { nestingLimit, scan, TermTag } from "../../../src/protocol/native/scan.ts";

const look = (hex: string): string | undefined => {
  const bytes = Uint8Array.fromHex(hex.replaceAll(" ", ""));
  return scan(bytes, bytes.length);
};

const look8 = (bytes: Uint8Array): string | undefined => scan(bytes, bytes.length);

const hexOf = (text: string): string => new TextEncoder().encode(text).toHex();

Deno.test("what is sent is let through", () => {
  const good: Readonly<Record<string, string>> = {
    "small integers": "84 00 17 18ff 191000",
    "negative integers": "84 20 37 38ff 391000",
    "integers of 4 bytes": "82 1affffffff 3affffffff",
    "integers of 8 bytes": "82 1bffffffffffffffff 3b0000000000000000",
    "a float": "fb 7ff8000000000000",
    "false, true, null, undefined": "84 f4 f5 f6 f7",
    "bytes": "82 40 43 010203",
    "texts": `83 60 61 41 67 ${hexOf("aя€")}00`,
    "an empty array and map": "82 80 a0",
    "a map": "b9 0002 61 61 01 61 62 02",
    "the same key in two maps, side by side and within": "82 a1 6161 a1 6161 00 a1 6161 00",
    "a tag": "d8 a0 62 6f6b",
    "a byte order mark in a short text": "63 efbbbf",
  };
  for (const [what, hex] of Object.entries(good)) assertEquals(look(hex), undefined, what);
});

Deno.test("each refusal has its name", () => {
  const bad: ReadonlyArray<readonly [hex: string, problem: string]> = [
    ["", "it ends in the middle of an item"],
    ["82 01", "it ends in the middle of an item"],
    ["19 01", "it ends in the middle of an item"],
    ["fb 00", "it ends in the middle of an item"],
    ["d8 a0", "it ends in the middle of an item"],
    ["01 02", "1 bytes behind its end"],
    ["80 80 80", "2 bytes behind its end"],
    ["9f 01 ff", "an item of indefinite length"],
    ["bf ff", "an item of indefinite length"],
    ["5f 41 00 ff", "an item of indefinite length"],
    ["7f 61 41 ff", "an item of indefinite length"],
    ["1f", "an item of indefinite length"],
    ["ff", "a break outside of an item"],
    ["81 ff", "a break outside of an item"],
    ["1c", "a head of the reserved form 28"],
    ["7d", "a head of the reserved form 29"],
    ["fe", "a head of the reserved form 30"],
    ["e0", "the unknown simple value 0"],
    ["f3", "the unknown simple value 19"],
    ["f8 20", "the unknown simple value 32"],
    ["f8 ff", "the unknown simple value 255"],
    ["f9 3c00", "a number of fewer than 8 bytes"],
    ["fa 3f800000", "a number of fewer than 8 bytes"],
    ["c0 60", "the unknown tag 0"],
    ["c1 00", "the unknown tag 1"],
    ["c2 41 01", "the unknown tag 2"],
    ["d8 1b 80", "the unknown tag 27"],
    ["d8 1c 80", "the unknown tag 28"],
    ["d8 33 84 80 80 80 00", "the unknown tag 51"],
    ["d8 40 40", "the unknown tag 64"],
    ["d9 0102 80", "the unknown tag 258"],
    ["d9 0103 a0", "the unknown tag 259"],
    ["d9 dfff 80", "the unknown tag 57343"],
    ["db ffffffffffffffff 00", "the unknown tag 18446744073709552000"],
    [`d8 9f 00`, "the unknown tag 159"],
    [`d8 b7 00`, "the unknown tag 183"],
    ["d8 a1 d8 a1 80", "a tag on a tag"],
    ["82 01 9a ffffffff", "a length beyond the end"],
    ["9b ffffffffffffffff", "a length beyond the end"],
    ["83 01 02", "it ends in the middle of an item"],
    ["a2 6161 01", "a length beyond the end"],
    ["bb 7fffffffffffffff", "a length beyond the end"],
    ["42 01", "a length beyond the end"],
    ["5b ffffffffffffffff 01", "a length beyond the end"],
    ["62 41", "a length beyond the end"],
    ["61 ff", "a text that is not UTF-8"],
    ["a1 01 02", "a key that is no text"],
    ["a1 41 61 02", "a key that is no text"],
    ["a1 f6 02", "a key that is no text"],
    ["a1 80 02", "a key that is no text"],
    ["a1 d8 a0 61 61 02", "a key that is no text"],
    ["a2 6161 01 6161 02", "a key twice in a map"],
    ["a2 6161 a1 6162 00 6161 02", "a key twice in a map"],
    ["a2 60 01 60 02", "a key twice in a map"],
    ["a2 6161 01 780161 02", "a key twice in a map"],
    [`a1 69 ${hexOf("__proto__")} 00`, "the key __proto__ in a plain map"],
    [`78 41 efbbbf ${"41".repeat(62)}`, "a text with a byte order mark"],
  ];
  for (const [hex, problem] of bad) {
    const found = look(hex);
    // An array whose items cannot all be there is named either way.
    if (hex === "82 01" || hex === "83 01 02") assert(found !== undefined, hex);
    else assertEquals(found, problem, hex);
  }
});

Deno.test("texts are UTF-8 exactly where the platform says so", () => {
  const edges = [
    0x00,
    0x41,
    0x7f,
    0x80,
    0x8f,
    0x90,
    0x9f,
    0xa0,
    0xbf,
    0xc0,
    0xc1,
    0xc2,
    0xdf,
    0xe0,
    0xe1,
    0xec,
  ];
  edges.push(0xed, 0xee, 0xef, 0xf0, 0xf1, 0xf3, 0xf4, 0xf5, 0xff);
  for (const a of edges) {
    for (const b of edges) {
      for (const c of edges) {
        for (const d of edges) {
          const bytes = Uint8Array.of(0x64, a, b, c, d);
          assertEquals(look8(bytes) === undefined, isUtf8(bytes.subarray(1)), bytes.toHex());
        }
      }
    }
  }
});

Deno.test("a key that comes twice is found among few keys and among many", () => {
  for (const count of [1, 2, 15, 16, 17, 100, 3000]) {
    const keys = Array.from({ length: count }, (_, index) => `key ${index}`);
    const map = (names: ReadonlyArray<string>): string =>
      `b9${names.length.toString(16).padStart(4, "0")}` +
      names.map((name) => `78${name.length.toString(16).padStart(2, "0")}${hexOf(name)}00`).join("");
    assertEquals(look(map(keys)), undefined);
    for (const again of [0, count >> 1, count - 1]) {
      assertEquals(look(map([...keys, `key ${again}`])), "a key twice in a map");
    }
    // The keys of maps within are others.
    assertEquals(look(`82${map(keys)}${map(keys)}`), undefined);
  }
  const within = (depth: number): string => depth === 0 ? "00" : `a2616100 6162 ${within(depth - 1)}`;
  assertEquals(look(within(300)), undefined);
});

Deno.test(`a signal's message may be nested ${nestingLimit} deep and not one deeper`, () => {
  const arrays = (depth: number, leaf = "00"): string => "81".repeat(depth) + leaf;
  const maps = (depth: number): string => "81" + "a16161".repeat(depth) + "00";
  // One more: the signal's own array.
  assertEquals(look(arrays(nestingLimit + 1)), undefined);
  assertEquals(look(maps(nestingLimit)), undefined);
  const problem = `nested more than ${nestingLimit} deep`;
  assertEquals(look(arrays(nestingLimit + 2)), problem);
  assertEquals(look(arrays(nestingLimit + 1, "80")), problem);
  assertEquals(look(maps(nestingLimit + 1)), problem);
  assertEquals(look(arrays(100_000)), problem);
  // A pid's array stands for one value.
  const pid = `d8${TermTag.pid.toString(16)}83 60 00 00`;
  assertEquals(look(arrays(nestingLimit + 1, pid)), undefined);
  assertEquals(look(arrays(nestingLimit + 2, pid)), problem);
  assertEquals(look(arrays(nestingLimit + 1, `d8${TermTag.pid.toString(16)}81 80`)), problem);
});

Deno.test("only the bytes up to the end are looked at", () => {
  const bytes = Uint8Array.of(0x82, 0x01, 0x02, 0x03);
  assertEquals(scan(bytes, 3), undefined);
  assert(scan(bytes, 2) !== undefined);
});

Deno.test("a refusal in the middle leaves nothing behind for the next item", () => {
  for (const broken of ["a2 6161 01 6161 02", "82 a2 6161", "b9 0020 6161 00"]) {
    assert(look(broken) !== undefined);
    assertEquals(look("82 a1 6161 01 82 01 02"), undefined);
  }
});
