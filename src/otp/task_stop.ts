/**
 * Ending tasks, and letting go of them.
 *
 * @module
 */
import { type Duration, Effect, type Option } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import { exitHolder } from "../process/requests.ts";
import { BadArg, Exit } from "../term/errors.ts";
import { defaultTimeout, settled } from "./task_await.ts";
import { type Outcome, type SystemFailure, TaskHandle } from "./task_handle.ts";
import { toOption } from "./task_yield.ts";

/**
 * Ends a task, and gives the result if it came first (`Task.shutdown/2`).
 *
 * @param task The task.
 * @param timeout How long it may take to end, 5 seconds by default, before it is killed; `brutal_kill` kills at
 *   once; a number is milliseconds.
 * @returns The result, or nothing when the task was ended by this. Fails as `await` does when the task had
 *   failed, or had to be killed; with `badarg` for a task that was completed from the beginning.
 */
export const shutdown = <A, E>(
  task: TaskHandle<A, E>,
  timeout: Duration.Input | "infinity" | "brutal_kill" = defaultTimeout,
): Effect.Effect<Option.Option<A>, E | SystemFailure | BadArg> =>
  Effect.suspend((): Effect.Effect<Option.Option<A>, E | SystemFailure | BadArg> => {
    if (!(task instanceof TaskHandle)) return Effect.die(wrongArgument("Task.shutdown", task, "a task"));
    if (task.isCompleted) {
      const problem = "the task was completed from the beginning, and has no process";
      return Effect.fail(new BadArg({ operation: `Task.shutdown of ${task.operation}`, problem }));
    }
    const { kernel, pending } = task;
    const isBrutal = timeout === "brutal_kill";
    // A task that had to be killed after its time has failed: only what was asked for is no failure.
    const unlessEndedByUs = (
      outcome: Outcome<A, E> | undefined,
    ): Effect.Effect<Option.Option<A>, E | SystemFailure> =>
      outcome !== undefined && hasEndedBy(outcome, isBrutal ? "killed" : "shutdown")
        ? Effect.succeedNone
        : toOption(outcome);
    if (task.take() === undefined) exitHolder(kernel, pending, isBrutal ? "kill" : "shutdown");
    return settled("Task.shutdown", task, isBrutal ? "infinity" : timeout, (outcome) => {
      if (outcome !== undefined) return unlessEndedByUs(outcome);
      exitHolder(kernel, pending, "kill");
      return settled("Task.shutdown", task, "infinity", unlessEndedByUs);
    });
  });

const hasEndedBy = <A, E>(outcome: Outcome<A, E>, reason: "shutdown" | "killed"): boolean =>
  outcome.tag === "failure" && outcome.failure instanceof Exit && outcome.failure.reason === reason;

/**
 * Lets go of a task: it runs on, tied to nobody, and its result goes nowhere (`Task.ignore/1`). A failure of it
 * is logged.
 *
 * @param task The task.
 * @returns The result if it is there already, else nothing. Fails as `await` does when the task has failed.
 */
export const ignore = <A, E>(task: TaskHandle<A, E>): Effect.Effect<Option.Option<A>, E | SystemFailure> =>
  Effect.suspend(() => {
    if (!(task instanceof TaskHandle)) return Effect.die(wrongArgument("Task.ignore", task, "a task"));
    const outcome = task.take();
    if (outcome === undefined) task.ignore();
    return toOption(outcome);
  });
