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

/**
 * Applies a function to each item, each in a task under the supervisor that goes with the caller, so many at a
 * time (`Task.Supervisor.async_stream/6`). As `Task.asyncStream`, on any node.
 *
 * @param supervisor A name, a pid, or `[name, node]`.
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
  options: Options = {} as Options,
): Stream.Stream<
  StreamElement<Success<Returns>, Failure<Returns>, Item, Options>,
  AsyncError | NoProc | MaxChildren | Timeout | E2,
  R2
> => streamUnder("Task.Supervisor.asyncStream", supervisor, items, body, args, options, true);

/**
 * The same, but the tasks that run when the caller's process ends run on (`Task.Supervisor.async_stream_nolink/6`).
 *
 * @param supervisor A name, a pid, or `[name, node]`.
 * @param items An iterable, or a stream.
 * @param body A function of a defined module, or a capture of one: it gets an item, and then `args`.
 * @param args Its further arguments.
 * @param options How many at a time, for how long, in which order.
 * @returns A stream of each item's result, or why it has none. It fails as `async` does; with `noproc` when
 *   there is no such supervisor, `max_children` when it has no place; with `timeout` when a task takes too long
 *   (unless `onTimeout` is `kill_task`); and as the items do.
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
  options: Options = {} as Options,
): Stream.Stream<
  StreamElement<Success<Returns>, Failure<Returns>, Item, Options>,
  AsyncError | NoProc | MaxChildren | Timeout | E2,
  R2
> => streamUnder("Task.Supervisor.asyncStreamNolink", supervisor, items, body, args, options, false);

const streamUnder = <Item, A, E, E2, R2, const Options extends SupervisedOptions>(
  operation: string,
  supervisor: SupervisorRef,
  items: Items<Item, E2, R2>,
  body: unknown,
  args: ReadonlyArray<unknown>,
  options: Options,
  linked: boolean,
): Stream.Stream<
  StreamElement<A, E, Item, Options>,
  AsyncError | NoProc | MaxChildren | Timeout | E2,
  R2
> => {
  const { shutdown } = options;
  const started = shutdown === undefined ? {} : { shutdown };
  return streamItems(items, {
    operation,
    start: (item: Item) => startTask<A, E>(operation, supervisor, body, [item, ...args], started, linked),
    onRefusal: (refusal: NoProc | MaxChildren) => Effect.fail(refusal),
  }, options);
};
