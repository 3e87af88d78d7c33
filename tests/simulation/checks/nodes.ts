/**
 * Nodes: a link is lost only where something was done to it, and a node that is to start starts.
 *
 * @module
 */
import { lifeOf, nodeOf } from "../journal.ts";
import { startTime } from "../scenario.ts";
import type { EntryOf, Facts } from "./facts.ts";

/** What did not hold. */
export const problemsOfNodes = (facts: Facts): ReadonlyArray<string> => [
  ...problemsOfWatches(facts),
  ...facts.all("gone").filter(({ how }) => how.startsWith("not started"))
    // A program that reads nothing does not hear its port mapper either.
    .filter(({ node, at }) =>
      !facts.all("fault").some((one) => one.how === "stall" && one.one === node && one.at <= at)
    )
    .map(({ life, how }) => `nodes: ${life} is ${how}`),
  ...facts.all("linkLost")
    // Those that keep links dial others that are not up yet.
    .filter(({ how, at }) => how !== "not connected" || at > startTime || !facts.scenario.keepsLinks)
    .filter(({ life, other, at }) =>
      other !== "*" && other !== "nonode" && !facts.isDisturbed(nodeOf(life), other, at) &&
      at < facts.endOf(life)
    )
    .map(({ life, other, how }) =>
      `nodes: ${life} lost its link to ${other} (${how}), and nothing was done to it`
    ),
];

/** Whoever watches a node is told once that it is down, when it is. */
const problemsOfWatches = (facts: Facts): ReadonlyArray<string> => {
  const pair = ({ who, node }: EntryOf<"watched" | "nodedown">): string => `${who} of ${node}`;
  const told = Map.groupBy(facts.all("nodedown"), pair);
  const watches = Map.groupBy(facts.all("watched"), pair);
  return [
    ...[...told].filter(([key, list]) => list.length > (watches.get(key)?.length ?? 0))
      .map(([key, list]) => `nodes: ${key}: down ${list.length} times, and not watched as often`),
    ...[...watches].flatMap(([key, [first, ...others]]) => {
      if (first === undefined) return [];
      const { who, node } = first;
      const life = lifeOf(who);
      const lost = facts.all("linkLost").findLast((one) =>
        one.life === life && one.other === node && facts.couldNotice(who, one.at)
      );
      if (lost === undefined) return [];
      const due = [first, ...others].filter((one) => facts.isBefore(one, lost)).length;
      const count = told.get(key)?.length ?? 0;
      return count >= due
        ? []
        : [`nodes: ${who} watched ${node} ${due} times, which went down, and was told ${count} times`];
    }),
  ];
};
