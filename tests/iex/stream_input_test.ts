/**
 * A stream as the shell's input.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { streamInput } from "../../src/iex/stream_input.ts";

Deno.test("a line that was asked for twice is the same, until it is taken", async () => {
  const input = streamInput(ReadableStream.from([new TextEncoder().encode("a\nb\n")]));
  assertEquals([await input.next(""), await input.next("")], ["a", "a"]);
  input.taken();
  assertEquals(await input.next(""), "b");
  input.taken();
  assertEquals([await input.next(""), await input.next("")], [undefined, undefined]);
});
