/**
 * Nodes: a link is lost only where something was done to it, and a node that is to start starts.
 *
 * @module
 */
import { nodeOf } from "../journal.ts";
import type { Facts } from "./facts.ts";

/** What did not hold. */
export const problemsOfNodes = (facts: Facts): ReadonlyArray<string> => [
  ...facts.all("gone").filter(({ how }) => how.startsWith("not started"))
    // A program that reads nothing does not hear its port mapper either.
    .filter(({ node, at }) =>
      !facts.all("fault").some((one) => one.how === "stall" && one.one === node && one.at <= at)
    )
    .map(({ life, how }) => `nodes: ${life} is ${how}`),
  ...facts.all("linkLost")
    .filter(({ life, other, at }) => !facts.isDisturbed(nodeOf(life), other, at) && at < facts.endOf(life))
    .map(({ life, other, how }) =>
      `nodes: ${life} lost its link to ${other} (${how}), and nothing was done to it`
    ),
];
