/**
 * A stream as the shell's input.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import type { Input } from "../../src/iex/session.ts";
import { streamInput } from "../../src/iex/stream_input.ts";

const prompt = { first: "", next: "" };

const inputOf = (...chunks: ReadonlyArray<string>): Input =>
  streamInput(ReadableStream.from(chunks.map((chunk) => new TextEncoder().encode(chunk))));

/** All that an input gives. */
const allOf = async (input: Input): Promise<ReadonlyArray<string>> => {
  const all: Array<string> = [];
  for (;;) {
    const entry = await input.next(prompt);
    if (entry === undefined) return all;
    input.taken();
    all.push(entry);
  }
};

Deno.test("a line that was asked for twice is the same, until it is taken", async () => {
  const input = inputOf("a\nb\n");
  assertEquals([await input.next(prompt), await input.next(prompt)], ["a", "a"]);
  input.taken();
  assertEquals(await input.next(prompt), "b");
  input.taken();
  assertEquals([await input.next(prompt), await input.next(prompt)], [undefined, undefined]);
});

Deno.test("lines that belong together are one, however they come", async () => {
  const input = inputOf("const f = (x) => {\nreturn ", "x\n}", "\nf(1)\n", "f(\n2");
  assertEquals(await allOf(input), ["const f = (x) => {\nreturn x\n}", "f(1)", "f(\n2"]);
});
