/**
 * Arguments that the compiler would refuse, as a shell or plain JavaScript gives them: each is a `badarg` that
 * says what was given, and the node goes on.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes, assertThrows } from "@std/assert";
import { BadArg, defmodule, NoConnection, Node, Process, Task } from "../../mod.ts";
import { Cause, Effect, Exit } from "../deps.ts";
import { withNodes } from "./support.ts";

/** What a call was given, and the call: of unknown types, as JavaScript has them. */
// deno-lint-ignore no-explicit-any -- the very point is to pass what the types refuse.
const wrong = (value: unknown): any => value;

const Greeter = defmodule("ArgumentsTest.Greeter", { greet: () => "hello" });

const calls: ReadonlyArray<readonly [name: string, call: () => Effect.Effect<unknown, unknown>]> = [
  ["Process.link(text)", () => Process.link(wrong("x"))],
  ["Process.unlink(nothing)", () => Process.unlink(wrong(null))],
  ["Process.exit(nothing)", () => Process.exit(wrong(undefined), "boom")],
  ["Process.monitor(number)", () => Process.monitor(wrong(5))],
  ["Process.monitor(half a name)", () => Process.monitor(wrong(["a"]))],
  ["Process.send(nothing)", () => Process.send(wrong(null), 1)],
  ["Process.send(half a name)", () => Process.send(wrong(["a"]), 1)],
  ["Process.isAlive(nothing)", () => Process.isAlive(wrong(null))],
  ["Process.info(text)", () => Process.info(wrong("x"))],
  ["Process.register(text)", () => Process.register(wrong("x"), "name")],
  ["Process.trapExit(text)", () => Process.trapExit(wrong("yes"))],
  ["Process.spawn(number)", () => Process.spawn(wrong(5))],
  ["Process.spawn(function, text)", () => Process.spawn(wrong(() => 1), wrong("nope"))],
  [
    "Process.setGroupLeader(text)",
    () => Effect.flatMap(Process.self(), (me) => Process.setGroupLeader(wrong("x"), me)),
  ],
  ["Process.receive(number)", () => Process.receive(wrong(5))],
  ["Process.receive(no time)", () => Process.receive({ after: wrong("bogus") })],
  ["Process.sendAfter(no time)", () => Process.sendAfter("name", 1, wrong("bogus"))],
  ["Process.sendAfter(another node's name)", () => Process.sendAfter(wrong(["a", "b@c"]), 1, 1)],
  ["Task.await(nothing)", () => Task.await(wrong(null))],
  ["Task.shutdown(text)", () => Task.shutdown(wrong("x"))],
  ["Task.Supervisor.async(number)", () => Task.Supervisor.async(wrong(5), wrong(() => 1), [])],
  ["Task.Supervisor.children(nothing)", () => Task.Supervisor.children(wrong(null))],
  ["Node.list(text)", () => Node.list(wrong("bogus"))],
  ["Node.monitor(name, text)", () => Node.monitor("kate@localhost", wrong("yes"))],
  ["Node.monitorNodes(text)", () => Node.monitorNodes(wrong("yes"))],
  ["Node.spawn(function, text)", () => Node.spawn("alex@localhost", wrong(Greeter.greet), wrong("nope"))],
  ["Node.setCookie(for no node's name)", () => Node.setCookie("secret", wrong("bogus"))],
  ["Node.setCookie(nothing)", () => Node.setCookie(wrong(null))],
];

for (const [name, call] of calls) {
  Deno.test(
    `${name} is a badarg, and the node goes on`,
    withNodes(async (net) => {
      const alex = await net.node("alex@localhost");
      const exit = await alex.run(Effect.exit(Effect.suspend(call)));
      assert(Exit.isFailure(exit), "it succeeded");
      const error = Cause.squash(exit.cause);
      assert(error instanceof BadArg, Deno.inspect(error));
      assertEquals(await alex.run(Node.self()), "alex@localhost");
    }),
  );
}

Deno.test(
  "a node's name that is none is noconnection, each time, and nothing hangs",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    for (const name of [null, undefined, 5, "", "kate", "a@b@c"]) {
      for (let round = 0; round < 2; round++) {
        const error = await alex.run(Effect.flip(Node.connect(wrong(name))));
        assert(error instanceof NoConnection, Deno.inspect(error));
      }
    }
  }),
);

Deno.test("an error prints as its tag and message, wherever it is inspected", () => {
  const error = new BadArg({ operation: "a test", problem: "none" });
  assertEquals(Deno.inspect(error), "badarg: a test: none");
});

const starts: ReadonlyArray<readonly [what: string, options: unknown, says: string]> = [
  ["no options", undefined, "no cookie"],
  ["an encryption that is none", { cookie: "x", encryption: "Always" }, "encryption is auto"],
  ["a mapper's port that is none", { cookie: "x", epmd: { port: 99_999 } }, "port mapper's port"],
  ["a time that is none", { cookie: "x", connectTime: "bogus" }, "connectTime"],
  ["a negative limit", { cookie: "x", limits: { frame: -1 } }, "limit frame"],
];

for (const [what, options, says] of starts) {
  Deno.test(`Node.start with ${what} is a badarg`, async () => {
    const error = await Effect.runPromise(Effect.flip(Node.start("sophie@localhost", wrong(options))));
    assert(error instanceof BadArg, Deno.inspect(error));
    assertStringIncludes(error.message, says);
  });
}

const definitions: ReadonlyArray<readonly [what: string, define: () => unknown, says: string]> = [
  ["no name", () => defmodule("", {}), "a module's name belongs"],
  ["no functions", () => defmodule("Shop", wrong(null)), "an object of functions belongs"],
  ["a member that is no function", () => defmodule("Shop", wrong({ open: 5 })), 'defmodule("Shop"), open: 5'],
];

for (const [what, define, says] of definitions) {
  Deno.test(`defmodule with ${what} is a badarg`, () => {
    assertStringIncludes(assertThrows(define, BadArg).message, says);
  });
}
