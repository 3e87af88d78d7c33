/**
 * `Task`: a computation in a process of its own, and its result awaited (Elixir's `Task`).
 *
 * What happens when someone ends before the result is there:
 *
 * | who ends, and how               | `async`                                   | `asyncNolink`          |
 * | ------------------------------- | ----------------------------------------- | ---------------------- |
 * | the owner, with `normal`        | the task runs on                          | the task runs on       |
 * | the owner, with another reason  | the task gets that reason as exit signal  | the task runs on       |
 * | the task, with a typed failure  | `await` fails with it                     | `await` fails with it  |
 * | the task, with another reason   | `await` fails with `exit`                 | the same               |
 * | the node of the task            | `await` fails with `noconnection`         | the same               |
 * | the node of the owner           | the task gets `noconnection`              | the task runs on       |
 *
 * The owner is never killed by its task. A failure that nobody has awaited when the owner ends is logged.
 *
 * @module
 */
import { type Duration, Effect, Option } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import type { Failure, Requirements, Success } from "../process/modules.ts";
import { nameOfFunction } from "../process/modules.ts";
import { withProcess } from "../process/own_kernel.ts";
import { askHolder, exitHolder, reply, requestOf } from "../process/requests.ts";
import { toEffect } from "../process/spawn.ts";
import { NoProc } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { type AwaitError, awaitTask, defaultTimeout, settled, toResult } from "./task_await.ts";
import { type Outcome, type SystemFailure, TaskHandle } from "./task_handle.ts";
import type { AsyncError } from "./task_supervisor.ts";

export * as Supervisor from "./task_supervisor.ts";
export type { AwaitError } from "./task_await.ts";
export type { SystemFailure } from "./task_handle.ts";

/** A task: its result's type, and what its function can fail with. */
export type Task<A, E = never> = TaskHandle<A, E>;

/** The Effect that runs a function elsewhere and awaits it: for functions that call each other in a circle. */
export type Result<A, E = never> = Effect.Effect<A, AwaitError<E> | AsyncError>;

/**
 * Starts a task on this node, in a process that goes with the caller's (`Task.async/1`).
 *
 * @param body An Effect, or a function.
 * @param args The function's arguments.
 * @returns The task.
 */
export function async<A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<Task<A, E>, never, R>;
/** Starts a task that calls a function. */
export function async<Args extends ReadonlyArray<unknown>, Returns>(
  body: (...args: Args) => Returns,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<Task<Success<Returns>, Failure<Returns>>, never, Requirements<Returns>>;
export function async(body: unknown, args: unknown = []): Effect.Effect<Task<unknown, unknown>> {
  return withProcess((owner, fiber) => {
    const { kernel } = owner;
    const call: ReadonlyArray<unknown> = Array.isArray(args) ? args : [];
    const effect = typeof body === "function"
      ? Effect.suspend(() => toEffect(Reflect.apply(body, undefined, call)))
      : toEffect(body);
    const name = nameOfFunction(body);
    const initialCall = name === undefined ? undefined : `${name.module}.${name.function}/${call.length}`;
    const entry = kernel.spawn({ parent: owner.pid, leader: owner.leader, initialCall });
    entry.failureIsTold = true;
    const origin = {
      operation: () => `Task.async(${initialCall ?? "…"})`,
      module: name?.module,
      supervisor: () => "the task",
    };
    const task = new TaskHandle(owner, origin, (onAnswer) => requestOf(kernel, entry, owner, true, onAnswer));
    const answered = Effect.flatMap(
      effect,
      (value) => Effect.sync(() => reply(kernel, task.reference, value)),
    );
    kernel.start(entry, answered, fiber.context);
    return Effect.succeed(task);
  });
}

/**
 * Waits for a task's result, but not for ever (`Task.yield/2`).
 *
 * @param task The task.
 * @param timeout How long, 5 seconds by default; a number is milliseconds.
 * @returns The result, or nothing when it is not there yet. Fails as `await` does, but for `timeout`.
 */
const yield_ = <A, E>(
  task: Task<A, E>,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<Option.Option<A>, E | SystemFailure> => settled("Task.yield", task, timeout, toOption);

export { awaitTask as await, yield_ as yield };

type FailureOf<T> = T extends Task<infer _A, infer E> ? E : never;

/**
 * Waits for the results of several tasks (`Task.await_many/2`).
 *
 * @param tasks The tasks.
 * @param timeout How long for all of them, 5 seconds by default; a number is milliseconds.
 * @returns The results, in the order of the tasks. Fails as soon as one does.
 */
export const awaitMany = <const Tasks extends ReadonlyArray<Task<unknown, unknown>>>(
  tasks: Tasks,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<
  { -readonly [Index in keyof Tasks]: Tasks[Index] extends Task<infer A, infer _E> ? A : never },
  AwaitError<FailureOf<Tasks[number]>>
> => {
  const all = Effect.forEach(tasks, (task) => awaitTask(task, timeout), { concurrency: "unbounded" });
  // One result for each task, in order: what the mapped type says.
  return all as never;
};

/**
 * Ends a task, and gives the result if it came first (`Task.shutdown/2`).
 *
 * @param task The task.
 * @param timeout How long it may take to end, 5 seconds by default, before it is killed; `brutal_kill` kills at
 *   once; a number is milliseconds.
 * @returns The result, or nothing when the task was ended by this. Fails as `await` does when the task had
 *   failed.
 */
export const shutdown = <A, E>(
  task: Task<A, E>,
  timeout: Duration.Input | "infinity" | "brutal_kill" = defaultTimeout,
): Effect.Effect<Option.Option<A>, E | SystemFailure> =>
  Effect.suspend(() => {
    if (!(task instanceof TaskHandle)) return Effect.die(wrongArgument("Task.shutdown", task, "a task"));
    const { kernel, pending } = task;
    const isBrutal = timeout === "brutal_kill";
    const unlessEndedByUs = (
      outcome: Outcome<A, E> | undefined,
    ): Effect.Effect<Option.Option<A>, E | SystemFailure> =>
      outcome !== undefined && wasEndedByUs(outcome) ? Effect.succeedNone : toOption(outcome);
    if (task.take() === undefined) exitHolder(kernel, pending, isBrutal ? "kill" : "shutdown");
    return settled("Task.shutdown", task, isBrutal ? "infinity" : timeout, (outcome) => {
      if (outcome !== undefined) return unlessEndedByUs(outcome);
      exitHolder(kernel, pending, "kill");
      return settled("Task.shutdown", task, "infinity", unlessEndedByUs);
    });
  });

/**
 * The process of a task, once it has started (the `pid` of Elixir's `%Task{}`).
 *
 * @param task The task.
 * @returns Its pid. Fails with `noproc` when the task has ended before it was asked for, and as `await` does
 *   when it could not be started.
 */
export const pid = <A, E>(task: Task<A, E>): Effect.Effect<Pid, E | SystemFailure> =>
  Effect.callback((resume) => {
    const finish = (): void => {
      const outcome = task.take();
      if (outcome === undefined) return;
      const gone = new NoProc({ operation: `Task.pid of ${task.operation}`, process: "the task" });
      resume(Effect.fail(outcome.tag === "failure" ? outcome.failure : gone));
    };
    const stopWaiting = task.whenSettled(finish);
    askHolder(task.kernel, task.pending, (holder) => {
      stopWaiting();
      resume(Effect.succeed(holder));
    });
    finish();
    return Effect.sync(stopWaiting);
  });

const toOption = <A, E>(
  outcome: Outcome<A, E> | undefined,
): Effect.Effect<Option.Option<A>, E | SystemFailure> =>
  outcome === undefined ? Effect.succeedNone : Effect.map(toResult(outcome), Option.some);

const wasEndedByUs = <A, E>(outcome: Outcome<A, E>): boolean =>
  outcome.tag === "failure" && typeof outcome.failure === "object" && outcome.failure !== null &&
  "_tag" in outcome.failure && outcome.failure._tag === "exit" && "reason" in outcome.failure &&
  (outcome.failure.reason === "shutdown" || outcome.failure.reason === "killed");
