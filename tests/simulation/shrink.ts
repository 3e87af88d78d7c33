/**
 * Makes a failing scenario smaller: fewer steps, fewer nodes, a simpler world, as long as it fails in the same
 * way.
 *
 * @module
 */
import { isOperation, type Scenario, type Step } from "./scenario.ts";

/** Whether a scenario still fails as the first one did. */
export type Fails = (scenario: Scenario) => Promise<boolean>;

/**
 * The smallest that is found.
 *
 * @param scenario One that fails.
 * @param fails Plays one.
 * @param tries How many may be played.
 */
export const shrink = async (scenario: Scenario, fails: Fails, tries = 2000): Promise<Scenario> => {
  let best = scenario;
  let left = tries;
  for (let hasShrunk = true; hasShrunk && left > 0;) {
    hasShrunk = false;
    for (const smaller of smallerOnes(best)) {
      if (left-- <= 0) break;
      if (!await fails(smaller)) continue;
      best = smaller;
      hasShrunk = true;
      break;
    }
  }
  return best;
};

/** What may be left of a scenario, the smallest first. */
export function* smallerOnes(scenario: Scenario): Generator<Scenario> {
  yield* withoutSteps(scenario);
  yield* withoutNodes(scenario);
  yield* simpler(scenario);
}

/** Without a half of its steps, a quarter, …, a single one. */
function* withoutSteps(scenario: Scenario): Generator<Scenario> {
  const { steps } = scenario;
  for (let size = Math.ceil(steps.length / 2); size >= 1; size = size === 1 ? 0 : Math.ceil(size / 2)) {
    for (let from = steps.length - size; from > -size; from -= size) {
      const start = Math.max(0, from);
      yield { ...scenario, steps: steps.filter((_, index) => index < start || index >= from + size) };
    }
  }
}

/** Without a node of which nothing speaks. */
function* withoutNodes(scenario: Scenario): Generator<Scenario> {
  const { nodes, steps } = scenario;
  for (const [index, node] of nodes.entries()) {
    const isMeant = steps.some((step) =>
      nodesOf(step).includes(index) || slotsOf(step).some((slot) => node.slots.includes(slot))
    );
    if (isMeant || nodes.length === 1) continue;
    yield {
      ...scenario,
      nodes: nodes.filter((one) => one !== node),
      steps: steps.map((step) => renumbered(step, index)),
    };
  }
  for (const [index, node] of nodes.entries()) {
    const unused = node.slots.filter((slot) => !steps.some((step) => slotsOf(step).includes(slot)));
    if (unused.length === 0) continue;
    const slots = node.slots.filter((slot) => !unused.includes(slot));
    yield { ...scenario, nodes: nodes.map((one, at) => at === index ? { ...one, slots } : one) };
  }
}

/** In a world that does less by itself. */
function* simpler(scenario: Scenario): Generator<Scenario> {
  const plain = {
    isProven: false,
    isSealed: false,
    splits: false,
    delay: 1,
    highWater: 1024 * 1024,
    sliceSteps: 64,
    restForOne: false,
    keepsLinks: false,
  };
  for (const [key, value] of Object.entries(plain)) {
    if (scenario[key as keyof typeof plain] !== value) yield { ...scenario, [key]: value };
  }
}

const nodeKeys = ["node", "one", "other"] as const;

const nodesOf = (step: Step): ReadonlyArray<number> =>
  nodeKeys.flatMap((key) => {
    const value: unknown = Reflect.get(step, key);
    return typeof value === "number" ? [value] : [];
  });

const slotsOf = (step: Step): ReadonlyArray<number> => [
  ...isOperation(step) ? [step.by] : [],
  ..."to" in step ? [step.to] : [],
  ..."slot" in step ? [step.slot] : [],
];

/** The same when the node at `gone` is no more: those behind it move up. */
const renumbered = (step: Step, gone: number): Step => {
  const moved = nodeKeys.flatMap((key) => {
    const value: unknown = Reflect.get(step, key);
    return typeof value === "number" && value > gone ? [[key, value - 1] as const] : [];
  });
  return { ...step, ...Object.fromEntries(moved) };
};
