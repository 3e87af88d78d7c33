/**
 * Plays with a counter on another node, an OS process of its own: `deno run -A examples/counter/play.ts`.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { GenServer, IO, Node } from "../../mod.ts";
import { Peer } from "../../src/testing/mod.ts";
import { Counter } from "./counter.ts";

const there = ["Counter", "shop@localhost"] as const;

const play = Effect.gen(function* () {
  const shop = yield* Peer.start({ name: there[1], program: import.meta.resolve("./main.ts") });
  for (const amount of [2, 40]) {
    yield* IO.puts(`add ${amount}: ${yield* GenServer.call(there, Counter.add(amount))}`);
  }
  // The caller meets the crash typed; the counter's supervisor starts another one.
  const crash = yield* Effect.flip(GenServer.call(there, Counter.divide(0)));
  yield* IO.puts(`divide by 0: ${crash}`);
  yield* IO.puts(`and on from ${yield* counted}`);
  yield* IO.puts(`divide by 6: ${yield* GenServer.call(there, Counter.divide(6))}`);
  // A machine that dies is noticed as well.
  yield* Peer.kill(shop);
  const lost = yield* Effect.flip(GenServer.call(there, Counter.get()));
  yield* IO.puts(`killed: ${lost._tag}`);
});

/** How far the counter is, once it is up again. */
const counted = GenServer.call(there, Counter.get()).pipe(
  Effect.retry({ while: ({ _tag }) => _tag === "noproc" }),
);

const node = Node.layer("alex@localhost", { cookie: crypto.randomUUID(), epmd: false });
await Effect.runPromise(Effect.scoped(play).pipe(Effect.provide(node)));
