/**
 * The oracle's cases of the group `genserver`: servers that start or do not, calls, casts, and how servers end.
 *
 * @module
 */
import { testGroup } from "./interpreter.ts";

testGroup("genserver", { alsoOnPeer: true });
