/**
 * The oracle's cases of the group `links`: links, monitors and sends, to processes that live, are dead, or whose node is gone.
 *
 * @module
 */
import { testGroup } from "./interpreter.ts";

testGroup("links", { alsoOnPeer: true });
