/**
 * The house keeps its order: storeys import downwards, packages are named in one place, nothing goes in a
 * circle.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { librarySources, topLevel } from "./files.ts";
import { problems, read } from "./imports.ts";

Deno.test("the library's imports keep the direction of the storeys", () => {
  assertEquals(problems(librarySources()), []);
});

Deno.test("the top level holds what it should, and dotfiles", () => {
  const expected = [
    "LICENSE",
    "README.md",
    "deno.json",
    "deno.lock",
    "examples",
    "mod.ts",
    "src",
    "tests",
  ];
  assertEquals(topLevel().filter((name) => !name.startsWith(".")), expected);
});

const opening = "/**\n * What this file is for.\n *\n * @module\n */\n";

/** The problems of made-up files. */
const problemsOf = (files: Readonly<Record<string, string>>): ReadonlyArray<string> =>
  problems(new Map(Object.entries(files).map(([path, text]) => [path, opening + text])));

const upwards: ReadonlyArray<readonly [how: string, statement: string, note: string]> = [
  ["a plain import", 'import { start } from "../node/node.ts";', ""],
  ["an import of everything", 'import * as Node from "../node/node.ts";', ""],
  ["an import for its side effect", 'import "../node/node.ts";', ""],
  ["a type-only import", 'import type { Node } from "../node/node.ts";', " (type)"],
  ["an import of types alone", 'import { type Node } from "../node/node.ts";', " (type)"],
  ["a dynamic import", 'const node = () => import("../node/node.ts");', " (dynamic)"],
  ["a type in place", 'export type Node = import("../node/node.ts").Node;', " (type)"],
  ["a re-export", 'export { start } from "../node/node.ts";', ""],
  ["a re-export of a type", 'export type { Node } from "../node/node.ts";', " (type)"],
  ["a re-export of everything", 'export * from "../node/node.ts";', ""],
  ["a comment that names types", '// @ts-types="../node/node.ts"\nimport "node:net";', " (type)"],
  ["a reference", '/// <reference path="../node/node.ts" />', " (type)"],
];
for (const [how, statement, note] of upwards) {
  Deno.test(`${how} from a storey above is found`, () => {
    const expected = [`src/term/atom.ts imports src/node/node.ts${note}: node/ stands above term/`];
    assertEquals(problemsOf({ "src/term/atom.ts": statement }), expected);
  });
}

Deno.test("imports from the same storey, from below, and of node: are in order", () => {
  const text =
    'import "./spawn.ts"; import "../term/atom.ts"; import "../deps/effect.ts"; import "node:net";';
  assertEquals(problemsOf({ "src/node/node.ts": text }), []);
});

Deno.test("what stands in a comment or a text is no import", () => {
  const text = '// import "../node/node.ts";\nexport const text = `import "../node/node.ts"`;';
  assertEquals(problemsOf({ "src/term/atom.ts": text }), []);
});

for (const specifier of ["npm:effect@^4.1.0", "jsr:@std/assert@1", "effect", "https://host/mod.ts"]) {
  Deno.test(`${specifier} is found outside src/deps/`, () => {
    const text = `import "${specifier}";`;
    assertEquals(problemsOf({ "src/term/atom.ts": text, "src/deps/effect.ts": text }), [
      `src/term/atom.ts imports ${specifier}: packages are named in src/deps/ only`,
    ]);
  });
}

Deno.test("an import from outside src/ is found", () => {
  const found = problemsOf({ "src/term/atom.ts": 'import "../../mod.ts"; import "../../../x.ts";' });
  assertEquals(found, [
    "src/term/atom.ts imports mod.ts, which is outside src/",
    "src/term/atom.ts imports ../x.ts, which is outside src/",
  ]);
});

Deno.test("a computed import is found, but where programs are run", () => {
  const text = "export const load = (url: string) => import(url);";
  assertEquals(problemsOf({ "src/node/node.ts": text, "src/cli/main.ts": text }), [
    "src/node/node.ts has an import whose target is computed",
  ]);
});

Deno.test("a circle of files is found, unless types or later imports close it", () => {
  const circle = (back: string): ReadonlyArray<string> =>
    problemsOf({
      "src/term/a.ts": 'import { b } from "./b.ts";',
      "src/term/b.ts": 'export { c } from "./c.ts";',
      "src/term/c.ts": back,
    });
  assertEquals(circle('import { a } from "./a.ts";'), [
    "import each other in a circle: src/term/a.ts → src/term/b.ts → src/term/c.ts → src/term/a.ts",
  ]);
  assertEquals(circle('import { type A } from "./a.ts"; const a = () => import("./a.ts");'), []);
});

Deno.test("a file of no storey is found", () => {
  assertEquals(problemsOf({ "src/loose.ts": "", "src/cellar/a.ts": "" }), [
    "src/loose.ts is in no storey",
    "src/cellar/a.ts is in src/cellar/, which is no storey",
  ]);
});

Deno.test("a file that does not open by saying what it is for is found", () => {
  const texts: ReadonlyArray<string> = [
    "",
    "export {};",
    "/** @module */",
    "/**\n * Words.\n */\n/** @module */",
    '/** Words. */\nexport const text = "@module";',
    "// @module",
    opening,
  ];
  assertEquals(texts.map((text) => read("a.ts", text).saysWhatItIsFor), [
    false,
    false,
    false,
    false,
    false,
    false,
    true,
  ]);
});

Deno.test("a mod.ts that does more than re-export is found", () => {
  assertEquals(problemsOf({ "mod.ts": 'export { atom } from "./src/term/atom.ts";' }), []);
  assertEquals(problemsOf({ "mod.ts": "export const atom = 1;" }), ["mod.ts does more than re-export"]);
});
