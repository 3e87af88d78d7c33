/**
 * Bytes as lines, however they come.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { linesOf } from "../../src/cli/lines.ts";

const streamOf = (...chunks: ReadonlyArray<string | Uint8Array>): ReadableStream<Uint8Array> =>
  ReadableStream.from(
    chunks.map((chunk) => typeof chunk === "string" ? new TextEncoder().encode(chunk) : chunk),
  );

const table: ReadonlyArray<readonly [chunks: ReadonlyArray<string>, lines: ReadonlyArray<string>]> = [
  [[], []],
  [["a\nb\n"], ["a", "b"]],
  [["a\nb"], ["a", "b"]],
  [["a", "b\nc", "\n"], ["ab", "c"]],
  [["a\r\nb\r", "\nc\r"], ["a", "b", "c"]],
  [["\n\n"], ["", ""]],
];

for (const [chunks, expected] of table) {
  Deno.test(`the lines of ${JSON.stringify(chunks)}`, async () => {
    assertEquals(await Array.fromAsync(linesOf(streamOf(...chunks))), expected);
  });
}

Deno.test("a character that comes a byte at a time is one", async () => {
  const bytes = [...new TextEncoder().encode("курица?\nда")].map((byte) => Uint8Array.of(byte));
  assertEquals(await Array.fromAsync(linesOf(streamOf(...bytes))), ["курица?", "да"]);
});
