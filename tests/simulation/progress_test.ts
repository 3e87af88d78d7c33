/**
 * How far a run of many seeds is.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Progress } from "./progress.ts";

Deno.test("a line comes every five seconds, and says how many seeds were played and failed", () => {
  let now = 100;
  const progress = new Progress(1000, () => now);
  assertEquals(progress.play(), undefined);
  now += 4999;
  progress.fail();
  assertEquals(progress.play(), undefined);
  now += 1;
  assertEquals(progress.play(), "3 of 1000 seeds, 1 failed; 5 s, some 1662 s to go");
  now += 4999;
  assertEquals(progress.play(), undefined);
  now += 1;
  assertEquals(progress.play(), "5 of 1000 seeds, 1 failed; 10 s, some 1990 s to go");
});
