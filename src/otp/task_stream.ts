/**
 * `Task.asyncStream`: a function applied to each of many items, each in a task of this node.
 *
 * @module
 */
import { Effect, type Stream } from "../deps/effect.ts";
import type { Failure, Requirements, Success } from "../process/modules.ts";
import type { BadArg, Timeout } from "../term/errors.ts";
import { type Items, type StreamElement, streamItems, type StreamOptions } from "./stream_items.ts";
import { async } from "./task_start.ts";

/**
 * Applies a function to each item, each in a task of its own that goes with the caller, so many at a time
 * (`Task.async_stream/3`). No more items are read than tasks may run; when the stream ends early, the tasks that
 * still run are killed.
 *
 * @example
 * ```ts
 * import { Effect, Stream } from "npm:effect@^4.1.0";
 * import { Task } from "../../mod.ts";
 *
 * const lengths = Task.asyncStream(["one", "three"], (word) => Effect.succeed(word.length), { maxConcurrency: 2 });
 * await Effect.runPromise(Stream.runCollect(lengths));
 * ```
 *
 * @param items An iterable, or a stream.
 * @param body What is done with an item: gives an Effect, a promise or a value.
 * @param options How many at a time, for how long, in which order.
 * @returns A stream of each item's result, or why it has none. It fails with `timeout` when a task takes too long
 *   (unless `onTimeout` is `kill_task`), with `badarg` for options that cannot be, and as the items do.
 */
export const asyncStream = <
  Item,
  Returns,
  E2 = never,
  R2 = never,
  const Options extends StreamOptions = StreamOptions,
>(
  items: Items<Item, E2, R2>,
  body: (item: Item) => Returns,
  options: Options = {} as Options,
): Stream.Stream<
  StreamElement<Success<Returns>, Failure<Returns>, Item, Options>,
  E2 | Timeout | BadArg,
  R2 | Requirements<Returns>
> => {
  const start = (item: Item) => async<[Item], Returns>(body, [item]);
  // No supervisor is asked.
  const onRefusal = (refusal: unknown): Effect.Effect<never> => Effect.die(refusal);
  return streamItems(items, { operation: "Task.asyncStream", start, onRefusal }, options);
};
