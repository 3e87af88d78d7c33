/**
 * The demo as a user runs it: `deno task demo`, its sabotage, and what is left when it is stopped.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertStringIncludes } from "@std/assert";
import { scenes } from "../../examples/demo/scenes.ts";
import { linesOf } from "../../src/cli/lines.ts";
import { eventually } from "../waiting.ts";

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

const isLinux = Deno.build.os === "linux";

/** The processes below one, as Linux shows them; those that have ended are none. */
const processesBelow = (pid: number): ReadonlyArray<number> => {
  const children = new Map<number, Array<number>>();
  for (const { name } of Deno.readDirSync("/proc")) {
    if (!/^\d+$/.test(name)) continue;
    const parent = parentOf(Number(name));
    if (parent !== undefined) children.set(parent, [...children.get(parent) ?? [], Number(name)]);
  }
  const below = (one: number): ReadonlyArray<number> =>
    (children.get(one) ?? []).flatMap((child) => [child, ...below(child)]);
  return below(pid);
};

/** The parent of a process that runs. */
const parentOf = (pid: number): number | undefined => {
  try {
    const [, state, parent] = /^\d+ \(.*\) (\S) (\d+)/s.exec(Deno.readTextFileSync(`/proc/${pid}/stat`)) ??
      [];
    return state === "Z" ? undefined : Number(parent);
  } catch {
    return undefined;
  }
};

const isRunning = (pid: number): boolean => parentOf(pid) !== undefined;

Deno.test("the demo plays every scene, shows each node's output behind its name, and exits 0", async () => {
  const since = Date.now();
  const { code, stdout, stderr } = await demo().output();
  const text = new TextDecoder().decode(stdout);
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""], text);
  // The demo's own promise.
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
  const { code, stdout, stderr } = await demo("--", "--sabotage").output();
  assertEquals(code, 1);
  assertMatch(
    new TextDecoder().decode(stderr),
    /FAILED: Chat\.sendMessage both ways: the recipient sees it\nkate@localhost did not show hi;/,
  );
  const text = new TextDecoder().decode(stdout);
  assertStringIncludes(text, "[kate@localhost] something else");
  // The scenes behind it are not played.
  const last = scenes.findIndex(({ title }) => title.startsWith("Chat.sendMessage both ways"));
  assertEquals(
    [...text.matchAll(/^== \d+\. (.*)$/gm)].map(([, title]) => title),
    scenes.slice(0, last + 1).map(({ title }) => title),
  );
});

/** Ends a demo by a signal when its nodes are up; its code, and the processes that were below it. */
const endBy = async (
  signal: Deno.Signal,
  child: Deno.ChildProcess,
): Promise<{ readonly code: number; readonly below: ReadonlyArray<number> }> => {
  let below: ReadonlyArray<number> = [];
  for await (const line of linesOf(child.stdout)) {
    if (!line.startsWith("== 1.")) continue;
    below = processesBelow(child.pid);
    child.kill(signal);
  }
  await child.stderr.cancel();
  return { code: (await child.status).code, below };
};

/** A busy machine may take so many milliseconds to end a process. */
const patience = 30_000;

const withoutTask = (): Deno.ChildProcess =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", new URL("examples/demo/main.ts", folder).href],
    stdin: "null",
    stdout: "piped",
    stderr: "piped",
  }).spawn();

for (const [signal, expected] of [["SIGTERM", 143], ["SIGINT", 130]] as const) {
  Deno.test({
    name: `at ${signal} the demo stops its nodes, and ends`,
    ignore: !isLinux,
    fn: async () => {
      const { code, below } = await endBy(signal, withoutTask());
      assertEquals([code, below.length, below.filter(isRunning)], [expected, 3, []]);
    },
  });
}

Deno.test({
  name: "when the task is stopped or the demo killed, its nodes end by themselves",
  ignore: !isLinux,
  fn: async () => {
    const ended = await Promise.all([endBy("SIGTERM", demo()), endBy("SIGKILL", withoutTask())]);
    for (const { below } of ended) {
      assert(below.length >= 3);
      await eventually("the demo's nodes have ended", () => !below.some(isRunning), patience);
    }
  },
});
