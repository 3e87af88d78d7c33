/**
 * Time-outs that a caller gives, by the clock of the caller's fiber, so that Effect's TestClock moves them.
 *
 * @module
 */
import { Clock, Context, Duration, Effect } from "../deps/effect.ts";
import type { AnyFiber } from "../deps/fiber.ts";
import { kernelOf, systemClock } from "./own_kernel.ts";

/** The fiber's own clock, when it was given one. */
const givenClock = (fiber: AnyFiber): Clock.Clock | undefined =>
  Context.getOrUndefined(fiber.context, Clock.Clock);

/** Milliseconds by the fiber's clock. */
export const nowFor = (fiber: AnyFiber): number =>
  givenClock(fiber)?.currentTimeMillisUnsafe() ?? systemClock.now();

/**
 * Calls `callback` once after so long by the fiber's clock; the function that is returned takes that back.
 *
 * @param fiber Whose clock counts.
 * @param milliseconds From now; `Infinity` never calls.
 * @param callback What to do then.
 */
export const startDeadline = (fiber: AnyFiber, milliseconds: number, callback: () => void): () => void => {
  if (milliseconds === Infinity) return () => {};
  const clock = givenClock(fiber);
  if (clock === undefined) {
    const { deadlines } = kernelOf(fiber);
    return deadlines === undefined
      ? systemClock.after(milliseconds, callback)
      : deadlines.after(milliseconds, callback);
  }
  const sleep = Effect.andThen(clock.sleep(Duration.millis(milliseconds)), Effect.sync(callback));
  const sleeping = Effect.runForkWith(fiber.context)(sleep);
  return () => sleeping.interruptUnsafe();
};
