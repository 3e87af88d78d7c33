/**
 * `deno task oracle`: the files of a folder are played, and its last line and exit code say what came of them.
 *
 * @module
 */
import { assertEquals, assertStringIncludes } from "@std/assert";

const oracle = async (...args: ReadonlyArray<string>) => {
  const main = new URL("main.ts", import.meta.url).href;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", main, "--", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const decoder = new TextDecoder();
  return { code, output: decoder.decode(stdout).trim(), errors: decoder.decode(stderr) };
};

const withFolder = async (
  files: Readonly<Record<string, unknown>>,
  body: (folder: string) => Promise<void>,
) => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, content] of Object.entries(files)) {
      await Deno.writeTextFile(`${folder}/${name}`, JSON.stringify(content));
    }
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
};

const start = {
  op: "supervisor.start_link",
  as: "start",
  name: "sup",
  strategy: "one_for_one",
  children: [{ id: "a" }],
};
const stop = { op: "supervisor.stop", as: "stop", sup: "<sup>" };
const started = { as: "start", returns: ["ok", "<sup>"] };
const passes = {
  id: "made/passes",
  title: "a supervisor starts and stops",
  // A minute of the case's time takes no real one.
  steps: [start, { op: "settle", ms: 60_000 }, stop],
  observed: [started, { as: "stop", returns: "ok" }],
};
const byRule = {
  id: "made/rule",
  title: "what raises there fails here",
  steps: [{ op: "unregister", as_name: "nobody", as: "unregister" }],
  observed: [{ as: "unregister", raises: "ArgumentError", message: "argument error" }],
};

Deno.test("a folder's cases are counted, by rule or not, and all is well when none failed", () =>
  withFolder({ "one.json": { group: "made", cases: [passes, byRule] }, "notes.txt": "" }, async (folder) => {
    const { code, output } = await oracle("--cases", folder);
    assertEquals(output, "1 passed, 1 by rule, 0 failed");
    assertEquals(code, 0);
    const { output: elsewhere } = await oracle("--cases", folder, "--elsewhere");
    assertEquals(elsewhere, "2 passed, 1 by rule, 0 failed");
  }));

Deno.test("a case that fails is named, with what was expected and observed, and so is one that cannot be played", () => {
  const fails = { ...passes, id: "made/fails", observed: [started, { as: "stop", returns: "no" }] };
  const unknown = { ...passes, id: "made/unknown", steps: [start, { op: "never.heard" }] };
  return withFolder(
    { "a.json": { cases: [fails] }, "b.json": { cases: [unknown, passes] } },
    async (folder) => {
      const { code, output } = await oracle("--cases", folder);
      assertEquals(code, 1);
      assertStringIncludes(output, "FAILED made/fails: a supervisor starts and stops");
      assertStringIncludes(output, 'expected {"returns":"no"}');
      assertStringIncludes(output, 'observed {"returns":"ok"}');
      assertStringIncludes(output, "FAILED made/unknown");
      assertStringIncludes(output, "never.heard");
      assertStringIncludes(output, "\n1 passed, 0 by rule, 2 failed");
    },
  );
});

Deno.test("a folder that is not there, and an unknown flag, are said", async () => {
  const absent = await oracle("--cases", "/nowhere/at/all");
  assertEquals([absent.code, absent.output], [2, ""]);
  assertStringIncludes(absent.errors, "/nowhere/at/all");
  const unknown = await oracle("--bogus");
  assertEquals(unknown.code, 2);
  assertStringIncludes(unknown.errors, "unknown: --bogus");
});
