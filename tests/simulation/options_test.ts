/**
 * What `deno task simulate` is told, and what it says of what it cannot be told.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { readOptions } from "./options.ts";

Deno.test("many seeds, from a first one, or a single one", () => {
  assertEquals(readOptions(["--", "--seeds", "1000"], 2), { mode: "many", from: 1, seeds: 1000, workers: 2 });
  assertEquals(readOptions(["--seeds=5", "--from", "7", "--workers", "1"], 2), {
    mode: "many",
    from: 7,
    seeds: 5,
    workers: 1,
  });
  assertEquals(readOptions(["--", "--seed", "17"], 2), { mode: "one", seed: 17 });
});

for (
  const [args, problem] of [
    [[], /^there is nothing to do: deno task simulate/],
    [["--from", "3"], /^there is nothing to do/],
    [["--seed"], /^--seed is a whole number of 0 or more: /],
    [["--seeds", "0"], /^--seeds is a whole number of 1 or more, not 0: /],
    [["--seeds", "many"], /not many/],
    [["--seed", "1", "--seed", "2"], /^--seed stands twice/],
    [["--seed", "1", "--seeds", "2"], /stands alone/],
    [["--sedes", "1"], /^--sedes is no option/],
  ] as const
) {
  Deno.test(`one line says what is wrong with ${JSON.stringify(args.join(" "))}`, () => {
    const read = readOptions(args, 2);
    const text = "problem" in read ? read.problem : "";
    assertMatch(text, problem);
    assertEquals(text.split("\n").length, 1);
  });
}
