/**
 * `deno task soak -- --minutes 10 [--seed N] [--nodes N] [--workers N]`: mixed load with churn of nodes. Fails when
 * something ends as it must not, is left behind, or when memory after the first minute is not flat.
 *
 * @module
 */
import { parseArgs } from "../../src/deps/std_cli.ts";
import { type Net, withNodes } from "../node/support.ts";
import { type Sample, soak } from "./soak.ts";

const leave = (problem: string): never => {
  console.error(problem);
  Deno.exit(1);
};

const flags = ["minutes", "seed", "nodes", "workers"] as const;
const args = Deno.args[0] === "--" ? Deno.args.slice(1) : [...Deno.args];
const given = parseArgs(args, {
  string: flags,
  unknown: (argument) => leave(`unknown argument ${argument}: there are --${flags.join(" N, --")} N`),
});
const numberOf = (name: typeof flags[number], otherwise: number): number => {
  const text = given[name];
  const value = text === undefined ? otherwise : Number(text);
  return value > 0 && text !== "" ? value : leave(`--${name} is a number above 0, and not ${text}`);
};
const minutes = numberOf("minutes", 10);
const seed = numberOf("seed", 1 + Math.floor(Math.random() * 2 ** 31));

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

const run = async (net: Net): Promise<void> => {
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

console.log(`seed ${seed}`);
await withNodes(run)().catch((error: unknown) => leave(String(error)));
console.log("nothing is left behind");
