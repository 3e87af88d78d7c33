/**
 * Links: whoever traps exits gets one EXIT for each, with the right reason; an exit signal comes at most once.
 *
 * @module
 */
import { type Key, lifeOf, nodeOf } from "../journal.ts";
import { type EntryOf, type Facts, isLossOf } from "./facts.ts";

/** What did not hold. */
export const problemsOfLinks = (facts: Facts): ReadonlyArray<string> => [
  ...problemsOfExits(facts),
  ...problemsOfSilence(facts),
  ...problemsOfBreaking(facts),
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
    // Of its supervisor, which ends it.
    if (reason === "shutdown" && from === facts.parentOf(who) && facts.isDismissed(who, first.at)) return [];
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
  if (reason === "noproc" && facts.isNobody(from, at)) return true;
  const death = facts.deathOf(from);
  const end = Math.min(death?.at ?? Infinity, facts.endOf(lifeOf(from)));
  if (end > at) return false;
  return death !== undefined && death.reason === reason && !death.isCrash;
};

/** How often two were linked, by either; counted for both. */
const countLinks = (facts: Facts): ReadonlyMap<string, number> => {
  const counts = new Map<string, number>();
  const add = (one: Key, other: Key): void => {
    for (const pair of [pairOf(one, other), pairOf(other, one)]) {
      counts.set(pair, (counts.get(pair) ?? 0) + 1);
    }
  };
  for (const { who, to } of facts.all("linking")) add(who, to);
  // A spawn whose reply is lost has made a link that the parent never heard of.
  for (const { who, parent } of facts.all("born")) add(who, parent);
  // One that ended before it ran did not say that it was born.
  const born = new Set(facts.all("born").map(({ who }) => who));
  for (const { who, to } of facts.all("spawned")) if (!born.has(to)) add(who, to);
  return counts;
};

/** Whoever is linked to one that ends is told, if it traps exits, or ends with it. */
const problemsOfSilence = (facts: Facts): ReadonlyArray<string> => {
  const traps = Map.groupBy(facts.all("trap"), ({ who }) => who);
  const unlinked = new Set(facts.all("unlinked").map(({ who, to }) => pairOf(who, to)));
  const exits = Map.groupBy(facts.all("exit"), ({ who, from }) => pairOf(who, from));
  const asked = new Set(
    [...facts.all("linking"), ...facts.all("spawned")].map(({ who, to }) => pairOf(who, to)),
  );
  return facts.all("died").flatMap((death) =>
    death.links.flatMap((other) => {
      if (!facts.isAgent(other) || unlinked.has(pairOf(other, death.who))) return [];
      // A link that was asked for and never came there is known to one end alone, until the other is found gone.
      const cameThere = !facts.isDisturbed(nodeOf(death.who), nodeOf(other), Infinity) ||
        asked.has(pairOf(other, death.who));
      if (!cameThere) return [];
      if (!facts.couldNotice(other, death.at)) return [];
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

/** By what was asked for alone, whatever the tables say: a link that stands breaks when the other is no more. */
const problemsOfBreaking = (facts: Facts): ReadonlyArray<string> => {
  const unlinked = new Set(
    facts.all("unlinked").flatMap(({ who, to }) => [pairOf(who, to), pairOf(to, who)]),
  );
  const exits = Map.groupBy(facts.all("exit"), ({ who, from }) => pairOf(who, from));
  const traps = Map.groupBy(facts.all("trap"), ({ who }) => who);
  return facts.inOrder("linked", "spawned").flatMap((linked) => {
    const { who, to } = linked;
    if (who === to || unlinked.has(pairOf(who, to))) return [];
    return [[who, to] as const, [to, who] as const].flatMap(([one, other]) => {
      const broken = breakOf(facts, linked, one, other);
      if (broken === undefined || !facts.isAgent(one) || !facts.couldNotice(one, broken.at)) return [];
      const switches = traps.get(one) ?? [];
      const text = `links: ${one} was linked to ${other}, which was gone (${broken.reason}), and`;
      if (switches.length > 0 && switches.every(({ on, at }) => on && at < broken.at)) {
        return exits.has(pairOf(one, other)) ? [] : [`${text} was never told`];
      }
      return switches.length === 0 && broken.reason !== "normal" ? [`${text} lives on`] : [];
    });
  });
};

/** When a link that was made broke for one of the two: by the other's end, or with the link between the nodes. */
const breakOf = (
  facts: Facts,
  linked: EntryOf<"linked" | "spawned">,
  one: Key,
  other: Key,
): { readonly at: number; readonly reason: string } | undefined => {
  // Of a link that one end has asked for the other may never have heard.
  const isSure = one === linked.who || !facts.isDisturbed(nodeOf(one), nodeOf(other), Infinity);
  if (!isSure) return undefined;
  const lost = lifeOf(one) === lifeOf(other)
    ? undefined
    : facts.all("linkLost").find((entry) =>
      entry.life === lifeOf(one) && isLossOf(entry, nodeOf(other)) && facts.isBefore(linked, entry)
    );
  const death = facts.deathOf(other);
  const at = Math.max(linked.at, Math.min(death?.at ?? Infinity, facts.endOf(lifeOf(other))));
  if (lost !== undefined && lost.at <= at) return { at: lost.at, reason: "noconnection" };
  if (at === Infinity) return undefined;
  return { at, reason: death === undefined || death.isCrash ? "noconnection" : death.reason };
};
