/**
 * A test's Effect in a process of its own, and what is done about the processes that it leaves behind.
 *
 * @module
 */
import { Cause, Context, Effect, type Exit, type Scope } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import { exit as exitOwn } from "../process/exit.ts";
import type { Kernel } from "../process/kernel.ts";
import { exitSignal } from "../process/links.ts";
import { demonitor, monitor } from "../process/monitors.ts";
import { Exit as ExitError } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";

/** A process that a test leaves behind and that does not end when asked to is killed after so many milliseconds. */
const grace = 1000;

/**
 * Runs a test's Effect in a process of its own, with a scope. When it is over, its process ends with `shutdown`,
 * as a test's of ExUnit, which ends what is linked to it; other processes that were spawned meanwhile are
 * ended after it.
 *
 * @param kernel Where it runs.
 * @param name The test's name.
 * @param effect What to run.
 * @returns Nothing where it succeeds; why it fails otherwise, as it is shown.
 */
export const runInProcess = async <A, E>(
  kernel: Kernel,
  name: string,
  effect: Effect.Effect<A, E, Scope.Scope>,
): Promise<Error | undefined> => {
  const entry = kernel.spawn({ parent: undefined, leader: kernel.user.pid, initialCall: name });
  const [reason, exit] = await outcomeOf(kernel, entry, effect);
  await endLeftovers(kernel, entry.pid.number);
  if (exit._tag === "Success") return undefined;
  // Ended from outside: by what it is linked to, as a rule.
  if (exit.cause.reasons.every(Cause.isInterruptReason)) {
    return new ExitError({ operation: `the test ${JSON.stringify(name)}`, reason });
  }
  return errorOf(exit.cause);
};

/** Runs the process to its end: its exit reason, and what became of the Effect, its finalizers included. */
const outcomeOf = <A, E>(
  kernel: Kernel,
  entry: Entry,
  effect: Effect.Effect<A, E, Scope.Scope>,
): Promise<readonly [reason: unknown, exit: Exit.Exit<A, E>]> => {
  const ended = new Promise<unknown>((resolve) =>
    monitor(kernel, { watched: entry.pid, onDown: (reason) => resolve(reason) })
  );
  // A process that is killed is gone at once, and its finalizers run on.
  const finished = new Promise<Exit.Exit<A, E>>((resolve) => {
    const body = Effect.scoped(effect).pipe(
      Effect.onExit((exit) => Effect.sync(() => resolve(exit))),
      Effect.exit,
      Effect.andThen(exitOwn("shutdown")),
    );
    kernel.start(entry, body, Context.empty());
  });
  return Promise.all([ended, finished]);
};

/** An error as a test reports it: as it is where it is one, else inspected. */
const errorOf = (cause: Cause.Cause<unknown>): Error => {
  const error = Cause.squash(cause);
  return error instanceof Error ? error : new Error(inspect(error));
};

/** Ends the processes that are younger than the test's, parents before children, until none is left. */
const endLeftovers = async (kernel: Kernel, test: number): Promise<void> => {
  for (;;) {
    const left = [...kernel.table.values()].filter((entry) => isLeftover(kernel, test, entry));
    // A supervisor ends its children itself, in their order.
    const roots = left.filter(({ parent }) =>
      parent === undefined || !left.some((one) => one.pid === parent)
    );
    if (roots.length === 0) return;
    await Promise.all(roots.map((entry) => end(kernel, entry)));
  }
};

/**
 * Whether a process was spawned by the test or by what it spawned; and not by a process that was there before
 * it, as an application's supervisor.
 */
const isLeftover = (kernel: Kernel, test: number, { pid, parent }: Entry): boolean => {
  if (pid.number <= test) return false;
  if (parent === undefined || parent.number === test || parent.home !== kernel.life) return true;
  if (parent.number < test) return false;
  const above = kernel.find(parent);
  return above === undefined || isLeftover(kernel, test, above);
};

/** Asks a process to end, and kills it when it does not; done when it has ended. */
const end = (kernel: Kernel, entry: Entry): Promise<void> =>
  new Promise((resolve) => {
    const stopWaiting = kernel.seams.clock.after(grace, () => entry.kill());
    const watch = monitor(kernel, {
      watched: entry.pid,
      onDown: () => {
        stopWaiting();
        demonitor(kernel, watch.reference);
        resolve();
      },
    });
    exitSignal(entry, kernel.user.pid, "shutdown");
  });
