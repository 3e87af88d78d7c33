/**
 * The oracle's cases of the group `registry`: names, group leaders, timers and selective receive.
 *
 * @module
 */
import { testGroup } from "./interpreter.ts";

testGroup("registry", { alsoOnPeer: true });
