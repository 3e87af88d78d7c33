/**
 * The oracle's cases of the group `exits`: what ends a process, and what its end does to others.
 *
 * @module
 */
import { testGroup } from "./interpreter.ts";

testGroup("exits", { alsoOnPeer: true });
