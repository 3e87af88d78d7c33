/**
 * Three simulated nodes, a partition and a crash: what is promised holds, and the same seed gives the same log.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals } from "@std/assert";
import { atom, defmodule, isTuple, Node, Process, Task, tuple } from "../../mod.ts";
import { Clock, Effect, Exit, Layer, ManagedRuntime, Option, References } from "../deps.ts";
import { CurrentKernel } from "../../src/process/current.ts";
import type { Kernel } from "../../src/process/kernel.ts";
import { World } from "./world.ts";

const Worker = defmodule("Simulation.Worker", {
  /** Answers `{:ping, from, n}` with n, for ever. */
  echo: () =>
    Effect.gen(function* () {
      for (;;) {
        const message = yield* Process.receive();
        if (isTuple(message) && message[0] === atom("ping")) {
          yield* Process.send(message[1] as never, message[2]);
        }
      }
    }),
  slow: (milliseconds: number) => Effect.as(Effect.sleep(milliseconds), "done"),
});

const hosts = ["alex", "kate", "moebi"] as const;
const nameOf = (host: string): string => `node@${host}`;

/** Starts a node on a host; its effects run in the world's time. */
const startNode = (world: World, host: string) => {
  const layer = Node.layer(nameOf(host), {
    cookie: "simulated",
    encryption: "never",
    seams: world.seams,
    transport: world.network.transport(host),
    netTickTime: 4000,
    epmd: { port: 4369 },
  }).pipe(
    Layer.provideMerge(Layer.succeed(Clock.Clock, world.effectClock)),
    Layer.provideMerge(Layer.succeed(References.CurrentLoggers, new Set())),
  );
  return ManagedRuntime.make(layer);
};

/** What a process was told, written without what differs from run to run. */
const tell = (message: unknown): string => {
  if (isTuple(message) && message[0] === atom("DOWN")) return `DOWN ${String(message[4])}`;
  if (isTuple(message) && message[0] === atom("EXIT")) return `EXIT ${String(message[2])}`;
  return String(message);
};

const play = async (seed: number): Promise<ReadonlyArray<string>> => {
  const world = new World(seed);
  const runtimes = new Map(hosts.map((host) => [host, startNode(world, host)]));
  const kernels: Array<Kernel> = [];
  const on = <A, E>(
    host: typeof hosts[number],
    effect: Effect.Effect<A, E>,
  ): Promise<Exit.Exit<A, unknown>> => {
    const runtime = runtimes.get(host);
    if (runtime === undefined) throw new Error(`no runtime for ${host}`);
    return runtime.runPromiseExit(effect);
  };
  const over = async <A>(promise: Promise<A>): Promise<A> => {
    let isDone = false;
    const done = promise.finally(() => isDone = true);
    await world.run(() => isDone);
    return await done;
  };

  for (const host of hosts) {
    const started = await over(on(host, Effect.all([Node.self(), CurrentKernel])));
    assert(Exit.isSuccess(started), `${host} did not start`);
    if (started.value[1] !== undefined) kernels.push(started.value[1]);
    world.note(`${started.value[0]} is up`);
  }

  const story = Effect.gen(function* () {
    yield* Process.trapExit(true);
    const me = yield* Process.self();
    const kate = yield* Node.spawnLink(nameOf("kate"), Worker.echo, []);
    const [moebi] = yield* Node.spawnMonitor(nameOf("moebi"), Worker.echo, []);
    for (let round = 0; round < 5; round++) {
      yield* Process.send(kate, tuple(atom("ping"), me, `kate ${round}`));
      yield* Process.send(moebi, tuple(atom("ping"), me, `moebi ${round}`));
      world.note(`alex got ${tell(yield* Process.receive())}`);
      world.note(`alex got ${tell(yield* Process.receive())}`);
    }
    // Three mailbox events are due: kate's link breaks by the partition, moebi's monitor by the crash.
    world.network.cut("alex", "kate");
    world.note("alex and kate are cut off");
    world.note(`alex got ${tell(yield* Process.receive({ after: "20 seconds" }))}`);
    world.note(`alex lists ${(yield* Node.list()).join()}`);
    world.network.crash("moebi");
    world.note("moebi crashes");
    world.note(`alex got ${tell(yield* Process.receive({ after: "20 seconds" }))}`);
    world.note(`ping moebi: ${yield* Node.ping(nameOf("moebi"))}`);
    world.network.heal("alex", "kate");
    world.note("alex and kate are healed");
    world.note(`ping kate: ${yield* Node.ping(nameOf("kate"))}`);
    const nothing = yield* Effect.option(Process.receive({ after: "1 second" }));
    world.note(`alex got ${Option.isNone(nothing) ? "nothing more" : tell(nothing.value)}`);
    const task = yield* Task.async(Worker.slow, [300]);
    world.note(`a task is ${yield* Task.await(task)}`);
  });
  const told = await over(on("alex", story));
  assert(Exit.isSuccess(told), String(told));

  for (const [host, runtime] of runtimes) {
    await over(runtime.dispose());
    world.note(`${host} stops`);
  }
  for (const kernel of kernels) {
    assertEquals(
      [...kernel.table.values()].filter((entry) => entry.handler === undefined).length,
      0,
      "a process is left",
    );
    assertEquals(
      kernel.timers.size + kernel.pending.size + kernel.monitors.size + kernel.aliases.size,
      0,
      "a table entry is left",
    );
    assertEquals(kernel.remotes.size, 0, "a tie to a node is left");
  }
  return world.log;
};

Deno.test("three simulated nodes go through a partition and a crash as promised", async () => {
  const log = (await play(1)).map((line) => line.replace(/^[\d.]+ /, ""));
  assertEquals(log.filter((line) => /EXIT|DOWN/.test(line)), [
    "alex got EXIT noconnection",
    "alex got DOWN noconnection",
  ]);
  for (let round = 0; round < 5; round++) {
    assert(log.includes(`alex got kate ${round}`) && log.includes(`alex got moebi ${round}`));
  }
  assert(
    log.includes("ping moebi: :pang") && log.includes("ping kate: :pong") &&
      log.includes("alex got nothing more"),
  );
});

Deno.test("the same seed gives the same log twice, and another seed another", async () => {
  const first = await play(7);
  assertEquals(await play(7), first);
  assertNotEquals(await play(8), first);
});
