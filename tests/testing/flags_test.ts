/**
 * What stands behind `deno test -A --`.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { parseTestFlags, usage } from "../../src/testing/flags.ts";

const parse = (...args: ReadonlyArray<string>): ReturnType<typeof parseTestFlags> =>
  parseTestFlags(args, () => "host");

Deno.test("tags of each kind are read, as often as they stand, attached or not", () => {
  const flags = parse("--exclude", "a", "--include=os:x", "--only", "b", "--exclude=c", "--only", "d:e=f");
  assert("filters" in flags);
  assertEquals(flags.filters, { exclude: ["a", "c"], include: ["os:x"], only: ["b", "d:e=f"] });
  assertEquals(flags.node.name, undefined);
});

Deno.test("a node's flags stand beside them, in any order", () => {
  const flags = parse("--sname", "sophie@localhost", "--only", "a", "--cookie", "secret", "--hidden");
  assert("filters" in flags);
  assertEquals(flags.filters.only, ["a"]);
  const { name, cookie, hidden } = flags.node;
  assertEquals([name, cookie, hidden], ["sophie@localhost", "secret", true]);
});

const refusal = `tests take ${usage}`;

const refused: ReadonlyArray<readonly [args: ReadonlyArray<string>, problem: string]> = [
  [["--bogus"], `unknown argument --bogus: ${refusal}`],
  [["--bogus", "--sname", "a@localhost"], `unknown argument --bogus: ${refusal}`],
  [["word"], `unknown argument word: ${refusal}`],
  [["--excluded", "a"], `unknown argument --excluded: ${refusal}`],
  [["--help"], `unknown argument --help: ${refusal}`],
  [["--version"], `unknown argument --version: ${refusal}`],
  [["--no-halt"], `unknown argument --no-halt: ${refusal}`],
  [["-S", "main.ts"], `unknown argument -S: ${refusal}`],
  [["--only"], "--only needs a tag: --only distributed, or with a value --only os:windows"],
  [["--only="], "--only needs a tag: --only distributed, or with a value --only os:windows"],
  [
    ["--include", "--only", "a"],
    "--include needs a tag: --include distributed, or with a value --include os:windows",
  ],
  [
    ["--exclude", "a b"],
    '--exclude: "a b" is no tag: write it as distributed, or with a value as os:windows',
  ],
  [["--sname", "a@b@c"], ""],
];

for (const [args, problem] of refused) {
  Deno.test(`${args.join(" ")} is refused in one line`, () => {
    const flags = parse(...args);
    assert("problem" in flags);
    if (problem !== "") assertEquals(flags.problem, problem);
    assert(!flags.problem.includes("\n"));
  });
}
