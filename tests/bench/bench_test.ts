/**
 * The bench works: every row gives a figure, and no process is left behind.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";

/** The processes that run with this text in their environment, where the system shows that. */
const processesWith = async (text: string): Promise<ReadonlyArray<string>> => {
  const found: Array<string> = [];
  try {
    for await (const { name } of Deno.readDir("/proc")) {
      if (!/^\d+$/.test(name)) continue;
      const environment = await Deno.readTextFile(`/proc/${name}/environ`).catch(() => "");
      if (environment.includes(text)) found.push(name);
    }
  } catch (error) {
    if (!(error instanceof Deno.errors.NotFound)) throw error;
  }
  return found;
};

Deno.test("the bench measures every row, and leaves no process behind", async () => {
  const mark = crypto.randomUUID();
  const file = await Deno.makeTempFile({ suffix: ".json" });
  try {
    const bench = new URL("main.ts", import.meta.url).href;
    const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", bench, "--quick", "--json", file],
      env: { SPAWNLINK_BENCH: mark },
    }).output();
    const text = new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
    assertEquals(code, 0, text);
    const { rows }: { readonly rows: ReadonlyArray<{ readonly name: string; readonly ours: unknown }> } = JSON
      .parse(await Deno.readTextFile(file));
    assertEquals(rows.length, 16, text);
    for (const { name, ours } of rows) assert(Array.isArray(ours) && ours.length === 1, name);
    assertEquals(await processesWith(mark), []);
  } finally {
    await Deno.remove(file);
  }
});

Deno.test("the bench says what it was not told well, and ends with 2", async () => {
  for (const args of [["--bogus"], ["--rows", "nothing"], ["--rounds", "0"], ["--place", "elsewhere"]]) {
    const bench = new URL("main.ts", import.meta.url).href;
    const { code, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", bench, ...args],
      env: { NO_COLOR: "1" },
    }).output();
    const text = new TextDecoder().decode(stderr);
    assertEquals(code, 2, text);
    assertMatch(text, /^[^\n]*(bogus|nothing|rounds|place)[^\n]*\n$/);
  }
});
