/**
 * The shell's help: every part of the library has its signature and text, read from the sources.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Schema } from "npm:effect@^4.1.0";
import * as mod from "../../mod.ts";
import { find, Forbidden } from "../../src/iex/docs.ts";
import { fileOf, run } from "../cli/support.ts";

/** The dotted names of all functions and modules that `mod.ts` exports. */
const namesIn = (part: object, before: string): ReadonlyArray<string> =>
  Object.entries(part).flatMap(([name, value]) =>
    Object.prototype.toString.call(value) === "[object Module]"
      ? [before + name, ...namesIn(value, `${before}${name}.`)]
      : [before + name]
  );

Deno.test("every part of mod.ts is found with its text, each function with its arguments", async () => {
  const names = namesIn(mod, "");
  assert(names.includes("Task.Supervisor.await") && names.includes("Process.receive") && names.length > 60);
  for (const name of names) {
    const found = await find(name);
    if (found.tag === "module") {
      assert(found.text.length > 20 && found.members.length > 0, name);
      assertEquals(found.members.filter((one) => !/^[^\n]+[.?)]$/.test(one.summary)), [], name);
      continue;
    }
    assert(found.tag === "member" && found.documented.length > 0, name);
    const value: unknown = name.split(".").reduce(
      (part: unknown, one) => Reflect.get(Object(part), one),
      mod,
    );
    const isClass = /^class\b/.test(String(value));
    for (const { signature, text } of found.documented) {
      assert(text.length > 10 && !/[*]\/|^\s*[*]|@param|@link/m.test(text), `${name}: ${text}`);
      assert(!signature.includes("\n") && !signature.includes("//"), name);
      if (typeof value === "function" && !isClass && !Schema.isSchema(value)) {
        assertMatch(signature, /^(<.*>)?\(.*\): .+[^=&|{(]$/, name);
      }
    }
  }
});

Deno.test("overloads are all shown, with what each says; what is not there is not found", async () => {
  const found = await find("Process.send");
  assert(found.tag === "member");
  assertEquals(found.documented.map((one) => one.signature), [
    "<const M>(to: Destination, message: M): Effect.Effect<M, Unsendable | BadArg>",
    '<const M>(to: Destination, message: M, options: SendOptions): Effect.Effect<Atom<"ok"> | Atom<"noconnect">, Unsendable | BadArg>',
  ]);
  for (const name of ["nothing", "Node.nothing", "Node.list.deeper", "constructor", ""]) {
    assertEquals((await find(name)).tag, "nothing", name);
  }
});

Deno.test("from a URL the same sources are read there", async () => {
  const asked: Array<string> = [];
  const found = await find("Node.list", (url) => {
    asked.push(url.pathname.replace(/^.*\/(?=mod\.ts|src\/)/, ""));
    return Deno.readTextFile(url);
  });
  assertEquals([found.tag, new Set(asked).has("mod.ts"), new Set(asked).has("src/node/node.ts")], [
    "member",
    true,
    true,
  ]);
});

Deno.test("where the sources may not be read, help says which flag lets them", async () => {
  const found = await find("Node", () => Promise.reject(new Forbidden("--allow-read=there")));
  assertEquals(found, { tag: "forbidden", flag: "--allow-read=there" });
});

/** What each line shows. */
const shownBy = async (...lines: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { code, out, err } = await run(fileOf("src/iex/iex.ts"), [], {
    lines: lines.flatMap((one) => [one, "'next'"]),
  });
  assertEquals([code, err], [0, []]);
  return out.join("\n").split('\n"next"').map((text) => text.trimStart());
};

Deno.test("h() lists what there is, h of a part shows it, by its value and by its name", async () => {
  const [all = "", one = "", same, module = "", self = "", type = "", ...none] = await shownBy(
    "h()",
    "h(Node.spawnLink)",
    'h("Node.spawnLink")',
    "h(Task.Supervisor)",
    "h(self)",
    'h("Node.ListKind")',
    "h(5)",
    'h("Nobody")',
    "h(Effect.map)",
  );
  for (const name of Object.keys(mod)) assertMatch(all, new RegExp(`^[A-Z][a-z ]+: .*\\b${name}\\b`, "m"));
  assertMatch(
    one,
    /^Node\.spawnLink<.*>\(node: string, body: .*, args: .*\): Effect\.Effect<Pid, SpawnError>\n\n {2}The same, linked/,
  );
  assertStringIncludes(one, "\n  node: The node's name.\n");
  assertEquals(same, one);
  assertStringIncludes(module, "\n  asyncNolink ");
  assertMatch(self, /^Process\.self\(\): /);
  assertMatch(type, /^Node\.ListKind = "visible"/);
  assertEquals(none, [
    "There is no help on that: h() lists what there is.",
    "There is no help on Nobody: h() lists what there is.",
    "There is no help on that: h() lists what there is.",
    "",
  ]);
});

Deno.test("h of a module that is defined here lists its functions", async () => {
  const [, module, ...functions] = await shownBy(
    "defmodule('Till', { ring: (a, b) => 1 })",
    "h(Till)",
    "h(Till.ring)",
    "h('Till.ring')",
  );
  assertEquals(module, "Till: a module that is defined here\n  Till.ring/2");
  assertEquals(functions, [
    "Till.ring/2: a function of the module Till",
    "Till.ring/2: a function of the module Till",
    "",
  ]);
});
