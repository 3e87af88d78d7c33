/**
 * The chat's tests. `deno test -A` runs what needs no other node; with moebi in another terminal,
 * `deno test -A -- --sname sophie@localhost --cookie secret_token` runs the rest, too.
 *
 * @module
 */
import "./test_helper.ts";
import { assertEquals } from "@std/assert";
import { Effect } from "npm:effect@^4.1.0";
import { Application, atom } from "../../mod.ts";
import { doctest, test } from "../../src/testing/mod.ts";
import { Chat } from "./chat.ts";
import { environment } from "./environment.ts";

doctest(import.meta.resolve("./chat.ts"), { async: true });

/** For the time of a test messages go to the recipient's node. */
const remotely = Effect.acquireRelease(
  Effect.tap(
    Application.getEnv(environment, "remoteSupervisor"),
    () =>
      Application.putEnv(environment, "remoteSupervisor", (recipient) => ["Chat.TaskSupervisor", recipient]),
  ),
  (before) => Application.putEnv(environment, "remoteSupervisor", before),
);

// By configuration: in tests all tasks run on this node.
test(
  "sendMessage on this node",
  { async: true },
  Effect.gen(function* () {
    assertEquals(yield* Chat.sendMessage("moebi@localhost", "hi"), atom("ok"));
  }),
);

// By tag: to the recipient's node, as in development.
test(
  "sendMessage",
  { tags: ["distributed"], async: true },
  Effect.gen(function* () {
    yield* remotely;
    assertEquals(yield* Chat.sendMessage("moebi@localhost", "hi"), atom("ok"));
  }),
);
