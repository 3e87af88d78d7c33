/**
 * Tests of a project that fail, each in its way.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Effect } from "../../../src/deps/effect.ts";
import { exit } from "../../../src/process/exit.ts";
import * as Process from "../../../src/process/process.ts";
import { test } from "../../../src/testing/mod.ts";

test("typed", Effect.andThen(Process.self(), (self) => Process.register(self, "undefined")));
test("asserted", Effect.sync(() => assertEquals(1, 2, "so it is not")));
test("linked", Effect.andThen(Process.spawnLink(exit("boom")), Effect.never));
