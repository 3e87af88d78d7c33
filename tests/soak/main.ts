/**
 * `deno task soak -- --minutes 10 [--seed N] [--nodes N] [--workers N]`: mixed load with churn of nodes. Fails when
 * something ends as it must not, is left behind, or when memory after the first minute is not flat.
 *
 * `--only crossing [--rounds 1000]` has two nodes connect to each other at the same instant so often, and
 * `--only mapper [--rounds 50] [--nodes 5]` kills the node that serves the port mapper of a cluster so often.
 * `--only signals [--rounds 100]` kills a peer, stops it until it is given up, or for a moment, so often, with much
 * outstanding. `--only strangers [--rounds 3]` has 2,500 sockets open that say nothing or a byte a second, and
 * compares the rate of honest calls with the one before.
 *
 * @module
 */
import { parseArgs } from "../../src/deps/std_cli.ts";
import { signalRounds } from "../faults/signals.ts";
import { attack } from "../net/strangers.ts";
import { type Net, withNodes } from "../node/support.ts";
import { crossing } from "./crossing.ts";
import { takeOver } from "./members.ts";
import { type Sample, soak } from "./soak.ts";

const leave = (problem: string): never => {
  console.error(problem);
  Deno.exit(1);
};

const flags = ["minutes", "seed", "nodes", "workers", "rounds"] as const;
const args = Deno.args[0] === "--" ? Deno.args.slice(1) : [...Deno.args];
const given = parseArgs(args, {
  string: [...flags, "only"] as const,
  unknown: (argument) =>
    leave(
      `unknown argument ${argument}: there are --${
        flags.join(" N, --")
      } N, --only load|crossing|mapper|signals|strangers`,
    ),
});
const numberOf = (name: typeof flags[number], otherwise: number): number => {
  const text = given[name];
  const value = text === undefined ? otherwise : Number(text);
  return value > 0 && text !== "" ? value : leave(`--${name} is a number above 0, and not ${text}`);
};

const median = (numbers: ReadonlyArray<number>): number =>
  [...numbers].sort((a, b) => a - b)[Math.floor(numbers.length / 2)] ?? 0;

/** Live memory may be this much more at the end than after the first minute: what moves without growing. */
const slack = { factor: 1.25, mebibytes: 15 };

const grown = (samples: ReadonlyArray<Sample>): string | undefined => {
  const later = samples.filter(({ seconds }) => seconds > 60);
  if (later.length < 8) return undefined;
  const quarter = Math.floor(later.length / 4);
  const [first, last] = [later.slice(0, quarter), later.slice(-quarter)];
  const [early, late] = [median(first.map(({ heap }) => heap)), median(last.map(({ heap }) => heap))];
  const text = `live memory: ${early.toFixed(1)} MiB after a minute, ${late.toFixed(1)} MiB at the end`;
  console.log(text);
  return late > early * slack.factor + slack.mebibytes ? text : undefined;
};

const load = async (net: Net): Promise<void> => {
  const minutes = numberOf("minutes", 10);
  const seed = numberOf("seed", 1 + Math.floor(Math.random() * 2 ** 31));
  console.log(`seed ${seed}`);
  let told = 0;
  const { tally, happened, samples } = await soak(net, {
    seed,
    happenings: 1,
    seconds: minutes * 60,
    nodes: numberOf("nodes", 4),
    workers: numberOf("workers", 12),
    onSample: (sample) => {
      if (sample.seconds - told < 15) return;
      told = sample.seconds;
      const { seconds, heap, processes, done } = sample;
      console.log(
        `${seconds.toFixed(0)} s: ${done} done, ${heap.toFixed(1)} MiB live, ${processes} processes`,
      );
    },
  });
  for (const line of tally.lines) console.log(line);
  console.log([...happened].map(([what, count]) => `${what} ${count}`).join(", "));
  const problems = [...tally.wrong, grown(samples)].filter((one) => one !== undefined);
  if (problems.length > 0) throw new Error(`seed ${seed}: ${problems.join("; ")}`);
};

/** Says after every twentieth part how far it is. */
const progress = (rounds: number) => (round: number): void => {
  const done = round + 1;
  if (done % Math.max(1, Math.floor(rounds / 20)) === 0) console.log(`${done} of ${rounds}`);
};

const crossAtOnce = async (net: Net): Promise<void> => {
  const rounds = numberOf("rounds", 1_000);
  await crossing(net, rounds, progress(rounds));
  console.log(`${rounds} times one link, and nothing lost`);
};

const killMappers = async (): Promise<void> => {
  const rounds = numberOf("rounds", 50);
  const times = await takeOver({ nodes: numberOf("nodes", 5), rounds, onRound: progress(rounds) });
  const [middle, most] = [median(times), Math.max(...times)].map((time) => time.toFixed(0));
  console.log(`${rounds} times all registered again: after ${middle} ms in the middle, ${most} at most`);
};

/** So many of each kind of question are outstanding in a round. */
const outstandingEach = 20;

const signalPeer = async (net: Net): Promise<void> => {
  const rounds = numberOf("rounds", 100);
  const figures = await signalRounds(net, { rounds, each: outstandingEach, onRound: progress(rounds) });
  for (const [what, { rounds, outstanding, answered, lost, longest }] of figures) {
    console.log(
      `${what} ${rounds} times: ${outstanding} outstanding, ${answered} answered, ${lost} told that it is lost; ` +
        `all within ${longest.toFixed(0)} ms`,
    );
  }
  console.log(`${rounds} rounds: every one answered, none twice`);
};

const bearStrangers = async (): Promise<void> => {
  const rounds = numberOf("rounds", 3);
  for (let round = 0; round < rounds; round++) {
    await withNodes(async (net) => {
      const alex = await net.node("alex@localhost");
      const kate = await net.node("kate@localhost");
      const { before, during, forgotten, answered, wrong } = await attack(net, kate, alex);
      const ratio = (during / before).toFixed(2);
      console.log(
        `${before.toFixed(0)} calls/s before, ${during.toFixed(0)} during, ${ratio} ×; ` +
          `the last stranger was closed after ${forgotten.toFixed(0)} ms; all of ${answered} calls answered`,
      );
      if (wrong.length > 0) {
        throw new Error(`${wrong.length} calls came to: ${[...new Set(wrong)].join("; ")}`);
      }
    })();
  }
};

const kinds: Readonly<Record<string, () => Promise<void>>> = {
  load: withNodes(load),
  crossing: withNodes(crossAtOnce),
  mapper: killMappers,
  signals: withNodes(signalPeer),
  strangers: bearStrangers,
};
const only = String(given.only ?? "load");
const run = kinds[only] ?? leave(`--only is one of ${Object.keys(kinds).join(", ")}, and not ${only}`);
await run().catch((error: unknown) => leave(String(error)));
console.log("nothing is left behind");
