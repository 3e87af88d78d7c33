/**
 * `deno test -A`, with and without a node, with tags, and with files in parallel.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { usage } from "../../src/testing/flags.ts";
import { freePort, startNode } from "../cli/support.ts";
import { denoTest, program, type TestRun } from "./support.ts";

const asNode = (port: number, ...more: ReadonlyArray<string>) => ({
  args: ["--sname", "sophie@localhost", "--cookie", "secret_token", ...more],
  env: { ERL_EPMD_PORT: String(port) },
});

Deno.test("without a node, distributed tests are excluded, which is said, and reported as ignored", async () => {
  const { code, text, outcomes } = await denoTest([program("tagged")]);
  assertEquals(outcomes, { plain: "ok", "far #distributed": "ignored", "elsewhere #os:windows": "ok" });
  assertMatch(text, /^Excluding tags: \[distributed: true\]$/m);
  assertEquals(code, 0);
});

Deno.test("tests without a node need no permission", async () => {
  const { code, outcomes } = await denoTest([program("tagged")], { flags: ["--no-prompt"] });
  assertEquals([code, outcomes["plain"]], [0, "ok"]);
});

Deno.test("in a named node nothing is excluded, and the run ends", async () => {
  const { code, text, outcomes } = await denoTest([program("tagged")], asNode(freePort()));
  assertEquals(outcomes, { plain: "ok", "far #distributed": "ok", "elsewhere #os:windows": "ok" });
  assert(!text.includes("tags:"), text);
  assertEquals(code, 0);
});

const choices: ReadonlyArray<readonly [args: string, ran: ReadonlyArray<string>]> = [
  ["--exclude os:windows", ["plain"]],
  ["--only os:windows", ["elsewhere #os:windows"]],
  ["--only test:plain --include os", ["plain", "elsewhere #os:windows"]],
];
for (const [args, ran] of choices) {
  Deno.test(`${args} chooses`, async () => {
    const { code, outcomes } = await denoTest([program("tagged")], { args: args.split(" ") });
    const all = ["plain", "far #distributed", "elsewhere #os:windows"];
    assertEquals(
      outcomes,
      Object.fromEntries(all.map((name) => [name, ran.includes(name) ? "ok" : "ignored"])),
    );
    assertEquals(code, 0);
  });
}

Deno.test("--include takes in what is excluded: without a node that test fails", async () => {
  const { code, outcomes } = await denoTest([program("tagged")], { args: ["--include", "distributed"] });
  assertEquals([code, outcomes["far #distributed"]], [1, "FAILED"]);
});

Deno.test("Deno's --filter selects by the tag in the name", async () => {
  const { outcomes } = await denoTest([program("tagged")], { flags: ["-A", "--filter", "#os:windows"] });
  assertEquals(outcomes, { "elsewhere #os:windows": "ok" });
});

Deno.test("a helper's exclude stands for the default", async () => {
  const { text, outcomes } = await denoTest([program("helped")]);
  assertEquals(outcomes, { plain: "ok", "far #remote": "ignored", "not so far #distributed": "ok" });
  assertMatch(text, /^Excluding tags: \[remote: true\]$/m);
});

Deno.test("a helper sees that the node is alive", async () => {
  const { outcomes } = await denoTest([program("helped")], asNode(freePort()));
  assertEquals(outcomes, { plain: "ok", "far #remote": "ok", "not so far #distributed": "ok" });
});

Deno.test("a helper that comes too late, and a tag that is none, are tests that fail and say so", async () => {
  const { code, text, outcomes } = await denoTest([program("late")]);
  assertEquals(outcomes, { plain: "ok", configure: "FAILED", spaced: "FAILED" });
  assertStringIncludes(text, "it comes before the first test: import the helper before all else");
  assertStringIncludes(text, '"a b" is no tag');
  assertEquals(code, 1);
});

Deno.test("a failure says its tag and message, an assertion its own, a dead test the exit reason", async () => {
  const { text, outcomes } = await denoTest([program("failing")]);
  assertEquals(outcomes, { typed: "FAILED", asserted: "FAILED", linked: "FAILED" });
  assertMatch(text, /^error: badarg: Process\.register\(#PID<0\.\d+\.0>, "undefined"\): /m);
  assertStringIncludes(text, "so it is not");
  assertStringIncludes(text, 'error: exit: the test "linked": the process exited: boom');
});

/** The run says why in one line, and no test ran. */
const isRefused = ({ code, text, outcomes }: TestRun, line: string): void => {
  assertEquals(text.split("\n").filter((one) => one === line), [line], text);
  assertEquals([code, outcomes], [1, {}]);
};

Deno.test("an unknown flag is one line", async () => {
  isRefused(
    await denoTest([program("tagged")], { args: ["--bogus"] }),
    `unknown argument --bogus: tests take ${usage}`,
  );
});

Deno.test("a name that another OS process has is refused, a missing permission named", async () => {
  const port = freePort();
  await using _sophie = await startNode("sophie@localhost", port);
  isRefused(
    await denoTest([program("tagged")], asNode(port)),
    'already_started: Node.start("sophie@localhost"): the name sophie@localhost is taken: choose another ' +
      "name, or stop who has it",
  );
  isRefused(
    await denoTest([program("tagged")], { ...asNode(port), flags: ["--no-prompt"] }),
    "a node needs the network: run it with --allow-net, or with --allow-net=127.0.0.1,localhost",
  );
});

Deno.test("files in parallel are nodes of their own, which reach each other; async tests run together", async () => {
  const files = ["one", "two", "three"].map((name) => program(`meeting_${name}`));
  const { args, env } = asNode(freePort());
  const run = await denoTest(files, { flags: ["-A", "--parallel"], args, env: { ...env, DENO_JOBS: "3" } });
  assertEquals(run.code, 0, run.text);
  assertStringIncludes(run.text, "3 passed");
});

Deno.test("tests that are not async do not run while those of other files do", async () => {
  const files = ["one", "two"].map((name) => program(`alone_${name}`));
  const env = { THE_PORT: String(freePort()), DENO_JOBS: "2" };
  const run = await denoTest(files, { flags: ["-A", "--parallel"], env });
  assertEquals(run.code, 0, run.text);
  assertStringIncludes(run.text, "40 passed");
});

Deno.test("a doctest runs the examples of a module: they hold, do not hold, or are not there", async () => {
  const folder = await Deno.makeTempDir();
  try {
    const misleading = '/**\n * ```ts\n * throw new Error("so much for that");\n * ```\n */\nexport {};\n';
    await Deno.writeTextFile(`${folder}/misleading.ts`, misleading);
    const tests = `import { doctest } from ${
      JSON.stringify(new URL("../../src/testing/mod.ts", import.meta.url))
    };
      doctest(import.meta.resolve("./misleading.ts"));`;
    await Deno.writeTextFile(`${folder}/tests.ts`, tests);
    const wrong = await denoTest([`${folder}/tests.ts`]);
    assertEquals([wrong.code, wrong.outcomes["doctest misleading.ts"]], [1, "FAILED"], wrong.text);
    assertStringIncludes(wrong.text, "so much for that");
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
  const { text, outcomes } = await denoTest([program("doctests")]);
  assertEquals(outcomes, { "doctest documented.ts #slow": "ok", "doctest words.ts": "FAILED" });
  assertMatch(text, /words\.ts has no examples: write one into a comment, after @example/);
});

Deno.test("a doctest that may not run Deno names the flag", async () => {
  const { text, outcomes } = await denoTest([program("doctests")], { flags: ["--no-prompt"] });
  assertEquals(outcomes["doctest words.ts"], "FAILED");
  assertStringIncludes(
    text,
    `eacces: doctest words.ts: this program may not: run it with --allow-run=${Deno.execPath()}`,
  );
});
