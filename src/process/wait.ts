/**
 * Waiting for a fact: a look at it, and a wake when it may have changed. A process's own fiber is parked for it,
 * and the wake goes through the run queue; any other fiber waits by Effect's own means.
 *
 * @module
 */
import { Effect, Effectable } from "../deps/effect.ts";
import { type AnyEffect, type AnyFiber, hostOf, isHosted } from "../deps/fiber.ts";
import { Entry } from "./entry.ts";
import { kernelOf } from "./own_kernel.ts";

/** What is waited for. */
export interface Fact<A, E> {
  /** How to go on, once the fact is there. */
  readonly look: () => Effect.Effect<A, E> | undefined;
  /** Calls `wake` when it may have; the result takes that back. */
  readonly watch: (wake: () => void) => () => void;
}

interface Wait extends Effect.Effect<unknown, unknown> {
  readonly fact: Fact<unknown, unknown>;
}

const prototype: Effect.Effect<unknown, unknown> = Effectable.Prototype<Wait>({
  label: "Process wait",
  evaluate(fiber) {
    const goOn = this.fact.look();
    if (goOn !== undefined) return goOn;
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

/** Waits until there is something to see, and goes on with that. */
export const waitUntil = <A, E>(fact: Fact<A, E>): Effect.Effect<A, E> =>
  Object.assign(Object.create(prototype), { fact });
