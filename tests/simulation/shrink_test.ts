/**
 * Making a failing scenario smaller.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { generate } from "./generate.ts";
import type { Scenario } from "./scenario.ts";
import { shrink, smallerOnes } from "./shrink.ts";

/** Fails where some process sends a signal and some node has crashed before that. */
const failsAfterCrash = (scenario: Scenario): Promise<boolean> => {
  const crash = scenario.steps.findIndex((step) => "fault" in step && step.fault === "crash");
  const isFailing = crash >= 0 &&
    scenario.steps.slice(crash).some((step) => "op" in step && step.op === "signal");
  return Promise.resolve(isFailing);
};

const failing = async (): Promise<Scenario> => {
  for (let seed = 1;; seed++) {
    const scenario = generate(seed);
    if (await failsAfterCrash(scenario)) return scenario;
  }
};

Deno.test("what is left of a scenario is what makes it fail, in the simplest world", async () => {
  const smallest = await shrink(await failing(), failsAfterCrash);
  assertEquals(smallest.steps.map((step) => "op" in step ? step.op : step.fault), ["crash", "signal"]);
  assertEquals(smallest.nodes.length <= 3, true);
  const { isProven, splits, delay, restForOne } = smallest;
  assertEquals({ isProven, splits, delay, restForOne }, {
    isProven: false,
    splits: false,
    delay: 1,
    restForOne: false,
  });
});

Deno.test("nodes that nothing speaks of go, and those behind them keep their meaning", () => {
  const scenario: Scenario = {
    ...generate(1),
    nodes: [
      { name: "alex", host: "host0", slots: [0] },
      { name: "kate", host: "host1", slots: [1] },
      { name: "moebi", host: "host2", slots: [2] },
    ],
    steps: [{ at: 1, by: 2, op: "cast", node: 2 }],
  };
  const without = [...smallerOnes(scenario)].find(({ nodes }) => nodes.length === 2);
  assertEquals(without?.nodes.map(({ name }) => name), ["kate", "moebi"]);
  assertEquals(without?.steps, [{ at: 1, by: 2, op: "cast", node: 1 }]);
});

Deno.test("shrinking gives up after so many tries", async () => {
  let tries = 0;
  await shrink(generate(3), () => Promise.resolve(++tries % 7 === 0), 50);
  assertEquals(tries, 50);
});
