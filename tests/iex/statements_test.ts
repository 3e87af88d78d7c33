/**
 * Lines as statements, with what each declares.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { type Statement, statementsOf } from "../../src/iex/statements.ts";

const text = (statement: Statement): string => {
  switch (statement.tag) {
    case "declaration":
      return statement.declarators.map(({ pattern, value }) => `${pattern} := ${value}`).join(", ");
    case "definition":
      return `define ${statement.name} as ${statement.source}`;
    case "other":
      return statement.source;
  }
};

const table: ReadonlyArray<readonly [line: string, ...statements: ReadonlyArray<string>]> = [
  ["1 + 1", "1 + 1"],
  ["  a ;; b;  ", "a", "b"],
  ["f('a;b', (c, 1), `;${d};`) // e; f", "f('a;b', (c, 1), `;${d};`) // e; f"],
  ["const a = 1", "a := 1"],
  ["let a", "a := undefined"],
  ["var a = 1, b, c = [2, 3]", "a := 1, b := undefined, c := [2, 3]"],
  ["const [a, , ...b] = c", "[a, , ...b] := c"],
  ["const { x, y: z, w = 1 } = await f(1)", "{ x, y: z, w = 1 } := await f(1)"],
  ["const [a, { b }] = c, { d } = e", "[a, { b }] := c, { d } := e"],
  ["const f = (a) => a == b", "f := (a) => a == b"],
  ["const a = 1; a + 1", "a := 1", "a + 1"],
  ["const a == 1", "const a == 1"],
  ["constant = 1", "constant = 1"],
  ["function f(a) { return a; }", "define f as function f(a) { return a; }"],
  ["async function* f({ a }) { yield a } f(1)", "define f as async function* f({ a }) { yield a }", "f(1)"],
  ["class A extends B { c = 1; }", "define A as class A extends B { c = 1; }"],
  ["(function f() {})", "(function f() {})"],
  ["class extends A {}", "class extends A {}"],
  ["for (let a = 0; a < 3; a++) { b; c }", "for (let a = 0; a < 3; a++) { b; c }"],
  ["if (a) b; else c; d", "if (a) b; else c", "d"],
  ["do a(); while (b); c", "do a(); while (b)", "c"],
  ["try { a; } catch { b; }", "try { a; } catch { b; }"],
];

for (const [line, ...expected] of table) {
  Deno.test(`the statements of ${line}`, () => assertEquals(statementsOf(line).map(text), expected));
}
