/**
 * The lesson's first half, as alex types it, with kate in an OS process of her own:
 * `deno run -A examples/kate/play.ts`.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { atom, ExitMessage, IO, Node, Process, tuple } from "../../mod.ts";
import { Peer } from "../../src/testing/mod.ts";
import { Kate } from "./kate.ts";

const play = Effect.gen(function* () {
  const kate = yield* Peer.start({ name: "kate@localhost", program: import.meta.resolve("./main.ts") });

  // Kate runs it, and alex, who asked, sees what it says.
  yield* Process.trapExit(true);
  const speaker = yield* Node.spawnLink(kate.node, Kate.sayName, []);
  yield* Process.receive(ExitMessage);
  yield* IO.inspect(speaker);

  const pid = yield* Node.spawnLink(kate.node, Kate.answer, []);
  const greeting = yield* Process.send(pid, tuple(atom("hi"), yield* Process.self()));
  yield* IO.inspect(greeting);
  yield* IO.inspect(yield* Process.receive());
  yield* Process.receive(ExitMessage);

  const hers = yield* Peer.lines(kate);
  yield* IO.puts(`On kate's terminal: ${hers.length === 0 ? "nothing" : hers.join(", ")}`);
});

const node = Node.layer("alex@localhost", { cookie: crypto.randomUUID(), epmd: false });
await Effect.runPromise(Effect.scoped(play).pipe(Effect.provide(node)));
