/**
 * The counter: supervised, asked from another node, and none the poorer for a crash.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect, Option } from "npm:effect@^4.1.0";
import application from "../../examples/counter/application.ts";
import { Counter, stash } from "../../examples/counter/counter.ts";
import { Application, type Exit, GenServer, Node, type Pid, Process } from "../../mod.ts";
import { fileOf, freePort, run } from "../cli/support.ts";

const cookie = "secret_token";

/** Runs an Effect in a node of its own, beside a counter. */
const within = <A>(name: string, port: number, body: Effect.Effect<A, unknown>): Promise<A> =>
  Effect.runPromise(body.pipe(Effect.provide(Node.layer(name, { cookie, epmd: { port } }))));

/** Who has a name, when that is somebody else than before. */
const successor = (name: string, before: Pid) =>
  Effect.repeat(Process.whereis(name), { until: (found) => Option.isSome(found) && found.value !== before });

const whereis = (name: string) => Effect.map(Process.whereis(name), Option.getOrThrow);

const call = GenServer.call;

const start = Application.start(application);

Deno.test("it counts from 0, adds, and divides", () =>
  within(
    "shop@localhost",
    freePort(),
    Effect.gen(function* () {
      yield* start;
      assertEquals(yield* call("Counter", Counter.get()), 0);
      assertEquals(yield* call("Counter", Counter.add(44)), 44);
      assertEquals(yield* call("Counter", Counter.add(-2)), 42);
      assertEquals(yield* call("Counter", Counter.divide(5)), 8);
      assertEquals(yield* call("Counter", Counter.get()), 8);
    }),
  ));

Deno.test("a crash of its own, or a kill, loses nothing; without what was kept it begins anew", () =>
  within(
    "shop@localhost",
    freePort(),
    Effect.gen(function* () {
      yield* start;
      yield* call("Counter", Counter.add(42));
      const first = yield* whereis("Counter");
      const failure = yield* Effect.flip(call("Counter", Counter.divide(0)));
      assertEquals(failure._tag, "exit");
      yield* successor("Counter", first);
      assertEquals(yield* call("Counter", Counter.get()), 42);

      const second = yield* whereis("Counter");
      yield* Process.exit(second, "kill");
      yield* successor("Counter", second);
      assertEquals(yield* call("Counter", Counter.add(1)), 43);

      const [third, keeper] = [yield* whereis("Counter"), yield* whereis(stash)];
      yield* Process.exit(keeper, "kill");
      yield* successor("Counter", third);
      assertEquals(yield* call("Counter", Counter.get()), 0);
    }),
  ));

Deno.test("another node meets the crash typed, and the counter goes on from where it was", async () => {
  const port = freePort();
  const shop = Node.layer("shop@localhost", { cookie, epmd: { port } });
  const there = ["Counter", "shop@localhost"] as const;
  const serving = Effect.andThen(start, Effect.never).pipe(Effect.provide(shop));
  const asking = within(
    "alex@localhost",
    port,
    Effect.gen(function* () {
      const ready = call(there, Counter.get()).pipe(Effect.retry({ while: ({ _tag }) => _tag !== "exit" }));
      assertEquals(yield* ready, 0);
      assertEquals(yield* call(there, Counter.add(42)), 42);
      const failure = yield* Effect.flip(call(there, Counter.divide(0)));
      assert(failure._tag === "exit");
      const { reason }: Exit = failure;
      assert(String(Deno.inspect(reason)).includes("Division by zero"));
      assertEquals(yield* ready, 42);
    }),
  );
  await Effect.runPromise(Effect.raceFirst(serving, Effect.promise(() => asking)));
});

Deno.test("it plays by itself, in one line", async () => {
  const { code, out } = await run(fileOf("examples/counter/play.ts"), []);
  assertEquals(out, [
    "add 2: 2",
    "add 40: 42",
    'divide by 0: exit: GenServer.call({Counter, "shop@localhost"}, {:divide, 0}): the process exited: ' +
    "RangeError: Division by zero",
    "and on from 42",
    "divide by 6: 7",
    "killed: noconnection",
  ]);
  assertEquals(code, 0);
});
