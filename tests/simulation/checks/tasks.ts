/**
 * Tasks: run at most once, and what awaits them gets their own end, or that their node is gone.
 *
 * @module
 */
import { nodeOf } from "../journal.ts";
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
    ...facts.all("outcome").flatMap((outcome) => {
      const task = tasks.get(outcome.task);
      if (task === undefined) return [`tasks: ${outcome.task} was never begun`];
      return isRight(facts, task, outcome)
        ? []
        : [`tasks: ${outcome.by} of ${task.task} (${task.work} on ${task.node}) gave ${outcome.outcome}`];
    }),
  ];
};

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
  const wasShutDown = facts.all("asked").some(({ text, at: asked }) =>
    text === `shut down ${task.task}` && asked <= at
  );
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
