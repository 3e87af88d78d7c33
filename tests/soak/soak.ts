/**
 * A soak: mixed load from one node on others that come and go, and a look at what is left.
 *
 * @module
 */
import { cookie } from "../faults/modules.ts";
import { eventually, type Net, ties } from "../node/support.ts";
import { seeded } from "../simulation/chance.ts";
import { Cluster } from "./churn.ts";
import { putLoad, Tally } from "./load.ts";

/** How long, and how much. */
export interface SoakOptions {
  readonly seed: number;
  /** Things that happen to nodes, at least. */
  readonly happenings: number;
  /** Seconds that it goes on, at least. */
  readonly seconds: number;
  readonly nodes: number;
  readonly workers: number;
  /** Told after each happening: seconds since the start, and what is in use. */
  readonly onSample?: (sample: Sample) => void;
}

/** What is in use at one moment. */
export interface Sample {
  readonly seconds: number;
  /** Live objects, in MiB, after a collection where `--expose-gc` allows one. */
  readonly heap: number;
  readonly processes: number;
  readonly done: number;
}

/** What came of it. */
export interface Soaked {
  readonly tally: Tally;
  readonly happened: ReadonlyMap<string, number>;
  readonly samples: ReadonlyArray<Sample>;
}

const collect: unknown = Reflect.get(globalThis, "gc");

/** Soaks; rejected when something is left behind that should have gone. */
export const soak = async (net: Net, options: SoakOptions): Promise<Soaked> => {
  const chance = seeded(options.seed);
  const alex = await net.node("alex@localhost", { cookie, netTickTime: 1_500, connectTime: 2_000 });
  const { kernel } = alex;
  const before = kernel.table.size;
  const cluster = new Cluster(net, alex);
  for (let number = 0; number < options.nodes; number++) await cluster.start(`node${number}@localhost`);
  const tally = new Tally();
  const samples: Array<Sample> = [];
  const stop = putLoad(alex, cluster.names, tally, chance, options.workers);
  const start = performance.now();
  const seconds = (): number => (performance.now() - start) / 1_000;
  try {
    for (let count = 0; count < options.happenings || seconds() < options.seconds; count++) {
      await cluster.churn(chance);
      if (typeof collect === "function") collect();
      const heap = Deno.memoryUsage().heapUsed / 2 ** 20;
      const sample = { seconds: seconds(), heap, processes: kernel.table.size, done: tally.total };
      samples.push(sample);
      options.onSample?.(sample);
    }
  } finally {
    await stop();
    await cluster.end();
  }
  const left = (): string =>
    Object.entries({ ...ties(kernel), processes: kernel.table.size - before })
      .filter(([, count]) => count > 0).map(([name, count]) => `${name}: ${count}`).join(", ");
  await eventually("nothing is left", () => left() === "").catch(() => {
    throw new Error(`left behind: ${left()}`);
  });
  return { tally, happened: cluster.happened, samples };
};
