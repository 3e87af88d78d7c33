/**
 * Kate: says her name where she is asked, and answers who greets her, here and from another node.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { Effect } from "npm:effect@^4.1.0";
import { Kate } from "../../examples/kate/kate.ts";
import { atom, Node, Process, tuple } from "../../mod.ts";
import { fileOf, freePort, run, startNode } from "../cli/support.ts";

Deno.test("Kate answers {:hi, pid} with :sup?, and passes over what is no greeting", async () => {
  const answer = await Effect.runPromise(Effect.gen(function* () {
    const kate = yield* Process.spawnLink(Kate.answer, []);
    yield* Process.send(kate, "hello");
    yield* Process.send(kate, tuple(atom("hi"), "no pid"));
    yield* Process.send(kate, tuple(atom("hi"), yield* Process.self()));
    return yield* Process.receive({ after: "5 seconds" });
  }));
  assertEquals(answer, atom("sup?"));
});

Deno.test("Kate answers from another node", async () => {
  const port = freePort();
  await using _kate = await startNode("kate@localhost", port, [], fileOf("examples/kate/main.ts"));
  const answer = await Effect.runPromise(
    Effect.gen(function* () {
      const kate = yield* Node.spawnLink("kate@localhost", Kate.answer, []);
      yield* Process.send(kate, tuple(atom("hi"), yield* Process.self()));
      return yield* Process.receive({ after: "5 seconds" });
    }).pipe(Effect.provide(Node.layer("alex@localhost", { cookie: "secret_token", epmd: { port } }))),
  );
  assertEquals(answer, atom("sup?"));
});

Deno.test("Kate's name appears on the terminal of the node that asked, not on hers", async () => {
  const port = freePort();
  const program = fileOf("examples/kate/main.ts");
  await using kate = await startNode("kate@localhost", port, [], program);
  await using alex = await startNode("alex@localhost", port, [], program);
  await alex.type('Node.spawnLink("kate@localhost", Kate.sayName, [])');
  await alex.sees("Hi, my name is Kate");
  await kate.endInput();
  assertEquals((await kate.end()).out, ['"kate@localhost"']);
});

Deno.test("the lesson's first half plays by itself, in one line", async () => {
  const { code, out, err } = await run(fileOf("examples/kate/play.ts"), []);
  assertEquals([code, err], [0, []]);
  const [said, speaker, greeting, ...rest] = out;
  assertEquals(said, "Hi, my name is Kate");
  assertMatch(speaker ?? "", /^#PID<\d+\.\d+\.\d+>$/);
  assertMatch(greeting ?? "", /^\{:hi, #PID<\d+\.\d+\.\d+>\}$/);
  assertEquals(rest, [":sup?", "On kate's terminal: nothing"]);
});
