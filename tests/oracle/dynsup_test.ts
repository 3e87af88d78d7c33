/**
 * The oracle's cases of the group `dynsup`: dynamic supervisors.
 *
 * @module
 */
import { testGroup } from "./interpreter.ts";

testGroup("dynsup", { alsoOnPeer: true });
