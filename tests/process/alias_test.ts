/**
 * Tests of aliases, of monitors that are aliases too, and of what `Process.info` tells of a server.
 *
 * @module
 */
import { assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { Effect, Option } from "../../src/deps/effect.ts";
import * as GenServer from "../../src/otp/gen_server.ts";
import * as Process from "../../src/process/process.ts";
import { Timeout } from "../../src/term/errors.ts";
import { isTuple } from "../../src/term/tuple.ts";
import { eventually, withNodes } from "../node/support.ts";
import { onBothFibers } from "./support.ts";

const nothing = Effect.map(
  Effect.flip(Process.receive({ after: 0 })),
  (error) => assertInstanceOf(error, Timeout),
);

Deno.test("an end of an alias that there is not is refused", async () => {
  const made = Effect.runPromise(Effect.sandbox(Process.monitor("Nobody", { alias: "reply" as never })));
  assertMatch(
    await made.then(String, String),
    /badarg: Process\.monitor, alias: "reply" was given where one of "explicit_unalias", "demonitor", "reply_dem/,
  );
});

onBothFibers("an alias reaches its process until it is taken back", (kernel) =>
  Effect.gen(function* () {
    const alias = yield* Process.alias();
    yield* Process.send(alias, "one");
    yield* Process.send(alias, "two");
    assertEquals([yield* Process.receive(), yield* Process.receive()], ["one", "two"]);
    assertEquals(yield* Process.unalias(alias), true);
    yield* Process.send(alias, "three");
    yield* nothing;
    assertEquals(yield* Process.unalias(alias), false);
    assertEquals(kernel.aliases.size, 0);
  }));

onBothFibers(
  "an alias for one reply ends with the first message, and another's cannot be taken back",
  () =>
    Effect.gen(function* () {
      const alias = yield* Process.alias({ reply: true });
      const self = yield* Process.self();
      yield* Process.spawn(
        Effect.flatMap(Process.unalias(alias), (was) => Process.send(self, was)),
      );
      assertEquals(yield* Process.receive(), false);
      yield* Process.send(alias, "one");
      yield* Process.send(alias, "two");
      assertEquals(yield* Process.receive(), "one");
      yield* nothing;
    }),
);

onBothFibers("a monitor with an alias ends it as it was asked to", (kernel) =>
  Effect.gen(function* () {
    const other = yield* Process.spawn(Process.receive());
    const gone = yield* Process.monitor(other, { alias: "demonitor" });
    const answered = yield* Process.monitor(other, { alias: "reply_demonitor" });
    const kept = yield* Process.monitor(other, { alias: "explicit_unalias" });
    assertEquals([kernel.aliases.size, kernel.monitors.size], [3, 4]);
    yield* Process.send(answered, "answer");
    yield* Process.send(answered, "late");
    assertEquals(yield* Process.receive(), "answer");
    assertEquals([kernel.aliases.size, kernel.monitors.size], [2, 3]);
    yield* Process.demonitor(gone);
    yield* Process.send(gone, "late");
    yield* Process.send(other, "go");
    const down = yield* Process.receive();
    assertEquals(isTuple(down) && down[1], kept);
    yield* Process.send(kept, "still");
    assertEquals(yield* Process.receive(), "still");
    assertEquals(yield* Process.unalias(kept), true);
    yield* nothing;
    assertEquals(kernel.aliases.size, 0);
  }));

onBothFibers("the aliases of a process are gone with it", (kernel) =>
  Effect.gen(function* () {
    const other = yield* Process.spawn(Effect.andThen(Process.alias(), Process.receive()));
    yield* Effect.promise(() => eventually("it is made", () => kernel.aliases.size === 1));
    yield* Process.send(other, "go");
    yield* Effect.promise(() => eventually("it is gone", () => kernel.aliases.size === 0));
  }));

Deno.test(
  "an alias reaches its process from another node",
  withNodes(async (net) => {
    const [alex, kate] = [await net.node("alex@localhost"), await net.node("kate@localhost")];
    const echo = await kate.process(Effect.gen(function* () {
      const alias = yield* Process.receive();
      if (!(typeof alias === "object" && alias !== null && "home" in alias)) return;
      yield* Process.send(alias as Parameters<typeof Process.send>[0], "one");
      yield* Process.send(alias as Parameters<typeof Process.send>[0], "two");
    }));
    const { pid, messages } = await alex.collector();
    await alex.process(
      Effect.gen(function* () {
        const alias = yield* Process.alias({ reply: true });
        yield* Process.send(echo, alias);
        yield* Process.send(pid, yield* Process.receive());
        yield* Process.receive();
      }),
      "waiting",
    );
    await eventually("the first has come", () => messages.length === 1);
    assertEquals(messages, ["one"]);
    await alex.run(Process.exit(pid, "kill"));
    const waiting = alex.kernel.names.get("waiting")?.pid;
    if (waiting !== undefined) await alex.run(Process.exit(waiting, "kill"));
  }),
);

onBothFibers(
  "what is known of a server: who started it, what it runs, who watches it",
  () =>
    Effect.gen(function* () {
      const Inner = GenServer.define("Inner", { init: () => ["ok", 0] });
      const Outer = GenServer.define("Outer", {
        init: () => Effect.map(GenServer.startLink(Inner, undefined), (inner) => ["ok", inner]),
        handleCall: { inner: (_, _from, inner) => ["reply", inner, inner] },
      });
      const self = yield* Process.self();
      const outer = yield* GenServer.start(Outer, undefined, { name: "Outer" });
      const inner = yield* GenServer.call(outer, Outer.inner());
      yield* Process.monitor(inner);
      const info = Option.getOrThrow(yield* Process.info(inner));
      assertEquals(info.ancestors, ["Outer", self]);
      assertEquals(info.initialCall, Option.some("Inner.init/1"));
      assertEquals(info.links, [outer]);
      assertEquals(info.monitoredBy, [self]);
      assertEquals(info.status, "waiting");
      assertEquals(info.messageQueueLength, 0);
    }),
);
