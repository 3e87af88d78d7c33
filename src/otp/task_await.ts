/**
 * Waiting for a task's end.
 *
 * @module
 */
import { type Duration, Effect } from "../deps/effect.ts";
import { millisecondsOf, wrongArgument } from "../process/arguments.ts";
import { nowFor, startDeadline } from "../process/deadline.ts";
import { waitUntil } from "../process/wait.ts";
import { Timeout } from "../term/errors.ts";
import { type Outcome, type SystemFailure, TaskHandle } from "./task_handle.ts";

/** What awaiting a task can fail with. */
export type AwaitError<E> = E | SystemFailure | Timeout;

/** The time-out of `await` and its kind, in milliseconds. */
export const defaultTimeout = 5000;

/**
 * Waits for a task's result (`Task.await/2`). Any process may await it, also again.
 *
 * @param task The task.
 * @param timeout How long, 5 seconds by default; a number is milliseconds. The task runs on after it.
 * @returns The result. Fails with the task's own failure, with `timeout`, and with what {@link SystemFailure}
 *   lists: `noconnection` when the node is gone, `noproc` when there is no such supervisor, `undef`, `exit`
 *   with the task's exit reason, `max_children`, `unsendable`.
 */
export const awaitTask = <A, E>(
  task: TaskHandle<A, E>,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<A, AwaitError<E>> => {
  return settled("Task.await", task, timeout, (outcome, milliseconds): Effect.Effect<A, AwaitError<E>> => {
    if (outcome !== undefined) return toResult(outcome);
    return Effect.fail(new Timeout({ operation: `Task.await of ${task.operation}`, milliseconds }));
  });
};

/** Goes on with a task's end, or with nothing when the time is over. */
export const settled = <A, E, B, E2>(
  operation: string,
  task: TaskHandle<A, E>,
  timeout: Duration.Input | "infinity",
  goOn: (outcome: Outcome<A, E> | undefined, milliseconds: number) => Effect.Effect<B, E2>,
): Effect.Effect<B, E2> =>
  Effect.withFiber((fiber) => {
    if (!(task instanceof TaskHandle)) return Effect.die(wrongArgument(operation, task, "a task"));
    const milliseconds = millisecondsOf(operation, timeout);
    const already = task.take();
    if (already !== undefined || milliseconds <= 0) return goOn(already, milliseconds);
    let isOver = false;
    // A message for the process wakes it too, and then it waits for what is left.
    let due: number | undefined;
    return waitUntil({
      look: () => {
        const outcome = task.take();
        return outcome !== undefined || isOver ? goOn(outcome, milliseconds) : undefined;
      },
      watch: (wake) => {
        const stopWaiting = task.whenSettled(wake);
        const now = nowFor(fiber);
        due ??= now + milliseconds;
        const stopDeadline = startDeadline(fiber, Math.max(0, due - now), () => {
          isOver = true;
          wake();
        });
        return () => {
          stopWaiting();
          stopDeadline();
        };
      },
    });
  });

/** A task's end as an Effect. */
export const toResult = <A, E>(outcome: Outcome<A, E>): Effect.Effect<A, E | SystemFailure> =>
  outcome.tag === "value" ? Effect.succeed(outcome.value) : Effect.fail(outcome.failure);
