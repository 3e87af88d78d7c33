/**
 * A test helper as the lesson's, for a tag of its own.
 *
 * @module
 */
import { Effect } from "../../../src/deps/effect.ts";
import * as Node from "../../../src/node/node.ts";
import { configure } from "../../../src/testing/mod.ts";

const exclude = await Effect.runPromise(Node.isAlive()) ? [] : ["remote"];
configure({ exclude });
