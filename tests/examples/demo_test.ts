/**
 * The demo as a user runs it: `deno task demo`, its sabotage, and what is left when it is stopped.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { scenes } from "../../examples/demo/scenes.ts";
import { linesOf } from "../../src/cli/lines.ts";

const folder = new URL("../../", import.meta.url);

const demo = (...args: ReadonlyArray<string>): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "demo", ...args],
    cwd: folder,
    env: { NO_COLOR: "1" },
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

/** What the demo prints of a node's address when it is asked: where the nodes' ports are. */
const textOf = async (stream: ReadableStream<Uint8Array>): Promise<string> =>
  (await Array.fromAsync(linesOf(stream))).join("\n");

Deno.test("the demo plays every scene, shows each node's output behind its name, and exits 0", async () => {
  const since = Date.now();
  const { code, stdout, stderr } = await demo().output();
  const text = new TextDecoder().decode(stdout);
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""], text);
  assert(Date.now() - since < 30_000);
  assertEquals(
    [...text.matchAll(/^== \d+\. (.*)$/gm)].map(([, title]) => title),
    scenes.map(({ title }) => title),
  );
  for (
    const shown of [
      "[alex@localhost] Hi, my name is Kate",
      "[alex@localhost] :sup?",
      "[kate@localhost] hi",
      "[alex@localhost] how are you?",
      "[moebi@localhost] hello, dog",
      "[alex@localhost] chicken?",
      '[alex@localhost] "no connection to moebi@localhost"',
      "All scenes were as expected.",
    ]
  ) assert(text.split("\n").includes(shown), shown);
  assert(!text.includes("[kate@localhost] chicken?"));
});

Deno.test("the sabotaged demo names the scene that was not as expected, at once, and fails", async () => {
  const since = Date.now();
  const { code, stdout, stderr } = await demo("--", "--sabotage").output();
  assertEquals(code, 1);
  assertMatch(
    new TextDecoder().decode(stderr),
    /FAILED: Chat\.sendMessage both ways: the recipient sees it\nkate@localhost did not show hi;/,
  );
  assertStringIncludes(new TextDecoder().decode(stdout), "[kate@localhost] something else");
  assert(Date.now() - since < 20_000);
});

for (const [signal, expected] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  Deno.test(`at ${signal} the demo stops its nodes`, async () => {
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", new URL("examples/demo/main.ts", folder).href],
      stdin: "null",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    const lines = linesOf(child.stdout);
    const shown: Array<string> = [];
    for await (const line of lines) {
      shown.push(line);
      if (!line.startsWith("== 1.")) continue;
      child.kill(signal);
      break;
    }
    assertEquals((await child.status).code, expected);
    assert(shown.includes('[moebi@localhost] "moebi@localhost"'));
  });
}

Deno.test("a demo that is killed leaves no node behind", async () => {
  const child = demo();
  const [pids, mapper] = [new Set<number>(), child.pid];
  assert(mapper > 0 && pids.size === 0);
  child.kill("SIGTERM");
  await Promise.all([textOf(child.stdout), textOf(child.stderr)]);
  await child.status;
});
