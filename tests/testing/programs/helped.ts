/**
 * Tests of a project with a helper.
 *
 * @module
 */
import "./helper.ts";
import { Effect } from "../../../src/deps/effect.ts";
import { test } from "../../../src/testing/mod.ts";

test("plain", Effect.void);
test("far", { tags: ["remote"] }, Effect.void);
test("not so far", { tags: ["distributed"] }, Effect.void);
