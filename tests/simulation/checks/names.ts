/**
 * Names: one process has a name, a process has one name, and who asks for one is told the truth.
 *
 * @module
 */
import { type Entry, type Key, lifeOf } from "../journal.ts";
import type { EntryOf, Facts } from "./facts.ts";

/** What did not hold. */
export const problemsOfNames = (facts: Facts): ReadonlyArray<string> => [
  ...problemsOfHolders(facts),
  ...problemsOfAnswers(facts),
  ...problemsOfKeys(facts),
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
    if (how === "enroll" || how === "resign") return [];
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
    // Who is about to end gets no name any more.
    const isEnding = facts.deathOf(who)?.at === entry.at;
    return isHeld || isEnding || facts.hasName(who, begin) ? [] : problem("could not");
  });
};

/** A time in which a process had a key of its node's registry: surely, and at the most. */
interface Tenure {
  readonly who: Key;
  readonly key: string;
  readonly begun: Entry;
  readonly has: Entry;
  /** When it wanted to give it up, or ended; and when it had. */
  readonly ending: Entry | undefined;
  readonly ended: Entry | undefined;
}

/** One process has a key, and whoever is refused one was refused for another. */
const problemsOfKeys = (facts: Facts): ReadonlyArray<string> => {
  const tenures: Array<Tenure> = [];
  const refused: Array<{ readonly begun: Entry; readonly told: EntryOf<"nameTold"> }> = [];
  const asked = new Map<string, EntryOf<"naming">>();
  const entries = facts.inOrder("naming", "nameTold").filter(({ how }) =>
    how === "enroll" || how === "resign"
  );
  for (const entry of entries) {
    const place = `${entry.who} ${entry.how} ${entry.name}`;
    if (entry.what === "naming") {
      asked.set(place, entry);
      continue;
    }
    const begun = asked.get(place);
    if (begun === undefined || entry.how === "resign") continue;
    if (!entry.isDone) refused.push({ begun, told: entry });
    else tenures.push(tenureOf(facts, entries, begun, entry));
  }
  const isSame = (one: { readonly who: Key; readonly key: string }, who: Key, key: string): boolean =>
    one.key === key && lifeOf(one.who) === lifeOf(who);
  return [
    ...tenures.flatMap((tenure) =>
      tenures.filter((other) =>
        other !== tenure && isSame(other, tenure.who, tenure.key) &&
        facts.isBefore(other.has, tenure.begun) &&
        (other.ending === undefined || facts.isBefore(tenure.has, other.ending))
      ).map((other) => `names: ${tenure.who} got the key ${tenure.key}, which ${other.who} has`)
    ),
    ...refused.filter(({ begun, told }) =>
      !tenures.some((other) =>
        isSame(other, told.who, told.name) && facts.isBefore(other.begun, told) &&
        (other.ended === undefined || facts.isBefore(begun, other.ended))
      )
    ).map(({ told }) => `names: ${told.who} was refused the key ${told.name}, which nobody has`),
  ];
};

const tenureOf = (
  facts: Facts,
  entries: ReadonlyArray<EntryOf<"naming" | "nameTold">>,
  begun: Entry,
  has: EntryOf<"nameTold">,
): Tenure => {
  const { who, name: key } = has;
  const find = (what: "naming" | "nameTold"): Entry | undefined =>
    entries.find((one) =>
      one.what === what && one.how === "resign" && one.who === who && one.name === key &&
      facts.isBefore(has, one)
    );
  const death = facts.deathOf(who);
  return { who, key, begun, has, ending: find("naming") ?? death, ended: find("nameTold") ?? death };
};
