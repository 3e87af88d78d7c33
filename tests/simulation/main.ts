/**
 * `deno task simulate`: plays clusters under faults by seeds, and checks what is promised.
 *
 * `--seeds 1000 [--from 1] [--workers 2]` plays many, names those that fail and shows the first one's smallest
 * form; how far it is stands on standard error, every few seconds. `--seed 17` plays one and prints all that happened, in simulated time: twice the same text. It ends
 * with 1 when a promise did not hold, with 2 when it was not told what to do.
 *
 * @module
 */
import { smallestLike, tell } from "./failure.ts";
import { generate } from "./generate.ts";
import { type Options, readOptions } from "./options.ts";
import { Progress } from "./progress.ts";
import type { Part, Told } from "./worker.ts";

const print = (lines: ReadonlyArray<string>): void => console.log(lines.join("\n"));

/** One thread's part of the seeds. */
const inThread = (
  part: Part,
  onTold: (told: Exclude<Told, { readonly is: "done" }>) => void,
): Promise<void> =>
  new Promise((resolve, reject) => {
    const worker = new Worker(new URL("worker.ts", import.meta.url), { type: "module" });
    worker.onmessage = ({ data }: MessageEvent<Told>) => {
      if (data.is !== "done") return onTold(data);
      worker.terminate();
      resolve();
    };
    worker.onerror = (event) => reject(new Error(event.message));
    worker.postMessage(part);
  });

/** Shows the smallest scenario that fails as this seed does. */
const showSmallest = async (seed: number, problems: ReadonlyArray<string>): Promise<void> => {
  const smallest = await smallestLike(generate(seed), problems);
  const { lines } = await tell(smallest);
  print(["", `The smallest that fails like seed ${seed}:`, ...lines]);
};

const playMany = async (
  { from, seeds, workers }: Extract<Options, { readonly mode: "many" }>,
): Promise<boolean> => {
  const begin = performance.now();
  const progress = new Progress(seeds, () => performance.now());
  const failed = new Map<number, ReadonlyArray<string>>();
  const step = Math.min(workers, seeds);
  const parts = Array.from({ length: step }, (_, index) => ({ from: from + index, to: from + seeds, step }));
  await Promise.all(parts.map((part) =>
    inThread(part, (told) => {
      if (told.is === "played") {
        const line = progress.play();
        if (line !== undefined) console.error(line);
        return;
      }
      const { seed, problems } = told;
      progress.fail();
      failed.set(seed, problems);
      print([`seed ${seed}: ${problems[0]}`, `  again: deno task simulate -- --seed ${seed}`]);
    })
  ));
  const took = (performance.now() - begin) / 1000;
  const each = (took * 1000 / seeds).toFixed(1);
  print([`${seeds} seeds from ${from}: ${failed.size} failed; ${took.toFixed(1)} s, ${each} ms each`]);
  const [first] = [...failed].sort(([one], [other]) => one - other);
  if (first !== undefined) await showSmallest(...first);
  return failed.size === 0;
};

const playOne = async (seed: number): Promise<boolean> => {
  const { lines, problems } = await tell(generate(seed));
  print(lines);
  if (problems.length > 0) await showSmallest(seed, problems);
  return problems.length === 0;
};

const options = readOptions(Deno.args, navigator.hardwareConcurrency);
if ("problem" in options) {
  console.error(options.problem);
  Deno.exit(2);
}
const isWell = options.mode === "many" ? await playMany(options) : await playOne(options.seed);
Deno.exit(isWell ? 0 : 1);
