/**
 * `Task.Supervisor.asyncStream` and its kind: a function applied to each of many items, each in a task under a
 * supervisor, on any node.
 *
 * @module
 */
import { Effect, type Stream } from "../deps/effect.ts";
import type { Failure, Success } from "../process/modules.ts";
import type { ModuleFunction } from "../term/capture.ts";
import type { MaxChildren, NoProc, Timeout } from "../term/errors.ts";
import type { Shutdown } from "./child_spec.ts";
import { type Items, type StreamElement, streamItems, type StreamOptions } from "./stream_items.ts";
import type { AsyncError, SupervisorRef } from "./task_supervisor_ref.ts";
import { startTask } from "./task_supervisor_start.ts";

/** How a stream of supervised tasks works. */
export interface SupervisedOptions extends StreamOptions {
  /** How long each task may take to end when its supervisor does: 5 seconds by default. */
  readonly shutdown?: Shutdown;
}

/** A stream of tasks under a supervisor: each item's result, or why it has none. */
export type SupervisedStream<Item, Returns, E2, R2, Options> = Stream.Stream<
  StreamElement<Success<Returns>, Failure<Returns>, Item, Options>,
  AsyncError | NoProc | MaxChildren | Timeout | E2,
  R2
>;

const streamUnder = (
  operation: string,
  linked: boolean,
  supervisor: SupervisorRef,
  items: Items<unknown, unknown, unknown>,
  body: unknown,
  args: ReadonlyArray<unknown>,
  options: SupervisedOptions = {},
) => {
  const started = options.shutdown === undefined ? {} : { shutdown: options.shutdown };
  const start = (item: unknown) => startTask(operation, supervisor, body, [item, ...args], started, linked);
  const onRefusal = (refusal: NoProc | MaxChildren) => Effect.fail(refusal);
  // What the elements are follows from the options, as the types of the two say.
  return streamItems(items, { operation, start, onRefusal }, options) as never;
};

/**
 * Applies a function to each item, each in a task under the supervisor that goes with the caller, so many at a
 * time (`Task.Supervisor.async_stream/6`). As `Task.asyncStream`, on any node.
 *
 * @param supervisor Its pid, its name, its name on a node, or its name by way of a registry.
 * @param items An iterable, or a stream.
 * @param body A function of a defined module, or a capture of one: it gets an item, and then `args`.
 * @param args Its further arguments.
 * @param options How many at a time, for how long, in which order.
 * @returns A stream of each item's result, or why it has none. It fails as `async` does; with `noproc` when
 *   there is no such supervisor, `max_children` when it has no place; with `timeout` when a task takes too long
 *   (unless `onTimeout` is `kill_task`); and as the items do.
 */
export const asyncStream = <
  Item,
  Args extends ReadonlyArray<unknown>,
  Returns,
  E2 = never,
  R2 = never,
  const Options extends SupervisedOptions = SupervisedOptions,
>(
  supervisor: SupervisorRef,
  items: Items<Item, E2, R2>,
  body: ModuleFunction<readonly [item: Item, ...Args], Returns>,
  args: Readonly<NoInfer<Args>>,
  options?: Options,
): SupervisedStream<Item, Returns, E2, R2, Options> =>
  streamUnder("Task.Supervisor.asyncStream", true, supervisor, items, body, args, options);

/**
 * The same, but the tasks that run when the caller's process ends run on (`Task.Supervisor.async_stream_nolink/6`).
 * Arguments and result are those of {@link asyncStream}.
 */
export const asyncStreamNolink = <
  Item,
  Args extends ReadonlyArray<unknown>,
  Returns,
  E2 = never,
  R2 = never,
  const Options extends SupervisedOptions = SupervisedOptions,
>(
  supervisor: SupervisorRef,
  items: Items<Item, E2, R2>,
  body: ModuleFunction<readonly [item: Item, ...Args], Returns>,
  args: Readonly<NoInfer<Args>>,
  options?: Options,
): SupervisedStream<Item, Returns, E2, R2, Options> =>
  streamUnder("Task.Supervisor.asyncStreamNolink", false, supervisor, items, body, args, options);
