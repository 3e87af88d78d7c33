/**
 * The counter's application: the counter is restarted when it crashes, and finds what was kept; when that is lost,
 * the counter begins anew with it.
 *
 * @module
 */
import { Agent, Application, GenServer } from "../../mod.ts";
import { Counter, stash } from "./counter.ts";

export default Application.make({
  name: "counter",
  children: [
    Agent.childSpec(() => 0, { id: stash, name: stash }),
    GenServer.childSpec(Counter, undefined, { name: "Counter" }),
  ],
  supervisor: { strategy: "rest_for_one", name: "Counter.Supervisor" },
});
