/**
 * Exit reasons: whoever ends does so by itself, by a signal that was sent to it, or by a link.
 *
 * @module
 */
import { type Key, lifeOf, nodeOf } from "../journal.ts";
import type { EntryOf, Facts } from "./facts.ts";

/** What did not hold. */
export const problemsOfReasons = (facts: Facts): ReadonlyArray<string> => {
  const endings = new Map(facts.all("ending").map(({ who, reason }) => [who, reason]));
  const signals = Map.groupBy(facts.all("signalled"), ({ to }) => to);
  const partners = partnersOf(facts);
  return facts.all("died").filter(({ who, isCrash }) => facts.isAgent(who) && !isCrash).flatMap((death) => {
    const { who, reason } = death;
    if (endings.get(who) === reason) return [];
    const isSignalled = (signals.get(who) ?? []).some((one) =>
      one.reason === "kill"
        ? reason === "killed"
        // `normal` ends whoever sends it to itself, and nobody else.
        : one.reason === reason && (reason !== "normal" || one.who === who)
    );
    if (isSignalled || isOfStop(facts, death)) return [];
    if ((reason === "killed" || reason === "shutdown") && facts.isDismissed(who, death.at)) return [];
    const isLinked = [...partners.get(who) ?? []].some((other) => causes(facts, other, death));
    return isLinked ? [] : [`reasons: ${who} ended with ${reason}, for which there is no cause`];
  });
};

const isOfStop = (facts: Facts, { who, reason, at }: EntryOf<"died">): boolean =>
  (reason === "killed" || reason === "shutdown") && facts.endOf(lifeOf(who)) <= at;

/** Whether the end of a link to `other` can be why a process ended. */
const causes = (facts: Facts, other: Key, { who, reason, at }: EntryOf<"died">): boolean => {
  if (reason === "noconnection" && facts.lostLink(lifeOf(who), nodeOf(other), 0, at)) return true;
  if (reason === "noproc" && facts.isNobody(other, at)) return true;
  const end = facts.deathOf(other);
  const endTime = Math.min(end?.at ?? Infinity, facts.endOf(lifeOf(other)));
  if (endTime > at || reason === "normal") return false;
  return end !== undefined && end.reason === reason && !end.isCrash;
};

/** With whom each process was ever linked, by either's wish or by its spawn. */
const partnersOf = (facts: Facts): ReadonlyMap<Key, ReadonlySet<Key>> => {
  const partners = new Map<Key, Set<Key>>();
  const add = (one: Key, other: Key): void => {
    for (const [who, whom] of [[one, other], [other, one]] as const) {
      const known = partners.get(who) ?? new Set();
      partners.set(who, known.add(whom));
    }
  };
  for (const { who, to } of facts.all("linking")) add(who, to);
  // A spawn whose reply is lost has made a link that the parent never heard of.
  for (const { who, parent } of facts.all("born")) add(who, parent);
  for (const { who, links } of facts.all("died")) for (const other of links) add(who, other);
  return partners;
};
