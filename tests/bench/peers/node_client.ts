/**
 * The measuring one of our two nodes.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { atom, Node, Pid, Process, Task, tuple } from "../../../mod.ts";
import { addOneByOne } from "./counter.ts";
import { Bench, tasks } from "./module.ts";
import { rateOf, serveRounds } from "./rounds.ts";

const [name = "", mapperPort, encryption, workload = "", server = ""] = Deno.args;

const isPid = (message: unknown): message is Pid => message instanceof Pid;

const oneAfterTheOther = (count: number) =>
  Effect.gen(function* () {
    for (let index = 0; index < count; index++) {
      const task = yield* Task.Supervisor.async([tasks, server], Bench.answer, [index]);
      yield* Task.await(task);
    }
  });

const atOnce = (count: number) =>
  Effect.gen(function* () {
    const started = [];
    for (let index = 0; index < count; index++) {
      started.push(yield* Task.Supervisor.async([tasks, server], Bench.answer, [index]));
    }
    for (const task of started) yield* Task.await(task, "30 seconds");
  });

const pingPong = (count: number) =>
  Effect.gen(function* () {
    yield* Process.send(["ponger", server], yield* Process.self());
    const ponger = yield* Process.receive(isPid);
    for (let index = 0; index < count; index++) {
      yield* Process.send(ponger, index);
      yield* Process.receive();
    }
  });

/** Sends so many messages to the counter, and waits until it has them. */
const toCounter = (message: (index: number) => unknown) => (count: number) =>
  Effect.gen(function* () {
    yield* Process.send(["counter", server], tuple(yield* Process.self(), count));
    const counter = yield* Process.receive(isPid);
    for (let index = 0; index < count; index++) yield* Process.send(counter, message(index));
    yield* Process.receive();
  });

/** Monitors a process there so many times, breaks the link, and measures until each has answered. */
const monitors = (count: number) =>
  Effect.gen(function* () {
    yield* Node.connect(server);
    yield* Process.send(["ponger", server], yield* Process.self());
    const ponger = yield* Process.receive(isPid);
    for (let index = 0; index < count; index++) yield* Process.monitor(ponger);
    // Its answer comes behind the last of them.
    yield* Process.send(ponger, "all there");
    yield* Process.receive();
    const start = performance.now();
    yield* Node.disconnect(server);
    for (let index = 0; index < count; index++) yield* Process.receive();
    return { rate: count * 1000 / (performance.now() - start) };
  });

const add = atom("add");
const binary = new Uint8Array(64 * 1024);

const workloads: Readonly<Record<string, (count: number) => Effect.Effect<void, unknown>>> = {
  "tasks": oneAfterTheOther,
  "tasks-at-once": atOnce,
  "call": (count) => addOneByOne(["Counter", server], count),
  "ping-pong": pingPong,
  "one-way": toCounter((index) => tuple(add, index)),
  "binaries": toCounter(() => binary),
};

const work = workloads[workload];
if (work === undefined && workload !== "monitors") throw new Error(`no workload ${workload}`);
await Effect.runPromise(Effect.gen(function* () {
  yield* Node.start(name, {
    cookie: "bench",
    epmd: { port: Number(mapperPort) },
    encryption: encryption === "always" || encryption === "never" ? encryption : "auto",
  });
  yield* Node.connect(server);
}));
await serveRounds({
  round: (count) =>
    work === undefined
      ? Effect.runPromise(monitors(count))
      : rateOf(count, () => Effect.runPromise(work(count))),
});
