/**
 * `Task.Supervisor`: supervises tasks, on any node (Elixir's `Task.Supervisor`).
 *
 * One `async` and `await` across nodes costs one round trip:
 *
 * 1. The owner's node sends a request to the supervisor, by name: module, function, arguments.
 * 2. The supervisor starts the task's process, and hands the request on to it.
 * 3. The task's result is the answer. If the task ends without one, its exit reason is the answer; if the
 *    supervisor is not there, or ends before step 2, that is.
 * 4. If the connection breaks, before or after any of these, the owner's node answers with `noconnection`, and
 *    the task's node sends the task of an `async` that as an exit signal.
 *
 * @module
 */
export { awaitTask as await } from "./task_await.ts";
export { children, startChild, terminateChild } from "./task_children.ts";
export type { AsyncError, CallError, SupervisorRef } from "./task_supervisor_ref.ts";
export { childSpec, startLink, type TaskSupervisorOptions } from "./task_supervisor_process.ts";
export { async, asyncNolink, type AsyncOptions } from "./task_supervisor_start.ts";
export { asyncStream, asyncStreamNolink } from "./task_supervisor_stream.ts";
