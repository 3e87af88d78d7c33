/**
 * A kernel's clock as Effect's: for processes of the node itself, whose pauses go by the clock that the node was
 * started with.
 *
 * @module
 */
import { type Clock, Duration, Effect } from "../deps/effect.ts";
import type { KernelClock } from "./seams.ts";

/** Effect's view of a kernel's clock; its moments count from the kernel's, not from 1970. */
export const effectClock = (clock: KernelClock): Clock.Clock => {
  const milliseconds = (): number => clock.now();
  const nanoseconds = (): bigint => BigInt(Math.round(clock.now() * 1e6));
  return {
    currentTimeMillisUnsafe: milliseconds,
    currentTimeMillis: Effect.sync(milliseconds),
    currentTimeNanosUnsafe: nanoseconds,
    currentTimeNanos: Effect.sync(nanoseconds),
    monotonicTimeNanosUnsafe: nanoseconds,
    monotonicTimeNanos: Effect.sync(nanoseconds),
    sleep: (duration) =>
      Effect.callback<void>((resume) => {
        const takeBack = clock.after(Duration.toMillis(duration), () => resume(Effect.void));
        return Effect.sync(takeBack);
      }),
  };
};
