/**
 * The time of a case: timers fire when they are due, in their order, and not when they were taken back.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Clock, Effect, Fiber } from "../deps.ts";
import { CaseClock } from "./clock.ts";

const hour = Effect.sleep("1 hour");

Deno.test("timers fire one at a time, when they are due, and those of one moment in the order of their making", () => {
  const clock = new CaseClock();
  const begin = clock.now();
  const fired: Array<string> = [];
  clock.after(20, () => fired.push("late"));
  clock.after(10, () => fired.push("first"));
  clock.after(10, () => fired.push("second"));
  const takeBack = clock.after(15, () => fired.push("taken back"));
  takeBack();
  const moments: Array<number> = [];
  while (clock.next < Infinity) {
    clock.goTo(clock.next);
    moments.push(clock.now() - begin);
  }
  assertEquals(fired, ["first", "second", "late"]);
  assertEquals(moments, [10, 10, 20]);
  clock.goTo(begin);
  assertEquals(clock.now() - begin, 20);
});

Deno.test("an Effect sleeps by it, and is woken by nothing else", async () => {
  const clock = new CaseClock();
  const sleeping = Effect.runFork(
    Effect.provideService(Effect.as(hour, "awake"), Clock.Clock, clock.service),
  );
  await Promise.resolve();
  assertEquals(clock.next - clock.now(), 3_600_000);
  clock.goTo(clock.next);
  assertEquals(await Effect.runPromise(Fiber.join(sleeping)), "awake");
  const interrupted = Effect.runFork(
    Effect.provideService(hour, Clock.Clock, clock.service),
  );
  await Promise.resolve();
  await Effect.runPromise(Fiber.interrupt(interrupted));
  assertEquals(clock.next, Infinity);
});
