/**
 * How a supervisor shuts children down: asks, waits, and then kills (supervisor(3), "shutdown").
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { callback } from "../process/callback.ts";
import type { Entry } from "../process/entry.ts";
import { exitSignal, unlink } from "../process/links.ts";
import { monitor } from "../process/monitors.ts";
import { Op } from "../process/signal.ts";
import { atom } from "../term/atom.ts";
import type { Pid } from "../term/identifier.ts";
import { isTuple } from "../term/tuple.ts";

/**
 * Ends a child, and waits until it has ended.
 *
 * @param supervisor Who ends it; its link to the child is undone, so no EXIT comes of this.
 * @param child The child, on any node.
 * @param milliseconds Time to end by itself after `shutdown`: `Infinity` for ever, less than 0 none.
 * @returns The child's exit reason.
 */
export const shutDownChild = (supervisor: Entry, child: Pid, milliseconds: number): Effect.Effect<unknown> =>
  callback((resume) => {
    const stopWaiting = killAfter(supervisor, milliseconds, () => [child]);
    begin(supervisor, child, milliseconds, (reason) => {
      stopWaiting();
      resume(Effect.succeed(reason));
    });
  });

/**
 * Ends children all at once, and waits until all have ended.
 *
 * @param supervisor Who ends them.
 * @param children Each with the time that it has.
 * @param onEnd Told of each that has ended, and of its exit reason.
 */
export const shutDownChildren = (
  supervisor: Entry,
  children: ReadonlyMap<Pid, number>,
  onEnd: (child: Pid, reason: unknown) => void,
): Effect.Effect<void> => {
  if (children.size === 0) return Effect.void;
  return callback((resume) => {
    const left = new Set(children.keys());
    // One timer for all that have the same time.
    const timers = [...new Set(children.values())].map((time) =>
      killAfter(supervisor, time, () => [...left].filter((child) => children.get(child) === time))
    );
    for (const [child, milliseconds] of children) {
      begin(supervisor, child, milliseconds, (reason) => {
        onEnd(child, reason);
        left.delete(child);
        if (left.size > 0) return;
        for (const stop of timers) stop();
        resume(Effect.void);
      });
    }
  });
};

const begin = (
  supervisor: Entry,
  child: Pid,
  milliseconds: number,
  onEnd: (reason: unknown) => void,
): void => {
  const { kernel } = supervisor;
  // The monitor first: a child that is dead already is seen by it.
  monitor(kernel, {
    watched: child,
    onDown: (reason) => onEnd(reason === "noproc" ? takeExit(supervisor, child) ?? reason : reason),
  });
  unlink(kernel, supervisor, child);
  signal(supervisor, child, milliseconds < 0 ? "kill" : "shutdown");
};

/** Kills those that are late; the function that is returned takes that back. */
const killAfter = (
  supervisor: Entry,
  milliseconds: number,
  late: () => ReadonlyArray<Pid>,
): () => void => {
  if (milliseconds < 0 || milliseconds === Infinity) return () => {};
  return supervisor.kernel.clock.after(milliseconds, () => {
    for (const child of late()) signal(supervisor, child, "kill");
  });
};

const signal = (supervisor: Entry, child: Pid, reason: string): void => {
  const { kernel, pid } = supervisor;
  if (child.home !== kernel.life) {
    const sent = [Op.exitSignal, pid.depart(), child.number, reason] as const;
    return kernel.outbound.send(child.node, child.home, sent, supervisor);
  }
  const target = kernel.find(child);
  if (target !== undefined) exitSignal(target, pid, reason);
};

/** Of a child that had ended before, the EXIT lies in the mailbox and tells why. */
const takeExit = (supervisor: Entry, child: Pid): unknown => {
  if (supervisor.messageCount === 0) return undefined;
  const isExit = (message: unknown): boolean =>
    isTuple(message) && message.length === 3 && message[0] === atom("EXIT") && message[1] === child;
  const taken = supervisor.mailbox.take(
    {},
    (message) => isExit(message) ? { found: message } : undefined,
  );
  return isTuple(taken?.found) ? taken.found[2] : undefined;
};
