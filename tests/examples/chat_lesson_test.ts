/**
 * The lesson's chapter on testing: its stages, played with the chat's own tests.
 *
 * @module
 */
import { assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { fileOf, freePort, startNode } from "../cli/support.ts";
import { denoTest, type TestRun } from "../testing/support.ts";

/** Runs the chat's tests as sophie, in a cluster of that mapper. */
const asSophie = (port: number, ...more: ReadonlyArray<string>): Promise<TestRun> =>
  denoTest([fileOf("examples/chat/chat_test.ts")], {
    args: [
      ...["--sname", "sophie@localhost", "--cookie", "secret_token"],
      // The same every time.
      ...["--exclude", "test:doctest chat.ts"],
      ...more,
    ],
    env: { ERL_EPMD_PORT: String(port) },
  });

const distributed = "sendMessage #distributed";

Deno.test("where no moebi runs, the test fails, and says what is missing", async () => {
  const { code, text, outcomes } = await asSophie(freePort());
  assertEquals([code, outcomes[distributed]], [1, "FAILED"]);
  const line = 'error: noconnection: Task.Supervisor.async({Chat.TaskSupervisor, "moebi@localhost"}, ' +
    "Chat.receiveMessageForMoebi/2): no connection to moebi@localhost";
  assertEquals(text.split("\n").filter((one) => one === line), [line], text);
});

Deno.test("with moebi in another terminal, and the tests in a named node, it passes", async () => {
  const port = freePort();
  await using moebi = await startNode("moebi@localhost", port);
  const { code, text, outcomes } = await asSophie(port);
  assertEquals([code, outcomes[distributed]], [0, "ok"], text);
  assertStringIncludes(text, "chicken?");
  assertEquals(await moebi.sees("hi"), "hi");
});

Deno.test("without a node it is excluded, which the run says; by its configuration the other needs none", async () => {
  const { code, text, outcomes } = await denoTest([fileOf("examples/chat/chat_test.ts")]);
  assertMatch(text, /^Excluding tags: \[distributed: true\]$/m);
  assertMatch(text, /^ok \| 2 passed \| 0 failed \| 1 ignored/m);
  assertEquals(outcomes, {
    "doctest chat.ts": "ok",
    "sendMessage on this node": "ok",
    [distributed]: "ignored",
  });
  // Moebi's part is played here, too.
  assertMatch(text, /^hi\nchicken\?$/m);
  assertEquals(code, 0);
});

Deno.test("with the configuration of development it does need the other node", async () => {
  const { text, outcomes } = await asSophie(freePort(), "--env", "dev", "--exclude", "distributed");
  assertEquals(outcomes["sendMessage on this node"], "FAILED");
  assertStringIncludes(text, "Chat.receiveMessageForMoebi/2): no connection to moebi@localhost");
});
