/**
 * Kernels in one OS process that grow from a chain of connections into a full mesh over TCP on loopback.
 *
 * @module
 */
import { type Context, Effect, Exit, Layer, Scope } from "npm:effect@^4.1.0";
import process from "node:process";
import { Node } from "../../../mod.ts";
import type { Figure } from "../crew.ts";
import { serveRounds } from "./rounds.ts";

const [mapperPort] = Deno.args;

/** Idle time that is looked at, in milliseconds, where a mesh is of full size: two rounds of ticks. */
const idleTime = (size: number): number => size < 40 ? 100 : 5_000;

const collect: unknown = Reflect.get(globalThis, "gc");
const memory = (): number => {
  if (typeof collect === "function") collect();
  return Deno.memoryUsage().rss / 2 ** 20;
};
/** CPU time that was used, in milliseconds. */
const used = (): number => {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1_000;
};
const wait = (milliseconds: number): Promise<void> =>
  new Promise((resolve) => setTimeout(resolve, milliseconds));

let lives = 0;

const grow = async (size: number): Promise<Figure> => {
  const life = lives++;
  const before = memory();
  const names = Array.from({ length: size }, (_, number) => `mesh${life}x${number}@localhost`);
  const scope = Scope.makeUnsafe();
  const start = (name: string): Promise<Context.Context<never>> =>
    Effect.runPromise(Layer.buildWithScope(
      Node.layer(name, { cookie: "bench", epmd: { port: Number(mapperPort) } }),
      scope,
    ));
  try {
    const nodes = await Promise.all(names.map(start));
    const begin = performance.now();
    await Promise.all(nodes.map((node, number) => {
      const next = names[number + 1];
      return next === undefined ? undefined : Effect.runPromiseWith(node)(Node.connect(next));
    }));
    for (const node of nodes) {
      while ((await Effect.runPromiseWith(node)(Node.list())).length < size - 1) await wait(1);
    }
    const time = performance.now() - begin;
    const grown = memory() - before;
    const [cpu, idle] = [used(), performance.now()];
    await wait(idleTime(size));
    const busy = 100 * (used() - cpu) / (performance.now() - idle);
    return { time, memory: grown, busy };
  } finally {
    await Effect.runPromise(Scope.close(scope, Exit.void));
  }
};

await serveRounds({ round: grow });
