/**
 * Which texts go on on the next line.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { entriesOf, isUnfinished } from "../../src/iex/unfinished.ts";

const unfinished: ReadonlyArray<string> = [
  "f(",
  "f(1,",
  "const f = (x: number) => {",
  "const f = async (x: number): Promise<number> =>",
  'const Kate = defmodule("Kate", {',
  'defmodule("Kate", {\n  sayName: () => IO.puts("a"),',
  "[1, { a: `",
  "`text ${a",
  "`text",
  "/* a comment",
  "f( // (",
  "a +",
  "a ? b :",
  "a ? b",
  "const a =",
  "const a: number =",
  "type A =",
  "foo.",
  "if (x)",
  "for (;;)",
  "while (true)",
  "do x()",
  "class A",
  "await",
  "a = 1; b =",
  "a &&",
];

const finished: ReadonlyArray<string> = [
  "",
  " ",
  "// a comment (",
  "1 + 1",
  "1;",
  "{ a: 1, b: 2 }",
  "f(1, `${a}`)",
  "n!",
  "x++",
  "const f = (x: number) => {\n  return x\n}",
  "for (const x of []) x",
  "/[(]/.test('(')",
  "'('",
  "interface A { b: 1 }",
  "a as unknown",
  // What no next line can mend is an error now.
  "const = 1",
  "a b",
  "1)",
  "}",
  "(]",
  "f('abc",
  "'abc",
  "f({ a: 1 )",
  "@",
  "return",
  "f(1))",
  "{ a }}",
];

for (const text of unfinished) Deno.test(`it goes on: ${text}`, () => assertEquals(isUnfinished(text), true));
for (const text of finished) Deno.test(`it ends: ${text}`, () => assertEquals(isUnfinished(text), false));

Deno.test("what is known to come next goes on where it begins with a point, but for a spread and nothing", () => {
  assertEquals(["  .pipe(f)", "?.a", ".5", "...a", "a"].map((next) => isUnfinished("a", next)), [
    true,
    true,
    true,
    false,
    false,
  ]);
  assertEquals(isUnfinished("", ".help"), false);
});

Deno.test("a text of many lines is taken apart as if it had been typed", () => {
  assertEquals(entriesOf("const a = 1\nf(\n  2,\n)\n\na\n  .b()\nif (a) {\n}"), [
    "const a = 1",
    "f(\n  2,\n)",
    "",
    "a\n  .b()",
    "if (a) {\n}",
  ]);
  assertEquals(entriesOf("f("), ["f("]);
});
