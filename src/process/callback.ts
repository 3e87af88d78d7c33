/**
 * Waiting until somebody calls back: the fiber goes on from the run queue, never inside whoever calls. A process
 * that went on in the middle of a node's going down would make ties that are broken in the next moment, at its own
 * end alone.
 *
 * @module
 */
import { Context, Effect } from "../deps/effect.ts";
import { hostOf } from "../deps/fiber.ts";
import { CurrentProcess } from "./current.ts";
import { Entry } from "./entry.ts";
import { kernelOf } from "./own_kernel.ts";

/**
 * Suspends the fiber until `resume` is called, and a turn of the queue longer.
 *
 * @param register Begins what is waited for; the Effect that it gives, if any, runs when the fiber is interrupted.
 */
export const callback = <A, E = never>(
  register: (resume: (effect: Effect.Effect<A, E>) => void) => Effect.Effect<void> | void,
): Effect.Effect<A, E> =>
  Effect.withFiber((fiber) => {
    const { queue } = kernelOf(fiber);
    const host = hostOf(fiber) ?? Context.get(fiber.context, CurrentProcess);
    return Effect.callback<A, E>((resume) =>
      register((effect) =>
        queue.push(() => {
          // An exit signal that has come meanwhile comes first: who is dead does not go on.
          if (host instanceof Entry) host.obey();
          resume(effect);
        })
      )
    );
  });
