/**
 * The oracle's cases of the group `supervisor`: supervisors: what a child's end causes, how they start and stop, what they are asked.
 *
 * @module
 */
import { testGroup } from "./interpreter.ts";

testGroup("supervisor", { alsoOnPeer: true });
