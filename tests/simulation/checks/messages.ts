/**
 * Messages: in the order sent, at most once, to whom they were meant for, and all of them where nothing
 * happened.
 *
 * @module
 */
import { type Key, lifeOf, nodeOf } from "../journal.ts";
import { type EntryOf, type Facts, isLocal, isProcess, nodeOfTarget } from "./facts.ts";

/** What did not hold. */
export const problemsOfMessages = (facts: Facts): ReadonlyArray<string> => [
  ...problemsOfOrder(facts),
  ...problemsOfAddress(facts),
  ...problemsOfContent(facts),
  ...problemsOfLoss(facts),
  ...problemsOfTheDead(facts),
  ...problemsOfTimers(facts),
];

const problemsOfOrder = (facts: Facts): ReadonlyArray<string> => {
  const last = new Map<string, number>();
  return facts.all("got").flatMap(({ who, from, number }) => {
    const pair = `${from} to ${who}`;
    const before = last.get(pair) ?? 0;
    last.set(pair, Math.max(before, number));
    if (number > before) return [];
    return [`order: from ${pair}, message ${number} came after message ${before}`];
  });
};

const problemsOfAddress = (facts: Facts): ReadonlyArray<string> =>
  facts.all("got").flatMap(({ who, from, number, to }) => {
    const isRight = isProcess(to) ? to === who : nodeOfTarget(to) === nodeOf(who);
    return isRight ? [] : [`lives: message ${number} of ${from} was for ${to}, and ${who} got it`];
  });

const problemsOfContent = (facts: Facts): ReadonlyArray<string> => {
  const sent = new Map(facts.all("sent").map(({ who, number, bytes }) => [`${who} ${number}`, bytes]));
  return facts.all("got").filter(({ from, number, bytes }) => sent.get(`${from} ${number}`) !== bytes)
    .map(({ who, from, number }) => `garbled: message ${number} of ${from} to ${who} is not what was sent`);
};

/** Where nothing was done to the link, whoever lives long enough gets all that was sent to it. */
const problemsOfLoss = (facts: Facts): ReadonlyArray<string> => {
  const got = new Set(facts.all("got").map(({ who, from, number }) => `${who} ${from} ${number}`));
  return facts.all("sent").flatMap(({ who, to, number }) => {
    if (!isProcess(to) || !facts.isAgent(to) || got.has(`${to} ${who} ${number}`)) return [];
    if (facts.isDisturbed(nodeOf(who), nodeOf(to), Infinity)) return [];
    const death = facts.deathOf(to);
    if (death !== undefined && !diedOnceDone(facts, to)) return [];
    // A sender that died while it was suspended had put the message on its way; one that crashed perhaps not.
    return facts.endOf(lifeOf(who)) < Infinity
      ? []
      : [`lost: message ${number} of ${who} to ${to} never came`];
  });
};

/** Whether a process ended at the run's own end, when all that was on its way had come. */
const diedOnceDone = (facts: Facts, who: Key): boolean => {
  const end = facts.all("note").find(({ text }) => text === "half of the processes end");
  const death = facts.deathOf(who);
  return end !== undefined && death !== undefined && death.at >= end.at;
};

/** Whoever heard that another has ended hears nothing of it after that. */
const problemsOfTheDead = (facts: Facts): ReadonlyArray<string> => {
  const heard = new Map<string, number>();
  const isOwnReason = (reason: string): boolean => reason !== "noconnection" && reason !== "noproc";
  for (const { who, target, reason, at } of facts.all("down")) {
    if (isProcess(target) && isOwnReason(reason)) heard.set(`${target} to ${who}`, at);
  }
  return facts.all("got").flatMap(({ who, from, number, at }) => {
    const since = heard.get(`${from} to ${who}`);
    return since === undefined || at <= since
      ? []
      : [`order: ${who} got message ${number} of ${from} after that one's DOWN`];
  });
};

const problemsOfTimers = (facts: Facts): ReadonlyArray<string> => {
  const is = (one: EntryOf<"timer">): string => `${one.who} ${one.number}`;
  const timers = facts.all("timer");
  const times = (key: string, what: string): number =>
    timers.filter((one) => is(one) === key && one.is === what).length;
  return timers.filter((one) => one.is === "set").flatMap((one) => {
    const fired = times(is(one), "fired");
    const cancelled = times(is(one), "cancelled");
    if (fired + cancelled > 1) {
      return [`timers: ${is(one)} fired ${fired} and was cancelled ${cancelled} times`];
    }
    const isDue = facts.livedOn(one.who) || diedOnceDone(facts, one.who);
    return isDue && fired + cancelled === 0 && facts.endOf(lifeOf(one.who)) === Infinity
      ? [`timers: ${is(one)} never fired`]
      : [];
  });
};

/** Whether both are of one program: nothing comes between them. */
export const isTogether = isLocal;
