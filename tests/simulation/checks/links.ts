/**
 * Links: whoever traps exits gets one EXIT for each, with the right reason; an exit signal comes at most once.
 *
 * @module
 */
import { type Key, lifeOf, nodeOf } from "../journal.ts";
import type { EntryOf, Facts } from "./facts.ts";

/** What did not hold. */
export const problemsOfLinks = (facts: Facts): ReadonlyArray<string> => [
  ...problemsOfExits(facts),
  ...problemsOfSilence(facts),
];

const pairOf = (one: Key, other: Key): string => `${one} and ${other}`;

/** Every EXIT has its cause, and no cause has two. */
const problemsOfExits = (facts: Facts): ReadonlyArray<string> => {
  const signals = Map.groupBy(
    facts.all("signalled"),
    ({ who, to, reason }) => `${pairOf(to, who)}: ${reason}`,
  );
  const linked = countLinks(facts);
  const exits = Map.groupBy(facts.all("exit"), ({ who, from, reason }) => `${pairOf(who, from)}: ${reason}`);
  const overLinks = new Map<string, number>();
  return [...exits].flatMap(([key, list]) => {
    const [first] = list;
    if (first === undefined) return [];
    const { who, from, reason } = first;
    const bySignal = signals.get(key)?.length ?? 0;
    const isOfLink = list.some((exit) => isEndOf(facts, exit));
    if (list.length <= bySignal) return [];
    if (!isOfLink) {
      return [
        bySignal > 0
          ? `links: ${who} got the exit signal ${reason} of ${from} ${list.length} times, which was sent ${bySignal} times`
          : `links: ${who} got EXIT ${reason} of ${from}, for which there is no cause`,
      ];
    }
    const pair = pairOf(who, from);
    const count = (overLinks.get(pair) ?? 0) + list.length - bySignal;
    overLinks.set(pair, count);
    const made = linked.get(pair) ?? 0;
    return count > made
      ? [`links: ${who} got ${count} EXITs of ${from}, and was linked to it ${made} times`]
      : [];
  });
};

/** Whether an EXIT's reason is that of the other's end, or of a link that was lost, or of nobody's being there. */
const isEndOf = (facts: Facts, { who, from, reason, at }: EntryOf<"exit">): boolean => {
  if (reason === "noconnection" && facts.lostLink(lifeOf(who), nodeOf(from), 0, at)) return true;
  const death = facts.deathOf(from);
  const end = Math.min(death?.at ?? Infinity, facts.endOf(lifeOf(from)));
  if (end > at) return false;
  return reason === "noproc" || (death !== undefined && death.reason === reason && !death.isCrash);
};

/** How often two were linked, by either; counted for both. */
const countLinks = (facts: Facts): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  const add = (one: Key, other: Key): void => {
    for (const pair of [pairOf(one, other), pairOf(other, one)]) {
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
  };
  // A spawn that links says only `linked`.
  for (const { who, to } of facts.all("linking")) add(who, to);
  for (const { who, to } of facts.all("linked")) add(who, to);
  for (const { who, parent } of facts.all("born")) add(who, parent);
  return counts;
};

/** Whoever is linked to one that ends is told, if it traps exits, or ends with it. */
const problemsOfSilence = (facts: Facts): ReadonlyArray<string> => {
  const traps = Map.groupBy(facts.all("trap"), ({ who }) => who);
  const unlinked = new Set(facts.all("unlinked").map(({ who, to }) => pairOf(who, to)));
  const exits = Map.groupBy(facts.all("exit"), ({ who, from }) => pairOf(who, from));
  const asked = new Set(
    [...facts.all("linking"), ...facts.all("linked")].map(({ who, to }) => pairOf(who, to)),
  );
  return facts.all("died").flatMap((death) =>
    death.links.flatMap((other) => {
      if (!facts.isAgent(other) || unlinked.has(pairOf(other, death.who))) return [];
      // A link that was asked for and never came there is known to one end alone, until the other is found gone.
      const cameThere = !facts.isDisturbed(nodeOf(death.who), nodeOf(other), Infinity) ||
        asked.has(pairOf(other, death.who));
      if (!cameThere) return [];
      const end = Math.min(facts.deathOf(other)?.at ?? Infinity, facts.endOf(lifeOf(other)));
      if (end < death.at + longestNotice) return [];
      const switches = traps.get(other) ?? [];
      const alwaysTraps = switches.length > 0 && switches.every(({ on, at }) => on && at < death.at);
      const neverTraps = switches.length === 0;
      const told = exits.get(pairOf(other, death.who))?.length ?? 0;
      if (alwaysTraps && told === 0) {
        return [
          `links: ${other} was linked to ${death.who}, which ended with ${death.reason}, and was never told`,
        ];
      }
      if (neverTraps && death.reason !== "normal") {
        return [`links: ${other} lives on, and was linked to ${death.who}, which ended with ${death.reason}`];
      }
      return [];
    })
  );
};

/** By then every end is noticed. */
const longestNotice = 60_000;
