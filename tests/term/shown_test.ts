/**
 * Tests of how terms are shown: the same text by Deno, by `node:util` and in a template, and what JSON has.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { inspect } from "node:util";
import { atom } from "../../src/term/atom.ts";
import { nodeLife, Pid, Reference } from "../../src/term/identifier.ts";
import { tuple } from "../../src/term/tuple.ts";

const life = nodeLife("kate@localhost", 1);

Deno.test("a term has one text, whoever shows it", () => {
  for (
    const [term, text] of [
      [atom("ok"), ":ok"],
      [atom("with space"), ':"with space"'],
      [tuple(atom("hi"), tuple("a", 1)), '{:hi, {"a", 1}}'],
      [new Pid(life, 7), String(new Pid(life, 7))],
      [new Reference(life, 7), String(new Reference(life, 7))],
    ] as const
  ) {
    assertEquals([Deno.inspect(term), inspect(term), `${term}`], [text, text, text]);
  }
});

Deno.test("in JSON an atom is its name, an identifier its text and a tuple a list", () => {
  const pid = new Pid(life, 7);
  assertEquals(JSON.parse(JSON.stringify([atom("ok"), tuple(atom("hi"), 1), pid])), [
    "ok",
    ["hi", 1],
    String(pid),
  ]);
});

Deno.test("a tuple nested beyond measure is shown in part", () => {
  let deep: unknown = "end";
  for (let depth = 0; depth < 100; depth++) deep = tuple(deep);
  assertEquals(String(deep).includes("{…}"), true);
});
