/**
 * Bugs that are planted are found.
 *
 * @module
 */
import { assert } from "@std/assert";
import { kindOf, problemsOfSeed } from "./failure.ts";
import { planted } from "./plants.ts";

/** So many seeds may it take. */
const mostSeeds = 2000;

for (const { name, breaks, plant } of planted) {
  Deno.test(`it is found when ${name}`, async () => {
    let found: ReadonlyArray<string> = [];
    for (let seed = 1; seed <= mostSeeds && found.length === 0; seed++) {
      const problems = await problemsOfSeed(seed, plant);
      found = problems.filter((problem) => breaks.includes(kindOf(problem)));
    }
    assert(found.length > 0, `in ${mostSeeds} seeds nothing was broken of ${breaks.join(", ")}`);
  });
}
