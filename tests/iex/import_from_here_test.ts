/**
 * Imports of a line: from which folder, and what is said of an import statement.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { relative } from "node:path";
import { fileURLToPath } from "node:url";
import { rewriteImports } from "../../src/iex/import_from_here.ts";
import { playAll } from "./play.ts";

const rewritten: ReadonlyArray<readonly [source: string, result: string]> = [
  ["import('a')", "f('a')"],
  ["[await import (`${await import('b')}`)]", "[await f (`${await f('b')}`)]"],
  ["x.import('a')", "x.import('a')"],
  ["import.meta.url", "import.meta.url"],
  ["'import(1)' + import", "'import(1)' + import"],
];

Deno.test("imports, and nothing else that looks like them, go through the shell", () => {
  for (const [source, result] of rewritten) assertEquals(rewriteImports(source, "f"), result);
});

const here = `./${relative(Deno.cwd(), fileURLToPath(import.meta.resolve("../../src/term/atom.ts")))}`
  .replaceAll("\\", "/");

playAll([
  ["a path is one from the current folder", [
    `const { Atom } = await import(${JSON.stringify(here)}); Atom.name`,
    '"Atom"',
  ]],
  ["all else is what it is for every import", ['(await import("node:path")).posix.join("a", "b")', '"a/b"']],
  ["a pattern can take an import apart", [
    `const { atom: make } = await import(${JSON.stringify(here)})`,
    /make|atom/,
  ], ["make('x')", ":x"]],
  ["an import statement is refused with what to write instead", [
    'import { join } from "node:path"',
    '** SyntaxError: a line has no import statement: write const { name } = await import("./file.ts")',
  ]],
]);
