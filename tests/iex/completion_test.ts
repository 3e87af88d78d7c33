/**
 * What Tab completes.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { complete } from "../../src/iex/completion.ts";
import { makeScope } from "../../src/iex/scope.ts";
import { defmodule } from "../../mod.ts";

const scope = Object.assign(
  makeScope([defmodule("Chat", { sendMessage: () => 1 }), defmodule("Chat.Server", { start: () => 1 })]),
  {
    greeting: { inner: { value: 1, volume: 2 }, "not-a-name": 1 },
    asked: Object.defineProperty({}, "getter", { get: () => Deno.exit(1), enumerable: true }),
    text: "abc",
  },
);

const table: ReadonlyArray<readonly [line: string, ...completions: ReadonlyArray<string>]> = [
  ["Node.sp", "Node.spawn", "Node.spawnLink", "Node.spawnMonitor"],
  ["await Task.Supervisor.asyncN", "Task.Supervisor.asyncNolink"],
  ["Chat.", "Chat.Server", "Chat.sendMessage"],
  ["Chat.Server.st", "Chat.Server.start"],
  ["f(greeting.inner.v", "greeting.inner.value", "greeting.inner.volume"],
  ["greeting?.inner?.va", "greeting?.inner?.value"],
  ["greeting.n"],
  ["greet", "greeting"],
  ["[...greet", "greeting"],
  ["text.startsW", "text.startsWith"],
  ["structuredCl", "structuredClone"],
  ["Math.cei", "Math.ceil"],
  ["asked.get", "asked.getter"],
  ["asked.getter.x"],
  ["f().sp"],
  ["12.to"],
  ["missing.x"],
  ["nothing.like.it"],
];

for (const [line, ...completions] of table) {
  Deno.test(`the completions of ${line}`, () => {
    const [found, end] = complete(line, scope);
    assertEquals(found, completions);
    if (completions.length > 0) assert(line.endsWith(end) && found.every((one) => one.startsWith(end)));
  });
}

Deno.test("where nothing is typed, all names of the shell are offered, and none of the language's", () => {
  const [found] = complete("", scope);
  assertEquals(
    ["Chat", "Effect", "Node", "greeting", "h", "self"].filter((name) => !found.includes(name)),
    [],
  );
  assert(!found.includes("Math"));
});
