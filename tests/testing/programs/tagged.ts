/**
 * Tests of a project, two of them tagged.
 *
 * @module
 */
import { assert } from "@std/assert";
import { Effect } from "../../../src/deps/effect.ts";
import * as Node from "../../../src/node/node.ts";
import { test } from "../../../src/testing/mod.ts";

test("plain", Effect.void);
test("far", { tags: ["distributed"], async: true }, Effect.map(Node.isAlive(), (isAlive) => assert(isAlive)));
test("elsewhere", { tags: ["os:windows"] }, Effect.void);
