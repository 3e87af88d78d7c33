/**
 * The brake on guessing.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { pauseOf, released, strike } from "../../src/net/brake.ts";

/** The pause after each of those wrong proofs. */
const pauses = (moments: ReadonlyArray<number>): ReadonlyArray<number> => {
  let brake = released;
  return moments.map((now) => {
    brake = strike(brake, now);
    return pauseOf(brake, now);
  });
};

Deno.test("after wrong proofs at one moment the next waits longer and longer, up to a second", () => {
  const flood = Array.from({ length: 10 }, () => 5_000);
  assertEquals(pauses(flood), [0, 0, 25, 50, 100, 200, 400, 800, 1_000, 1_000]);
});

Deno.test("one wrong proof every ten seconds never makes the next one wait", () => {
  assertEquals(new Set(pauses(Array.from({ length: 50 }, (_, index) => index * 10_000))), new Set([0]));
});

Deno.test("five minutes after a flood all is forgotten", () => {
  const flood = Array.from({ length: 5_000 }, () => 0);
  assertEquals(pauses([...flood, 300_000]).at(-1), 0);
});
