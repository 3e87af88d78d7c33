/**
 * Calls and casts: served at most once, in the order of each caller, and answered by their own reply, or by why
 * there is none.
 *
 * @module
 */
import { lifeOf, nodeOf } from "../journal.ts";
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
    const request = `${from} ${number}`;
    if (seen.has(request)) return [`calls: request ${number} of ${from} was served twice`];
    seen.add(request);
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
  const called = new Map(facts.all("called").map((entry) => [`${entry.who} ${entry.number}`, entry]));
  return facts.all("returned").flatMap((returned) => {
    const call = called.get(`${returned.who} ${returned.number}`);
    if (call === undefined) {
      return [`calls: ${returned.who} got an answer to ${returned.number}, which it never asked`];
    }
    return isRight(facts, call, returned) ? [] : [
      `calls: ${call.who} asked ${call.node} for ${call.ask} (${call.number}) and got ${returned.outcome}`,
    ];
  });
};

const isRight = (facts: Facts, call: EntryOf<"called">, { outcome, at }: EntryOf<"returned">): boolean => {
  if (outcome === `value ${call.number}`) return call.ask !== "crash" && call.ask !== "never";
  if (outcome === "error timeout") return true;
  if (call.ask === "crash" && outcome === "exit crash ledger") return true;
  const isLost = facts.isDisturbed(nodeOf(call.who), call.node, at);
  if (isLost && (outcome === "error noconnection" || outcome === "exit noconnection")) return true;
  const isEnded = hasEnded(facts, call.node, at);
  return isEnded &&
    ["error noproc", "exit crash ledger", "exit normal", "exit shutdown", "exit killed"].includes(outcome);
};

/** Whether a node's server was made to end, or its node was, until then. */
export const hasEnded = (facts: Facts, node: string, until: number): boolean =>
  facts.all("called").some(({ node: other, ask, at }) =>
    other === node && (ask === "crash" || ask === "stop") && at <= until
  ) || facts.all("fault").some(({ one, how, at }) =>
    one === node && (how === "crash" || how === "stop") && at <= until
  );

/** Where nothing happened, every request is served. */
const problemsOfLoss = (facts: Facts): ReadonlyArray<string> => {
  const served = new Set(facts.all("served").map(({ from, number }) => `${from} ${number}`));
  const isMissing = ({ who, number, node }: EntryOf<"called" | "cast">): boolean =>
    !served.has(`${who} ${number}`) && !facts.isDisturbed(nodeOf(who), node, Infinity) &&
    !hasEnded(facts, node, Infinity) && facts.livedOn(who, lastMoments(facts)) &&
    facts.endOf(lifeOf(who)) === Infinity;
  return [...facts.all("called"), ...facts.all("cast")].filter(isMissing)
    .map(({ who, number, node }) => `calls: request ${number} of ${who} to ${node} was never served`);
};

const lastMoments = (facts: Facts): number =>
  facts.all("note").find(({ text }) => text === "half of the processes end")?.at ?? Infinity;
