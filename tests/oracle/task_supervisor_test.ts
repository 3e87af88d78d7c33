/**
 * The oracle's cases of the group `task_supervisor`: tasks under a supervisor, here and on other nodes.
 *
 * @module
 */
import { testGroup } from "./interpreter.ts";

testGroup("task_supervisor", { alsoOnPeer: true });
