/**
 * What the chat's tests have in common: those that need other nodes are left out where there is no node.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { Node } from "../../mod.ts";
import { configure } from "../../src/testing/mod.ts";

const exclude = await Effect.runPromise(Node.isAlive()) ? [] : ["distributed"];

configure({ exclude });
