/**
 * Names: one process has a name, a process has one name, and who asks for one is told the truth.
 *
 * @module
 */
import { type Key, lifeOf } from "../journal.ts";
import type { EntryOf, Facts } from "./facts.ts";

/** What did not hold. */
export const problemsOfNames = (facts: Facts): ReadonlyArray<string> => [
  ...problemsOfHolders(facts),
  ...problemsOfAnswers(facts),
];

const problemsOfHolders = (facts: Facts): ReadonlyArray<string> => {
  const holders = new Map<string, Key>();
  return facts.inOrder("named", "unnamed").flatMap(({ what, who, name }) => {
    const place = `${name} on ${lifeOf(who)}`;
    const holder = holders.get(place);
    if (what === "unnamed") {
      holders.delete(place);
      return holder === who ? [] : [`names: ${who} lost the name ${name}, which ${holder ?? "nobody"} had`];
    }
    const other = [...holders].find(([, one]) => one === who);
    holders.set(place, who);
    if (holder !== undefined) return [`names: ${who} got the name ${place}, which ${holder} has`];
    return other === undefined ? [] : [`names: ${who} got the name ${name}, and has ${other[0]}`];
  });
};

/** What was told is so at some moment between the asking and the answer. */
const problemsOfAnswers = (facts: Facts): ReadonlyArray<string> => {
  const asked = new Map<string, EntryOf<"naming">>();
  return facts.inOrder("naming", "nameTold").flatMap((entry) => {
    const { who, name, how } = entry;
    const key = `${who} ${how} ${name}`;
    if (entry.what === "naming") {
      asked.set(key, entry);
      return [];
    }
    const begin = asked.get(key);
    if (begin === undefined) return [`names: ${who} was answered for ${how} ${name}, and had not asked`];
    const between = facts.between(begin, entry, "named", "unnamed").filter((one) => one.name === name);
    const holder = facts.holderOf(name, lifeOf(who), begin);
    const isHeld = holder !== undefined || between.some(({ what }) => what === "named");
    const isFree = holder === undefined || between.some(({ what }) => what === "unnamed");
    const problem = (what: string): ReadonlyArray<string> => [`names: ${who} ${what} ${how} ${name}`];
    if (how === "unregister") {
      if (entry.isDone) {
        return between.some(({ what }) => what === "unnamed") ? [] : problem("did nothing by");
      }
      return isFree ? [] : problem("could not");
    }
    if (entry.isDone) {
      return between.some((one) => one.what === "named" && one.who === who) ? [] : problem("did nothing by");
    }
    return isHeld || facts.hasName(who, begin) ? [] : problem("could not");
  });
};
