/**
 * The shell's help: every part of the library has its signature and text, read from the sources.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { Effect, Schema } from "npm:effect@^4.1.0";
import * as mod from "../../mod.ts";
import { find, Forbidden } from "../../src/iex/docs.ts";
import { makeScope } from "../../src/iex/scope.ts";
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

const shop = mod.defmodule("Shop.Till", { ring: (_one: number, _two: number) => 1 });

/** What `h` prints. */
const helpOn = async (...lines: ReadonlyArray<string>): Promise<ReadonlyArray<string>> => {
  const { code, out, err } = await run(fileOf("src/iex/iex.ts"), [], { lines });
  assertEquals([code, err], [0, []]);
  return out;
};

Deno.test("h() lists what there is, h of a part shows it, by its value and by its name", async () => {
  const all = (await helpOn("h()")).join("\n");
  for (const name of Object.keys(mod)) {
    assertMatch(
      all,
      new RegExp(`^(Modules|Functions|Classes|Schemas of messages|Symbols): .*\\b${name}\\b`, "m"),
    );
  }
  const one = await helpOn("h(Node.spawnLink)");
  assertEquals(one, await helpOn('h("Node.spawnLink")'));
  assertMatch(
    one[0] ?? "",
    /^Node\.spawnLink<.*>\(node: string, body: .*, args: .*\): Effect\.Effect<Pid, SpawnError>$/,
  );
  assertStringIncludes(one.join("\n"), "  node: The node's name.");
  const module = await helpOn("h(Task.Supervisor)");
  assertStringIncludes(
    module.join("\n"),
    "  asyncNolink        The same, but the task runs on when its owner ends",
  );
  assertMatch((await helpOn("h(self)"))[0] ?? "", /^Process\.self\(\): /);
  assertMatch((await helpOn('h("Node.ListKind")'))[0] ?? "", /^Node\.ListKind = "visible"/);
  assertEquals(await helpOn("h(5)", 'h("Nobody")'), [
    "There is no help on that: h() lists what there is.",
    "There is no help on Nobody: h() lists what there is.",
  ]);
});

Deno.test("h of a module that is defined here lists its functions", async () => {
  const lines = [
    "defmodule('Till', { ring: (a, b) => 1 }), 'defined'",
    "h(Till)",
    "h(Till.ring)",
    "h('Till.ring')",
  ];
  assertEquals(await helpOn(...lines), [
    '"defined"',
    "Till: a module that is defined here",
    "  Till.ring/2",
    "Till.ring/2: a function of the module Till",
    "Till.ring/2: a function of the module Till",
  ]);
  const h = makeScope([shop])["h"];
  assert(typeof h === "function" && Effect.isEffect(h()));
});
