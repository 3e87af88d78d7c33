/**
 * Tests of how terms are shown: the same text by Deno, by `node:util` and in a template, and what JSON has.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { inspect } from "node:util";
import { atom } from "../../src/term/atom.ts";
import { Duration, Option, Result } from "../../src/deps/effect.ts";
import { nodeLife, Pid, Reference } from "../../src/term/identifier.ts";
import { inspect as inspectTerm } from "../../src/term/inspect.ts";
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

Deno.test("Effect's own data have a text of their own, wherever they stand, and a pid in them is no quoted text", () => {
  const pid = new Pid(life, 7);
  for (
    const [value, text] of [
      [Option.some(pid), `Some(${pid})`],
      [Option.none(), "None"],
      [{ who: Option.some([pid]), name: Option.none() }, `{ who: Some([ ${pid} ]), name: None }`],
      [tuple(atom("found"), Option.some(tuple(pid, Option.none()))), `{:found, Some({${pid}, None})}`],
      [[1, , Option.some("a")], '[ 1, <1 empty item>, Some("a") ]'],
      [new Map([["a", new Set([Result.succeed(pid)])]]), `Map(1) { "a" => Set(1) { Success(${pid}) } }`],
      [Result.fail("why"), 'Failure("why")'],
      [Duration.seconds(5), "Duration(5s)"],
    ] as const
  ) {
    assertEquals(inspectTerm(value), text);
  }
});

Deno.test("a value without them is shown as it is: its getters are not asked, and a circle is one", () => {
  const value = {
    get asked(): never {
      throw new Error("asked");
    },
    none: Option.none(),
  };
  assertEquals(inspectTerm(value), "{ asked: [Getter], none: None }");
  const ring: { self?: unknown; none: unknown } = { none: 1 };
  ring.self = ring;
  assertEquals(inspectTerm(ring), "<ref *1> { none: 1, self: [Circular *1] }");
  ring.none = Option.none();
  assertEquals(inspectTerm(ring).startsWith("{\n  none: None,"), true);
});
