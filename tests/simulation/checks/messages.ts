/**
 * Messages: in the order sent, at most once, to whom they were meant for, and all of them where nothing
 * happened.
 *
 * @module
 */
import { type Key, lifeOf, nodeOf } from "../journal.ts";
import { type EntryOf, type Facts, isAlias, isLocal, isProcess, nodeOfTarget } from "./facts.ts";

/** What did not hold. */
export const problemsOfMessages = (facts: Facts): ReadonlyArray<string> => [
  ...problemsOfOrder(facts),
  ...problemsOfAddress(facts),
  ...problemsOfContent(facts),
  ...problemsOfLoss(facts),
  ...problemsOfNamedLoss(facts),
  ...problemsOfAliases(facts),
  ...problemsOfTheDead(facts),
  ...problemsOfTimers(facts),
];

/** Of one sender, messages and exit signals come in the order in which they were sent, each once. */
const problemsOfOrder = (facts: Facts): ReadonlyArray<string> => {
  const signals = new Map(
    facts.all("signalled").map((entry) => [`${entry.who} to ${entry.to} ${entry.reason}`, entry.number]),
  );
  const last = new Map<string, number>();
  return facts.inOrder("got", "exit").flatMap((entry) => {
    const { who, from } = entry;
    const pair = `${from} to ${who}`;
    // What else comes as EXIT has no place among what its process sent; nor has what was sent more than once.
    const number = entry.what === "got"
      ? entry.number
      : entry.reason.startsWith("step ")
      ? signals.get(`${pair} ${entry.reason}`)
      : undefined;
    if (number === undefined) return [];
    const before = last.get(pair) ?? 0;
    last.set(pair, Math.max(before, number));
    if (number > before) return [];
    return [`order: from ${pair}, message ${number} came after message ${before}`];
  });
};

const problemsOfAddress = (facts: Facts): ReadonlyArray<string> => {
  const sent = new Map(facts.all("sent").map((entry) => [`${entry.who} ${entry.number}`, entry.at]));
  return facts.all("got").flatMap(({ who, from, number, to, at }) => {
    const wrong = [`lives: message ${number} of ${from} was for ${to}, and ${who} got it`];
    if (isProcess(to)) return to === who ? [] : wrong;
    if (isAlias(to)) return aliasOwner(facts, to) === who ? [] : wrong;
    if (nodeOfTarget(to) !== nodeOf(who)) return wrong;
    const name = to.slice(0, to.indexOf("@"));
    return facts.hadName(who, name, sent.get(`${from} ${number}`) ?? 0, at) ? [] : wrong;
  });
};

/** Whoever has a name all the time gets what is sent to it, where no link is lost. */
const problemsOfNamedLoss = (facts: Facts): ReadonlyArray<string> => {
  const got = new Set(facts.all("got").map(({ from, number }) => `${from} ${number}`));
  return facts.all("sent").flatMap((sent) => {
    const { who, to, number, at } = sent;
    if (isProcess(to) || isAlias(to) || got.has(`${who} ${number}`)) return [];
    const name = to.slice(0, to.indexOf("@"));
    const life = facts.all("up").findLast((up) => up.node === nodeOfTarget(to))?.life ?? "";
    const holder = facts.holderOf(name, life, sent);
    if (holder === undefined || !facts.isAgent(holder) || facts.endOf(lifeOf(who)) < Infinity) return [];
    const isFreed = facts.all("unnamed").some((one) =>
      one.who === holder && facts.isBefore(sent, one) && !diedOnceDone(facts, holder)
    );
    const isLost = facts.endOf(life) < Infinity || isNoticed(facts, { ...sent, to: holder, at }, Infinity);
    return isFreed || isLost ||
        facts.all("unnamed").some((one) =>
          one.who === holder && facts.isBefore(sent, one) && (facts.deathOf(holder)?.at ?? Infinity) > one.at
        )
      ? []
      : [`lost: message ${number} of ${who} to ${to} never came to ${holder}`];
  });
};

const aliasOwner = (facts: Facts, to: string): Key | undefined =>
  facts.all("aliased").find(({ alias }) => `=${alias}` === to)?.who;

/** By an alias comes what was sent before it was taken back, and by one for one message one. */
const problemsOfAliases = (facts: Facts): ReadonlyArray<string> => {
  const sent = new Map(facts.all("sent").map((entry) => [`${entry.who} ${entry.number}`, entry]));
  const got = Map.groupBy(facts.all("got").filter(({ to }) => isAlias(to)), ({ to }) => to);
  const taken = new Map(facts.all("unaliased").map((entry) => [`=${entry.alias}`, entry]));
  const came = new Set(facts.all("got").map(({ from, number }) => `${from} ${number}`));
  return [
    ...facts.all("aliased").flatMap(({ alias, isForOne }) => {
      const list = got.get(`=${alias}`) ?? [];
      const end = taken.get(`=${alias}`);
      const late = list.filter(({ from, number }) => {
        const message = sent.get(`${from} ${number}`);
        return end !== undefined && message !== undefined && facts.isBefore(end, message);
      });
      return [
        ...isForOne && list.length > 1 ? [`aliases: by ${alias}, for one, came ${list.length} messages`] : [],
        ...late.map(({ number }) => `aliases: message ${number} came by ${alias}, which had been taken back`),
      ];
    }),
    ...facts.all("sent").flatMap((one) => {
      const made = facts.all("aliased").find(({ alias }) => `=${alias}` === one.to);
      if (made === undefined || made.isForOne || taken.has(one.to) || came.has(`${one.who} ${one.number}`)) {
        return [];
      }
      const isExcused = isNoticed(facts, { ...one, to: made.who }, Infinity) ||
        !(facts.livedOn(made.who) || diedOnceDone(facts, made.who)) ||
        facts.endOf(lifeOf(one.who)) < Infinity || facts.endOf(lifeOf(made.who)) < Infinity;
      return isExcused ? [] : [`lost: message ${one.number} of ${one.who} never came by ${made.alias}`];
    }),
  ];
};

const problemsOfContent = (facts: Facts): ReadonlyArray<string> => {
  const sent = new Map(facts.all("sent").map(({ who, number, bytes }) => [`${who} ${number}`, bytes]));
  return facts.all("got").filter(({ from, number, bytes }) => sent.get(`${from} ${number}`) !== bytes)
    .map(({ who, from, number }) => `garbled: message ${number} of ${from} to ${who} is not what was sent`);
};

/**
 * A message that did not come was lost with a link, and that was noticed: after it was sent, and before another
 * of the same pair came. Or whom it was for ended before it took it.
 */
const problemsOfLoss = (facts: Facts): ReadonlyArray<string> => {
  const got = Map.groupBy(facts.all("got"), ({ who, from }) => `${from} to ${who}`);
  return facts.all("sent").flatMap((sent) => {
    const { who, to, number } = sent;
    if (!isProcess(to) || !facts.isAgent(to)) return [];
    const came = got.get(`${who} to ${to}`) ?? [];
    if (came.some((one) => one.number === number)) return [];
    const later = came.find((one) => one.number > number);
    if (isNoticed(facts, sent, later?.at ?? Infinity)) return [];
    if (later !== undefined) {
      return [`lost: message ${number} of ${who} to ${to} never came, though ${later.number} did`];
    }
    const death = facts.deathOf(to);
    if (death !== undefined && !diedOnceDone(facts, to)) return [];
    // A sender that died while it was suspended had put the message on its way; one that crashed perhaps not.
    return facts.endOf(lifeOf(who)) < Infinity
      ? []
      : [`lost: message ${number} of ${who} to ${to} never came`];
  });
};

/** Whether either end lost its link to the other after that was sent, and until then. */
const isNoticed = (facts: Facts, { who, to, at }: EntryOf<"sent">, until: number): boolean =>
  (!isLocal(who, to) || facts.hasLeft(nodeOf(who), until)) &&
  (facts.lostLink(lifeOf(who), nodeOf(to), at, until) || facts.lostLink(lifeOf(to), nodeOf(who), at, until));

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
  const signalled = new Set(facts.all("signalled").map((one) => `${one.who} to ${one.to} ${one.reason}`));
  for (const { who, from, reason, at } of facts.all("exit")) {
    const pair = `${from} to ${who}`;
    const isEnd = facts.deathOf(from)?.reason === reason && !signalled.has(`${pair} ${reason}`);
    if (isEnd && isOwnReason(reason)) heard.set(pair, Math.min(at, heard.get(pair) ?? Infinity));
  }
  return facts.all("got").flatMap(({ who, from, number, at }) => {
    const since = heard.get(`${from} to ${who}`);
    return since === undefined || at <= since
      ? []
      : [`order: ${who} got message ${number} of ${from} after that one's end`];
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
