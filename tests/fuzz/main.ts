/**
 * `deno task fuzz -- --seconds 60 [--from SEED] [--target TEXT]`: attacks all that reads bytes of strangers, each
 * for its share of the time. What is found is printed as a line that belongs into `findings.ts`, and fails.
 *
 * @module
 */
import { parseArgs } from "../../src/deps/std_cli.ts";
import { attack, bytesOf, type Finding } from "./fuzz.ts";
import { targets } from "./targets.ts";

const leave = (problem: string): never => {
  console.error(problem);
  Deno.exit(1);
};

const args = Deno.args[0] === "--" ? Deno.args.slice(1) : [...Deno.args];
const given = parseArgs(args, {
  string: ["seconds", "from", "target"],
  unknown: (argument) => leave(`unknown argument ${argument}: give --seconds N, --from SEED, --target TEXT`),
});
const numberOf = (name: "seconds" | "from", otherwise: number): number => {
  const text = given[name];
  const value = text === undefined ? otherwise : Number(text);
  return value >= 0 && text !== "" ? value : leave(`--${name} is a number, and not ${text}`);
};
const seconds = numberOf("seconds", 60);
const from = numberOf("from", Math.floor(Math.random() * 2 ** 31));
const wanted = String(given["target"] ?? "");
const chosen = targets.filter(({ name }) => name.includes(wanted));
if (chosen.length === 0) {
  leave(`--target ${wanted} is none of: ${targets.map(({ name }) => name).join(", ")}`);
}

/** Memory after all attacks, in MiB, that something must have kept. */
const memoryLimit = 1_024;
/** Attacks between two looks at the clock. */
const round = 500;

const findings: Array<Finding> = [];
for (const target of chosen) {
  const end = performance.now() + seconds * 1_000 / chosen.length;
  let count = 0;
  while (performance.now() < end) {
    for (let index = 0; index < round; index++) {
      const seed = from + count++;
      const finding = attack(target, bytesOf(target, seed), seed);
      if (finding !== undefined) findings.push(finding);
    }
    if (findings.length > 20) break;
  }
  console.log(`${String(count).padStart(9)} attacks on ${target.name}, seeds from ${from}`);
}

for (const { target, seed, bytes, problem } of findings) {
  console.log(`\n${target}, seed ${seed}: ${problem}`);
  console.log(`  [${JSON.stringify(target)}, "${bytes.toHex()}"],`);
}
const memory = Math.round(Deno.memoryUsage().rss / 2 ** 20);
console.log(`\n${findings.length} found; ${memory} MiB in use`);
if (findings.length > 0 || memory > memoryLimit) Deno.exit(1);
