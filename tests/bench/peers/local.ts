/**
 * Workloads within one of our nodes.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { DynamicSupervisor, GenServer, Pid, Process } from "../../../mod.ts";
import { eventually, turn } from "../../waiting.ts";
import type { Figure } from "../crew.ts";
import { addOneByOne, Counter } from "./counter.ts";
import { rateOf, serveRounds } from "./rounds.ts";

const [workload = ""] = Deno.args;

const isPid = (message: unknown): message is Pid => message instanceof Pid;

/** Answers every message until it is told to stop. */
const ponger = (other: Pid) =>
  Effect.gen(function* () {
    for (;;) {
      const message = yield* Process.receive();
      if (message === "stop") return;
      yield* Process.send(other, message);
    }
  });

const pinger = (main: Pid, count: number) =>
  Effect.gen(function* () {
    const other = yield* Process.spawn(ponger(yield* Process.self()));
    for (let index = 0; index < count; index++) {
      yield* Process.send(other, index);
      yield* Process.receive();
    }
    yield* Process.send(other, "stop");
    yield* Process.send(main, "done");
  });

const pingPong = (count: number) =>
  Effect.gen(function* () {
    yield* Process.spawn(pinger(yield* Process.self(), count));
    yield* Process.receive();
  });

/** A process that asks the server that it has started. */
const callOneByOne = (count: number) =>
  Effect.gen(function* () {
    const main = yield* Process.self();
    const asking = Effect.gen(function* () {
      const counter = yield* GenServer.startLink(Counter, 0);
      yield* addOneByOne(counter, count);
      yield* GenServer.stop(counter);
      yield* Process.send(main, "done");
    });
    yield* Process.spawn(asking);
    yield* Process.receive();
  });

const ringSize = 10_000;
let ring: Promise<Pid> | undefined;
/** Who is told that the last hop is done. */
let ringMain: Pid | undefined;

/** One of the ring: is told who is next, and hands on the number of hops that are left. */
const ringMember = Effect.gen(function* () {
  const next = yield* Process.receive(isPid);
  for (;;) {
    const left = yield* Process.receive();
    if (typeof left === "number" && left > 0) yield* Process.send(next, left - 1);
    else if (ringMain !== undefined) yield* Process.send(ringMain, "done");
  }
});

const makeRing = Effect.gen(function* () {
  const first = yield* Process.spawn(ringMember);
  let next = first;
  for (let index = 1; index < ringSize; index++) {
    const member = yield* Process.spawn(ringMember);
    yield* Process.send(member, next);
    next = member;
  }
  yield* Process.send(first, next);
  return first;
});

const hops = (first: Pid, count: number) =>
  Effect.gen(function* () {
    ringMain = yield* Process.self();
    yield* Process.send(first, count);
    yield* Process.receive();
  });

/** All of them run; the last one says so. */
const spawnAndExit = (count: number) =>
  Effect.gen(function* () {
    const main = yield* Process.self();
    let left = count;
    const done = Process.send(main, "done");
    const body = Effect.suspend(() => --left === 0 ? Effect.asVoid(done) : Effect.void);
    for (let index = 0; index < count; index++) yield* Process.spawn(body);
    yield* Process.receive();
  });

const Clerk = GenServer.define("Clerk", { init: (_: undefined) => ["ok", undefined] });
const clerk = { id: "clerk", start: GenServer.startLink(Clerk, undefined) };

/** One after the other; they go with their supervisor. */
const startAndStop = (count: number) =>
  Effect.gen(function* () {
    const supervisor = yield* DynamicSupervisor.startLink();
    for (let index = 0; index < count; index++) yield* DynamicSupervisor.startChild(supervisor, clerk);
    yield* DynamicSupervisor.stop(supervisor);
  });

const collectGarbage: unknown = Reflect.get(globalThis, "gc");

/** The bytes that live, once nothing is left to collect. */
const liveBytes = async (): Promise<number> => {
  if (typeof collectGarbage !== "function") throw new Error("run with --v8-flags=--expose-gc");
  // Once more in another turn, for what finalizers let go.
  collectGarbage();
  await turn();
  collectGarbage();
  return Deno.memoryUsage().heapUsed;
};

/** Milliseconds that as many processes as are asked for may take to begin, and to end. */
const patience = 60_000;

let started = 0;

/** Waits for a message, and has nothing to do. */
const parked = Effect.gen(function* () {
  started++;
  while ((yield* Process.receive()) !== "stop");
});

const processes = async (): Promise<number> => (await Effect.runPromise(Process.list())).length;

const parkedBytes = async (count: number): Promise<Figure> => {
  const [none, before] = [await processes(), await liveBytes()];
  started = 0;
  const pids = await Effect.runPromise(Effect.gen(function* () {
    const made = [];
    for (let index = 0; index < count; index++) made.push(yield* Process.spawn(parked));
    return made;
  }));
  await eventually("all have started", () => started === count, patience);
  const bytes = (await liveBytes() - before) / count;
  await Effect.runPromise(Effect.forEach(pids, (pid) => Process.send(pid, "stop"), { discard: true }));
  await eventually("all have ended", async () => await processes() <= none, patience);
  return { bytes };
};

const rounds: Readonly<Record<string, (count: number) => Promise<Figure>>> = {
  "ping-pong": (count) => rateOf(count, () => Effect.runPromise(pingPong(count))),
  "call": (count) => rateOf(count, () => Effect.runPromise(callOneByOne(count))),
  "ring": async (count) => {
    const first = await (ring ??= Effect.runPromise(makeRing));
    return await rateOf(count, () => Effect.runPromise(hops(first, count)));
  },
  "spawn": (count) => rateOf(count, () => Effect.runPromise(spawnAndExit(count))),
  "supervised": (count) => rateOf(count, () => Effect.runPromise(startAndStop(count))),
  "memory": parkedBytes,
};

const round = rounds[workload];
if (round === undefined) throw new Error(`no workload ${workload}`);
await serveRounds({ round });
