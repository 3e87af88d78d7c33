/**
 * Counts primes on one peer, then on as many as there are cores, and says how much faster that was:
 * `deno run -A examples/primes/main.ts [LIMIT [PEERS]]`.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { Node } from "../../mod.ts";
import { Peer } from "../../src/testing/mod.ts";
import { countPrimes } from "./job.ts";
import { bar, busyness } from "./plan.ts";

const isTerminal = Deno.stdout.isTerminal();
const seconds = (milliseconds: number): string => `${(milliseconds / 1000).toFixed(2)} s`;
const peersOf = (count: number): string => `${count} ${count === 1 ? "peer " : "peers"}`;

/** Shows a bar: on a terminal in one place, elsewhere a line for each quarter. */
const progress = (title: string, total: number): (done: number) => void => {
  let shown = -1;
  return (done) => {
    const step = Math.floor((isTerminal ? 100 : 4) * done / total);
    if (step === shown) return;
    shown = step;
    Deno.stdout.writeSync(
      new TextEncoder().encode(
        `${isTerminal ? "\r" : ""}${title} ${bar(done, total)}${isTerminal && done < total ? "" : "\n"}`,
      ),
    );
  };
};

/** Counts, and says how long that took. */
const timed = (limit: number, nodes: ReadonlyArray<string>) =>
  Effect.gen(function* () {
    const start = performance.now();
    const found = yield* countPrimes(limit, nodes, progress(peersOf(nodes.length), limit));
    return { found, time: performance.now() - start };
  });

const program = (limit: number, count: number) =>
  Effect.gen(function* () {
    const busy = busyness(Deno.loadavg()[0] ?? 0, navigator.hardwareConcurrency);
    if (busy !== undefined) console.log(busy);
    const options = { program: import.meta.resolve("./peer.ts") };
    const peers = yield* Effect.all(Array.from({ length: count }, () => Peer.start(options)), {
      concurrency: "unbounded",
    });
    const nodes = peers.map(({ node }) => node);
    // Every peer has compiled its loop before the clock runs.
    yield* countPrimes(Math.min(limit, 200_000), nodes, () => {});
    const alone = yield* timed(limit, nodes.slice(0, 1));
    const together = yield* timed(limit, nodes);
    console.log(`${together.found} primes below ${limit}`);
    console.log(
      `1 peer: ${seconds(alone.time)}; ${peersOf(count).trim()}: ${seconds(together.time)}; ` +
        `${(alone.time / together.time).toFixed(2)} times as fast`,
    );
    if (alone.found !== together.found) {
      console.error(`but one peer alone has found ${alone.found}`);
      Deno.exitCode = 1;
    }
  });

const isCount = (number: number, most: number): boolean =>
  Number.isInteger(number) && number > 0 && number <= most;

const [limit = 5_000_000, count = navigator.hardwareConcurrency, ...rest] = Deno.args.map(Number);
if (!isCount(limit, 1e9) || !isCount(count, 64) || rest.length > 0) {
  console.error("usage: main.ts [LIMIT [PEERS]], as 5000000 2: a limit up to 1000000000, up to 64 peers");
  Deno.exit(1);
}
const node = Node.layer(`primes-${Deno.pid}@localhost`, { cookie: crypto.randomUUID(), epmd: false });
await Effect.runPromise(Effect.scoped(program(limit, count)).pipe(Effect.provide(node))).catch((error) => {
  console.error(String(error));
  Deno.exit(1);
});
