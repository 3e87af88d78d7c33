/**
 * Timers that send a message when their time has come (erlang:send_after/3), by the kernel's clock.
 *
 * @module
 */
import { Reference } from "../term/identifier.ts";
import type { Entry } from "./entry.ts";
import type { Kernel } from "./kernel.ts";

/** A timer that runs. */
export interface Timer {
  readonly reference: Reference;
  /** When it is due, by the kernel's clock. */
  readonly due: number;
  readonly stop: () => void;
  /** The process that it dies with, when it sends to a pid of this node. */
  readonly target: Entry | undefined;
}

/**
 * Starts a timer.
 *
 * @param milliseconds From now; 0 is soon, but not before the caller goes on.
 * @param fire Sends the message.
 */
export const startTimer = (
  kernel: Kernel,
  target: Entry | undefined,
  milliseconds: number,
  fire: () => void,
): Reference => {
  const reference = kernel.makeReference();
  const { clock } = kernel;
  const stop = clock.after(milliseconds, () => {
    forget(kernel, timer);
    fire();
  });
  const timer: Timer = { reference, due: clock.now() + milliseconds, stop, target };
  kernel.timers.set(reference.number, timer);
  if (target !== undefined) (target.timers ??= new Set()).add(timer);
  return reference;
};

/** Milliseconds that a timer has left, or `undefined` when it is none or has fired. */
export const timeLeft = (kernel: Kernel, reference: Reference): number | undefined => {
  const timer = timerOf(kernel, reference);
  return timer === undefined ? undefined : Math.max(0, Math.round(timer.due - kernel.clock.now()));
};

/** Stops a timer; the milliseconds that it had left, or `undefined` when it was none or had fired. */
export const stopTimer = (kernel: Kernel, reference: Reference): number | undefined => {
  const left = timeLeft(kernel, reference);
  const timer = timerOf(kernel, reference);
  if (timer !== undefined) {
    timer.stop();
    forget(kernel, timer);
  }
  return left;
};

/** A process has ended: the timers that were to send to it are gone. */
export const breakTimers = (kernel: Kernel, entry: Entry): void => {
  if (entry.timers === undefined) return;
  for (const timer of [...entry.timers]) {
    timer.stop();
    forget(kernel, timer);
  }
};

const timerOf = (kernel: Kernel, reference: Reference): Timer | undefined =>
  reference instanceof Reference && reference.home === kernel.life
    ? kernel.timers.get(reference.number)
    : undefined;

const forget = (kernel: Kernel, timer: Timer): void => {
  kernel.timers.delete(timer.reference.number);
  timer.target?.timers?.delete(timer);
};
