/**
 * Where what runs belongs: from a process's pid to its run and to the life of its node.
 *
 * @module
 */
import type { NodeLife, Pid } from "../../src/term/identifier.ts";
import type { Run } from "./run.ts";
import type { NodeLifeOf } from "./sim_node.ts";

/** A life of a run. */
export interface Home {
  readonly run: Run;
  readonly home: NodeLifeOf;
}

const homes = new WeakMap<NodeLife, Home>();

/** From now on what runs in that life belongs to that run. */
export const settleIn = (run: Run, home: NodeLifeOf): void => void homes.set(home.kernel.life, { run, home });

/** Where a process of this OS process runs. */
export const homeOf = (pid: Pid): Home => {
  const found = homes.get(pid.home);
  if (found === undefined) throw new Error("a process of no run");
  return found;
};
