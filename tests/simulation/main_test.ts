/**
 * `deno task simulate`, as it is run.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";

const main = new URL("main.ts", import.meta.url);

const simulate = async (
  ...args: ReadonlyArray<string>
): Promise<{ code: number; out: string; error: string }> => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", main.href, "--", ...args],
    env: { NO_COLOR: "1" },
  }).output();
  const text = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
  return { code, out: text(stdout), error: text(stderr) };
};

Deno.test("a seed is told twice in the same words, in simulated time", async () => {
  const [first, again] = await Promise.all([simulate("--seed", "17"), simulate("--seed", "17")]);
  assertEquals(first.code, 0);
  assertEquals(again.out, first.out);
  assertMatch(first.out, /^seed 17: \d nodes/);
  assertMatch(first.out, /^ +3\.\d{4} {2}/m);
});

Deno.test("many seeds are played, in threads", async () => {
  const { code, out } = await simulate("--seeds", "20", "--from", "100", "--workers", "2");
  assertEquals(code, 0);
  assertMatch(out, /^20 seeds from 100: 0 failed;/);
});

Deno.test("bad flags are one line, and no run", async () => {
  const { code, out, error } = await simulate("--seeds", "none");
  assertEquals([code, out], [2, ""]);
  assertMatch(error, /^--seeds is a whole number of 1 or more, not none: [^\n]*\n$/);
});
