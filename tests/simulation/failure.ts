/**
 * A seed that fails: what is said of it, and the smallest scenario that fails in the same way.
 *
 * @module
 */
import { generate } from "./generate.ts";
import { play } from "./play.ts";
import type { Plant } from "./run.ts";
import type { Scenario } from "./scenario.ts";
import { shrink } from "./shrink.ts";
import { lineOf, linesOf } from "./text.ts";

/** The first word of a problem: which promise did not hold. */
export const kindOf = (problem: string): string => problem.slice(0, problem.indexOf(":"));

/** What of the promises a seed breaks; nothing when all is well. */
export const problemsOfSeed = async (seed: number, plant?: Plant): Promise<ReadonlyArray<string>> =>
  (await play(generate(seed), plant)).problems;

/** The smallest scenario that breaks one of the same promises. */
export const smallestLike = (
  scenario: Scenario,
  problems: ReadonlyArray<string>,
  plant?: Plant,
): Promise<Scenario> => {
  const kinds = new Set(problems.map(kindOf));
  return shrink(
    scenario,
    async (smaller) => (await play(smaller, plant)).problems.some((problem) => kinds.has(kindOf(problem))),
  );
};

/** Plays one scenario, and tells all of it, line by line. */
export const tell = async (
  scenario: Scenario,
): Promise<{ readonly lines: ReadonlyArray<string>; readonly problems: ReadonlyArray<string> }> => {
  const { problems, journal } = await play(scenario);
  return {
    lines: [...linesOf(scenario), ...journal.map(lineOf), ...problems.map((problem) => `BROKEN ${problem}`)],
    problems,
  };
};
