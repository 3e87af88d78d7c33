/**
 * Calls and casts: served at most once, in the order of each caller, and answered by their own reply, or by why
 * there is none.
 *
 * @module
 */
import { type Key, lifeOf, nodeOf } from "../journal.ts";
import type { EntryOf, Facts } from "./facts.ts";

/** What did not hold. */
export const problemsOfCalls = (facts: Facts): ReadonlyArray<string> => [
  ...problemsOfOrder(facts),
  ...problemsOfOutcomes(facts),
  ...problemsOfLoss(facts),
];

const problemsOfOrder = (facts: Facts): ReadonlyArray<string> => {
  const unordered = new Set(
    facts.all("called").filter(({ inFiber }) => inFiber).map(({ who, number }) => `${who} ${number}`),
  );
  const last = new Map<string, number>();
  const seen = new Set<string>();
  return facts.all("served").flatMap(({ who, from, number }) => {
    // One number goes to several nodes, where all are asked.
    const request = `${from} ${number}`;
    const server = `${request} ${nodeOf(who)}`;
    if (seen.has(server)) return [`calls: request ${number} of ${from} was served twice`];
    seen.add(server);
    if (unordered.has(request)) return [];
    const pair = `${from} to ${who}`;
    const before = last.get(pair) ?? 0;
    last.set(pair, Math.max(before, number));
    return number > before
      ? []
      : [`calls: from ${pair}, request ${number} was served after request ${before}`];
  });
};

const problemsOfOutcomes = (facts: Facts): ReadonlyArray<string> => {
  const called = new Map(facts.all("called").map((entry) => [keyOf(entry), entry]));
  const answers = Map.groupBy(facts.all("returned"), keyOf);
  const twice = [...answers].filter(([, list]) => list.length > 1).map(([key, list]) =>
    `calls: ${key} was answered ${list.length} times`
  );
  const unasked = new Set([...facts.all("called"), ...facts.all("cast")].map(keyOf));
  const strange = facts.all("served").filter(({ who, from, number }) =>
    !unasked.has(`${from} ${number} ${nodeOf(who)}`)
  ).map(({ who, from, number }) => `calls: ${who} served request ${number} of ${from}, which asked others`);
  return [
    ...twice,
    ...strange,
    ...facts.all("returned").flatMap((returned) => {
      const call = called.get(keyOf(returned));
      if (call === undefined) {
        return [`calls: ${returned.who} got an answer to ${returned.number}, which it never asked`];
      }
      return isRight(facts, call, returned) ? [] : [
        `calls: ${call.who} asked ${call.node} for ${call.ask} (${call.number}) and got ${returned.outcome}`,
      ];
    }),
  ];
};

const keyOf = (entry: EntryOf<"called" | "cast" | "returned">): string =>
  `${entry.who} ${entry.number} ${entry.node}`;

const isRight = (facts: Facts, call: EntryOf<"called">, { outcome, at }: EntryOf<"returned">): boolean => {
  if (outcome === `value ${call.number}`) return call.ask !== "crash" && call.ask !== "never";
  if (outcome === "error timeout") return true;
  if (call.ask === "crash" && outcome === "exit crash ledger") return true;
  // Of several that are asked at once a bad one says no more.
  if (outcome === "bad" && at >= call.at + shortestMultiCall) return true;
  const isLost = facts.isDisturbed(nodeOf(call.who), call.node, at) || facts.hasLeft(call.node, at);
  if (isLost && (outcome === "bad" || outcome === "error noconnection" || outcome === "exit noconnection")) {
    return true;
  }
  const isEnded = hasEnded(facts, call.node, at);
  return isEnded &&
    ["bad", "error noproc", "exit crash ledger", "exit normal", "exit shutdown", "exit killed"].includes(
      outcome,
    );
};

/** Whether a node's server was made to end, or its node was, until then. */
export const hasEnded = (facts: Facts, node: string, until: number): boolean =>
  facts.all("called").some(({ node: other, ask, at }) =>
    other === node && (ask === "crash" || ask === "stop") && at <= until
  ) || facts.all("fault").some(({ one, how, at }) =>
    one === node && (how === "crash" || how === "stop") && at <= until
  );

/** Every request is served, where no link was lost after it was made, and no server ended. */
const problemsOfLoss = (facts: Facts): ReadonlyArray<string> => {
  const served = new Set(
    facts.all("served").map(({ who, from, number }) => `${from} ${number} ${nodeOf(who)}`),
  );
  const isMissing = (entry: EntryOf<"called" | "cast">): boolean => {
    const { who, node, at } = entry;
    return !served.has(keyOf(entry)) && !isLost(facts, who, node, at) &&
      !hasEnded(facts, node, Infinity) && facts.livedOn(who, lastMoments(facts)) &&
      facts.endOf(lifeOf(who)) === Infinity;
  };
  return [...facts.all("called"), ...facts.all("cast")].filter(isMissing)
    .map(({ who, number, node }) => `calls: request ${number} of ${who} to ${node} was never served`);
};

/** Whether a link between a process and a node was lost after that, as either end saw it. */
const isLost = (facts: Facts, who: Key, node: string, at: number): boolean =>
  facts.hasLeft(node, Infinity) || node !== nodeOf(who) &&
    (facts.lostLink(lifeOf(who), node, at, Infinity) ||
      facts.all("linkLost").some((lost) =>
        nodeOf(lost.life) === node && lost.other === nodeOf(who) && lost.at >= at
      ));

/** The shortest that several are given to answer, in milliseconds. */
const shortestMultiCall = 20;

const lastMoments = (facts: Facts): number =>
  facts.all("note").find(({ text }) => text === "half of the processes end")?.at ?? Infinity;
