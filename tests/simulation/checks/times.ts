/**
 * Times: nothing gives up before its time.
 *
 * @module
 */
import type { Facts } from "./facts.ts";

/** What did not hold. */
export const problemsOfTimes = (facts: Facts): ReadonlyArray<string> => {
  const asked = new Map(facts.all("asked").map((entry) => [entry.ask, entry]));
  return facts.all("answered").flatMap(({ who, ask, answer, at }) => {
    const begin = asked.get(ask);
    if (answer !== "error timeout" || begin === undefined) return [];
    if (begin.within === undefined) return [`times: ${who} was to wait for ever, and gave up: ${begin.text}`];
    const waited = at - begin.at;
    // Clocks of nodes are one; a thousandth is what is lost in adding.
    return waited >= begin.within - 0.001
      ? []
      : [`times: ${who} gave up after ${waited} of ${begin.within} ms: ${begin.text}`];
  });
};
