/**
 * Workloads within one of our nodes.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { Pid, Process } from "../../../mod.ts";
import type { Figure } from "../crew.ts";
import { rateOf, serveRounds } from "./rounds.ts";

const [workload = ""] = Deno.args;

const isPid = (message: unknown): message is Pid => message instanceof Pid;

const ponger = (other: Pid) =>
  Effect.gen(function* () {
    for (;;) yield* Process.send(other, yield* Process.receive());
  });

const pinger = (main: Pid, count: number) =>
  Effect.gen(function* () {
    const other = yield* Process.spawnLink(ponger(yield* Process.self()));
    for (let index = 0; index < count; index++) {
      yield* Process.send(other, index);
      yield* Process.receive();
    }
    yield* Process.exit(other, "kill");
    yield* Process.unlink(other);
    yield* Process.send(main, "done");
  });

const pingPong = (count: number) =>
  Effect.gen(function* () {
    yield* Process.spawn(pinger(yield* Process.self(), count));
    yield* Process.receive();
  });

const ringSize = 10_000;

/** One of the ring: hands the number of hops that are left on to the next, or tells `main` that none is. */
const ringMember = Effect.gen(function* () {
  const next = yield* Process.receive(isPid);
  for (;;) {
    const left = yield* Process.receive();
    if (left instanceof Pid) yield* Process.send(left, "done");
    else if (typeof left === "number") yield* Process.send(left === 0 ? main : next, left === 0 ? left : left - 1);
  }
});
