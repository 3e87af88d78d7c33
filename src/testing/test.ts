/**
 * Tests whose body is an Effect, with ExUnit's tags.
 *
 * @module
 */
import type { Effect, Scope } from "../deps/effect.ts";
import { ownKernel } from "../process/own_kernel.ts";
import { inTurn } from "./locks.ts";
import { commandLine, isNode, isTestRun } from "./own_node.ts";
import { announce, combine, type Filters, type Tag, taggedName, tagProblem, verdictOn } from "./tags.ts";
import { runInProcess } from "./test_process.ts";

/** How a test is run. */
export interface TestOptions {
  /** Its tags: `distributed`, or `os:windows` with a value; each stands in its name, as `#distributed`. */
  readonly tags?: ReadonlyArray<Tag>;
  /**
   * Whether it may run while tests of other files do (`use ExUnit.Case, async: true`). Deno runs the tests of one
   * file one after another, and files at the same time with `--parallel`: there a test without `async` waits until
   * no other test of this kind runs, and none begins meanwhile. Of tests that are plain `Deno.test` nothing
   * is known.
   */
  readonly async?: boolean;
}

/** What a project says of its tests, for all of a file. */
export interface Configuration {
  /** Tests with any of these tags are left out. */
  readonly exclude?: ReadonlyArray<Tag>;
  /** Tests with any of these are taken in, though they are excluded. */
  readonly include?: ReadonlyArray<Tag>;
}

/** Where there is no configuration: what needs a node is left out where there is none. */
const byDefault = (): Configuration => ({ exclude: isNode() ? [] : ["distributed"] });

let configured: Configuration | undefined;
let filters: Filters | undefined;

/**
 * Says which tests of this file run (`ExUnit.start(exclude: …)` of a `test_helper.exs`); what the command line
 * says comes on top. Without it tests tagged `distributed` are left out unless the tests run in a named node.
 * It stands before the first test, in a module that the test file imports first.
 *
 * @example
 * ```ts ignore
 * // test_helper.ts
 * const exclude = await Effect.runPromise(Node.isAlive()) ? [] : ["distributed"];
 * configure({ exclude });
 * ```
 *
 * @param configuration Which tags to exclude and to include.
 */
export const configure = (configuration: Configuration): void => {
  const wrong = [...configuration.exclude ?? [], ...configuration.include ?? []].map(tagProblem)
    .find((problem) => problem !== undefined);
  if (wrong !== undefined) return refuse("configure", wrong);
  if (filters !== undefined) {
    return refuse("configure", "it comes before the first test: import the helper before all else");
  }
  configured = configuration;
};

/** What cannot be is a test that fails, and says so. */
const refuse = (name: string, problem: string): void =>
  Deno.test(name, () => {
    throw new TypeError(problem);
  });

/** The filters; said aloud once a file, before its first test. */
const filtersOfFile = (): Filters => {
  if (filters !== undefined) return filters;
  filters = combine(configured ?? byDefault(), commandLine);
  if (isTestRun()) { for (const line of announce(filters)) console.log(line); }
  return filters;
};

/**
 * Registers a test: its Effect runs in a process of its own, with a scope (ExUnit's `test/3`). When it is over,
 * the scope is closed, and processes that it has left behind are ended.
 *
 * The test fails when the Effect does, with the failure's own text, or when an exit signal ends its process. It is
 * reported as ignored when its tags are excluded, or it is tagged `skip`. In a named node Deno's sanitizers are
 * off, since links and the port mapper come and go as other nodes like; elsewhere they are as configured.
 *
 * @example
 * ```ts ignore
 * test("sendMessage", { tags: ["distributed"], async: true }, Effect.gen(function* () {
 *   assertEquals(yield* Chat.sendMessage("moebi@localhost", "hi"), atom("ok"));
 * }));
 * ```
 *
 * @param name The test's name.
 * @param effect What to run.
 */
export function test<A, E>(name: string, effect: Effect.Effect<A, E, Scope.Scope>): void;
/** Registers a test with tags. */
export function test<A, E>(
  name: string,
  options: TestOptions,
  effect: Effect.Effect<A, E, Scope.Scope>,
): void;
export function test<A, E>(
  name: string,
  ...rest:
    | readonly [effect: Effect.Effect<A, E, Scope.Scope>]
    | readonly [options: TestOptions, effect: Effect.Effect<A, E, Scope.Scope>]
): void {
  const [options, effect] = rest.length === 1 ? [{}, rest[0]] as const : rest;
  const { tags = [], async: isAsync = false } = options;
  const wrong = tags.map(tagProblem).find((problem) => problem !== undefined);
  if (wrong !== undefined) return refuse(name, wrong);
  const verdict = verdictOn(filtersOfFile(), name, tags);
  Deno.test({
    name: taggedName(name, tags),
    ignore: verdict.tag !== "run",
    ...isNode() ? { sanitizeOps: false, sanitizeResources: false } : {},
    fn: () => inTurn("spawnlink test", isAsync, () => report(runInProcess(ownKernel(), name, effect))),
  });
}

const report = async (outcome: Promise<Error | undefined>): Promise<void> => {
  const error = await outcome;
  if (error !== undefined) throw error;
};
