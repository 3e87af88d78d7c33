/**
 * Cases of a local task supervisor, played with that supervisor on another node.
 *
 * @module
 */
import type { Case, Step } from "./differences.ts";

/**
 * The same case with its supervisors on another node; `undefined` where that would be another case: a name belongs
 * to a node, and who started a supervisor sees its end.
 */
export const moveTaskSupervisorsToPeer = (one: Case): Case | undefined => {
  const text = JSON.stringify(one);
  const starts = one.steps.filter((step) => step.op === "tsup.start_link");
  if (starts.length === 0 || text.includes('"@') || text.includes("$ancestors")) return undefined;
  const isByPid = one.steps.every(({ sup }) =>
    sup === undefined || (typeof sup === "string" && sup.startsWith("<"))
  );
  const isSeenToEnd = JSON.stringify(one.observed).includes('"EXIT","<sup>"');
  if (!isByPid || isSeenToEnd) return undefined;
  const hosts = new Set(starts.map((step) => step["in"]).filter((host) => host !== undefined));
  const steps = one.steps.map((step): Step => {
    if (step.op === "spawn" && hosts.has(step["name"] ?? null)) return { ...step, node: "@peer" };
    return step.op === "tsup.start_link" && step["in"] === undefined ? { ...step, in: "host" } : step;
  });
  const host: Step = { op: "spawn", name: "host", node: "@peer" };
  const isHosted = starts.some((step) => step["in"] === undefined);
  return { ...one, steps: isHosted ? [host, ...steps] : steps, moved: new Set(["host"]) };
};
