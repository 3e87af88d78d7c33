/**
 * Tests of a project that does it wrong: its helper comes too late, its tags are none.
 *
 * @module
 */
import { Effect } from "../../../src/deps/effect.ts";
import { configure, test } from "../../../src/testing/mod.ts";

test("plain", Effect.void);
configure({ exclude: ["remote"] });
test("spaced", { tags: ["a b"] }, Effect.void);
