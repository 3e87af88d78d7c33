/**
 * `deno task oracle`: plays all cases of the oracle, as they stand and with their targets on another node, and says
 * what came of them. `--cases FOLDER` plays the files of a folder instead, as they stand; `--elsewhere` also moves
 * theirs. Ends with 0 only when none failed.
 *
 * @module
 */
import { parseArgs } from "../../src/deps/std_cli.ts";
import type { Case } from "./differences.ts";
import { judge, missingOf, readCases, type Verdict, withTargetsElsewhere } from "./interpreter.ts";

const usage = `deno task oracle [-- --cases FOLDER [--elsewhere]]

  --cases FOLDER  plays the case files (*.json) of that folder instead of tests/data/oracle
  --elsewhere     also plays theirs with the targets on another node, where that makes the same case`;

/** The groups that are of nodes or of the caller alone: nothing of them can be elsewhere. */
const atHome = /^(nodes|task)\//;

/** The case files of a folder, by name. */
const filesOf = (folder: string | URL): ReadonlyArray<string> =>
  [...Deno.readDirSync(folder)]
    .filter(({ name, isFile }) => isFile && name.endsWith(".json"))
    .map(({ name }) => name)
    .toSorted();

/** Plays one case; what ends the play itself is a failure of the case. */
const verdictOf = async (one: Case): Promise<Verdict> => {
  const missing = missingOf(one);
  if (missing.length > 0) {
    return { tag: "failed", why: `it needs operations that are not there: ${missing.join(", ")}` };
  }
  try {
    return await judge(one);
  } catch (error) {
    return { tag: "failed", why: String(error) };
  }
};

/** All that a case is played as: itself, and elsewhere. */
const playsOf = (one: Case, isMoved: boolean): ReadonlyArray<readonly [note: string, play: Case]> => {
  const moved = isMoved && !atHome.test(one.id) ? withTargetsElsewhere(one) : undefined;
  return [["", one], ...moved === undefined ? [] : [[", with its targets on another node", moved] as const]];
};

const main = async (args: ReadonlyArray<string>): Promise<number> => {
  // Behind `deno task oracle` stands a `--` that is no argument.
  const given = parseArgs(args.filter((arg) => arg !== "--"), {
    string: ["cases"],
    boolean: ["elsewhere", "help"],
    unknown: (arg: string) => refuse(`unknown: ${arg}`),
  });
  if (given.help) {
    console.log(usage);
    return 0;
  }
  const own = new URL("../data/oracle/", import.meta.url);
  const folder = given.cases === undefined ? own : `${given.cases}/`;
  const counts = { "passed": 0, "by rule": 0, "failed": 0 };
  for (const file of filesOf(folder)) {
    const path = typeof folder === "string" ? `${folder}${file}` : new URL(file, folder);
    for (const one of readCases(path)) {
      for (const [note, play] of playsOf(one, folder === own || given.elsewhere === true)) {
        const verdict = await verdictOf(play);
        counts[verdict.tag] += 1;
        if (verdict.tag !== "failed") continue;
        console.log(`FAILED ${one.id}${note}: ${one.title}\n${verdict.why.replace(/^/gm, "  ")}`);
      }
    }
  }
  console.log(`${counts.passed} passed, ${counts["by rule"]} by rule, ${counts.failed} failed`);
  return counts.failed === 0 ? 0 : 1;
};

const refuse = (problem: string): never => {
  console.error(`${problem}\n\n${usage}`);
  Deno.exit(2);
};

if (import.meta.main) {
  try {
    Deno.exit(await main(Deno.args));
  } catch (error) {
    refuse(error instanceof Error ? error.message : String(error));
  }
}
