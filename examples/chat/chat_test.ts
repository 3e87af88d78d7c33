/**
 * The chat's tests. `deno test -A` leaves out what needs moebi; with him in another terminal,
 * `deno test -A -- --sname sophie@localhost --cookie secret_token` runs it.
 *
 * @module
 */
import "./test_helper.ts";
import { assertEquals } from "@std/assert";
import { Effect } from "npm:effect@^4.1.0";
import { atom } from "../../mod.ts";
import { test } from "../../src/testing/mod.ts";
import { start } from "./application.ts";
import { Chat } from "./chat.ts";

test(
  "sendMessage",
  { tags: ["distributed"], async: true },
  Effect.gen(function* () {
    yield* start;
    assertEquals(yield* Chat.sendMessage("moebi@localhost", "hi"), atom("ok"));
  }),
);
