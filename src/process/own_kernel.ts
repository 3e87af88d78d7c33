/**
 * The kernel of this OS process, made when something first needs it, and the world it lives in.
 *
 * @module
 */
import { Context, Effect, Effectable, Fiber } from "../deps/effect.ts";
import { type AnyFiber, hostOf } from "../deps/fiber.ts";
import type { Pid } from "../term/identifier.ts";
import { CurrentKernel, CurrentProcess } from "./current.ts";
import { Deadlines } from "./deadlines.ts";
import { Entry } from "./entry.ts";
import { runningFiber, stepOf, yieldOnce } from "./immediate.ts";
import { Kernel } from "./kernel.ts";
import { eventLoopTurn } from "./run_queue.ts";
import type { KernelClock, Seams } from "./seams.ts";

const longestTimer = 2 ** 31 - 1;

/** The machine's monotonic clock. */
export const systemClock: KernelClock = {
  now: () => performance.now(),
  after: (milliseconds, callback) => {
    let handle: ReturnType<typeof setTimeout>;
    const wait = (left: number): void => {
      // The runtime's timers hold 31 bits; longer ones are waited for in parts.
      handle = left > longestTimer
        ? setTimeout(() => wait(left - longestTimer), longestTimer)
        : setTimeout(callback, left);
    };
    wait(milliseconds);
    return () => clearTimeout(handle);
  },
};

/** The real world. */
export const systemSeams: Seams = {
  clock: systemClock,
  randomBytes: (count) => crypto.getRandomValues(new Uint8Array(count)),
  turn: eventLoopTurn,
};

let own: Kernel | undefined;

/** This OS process's own kernel. */
export const ownKernel = (): Kernel => own ??= makeOwnKernel();

const makeOwnKernel = (): Kernel => {
  const kernel = new Kernel({ seams: systemSeams, index: 0 });
  kernel.deadlines = new Deadlines(systemClock);
  return kernel;
};

/** The kernel that a fiber runs in. */
export const kernelOf = (fiber: AnyFiber): Kernel => {
  const host = hostOf(fiber);
  if (host instanceof Entry) return host.kernel;
  return Context.get(fiber.context, CurrentKernel) ?? ownKernel();
};

/** The process that a fiber is part of; a fiber of the program's own becomes one. */
export const processOf = (fiber: AnyFiber): Entry => {
  const host = hostOf(fiber);
  if (host instanceof Entry) return host;
  const kernel = kernelOf(fiber);
  const inherited = Context.get(fiber.context, CurrentProcess);
  return inherited !== undefined && inherited.kernel === kernel ? inherited : kernel.processOf(fiber);
};

/** The process of that kernel which runs now, if one does; a fiber of the program's own becomes one. */
export const runningProcessOf = (kernel: Kernel): Entry | undefined => {
  const fiber = Fiber.getCurrent();
  return fiber !== undefined && kernelOf(fiber) === kernel ? processOf(fiber) : undefined;
};

/** The group leader of what runs in a fiber; makes no fiber a process. */
export const groupLeaderOf = (fiber: AnyFiber): Pid => {
  const host = hostOf(fiber);
  if (host instanceof Entry) return host.leader;
  const kernel = kernelOf(fiber);
  const inherited = Context.get(fiber.context, CurrentProcess);
  return inherited !== undefined && inherited.kernel === kernel ? inherited.leader : kernel.leaderOf(fiber);
};

/** An operation of the calling process; done within its generator's step where it can be, see `immediate.ts`. */
export const withProcess = <A, E, R>(
  operation: (entry: Entry, fiber: AnyFiber) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  // The primitive gives what the operation gives; its class knows no type parameters.
  new Operation(operation) as unknown as Effect.Effect<A, E, R>;

/** An operation of the kernel, which needs no self and makes no fiber a process. */
export const withKernel = <A, E, R>(
  operation: (kernel: Kernel, fiber: AnyFiber) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> => Effect.withFiber((fiber) => operation(kernelOf(fiber), fiber));

interface Operation extends Effect.Effect<unknown, unknown> {
  readonly run: (entry: Entry, fiber: AnyFiber) => Effect.Effect<unknown, unknown>;
}

const primitive: Effect.Effect<unknown, unknown> = Effectable.Prototype<Operation>({
  label: "Process operation",
  evaluate(fiber) {
    return this.run(processOf(fiber), fiber);
  },
});

const Operation = function (this: { run: unknown }, run: unknown): void {
  this.run = run;
} as unknown as new (run: unknown) => Operation;
Operation.prototype = Object.create(primitive, {
  [Symbol.iterator]: {
    value(this: Operation): Iterator<unknown> {
      const fiber = runningFiber();
      if (fiber === undefined) return yieldOnce(this);
      return stepOf(this.run(processOf(fiber), fiber));
    },
  },
});
