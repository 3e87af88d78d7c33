/**
 * The oracle's cases of the group `task`: tasks that are awaited, looked after, ended or let go, and streams of them.
 *
 * @module
 */
import { testGroup } from "./interpreter.ts";

testGroup("task");
