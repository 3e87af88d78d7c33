/**
 * What a line can name.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as mod from "../../mod.ts";
import { makeScope } from "../../src/iex/scope.ts";

Deno.test("a line names all that mod.ts exports, and the program's modules", () => {
  const Shop = mod.defmodule("Shop", { open: () => true });
  const scope = makeScope([Shop]);
  for (const [name, value] of Object.entries(mod)) assert(scope[name] === value, name);
  assertEquals(Object.keys(scope).filter((name) => !(name in mod)).sort(), [
    "Effect",
    "Shop",
    "flush",
    "self",
    "send",
  ]);
  assertEquals("constructor" in scope, false);
});
