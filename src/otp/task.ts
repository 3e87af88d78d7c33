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
import { Effect } from "../deps/effect.ts";
import { callback } from "../process/callback.ts";
import { askHolder } from "../process/requests.ts";
import { NoProc } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import type { AwaitError } from "./task_await.ts";
import type { SystemFailure, TaskHandle } from "./task_handle.ts";
import type { AsyncError } from "./task_supervisor.ts";

export * as Supervisor from "./task_supervisor.ts";
export { type AwaitError, awaitTask as await } from "./task_await.ts";
export type { SystemFailure } from "./task_handle.ts";
export { async, callers, childSpec, completed, start, startLink } from "./task_start.ts";
export { ignore, shutdown } from "./task_stop.ts";
export { asyncStream } from "./task_stream.ts";
export type { StreamElement, StreamOptions } from "./stream_items.ts";
export { awaitMany, yieldMany, yieldTask as yield } from "./task_yield.ts";

/** A task: its result's type, and what its function can fail with. */
export type Task<A, E = never> = TaskHandle<A, E>;

/** The Effect that runs a function elsewhere and awaits it: for functions that call each other in a circle. */
export type Result<A, E = never> = Effect.Effect<A, AwaitError<E> | AsyncError>;

/**
 * The process of a task, once it has started (the `pid` of Elixir's `%Task{}`).
 *
 * @param task The task.
 * @returns Its pid. Fails with `noproc` when the task has ended before it was asked for, and as `await` does
 *   when it could not be started.
 */
export const pid = <A, E>(task: Task<A, E>): Effect.Effect<Pid, E | SystemFailure> =>
  callback((resume) => {
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
