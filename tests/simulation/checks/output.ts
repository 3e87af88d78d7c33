/**
 * Output: comes once, to the node of the process's group leader, when it is said to have come.
 *
 * @module
 */
import { type Key, lifeOf } from "../journal.ts";
import type { Facts } from "./facts.ts";

/** What did not hold. */
export const problemsOfOutput = (facts: Facts): ReadonlyArray<string> => {
  const printed = Map.groupBy(facts.all("output"), ({ text }) => text);
  const answers = new Map(facts.all("answered").map(({ ask, answer }) => [ask, answer]));
  return facts.all("asked").filter(({ text }) => text.startsWith("output ")).flatMap(({ who, ask }) => {
    const list = printed.get(`hello ${ask}`) ?? [];
    const isDone = answers.get(ask) === ":ok";
    if (list.length > 1) return [`output: what ${who} printed came ${list.length} times`];
    if (isDone && list.length === 0) return [`output: what ${who} printed never came`];
    const place = leaderLife(facts, who);
    return list.every(({ life }) => life === place)
      ? []
      : [`output: what ${who} printed came to ${list[0]?.life} and not to ${place}`];
  });
};

/** Where the group leader is: with whoever spawned the first of those that spawned one another. */
const leaderLife = (facts: Facts, who: Key): string => {
  const parent = facts.parentOf(who);
  return parent === undefined || !facts.isAgent(parent) ? lifeOf(who) : leaderLife(facts, parent);
};
