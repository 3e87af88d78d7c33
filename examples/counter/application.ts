/**
 * The counter's supervision tree: the counter is restarted when it crashes, and finds what was kept.
 *
 * @module
 */
import { Agent, GenServer, Supervisor } from "../../mod.ts";
import { Counter, stash } from "./counter.ts";

/** Starts `Counter.Supervisor` with both: when what was kept is lost, the counter begins anew with it. */
export const start = Supervisor.startLink([
  Agent.childSpec(() => 0, { id: stash, name: stash }),
  GenServer.childSpec(Counter, undefined, { name: "Counter" }),
], { strategy: "rest_for_one", name: "Counter.Supervisor" });
