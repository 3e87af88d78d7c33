/**
 * Calling functions on nodes: results and failures typed, casts, many nodes at once, and nothing left behind.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import {
  BadArg,
  capture,
  defmodule,
  Erpc,
  Exit,
  exit,
  inspect,
  IO,
  Node,
  Process,
  Rpc,
  Timeout,
  Undef,
} from "../../mod.ts";
import { Effect, Option, Result } from "../deps.ts";
import { Data } from "../../src/deps/effect.ts";
import { eventually, type TestNode, withNodes } from "../node/support.ts";
import { onBothFibers } from "../process/support.ts";

class TooBig extends Data.TaggedError("TooBig")<{ readonly size: number }> {}

const Work = defmodule("Tests.Otp.Erpc", {
  twice: (value: number) =>
    value > 100 ? Effect.fail(new TooBig({ size: value })) : Effect.succeed(value * 2),
  where: () => Node.self(),
  say: (text: string) => IO.puts(text),
  boom: () => exit("boom"),
  noproc: () => exit("noproc"),
  closure: () => Effect.succeed(() => 1),
  waitAs: (name: string) =>
    Effect.gen(function* () {
      yield* Effect.orDie(Process.register(yield* Process.self(), name));
      return yield* Process.receive();
    }),
  linkTo: (name: string) =>
    Effect.gen(function* () {
      yield* Process.link(Option.getOrThrow(yield* Process.whereis(name)));
      return 7;
    }),
  late: (name: string) =>
    Effect.gen(function* () {
      yield* Effect.orDie(Process.register(yield* Process.self(), name));
      yield* Process.receive();
      return yield* Effect.fail(new TooBig({ size: 0 }));
    }),
}, { errors: [TooBig] });

/** The same body for a call to this node and to another. */
const onBoth = (name: string, body: (alex: TestNode, there: TestNode) => Promise<void>): void => {
  for (const where of ["this node", "another node"] as const) {
    Deno.test(
      `${name}, on ${where}`,
      withNodes(async (net) => {
        const alex = await net.node("alex@localhost");
        await body(alex, where === "this node" ? alex : await net.node("kate@localhost"));
      }),
    );
  }
};

onBoth("call gives what the function gives, and its output comes here", async (alex, there) => {
  assertEquals(await alex.run(Erpc.call(there.name, Work.twice, [21])), 42);
  assertEquals(await alex.run(Rpc.call(there.name, Work.where, [])), there.name);
  await alex.run(Erpc.call(there.name, Work.say, ["hi"], "5 seconds"));
  await eventually("it is written here", () => alex.written.join("") === "hi\n");
});

onBoth("each failure of a call is typed", async (alex, there) => {
  const tooBig = await alex.fails(Erpc.call(there.name, Work.twice, [200]));
  assertInstanceOf(tooBig, TooBig);
  assertEquals(tooBig.size, 200);
  const boom = await alex.fails(Rpc.call(there.name, Work.boom, []));
  assertInstanceOf(boom, Exit);
  assertEquals(
    String(boom),
    `exit: Rpc.call("${there.name}", Tests.Otp.Erpc.boom/0): the process exited: boom`,
  );
  const noproc = await alex.fails(Erpc.call(there.name, Work.noproc, []));
  assertInstanceOf(noproc, Exit);
  assertEquals(noproc.reason, "noproc");
  assertInstanceOf(await alex.fails(Erpc.call(there.name, capture("Nowhere", "work"), [])), Undef);
  assertInstanceOf(await alex.fails(Erpc.call(there.name, (() => 1) as never, [])), BadArg);
  assertInstanceOf(await alex.fails(Erpc.call(there.name, Work.twice, 1 as never)), BadArg);
});

onBoth(
  "a call over its time fails, and the function runs on; what it fails with then is logged",
  async (alex, there) => {
    // Connected already, so that none of the call's time goes into that.
    await alex.run(Erpc.call(there.name, Work.where, []));
    assertInstanceOf(await alex.fails(Erpc.call(there.name, Work.late, ["late"], 50)), Timeout);
    await eventually("it runs on", () => there.kernel.names.has("late"));
    assertEquals(alex.kernel.pending.size, 0);
    await eventually(
      "nobody waits",
      () => [...there.kernel.remotes.values()].every(({ held }) => held.size === 0),
    );
    await there.run(Process.send("late", "go"));
    await eventually("it is logged", () => there.hasLogged(/TooBig/));
  },
);

onBoth("cast does not wait, and calls", async (alex, there) => {
  await alex.run(Erpc.cast(there.name, Work.waitAs, ["cast"]));
  await eventually("it runs", () => there.kernel.names.has("cast"));
  await there.run(Process.send("cast", "go"));
  await eventually("it has ended", () => !there.kernel.names.has("cast"));
});

Deno.test(
  "the function's process ends with what it answered, as erpc's: its links end with it",
  withNodes(async (net) => {
    const [alex, kate] = [await net.node("alex@localhost"), await net.node("kate@localhost")];
    const seen = kate.run(Effect.gen(function* () {
      yield* Process.register(yield* Process.self(), "linked");
      yield* Process.trapExit(true);
      return yield* Process.receive();
    }));
    await eventually("it waits", () => kate.kernel.names.has("linked"));
    assertEquals(await alex.run(Erpc.call(kate.name, Work.linkTo, ["linked"])), 7);
    assertMatch(inspect(await seen), /^\{:EXIT, #PID<[\d.]+>, \{#Reference<[\d.]+>, :return, 7\}\}$/);
    assertEquals(kate.logs, []);
  }),
);

Deno.test(
  "what cannot travel is unsendable, as an argument and as a result, and an absent node fails a call, no cast",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    for (
      const asked of [
        Erpc.call(kate.name, Work.twice, [(() => 1) as never]),
        Erpc.cast(kate.name, Work.twice, [(() => 1) as never]),
      ]
    ) {
      const failure = await alex.fails<unknown, unknown>(asked);
      assert(String(failure).includes("args[0] cannot travel"), String(failure));
    }
    const result = await alex.fails<unknown, unknown>(Erpc.call(kate.name, Work.closure, []));
    assertMatch(String(result), /^unsendable: the result of .*: result cannot travel to another node/);
    const absent = await alex.fails<unknown, { readonly _tag: string }>(
      Rpc.call("moebi@localhost", Work.where, []),
    );
    assertEquals(absent._tag, "noconnection");
    await alex.run(Erpc.cast("moebi@localhost", Work.where, []));
  }),
);

Deno.test(
  "a node that goes down meanwhile fails the call",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const failing = alex.fails<unknown, { readonly _tag: string }>(
      Erpc.call(kate.name, Work.waitAs, ["waits"]),
    );
    await eventually("it runs", () => kate.kernel.names.has("waits"));
    await kate.stop();
    assertEquals((await failing)._tag, "noconnection");
  }),
);

Deno.test(
  "multicall gives each node's result or failure, in the order of the nodes",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const results = await alex.run(
      Erpc.multicall([kate.name, "moebi@localhost", alex.name], Work.where, []),
    );
    assertEquals(
      results.map((result) => Result.isSuccess(result) ? result.success : result.failure._tag),
      [kate.name, "noconnection", alex.name],
    );
  }),
);

onBothFibers(
  "a program that is no node calls its own functions, and no other's",
  () =>
    Effect.gen(function* () {
      assertEquals(yield* Erpc.call("nonode@nohost", Work.twice, [2]), 4);
      assertEquals((yield* Effect.flip(Erpc.call("kate@localhost", Work.where, [])))._tag, "noconnection");
    }),
);
