/**
 * Looking after tasks without giving up on them: one, or many at once.
 *
 * @module
 */
import { type Duration, Effect, Option, Result } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import { Timeout } from "../term/errors.ts";
import { type AwaitError, defaultTimeout, settled, toResult } from "./task_await.ts";
import type { Outcome, SystemFailure, TaskHandle } from "./task_handle.ts";

type ValueOf<T> = T extends TaskHandle<infer A, infer _E> ? A : never;
type FailureOf<T> = T extends TaskHandle<infer _A, infer E> ? E : never;

/**
 * Waits for a task's result, but not for ever (`Task.yield/2`).
 *
 * @param task The task.
 * @param timeout How long, 5 seconds by default; a number is milliseconds.
 * @returns The result, or nothing when it is not there yet. Fails as `await` does, but for `timeout`.
 */
export const yieldTask = <A, E>(
  task: TaskHandle<A, E>,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<Option.Option<A>, E | SystemFailure> => settled("Task.yield", task, timeout, toOption);

/**
 * Waits for the results of several tasks, as many as come in time (`Task.yield_many/2`).
 *
 * @param tasks The tasks.
 * @param timeout How long for all of them, 5 seconds by default; a number is milliseconds.
 * @returns For each task, in their order: nothing when it is not done yet, else its result or its failure.
 */
export const yieldMany = <const Tasks extends ReadonlyArray<TaskHandle<unknown, unknown>>>(
  tasks: Tasks,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<
  {
    -readonly [Index in keyof Tasks]: Option.Option<
      Result.Result<ValueOf<Tasks[Index]>, FailureOf<Tasks[Index]> | SystemFailure>
    >;
  }
> => {
  if (!Array.isArray(tasks)) return Effect.die(wrongArgument("Task.yieldMany", tasks, "an array of tasks"));
  const all = Effect.forEach(
    tasks,
    (task) =>
      settled("Task.yieldMany", task, timeout, (outcome) => Effect.succeed(toOptionalResult(outcome))),
    { concurrency: "unbounded" },
  );
  // One for each task, in order: what the mapped type says.
  return all as never;
};

/**
 * Waits for the results of several tasks (`Task.await_many/2`).
 *
 * @param tasks The tasks.
 * @param timeout How long for all of them, 5 seconds by default; a number is milliseconds.
 * @returns The results, in the order of the tasks. Fails as soon as one does; `timeout` says which are not done.
 */
export const awaitMany = <const Tasks extends ReadonlyArray<TaskHandle<unknown, unknown>>>(
  tasks: Tasks,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<
  { -readonly [Index in keyof Tasks]: ValueOf<Tasks[Index]> },
  AwaitError<FailureOf<Tasks[number]>>
> => {
  if (!Array.isArray(tasks)) return Effect.die(wrongArgument("Task.awaitMany", tasks, "an array of tasks"));
  const all = Effect.forEach(
    tasks,
    (task) =>
      settled(
        "Task.awaitMany",
        task,
        timeout,
        (outcome, milliseconds): Effect.Effect<unknown, unknown> =>
          outcome === undefined
            ? Effect.fail(new Timeout({ operation: operationOfMany(tasks), milliseconds }))
            : toResult(outcome),
      ),
    { concurrency: "unbounded" },
  );
  // One result for each task, in order: what the mapped type says.
  return all as never;
};

/** As many tasks as a text tells of. */
const told = 5;

/** What was awaited, and which of them has not come. */
const operationOfMany = (tasks: ReadonlyArray<TaskHandle<unknown, unknown>>): string => {
  const late = tasks.filter((task) => task.take() === undefined).map(({ operation }) => operation);
  const more = late.length > told ? `, and ${late.length - told} more` : "";
  return `Task.awaitMany of ${tasks.length} tasks, of which ${late.length} are not done: ${
    late.slice(0, told).join(", ")
  }${more}`;
};

/** A task's end, or nothing while it has none, as what `yield` gives. */
export const toOption = <A, E>(
  outcome: Outcome<A, E> | undefined,
): Effect.Effect<Option.Option<A>, E | SystemFailure> =>
  outcome === undefined ? Effect.succeedNone : Effect.map(toResult(outcome), Option.some);

const toOptionalResult = <A, E>(
  outcome: Outcome<A, E> | undefined,
): Option.Option<Result.Result<A, E | SystemFailure>> => {
  if (outcome === undefined) return Option.none();
  return Option.some(outcome.tag === "value" ? Result.succeed(outcome.value) : Result.fail(outcome.failure));
};
