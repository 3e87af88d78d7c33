/**
 * The oracle's cases of the group `nodes`: nodes that connect, go, come back, hide or are refused.
 *
 * @module
 */
import { testGroup } from "./interpreter.ts";

testGroup("nodes");
