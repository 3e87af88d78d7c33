/**
 * What a strategy makes of a child's end, and when a significant child's end is its supervisor's.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { endsSupervisor } from "../../src/otp/auto_shutdown.ts";
import { countRestart, isRestarted } from "../../src/otp/restart.ts";
import { planRestart, type Strategy } from "../../src/otp/strategy.ts";
import { tuple } from "../../src/term/tuple.ts";

const plan = (strategy: Strategy, temporary = "") =>
  planRestart(strategy, [..."abcd"], "b", (child) => temporary.includes(child));

Deno.test("one_for_one restarts the child alone, one_for_all all, rest_for_one those that started after it", () => {
  assertEquals(plan("one_for_one"), { stop: [], start: ["b"] });
  assertEquals(plan("one_for_all"), { stop: ["d", "c", "a"], start: ["a", "b", "c", "d"] });
  assertEquals(plan("rest_for_one"), { stop: ["d", "c"], start: ["b", "c", "d"] });
});

Deno.test("temporary neighbours are stopped and not started again", () => {
  assertEquals(plan("one_for_all", "ac"), { stop: ["d", "c", "a"], start: ["b", "d"] });
  assertEquals(plan("rest_for_one", "c"), { stop: ["d", "c"], start: ["b", "d"] });
  assertEquals(plan("one_for_one", "ac"), { stop: [], start: ["b"] });
});

Deno.test("stops go backwards, starts forwards, and both concern the same children", () => {
  const strategies = fc.constantFrom<Strategy>("one_for_one", "one_for_all", "rest_for_one");
  const ids = fc.uniqueArray(fc.nat(), { minLength: 1 });
  fc.assert(fc.property(strategies, ids, fc.nat(), (strategy, children, pick) => {
    const failed = children[pick % children.length];
    if (failed === undefined) return;
    const { stop, start } = planRestart(strategy, children, failed, () => false);
    assertEquals([...stop, failed].toSorted(), start.toSorted());
    const inOrder = children.filter((child) => start.includes(child));
    assertEquals(start, inOrder);
    assertEquals(stop.toReversed(), inOrder.filter((child) => child !== failed));
  }));
});

Deno.test("a permanent child is always restarted, a temporary one never, a transient one when it failed", () => {
  const reasons = ["normal", "shutdown", tuple("shutdown", "x"), "boom", "killed", tuple("shutdown", 1, 2)];
  const restarted = (restart: "permanent" | "transient" | "temporary") =>
    reasons.map((reason) => isRestarted(restart, reason));
  assertEquals(restarted("permanent"), [true, true, true, true, true, true]);
  assertEquals(restarted("transient"), [false, false, false, true, true, true]);
  assertEquals(restarted("temporary"), [false, false, false, false, false, false]);
});

Deno.test("restarts that lie further back than maxSeconds do not count", () => {
  const intensity = { maxRestarts: 2, maxSeconds: 5 };
  let restarts: ReadonlyArray<number> = [];
  const verdicts = [0, 1000, 5500, 5600, 5700].map((now) => {
    const counted = countRestart(restarts, now, intensity);
    restarts = counted.restarts;
    return counted.isTooMany;
  });
  assertEquals(verdicts, [false, false, false, true, true]);
  assertEquals(countRestart([], 0, { maxRestarts: 0, maxSeconds: 5 }).isTooMany, true);
});

Deno.test("any_significant ends with the first significant child, all_significant with the last", () => {
  const ends = (others: boolean, isSignificant = true) =>
    (["never", "any_significant", "all_significant"] as const).map((autoShutdown) =>
      endsSupervisor(autoShutdown, isSignificant, () => others)
    );
  assertEquals(ends(true), [false, true, false]);
  assertEquals(ends(false), [false, true, true]);
  assertEquals(ends(false, false), [false, false, false]);
});
