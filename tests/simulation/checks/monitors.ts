/**
 * Monitors: one DOWN each, with the right reason.
 *
 * @module
 */
import { lifeOf, nodeOf } from "../journal.ts";
import { shortRest } from "../sim_node.ts";
import { type EntryOf, type Facts, isLossOf, isProcess, nodeOfTarget } from "./facts.ts";

/** What did not hold. */
export const problemsOfMonitors = (facts: Facts): ReadonlyArray<string> => {
  const downs = Map.groupBy(facts.all("down"), ({ monitor }) => monitor);
  const demonitored = new Map(facts.all("demonitored").map((entry) => [entry.monitor, entry]));
  const watching = new Map(
    facts.all("died").flatMap((death) => death.watchers.map((monitor) => [monitor, death] as const)),
  );
  const made = new Map(facts.all("monitored").map((entry) => [entry.monitor, entry]));
  return [
    ...[...downs.keys()].filter((monitor) => !made.has(monitor))
      .map((monitor) => `monitors: a DOWN for ${monitor}, which nobody made`),
    ...[...made.values()].flatMap((monitor) =>
      problemsOf(
        facts,
        monitor,
        downs.get(monitor.monitor) ?? [],
        demonitored.get(monitor.monitor),
        watching.get(monitor.monitor),
      )
    ),
  ];
};

const problemsOf = (
  facts: Facts,
  made: EntryOf<"monitored">,
  downs: ReadonlyArray<EntryOf<"down">>,
  demonitored: EntryOf<"demonitored"> | undefined,
  watched: EntryOf<"died"> | undefined,
): ReadonlyArray<string> => {
  const text = `${made.monitor} of ${made.target}`;
  const say = (what: string): ReadonlyArray<string> => [`monitors: ${text} ${what}`];
  const [first] = downs;
  if (downs.length > 1) return say(`was answered ${downs.length} times`);
  if (first === undefined) {
    if (demonitored !== undefined || made.target === made.who) return [];
    return answerIsDue(facts, made, watched) ? say("was never answered") : [];
  }
  if (first.who !== made.who) return say(`was answered to ${first.who}`);
  if (first.target !== made.target) return say(`was answered for ${first.target}`);
  if (demonitored !== undefined && demonitored.flush && first.at > demonitored.at) {
    return say("was answered after it had been taken back");
  }
  return problemsOfReason(facts, made, first, watched).flatMap(say);
};

/** Whether its owner lived long enough after the end of what it watches, or after the loss of the way there. */
const answerIsDue = (
  facts: Facts,
  made: EntryOf<"monitored">,
  watched: EntryOf<"died"> | undefined,
): boolean => {
  const isDue = (at: number): boolean => facts.couldNotice(made.who, Math.max(at, made.at));
  const node = nodeOfTarget(made.target);
  const lost = nodeOf(made.who) === node
    ? undefined
    : facts.all("linkLost").find((entry) =>
      entry.life === lifeOf(made.who) && isLossOf(entry, node) && facts.isBefore(made, entry)
    );
  if (lost !== undefined && isDue(lost.at)) return true;
  if (watched !== undefined) return isDue(watched.at);
  if (isProcess(made.target)) {
    return isDue(facts.deathOf(made.target)?.at ?? facts.endOf(lifeOf(made.target)));
  }
  const name = made.target.slice(0, made.target.indexOf("@"));
  const isHeld = facts.all("named").some((named) =>
    named.name === name && nodeOf(named.who) === node &&
    facts.hadName(named.who, name, made.at, made.at + shortRest)
  );
  return !isHeld && isDue(made.at);
};

const problemsOfReason = (
  facts: Facts,
  made: EntryOf<"monitored">,
  down: EntryOf<"down">,
  watched: EntryOf<"died"> | undefined,
): ReadonlyArray<string> => {
  const node = nodeOfTarget(made.target);
  const isRemote = node !== nodeOf(made.who) ||
    (isProcess(made.target) && lifeOf(made.target) !== lifeOf(made.who));
  const saw = `was answered with ${down.reason}`;
  if (down.reason === "noconnection") {
    // Which can be the other's own exit reason: a link of its own was lost.
    if (watched !== undefined && !watched.isCrash && watched.reason === down.reason) return [];
    // A program that is no node does not have its name.
    if (!isRemote && facts.hasLeft(node, down.at) && !isProcess(made.target)) return [];
    if (!isRemote) return [`${saw} within one node`];
    return facts.lostLink(lifeOf(made.who), node, made.at, down.at) ? [] : [`${saw}, and no link was lost`];
  }
  if (watched !== undefined && !isProcess(made.target)) {
    const name = made.target.slice(0, made.target.indexOf("@"));
    if (!facts.hadName(watched.who, name, made.at, down.at)) {
      return [`watched ${watched.who}, which never had that name`];
    }
  }
  if (watched !== undefined) {
    return down.reason === watched.reason && !watched.isCrash
      ? []
      : [`${saw}, and ${watched.who} ended with ${watched.reason}`];
  }
  if (down.reason !== "noproc") return [`${saw}, and nobody was watched who ended so`];
  if (!isProcess(made.target)) return [];
  return facts.isNobody(made.target, down.at) ? [] : [`${saw}, and it is alive`];
};
