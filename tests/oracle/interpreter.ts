/**
 * The interpreter of the oracle's cases: plays a case in a world of its own, compares, and makes tests of a
 * group of cases.
 *
 * @module
 */
import { assertEquals, AssertionError } from "@std/assert";
import { Cause, Effect, Exit } from "../../src/deps/effect.ts";
import { inspect } from "../../mod.ts";
import { Exit as ExitFailure, isTaggedError } from "../../src/term/errors.ts";
import { type Case, type Expectation, expectationsOf, type Step } from "./differences.ts";
import { encodeMailbox, ends, missingIn, operationOf, outside, views } from "./operations.ts";
import { moveTaskSupervisorsToPeer } from "./task_moves.ts";
import { encode, isSame, type Json, type JsonObject, Unplayable } from "./terms.ts";
import { type Answer, World } from "./world.ts";

/** An operation is `pending` after so many milliseconds. */
const longest = 10_000;
/** A fact that has not come when all is at rest is waited for so much longer, in real milliseconds. */
const grace = 500;

/** What came of the steps that are observed. */
export type Outcomes = ReadonlyMap<string, JsonObject>;

/** Plays a case in a world of its own. */
export const play = async (one: Case, expectations: ReadonlyArray<Expectation>): Promise<Outcomes> => {
  const world = new World();
  try {
    await world.startNode("@here");
    if (JSON.stringify(one.steps).includes('"@peer"')) await startPeer(world);
    await world.makeProcess("self", "@here");
    return await playSteps(one, expectations, world);
  } finally {
    await world.close();
  }
};

/** `@peer` is there always, and connected. */
const startPeer = async (world: World): Promise<void> => {
  await world.startNode("@peer");
  const { runtime } = world.node("@here");
  await runtime.runPromise(Effect.suspend(() => operationOf(pingPeer).run(pingPeer, world)));
  await world.comeToRest();
};

const pingPeer: Step = { op: "node.ping", node: "@peer" };

const playSteps = async (
  one: Case,
  expectations: ReadonlyArray<Expectation>,
  world: World,
): Promise<Outcomes> => {
  const outcomes = new Map<string, JsonObject>();
  const background = new Map<string, Promise<JsonObject>>();
  for (const step of one.steps) {
    const as = typeof step["as"] === "string" ? step["as"] : undefined;
    const expected = expectations.find((expectation) => expectation.as === as);
    const { bg } = step;
    if (bg !== undefined && bg !== false) {
      const name = typeof bg === "string" ? bg : String(as ?? step["name"]);
      background.set(name, carryOutIn(step, undefined, world, (answer) => answer));
      continue;
    }
    const outcome = step.op === "result"
      ? await resultOf(step, background, world)
      : await carryOut(step, expected, world);
    if (as !== undefined) outcomes.set(as, outcome);
  }
  return outcomes;
};

const resultOf = async (
  step: Step,
  background: ReadonlyMap<string, Promise<JsonObject>>,
  world: World,
): Promise<JsonObject> => {
  await world.comeToRest();
  const wait = typeof step["wait"] === "number" ? step["wait"] : 0;
  const given = background.get(String(step["of"]));
  return given === undefined ? { pending: true } : await world.within(given, wait) ?? { pending: true };
};

const carryOut = async (step: Step, expected: Expectation | undefined, world: World): Promise<JsonObject> => {
  const beside = outside[step.op];
  if (beside !== undefined) {
    await beside(step, world);
    return { returns: "ok" };
  }
  const view = views[step.op];
  if (view !== undefined) return await look(() => view(step, world), expected, world, step);
  return await carryOutIn(
    step,
    expected,
    world,
    async (answer) => await world.within(answer, longest) ?? { tag: "pending" },
  );
};

/** Looks when all is at rest; what is expected and not there yet is waited for. */
const look = async (
  view: () => Json,
  expected: Expectation | undefined,
  world: World,
  step: Step,
): Promise<JsonObject> => {
  const read = (): JsonObject => {
    try {
      return { returns: view() };
    } catch (error) {
      if (error instanceof Unplayable) return { unplayable: true };
      throw error;
    }
  };
  await world.comeToRest();
  await world.waitFor(() => isExpected(read(), expected), grace);
  const outcome = read();
  if (step.op === "events") world.takeEvents();
  return outcome;
};

/** `wait` lets time pass until the answer is there, where nobody else does. */
const carryOutIn = async (
  step: Step,
  expected: Expectation | undefined,
  world: World,
  wait: (answer: Promise<Answer>) => Promise<Answer>,
): Promise<JsonObject> => {
  const process = world.process(String(step["in"] ?? "self"));
  if (process?.pid === undefined) return { unplayable: true };
  if (step.op === "mailbox") {
    await world.comeToRest();
    const read = (): JsonObject => ({ returns: encodeMailbox(process.peek(), world) });
    await world.waitFor(() => isExpected(read(), expected), grace);
  }
  const operation = operationOf(step);
  const work = Effect.suspend(() => operation.run(step, world));
  const answer = await wait(process.instruct(work, ends.has(step.op)));
  await world.flush();
  return outcomeOf(
    answer,
    world,
    (value) =>
      operation.encode === undefined ? encode(value, world.names) : operation.encode(value, world, step),
  );
};

const isExpected = (outcome: JsonObject, expected: Expectation | undefined): boolean =>
  expected === undefined || expected.outcomes.some((one) => isSame(one, outcome));

/** An answer as an observation. */
const outcomeOf = (answer: Answer, { names }: World, encodeValue: (value: unknown) => Json): JsonObject => {
  if (answer.tag === "pending") return { pending: true };
  if (answer.tag === "dies") return { dies: encode(answer.reason, names, "reason") };
  const { exit } = answer;
  if (Exit.isSuccess(exit)) return { returns: encodeValue(exit.value) };
  const failure = exit.cause.reasons.find(Cause.isFailReason)?.error;
  if (failure instanceof ExitFailure) return { exits: encode(failure.reason, names, "reason") };
  if (isTaggedError(failure)) return { fails: failure._tag };
  if (failure !== undefined) return { throws: encode(failure, names) };
  const defect = exit.cause.reasons.find(Cause.isDieReason)?.defect;
  if (defect instanceof Unplayable) return { unplayable: true };
  return { raises: defect instanceof Error ? `${defect.name}: ${defect.message}` : inspect(defect) };
};

/** The cases of a file. */
export const readCases = (file: URL | string): ReadonlyArray<Case> => {
  const content: unknown = JSON.parse(Deno.readTextFileSync(file));
  const cases: unknown = typeof content === "object" && content !== null && "cases" in content
    ? content.cases
    : undefined;
  if (!Array.isArray(cases)) throw new Error(`${file} holds no cases`);
  return cases.map((one) => ({ ...one, moved: new Set<string>() }) as Case);
};

/**
 * A case whose targets are all local, with the same targets on another node; `undefined` where there are none,
 * or where it would be another case then: a name belongs to the node that gives it.
 */
export const moveToPeer = (one: Case): Case | undefined => {
  const steps = JSON.stringify(one.steps);
  if (!steps.includes('"@here"') || steps.includes('"@peer"') || steps.includes('"peer.start"')) {
    return undefined;
  }
  const moved = new Set(
    one.steps.filter((step) => step["node"] === "@here").map((step) => String(step["name"])),
  );
  const isNamedFromHere = one.steps.some((step) =>
    step.op === "register" && moved.has(String(step["pid"]).slice(1, -1)) &&
    !moved.has(String(step["in"] ?? "self"))
  );
  const isServed = one.steps.some(isStartOfServer);
  if (isNamedFromHere || (isServed && moved.size === 0)) return undefined;
  const there = <A>(part: A): A => JSON.parse(JSON.stringify(part).replaceAll('"@here"', '"@peer"')) as A;
  return { ...one, steps: there(one.steps), observed: there(one.observed), moved };
};

const startsOfServers = new Set([
  "genserver.start",
  "genserver.start_link",
  "supervisor.start_link",
  "dynsup.start_link",
]);
const isStartOfServer = ({ op }: Step): boolean => startsOfServers.has(op);

/** What the starter of a server does, whichever node it is on. */
const ofStarter = new Set([...startsOfServers, "trap", "mailbox"]);
/** An exit signal to a supervisor is one of its parent, when its starter sends it. */
const isOfStarter = (step: Step): boolean =>
  ofStarter.has(step.op) || (step.op === "signal" && step["to"] === "<sup>");
/** What is the same from another node. */
const ofAnyone = new Set([
  "genserver.call",
  "genserver.cast",
  "genserver.stop",
  "send",
  "settle",
  "state",
  "events",
  "server.run",
  "server.stop_with",
  "signal",
]);
const isOfAnyone = ({ op }: Step): boolean => ofAnyone.has(op) || /^(supervisor|dynsup)\./.test(op);

/**
 * A case whose servers are started by its own process, with a process of another node for their starter, so that
 * they are there; `undefined` where that would be another case: names belong to a node.
 */
export const moveServersToPeer = (one: Case): Case | undefined => {
  const steps = JSON.stringify(one.steps);
  const isMovable = one.steps.every((step) => {
    const { in: by, to = step["sup"] } = step;
    if (by !== undefined && by !== "self") return false;
    return isOfStarter(step) ||
      (isOfAnyone(step) &&
        (to === undefined || (typeof to === "string" && to !== "<self>" && to.startsWith("<"))));
  });
  if (!isMovable || !one.steps.some(isStartOfServer) || steps.includes("@")) return undefined;
  const host: Step = { op: "spawn", name: "host", node: "@peer" };
  const moved = one.steps.map((step) => isOfStarter(step) ? { ...step, in: "host" } : step);
  return { ...one, steps: [host, ...moved], moved: new Set(["host"]) };
};

/** What a case came to: all as expected, with a decided difference or without; or what was wrong, in lines. */
export type Verdict = { readonly tag: "passed" | "by rule" } | {
  readonly tag: "failed";
  readonly why: string;
};

/** Plays a case, and compares. */
export const judge = async (one: Case): Promise<Verdict> => {
  const expectations = expectationsOf(one);
  const outcomes = await play(one, expectations);
  const wrong = expectations.filter(({ as, outcomes: right }) => {
    const outcome = outcomes.get(as);
    return outcome === undefined || !right.some((expected) => isSame(expected, outcome));
  });
  if (wrong.length === 0) {
    return { tag: expectations.some(({ difference }) => difference !== undefined) ? "by rule" : "passed" };
  }
  const lines = wrong.map(({ as, outcomes: right, difference }) => {
    const expected = right.map((outcome) => JSON.stringify(outcome)).join(" or ");
    const rule = difference === undefined ? "" : ` (${difference.what}: ${difference.why})`;
    return `${as}\n  expected ${expected}${rule}\n  observed ${JSON.stringify(outcomes.get(as))}`;
  });
  return { tag: "failed", why: lines.join("\n") };
};

/** Plays a case, and fails where anything else was observed than expected. */
export const check = async (one: Case): Promise<void> => {
  const verdict = await judge(one);
  if (verdict.tag === "failed") throw new AssertionError(verdict.why);
};

/** The same case with its targets on another node, where it stays the same case. */
export const withTargetsElsewhere = (one: Case): Case | undefined =>
  moveToPeer(one) ?? moveServersToPeer(one) ?? moveTaskSupervisorsToPeer(one);

/** The operations that a case needs and that are not there. */
export const missingOf = (one: Case): ReadonlyArray<string> => [...new Set(one.steps.flatMap(missingIn))];

/** How a group of cases is played. */
export interface GroupOptions {
  /** Whether cases with local targets are played with targets on another node as well. */
  readonly alsoOnPeer?: boolean;
}

/** Makes a test of each case of a group that can be played, and one that names what is left out. */
export const testGroup = (group: string, options: GroupOptions = {}): void => {
  const cases = readCases(new URL(`../data/oracle/${group}.json`, import.meta.url));
  const left = cases.filter((one) => missingOf(one).length > 0);
  for (const one of cases) {
    if (left.includes(one)) continue;
    Deno.test(`${one.id}: ${one.title}`, () => check(one));
    const moved = options.alsoOnPeer === true ? withTargetsElsewhere(one) : undefined;
    if (moved !== undefined) {
      Deno.test(`${one.id}, with its targets on another node: ${one.title}`, () => check(moved));
    }
  }
  if (left.length === 0) return;
  const missing = [...new Set(left.flatMap(missingOf))].sort();
  const name = `${group}: ${left.length} of ${cases.length} cases wait for operations of their own: ${
    missing.join(", ")
  }`;
  Deno.test(name, () => assertEquals(missing.filter((operation) => !notThereYet.test(operation)), []));
};

/** The operations whose API is not there yet; all others must be played. */
const notThereYet = /^$/;
