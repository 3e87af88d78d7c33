/**
 * Each package has one version, in one place; nothing points to a registry or into one machine.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { allFiles } from "./files.ts";
import type { Sources } from "./imports.ts";
import { namedPackages, placeProblems, versionProblems } from "./versions.ts";

/** All files but the lock, which says what Deno makes it say. */
const ownFiles = (): Sources => new Map([...allFiles()].filter(([path]) => path !== "deno.lock"));

Deno.test("versions of packages stand in src/deps/ and deno.json, and each package has one", () => {
  assertEquals(versionProblems(ownFiles()), []);
});

Deno.test("no file names a registry's host, or a path of one machine", () => {
  assertEquals(placeProblems(ownFiles()), []);
});

Deno.test("the lock holds all packages that are named", () => {
  const lock: { readonly specifiers: Readonly<Record<string, string>> } = JSON.parse(
    allFiles().get("deno.lock") ?? "{}",
  );
  const named = [...namedPackages(ownFiles())].map((one) => `npm:${one}`).sort();
  assertEquals(Object.keys(lock.specifiers).sort(), named);
});

/** A made-up package, written so that the search above does not find it here. */
const npm = (rest: string): string => `npm${":"}${rest}`;

Deno.test("a version outside src/deps/ is found, but for effect's", () => {
  const text = `import "${npm("effect@^4.1.0")}"; import "${npm("@noble/curves@2.4.0/ed25519.js")}";`;
  const files = ["src/deps/curves.ts", "examples/chat/main.ts", "README.md", "deno.json"];
  assertEquals(versionProblems(new Map(files.map((path) => [path, text]))), [
    "examples/chat/main.ts names a version of @noble/curves",
    "README.md names a version of @noble/curves",
  ]);
});

Deno.test("a second range of a package is found", () => {
  const files = new Map([
    ["src/deps/effect.ts", `export * from "${npm("effect@^4.1.0/Effect")}";`],
    ["deno.json", `{ "imports": { "effect/": "${npm("/effect@^4.1.0/")}" } }`],
    ["README.md", `import { Effect } from "${npm("effect@^4.2.0")}";`],
  ]);
  assertEquals(versionProblems(files), [
    "effect has 2 ranges: ^4.1.0 in src/deps/effect.ts, ^4.2.0 in README.md",
  ]);
});

Deno.test("registries' hosts and machines' paths are found, other paths are not", () => {
  const place = (folder: string): string => ["", folder, "me"].join("/");
  const text = [
    `https://${["jsr", "io"].join(".")}/@std/assert`,
    `cd ${place("home")}/x`,
    `file://${place("work")}/mod.ts`,
    `"${place("root")}"`,
    `$HOME${place("work")} https://host${place("home")} a${place("root")}`,
  ].join("\n");
  assertEquals(placeProblems(new Map([["README.md", text]])), [
    `README.md names the registry ${["jsr", "io"].join(".")}`,
    `README.md names the place ${place("home")}`,
    `README.md names the place ${place("work")}`,
    `README.md names the place ${place("root")}`,
  ]);
});
