/**
 * Waiting for a fact: a look at it, and a wake when it may have changed. A process's own fiber is parked for it,
 * and the wake goes through the run queue; any other fiber waits by Effect's own means.
 *
 * @module
 */
import { Effect, Effectable, Option } from "../deps/effect.ts";
import { type AnyEffect, type AnyFiber, hostOf, isHosted } from "../deps/fiber.ts";
import { Entry } from "./entry.ts";
import { kernelOf } from "./own_kernel.ts";

/** What is waited for. */
export interface Fact<A> {
  /** What has come of it, once something has. */
  readonly look: () => Option.Option<A>;
  /** Calls `wake` when it may have; the result takes that back. */
  readonly watch: (wake: () => void) => () => void;
}

interface Wait extends Effect.Effect<unknown> {
  readonly fact: Fact<unknown>;
}

const prototype: Effect.Effect<unknown> = Effectable.Prototype<Wait>({
  label: "Process wait",
  evaluate(fiber) {
    const seen = this.fact.look();
    if (Option.isSome(seen)) return Effect.succeed(seen.value);
    const host = hostOf(fiber);
    // A parked fiber's primitive returns a mark that the fiber knows.
    if (isHosted(fiber) && host instanceof Entry) return parked(host, fiber, this);
    return Effect.callback((resume) => {
      const { queue } = kernelOf(fiber);
      const stop = this.fact.watch(() => {
        stop();
        queue.push(() => resume(this));
      });
      return Effect.sync(stop);
    });
  },
});

const parked = (entry: Entry, fiber: AnyFiber, wait: Wait): Effect.Effect<never> => {
  const stop = wait.fact.watch(() => entry.wake());
  return entry.wait(fiber, wait as AnyEffect, stop) as Effect.Effect<never>;
};

/** Waits until there is something to see. */
export const waitUntil = <A>(fact: Fact<A>): Effect.Effect<A> =>
  Object.create(prototype, { fact: { value: fact } });
