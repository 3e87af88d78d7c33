/**
 * How a supervisor shuts children down: asks, waits, and then kills (supervisor(3), "shutdown").
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import { exitSignal, unlink } from "../process/links.ts";
import { monitor } from "../process/monitors.ts";
import type { Pid } from "../term/identifier.ts";

/**
 * Ends a child of this node, and waits until it has ended.
 *
 * @param supervisor Who ends it; its link to the child is undone, so no EXIT comes of this.
 * @param child The child.
 * @param milliseconds Time to end by itself after `shutdown`: `Infinity` for ever, less than 0 none.
 * @returns The child's exit reason.
 */
export const shutDownChild = (supervisor: Entry, child: Pid, milliseconds: number): Effect.Effect<unknown> =>
  Effect.callback((resume) => {
    const { kernel } = supervisor;
    let stopWaiting = (): void => {};
    // The monitor first: a child that is dead already is seen by it.
    monitor(kernel, {
      watched: child,
      onDown: (reason) => {
        stopWaiting();
        resume(Effect.succeed(reason));
      },
    });
    unlink(kernel, supervisor, child);
    const target = kernel.find(child);
    if (target === undefined) return;
    if (milliseconds < 0) return target.kill();
    exitSignal(target, supervisor.pid, "shutdown");
    if (milliseconds !== Infinity) stopWaiting = kernel.clock.after(milliseconds, () => target.kill());
  });
