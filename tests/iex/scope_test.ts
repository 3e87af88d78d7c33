/**
 * What a line can name.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as mod from "../../mod.ts";
import { makeScope } from "../../src/iex/scope.ts";

/** The names of a module and of those in it. */
const namesOf = (part: unknown): unknown =>
  typeof part === "object" && part !== null && !(part instanceof Function)
    ? Object.fromEntries(Object.entries(part).map(([name, one]) => [name, namesOf(one)]))
    : typeof part;

/** What a name with dots leads to. */
const lookUp = (scope: unknown, path: string): unknown =>
  path.split(".").reduce((value: unknown, name) => Reflect.get(Object(value), name), scope);

Deno.test("a line names all that mod.ts exports, and the program's modules", () => {
  const Shop = mod.defmodule("Shop", { open: () => true });
  const scope = makeScope([Shop]);
  for (const [name, value] of Object.entries(mod)) assertEquals(namesOf(scope[name]), namesOf(value), name);
  assertEquals(Object.keys(scope).filter((name) => !(name in mod)).sort(), [
    "Effect",
    "Shop",
    "flush",
    "h",
    "self",
    "send",
  ]);
  assert(scope["Shop"] === Shop);
  assertEquals("constructor" in scope, false);
});

Deno.test("modules with dots in their names are found as they are written", () => {
  const [Chat, Server, Room] = ["Chat", "Chat.Server", "Chat.Server.Room"].map((name) =>
    mod.defmodule(name, { name: () => name })
  );
  const [Lone] = [mod.defmodule("Far.Away", { name: () => "Far.Away" })];
  const orders = [[Chat, Server, Room, Lone], [Lone, Room, Server, Chat]];
  for (const order of orders) {
    const scope = makeScope(order.filter((one) => one !== undefined));
    for (const name of ["Chat", "Chat.Server", "Chat.Server.Room", "Far.Away"]) {
      const call = lookUp(scope, `${name}.name`);
      assertEquals(typeof call === "function" ? call() : undefined, name);
      // Wherever a module belongs, what stands for it here is one.
      assertEquals(Reflect.get(Object(lookUp(scope, name)), mod.moduleName), name);
    }
  }
  // The modules themselves are as they were.
  assertEquals(Object.keys(Chat ?? {}), ["name"]);
});

Deno.test("a module below one of the library's hides nothing of it", () => {
  const scope = makeScope([mod.defmodule("Task.Mine", { run: () => 1 })]);
  assertEquals(typeof lookUp(scope, "Task.Mine.run"), "function");
  assertEquals(typeof lookUp(scope, "Task.await"), "function");
});
