/**
 * Tasks: run at most once, and what awaits them gets their own end, or that their node is gone.
 *
 * @module
 */
import { lifeOf, nodeOf } from "../journal.ts";
import type { Work } from "../scenario.ts";
import { hasEnded } from "./calls.ts";
import type { EntryOf, Facts } from "./facts.ts";

/** What did not hold. */
export const problemsOfTasks = (facts: Facts): ReadonlyArray<string> => {
  const tasks = new Map(facts.all("task").map((entry) => [entry.task, entry]));
  const runs = Map.groupBy(facts.all("ran"), ({ task }) => task);
  return [
    ...[...runs].filter(([, list]) => list.length > 1).map(([task, list]) =>
      `tasks: ${task} ran ${list.length} times`
    ),
    ...[...runs].filter(([task, list]) => list.some(({ who }) => nodeOf(who) !== tasks.get(task)?.node))
      .map(([task]) => `tasks: ${task} ran on another node than it was to`),
    ...problemsOfProcesses(facts, tasks),
    ...facts.all("outcome").flatMap((outcome) => {
      const task = tasks.get(outcome.task);
      if (task === undefined) return [`tasks: ${outcome.task} was never begun`];
      return isRight(facts, task, outcome)
        ? []
        : [`tasks: ${outcome.by} of ${task.task} (${task.work} on ${task.node}) gave ${outcome.outcome}`];
    }),
  ];
};

/** A task's process ends by itself, or with its owner when it is linked, or because it was made to. */
const problemsOfProcesses = (
  facts: Facts,
  tasks: ReadonlyMap<number, EntryOf<"task">>,
): ReadonlyArray<string> =>
  facts.all("ran").flatMap(({ who, task: number }) => {
    const task = tasks.get(number);
    const death = facts.deathOf(who);
    if (task === undefined) return [];
    const owner = facts.deathOf(task.who);
    const text = `tasks: ${who}, task ${number} of ${task.who},`;
    if (
      task.linked && owner !== undefined && owner.reason !== "normal" && facts.couldNotice(who, owner.at)
    ) {
      return [`${text} went on when its owner had ended with ${owner.reason}`];
    }
    if (death === undefined || death.isCrash || isCause(facts, task, death)) return [];
    return [`${text} ended with ${death.reason}, for which there is no cause`];
  });

const isCause = (facts: Facts, task: EntryOf<"task">, { who, reason, at }: EntryOf<"died">): boolean => {
  const own: Record<string, ReadonlyArray<string>> = {
    value: ["normal"],
    hang: ["normal"],
    fail: [`error not_found ${task.task}`],
    exit: [`t${task.task}`],
    die: [`crash t${task.task}`],
    unsendable: ["normal", "error unsendable"],
  };
  if (own[task.work]?.includes(reason)) return true;
  if (reason === "shutdown" || reason === "killed") {
    return isShutDown(facts, task.task, at) || facts.endOf(lifeOf(who)) <= at ||
      (facts.scenario.restForOne && hasEnded(facts, task.node, at)) ||
      (task.linked && facts.deathOf(task.who)?.reason === reason);
  }
  if (!task.linked) return false;
  const owner = facts.deathOf(task.who);
  if (owner !== undefined && owner.at <= at && owner.reason === reason && reason !== "normal") return true;
  return reason === "noconnection" && facts.lostLink(lifeOf(who), nodeOf(task.who), 0, at);
};

const isShutDown = (facts: Facts, task: number, until: number): boolean =>
  facts.all("asked").some(({ text, at }) => text === `shut down ${task}` && at <= until);

const ownOutcomes = ({ task, work, node, who }: EntryOf<"task">): ReadonlyArray<string> => {
  switch (work as Work) {
    case "value":
    case "hang":
      return [`value ${task}`];
    case "fail":
      return [`error not_found ${task}`];
    case "exit":
      return [`exit t${task}`];
    case "die":
      return [`exit crash t${task}`];
    case "unsendable":
      // Within one node a function is a value like any other.
      return node === nodeOf(who) ? ["value ()=>{}"] : ["error unsendable"];
  }
};

const isRight = (facts: Facts, task: EntryOf<"task">, { by, outcome, at }: EntryOf<"outcome">): boolean => {
  const own = nodeOf(task.who);
  if (ownOutcomes(task).includes(outcome)) return true;
  if (by === "await" && outcome === "error timeout") return true;
  const wasShutDown = isShutDown(facts, task.task, at);
  if (by === "shutdown" && outcome === "ended") return true;
  if (wasShutDown && (outcome === "exit shutdown" || outcome === "exit killed")) return true;
  if (by === "holder" && outcome === "error noproc") return true;
  // A linked task goes with its owner; others of that program may still ask.
  const owner = facts.deathOf(task.who);
  if (
    task.linked && owner !== undefined && owner.at <= at &&
    [`exit ${owner.reason}`, owner.reason].includes(outcome)
  ) return true;
  const isDisturbed = facts.isDisturbed(own, task.node, at) ||
    // The node may have been started anew, and its supervisor is not up yet; or stopped.
    facts.all("fault").some((fault) => fault.one === task.node && fault.at <= at) ||
    (facts.scenario.restForOne && hasEnded(facts, task.node, at));
  const isOfNodes = [
    "error noconnection",
    "error noproc",
    "exit noconnection",
    "exit shutdown",
    "exit killed",
  ];
  return isDisturbed && isOfNodes.includes(outcome);
};
