/**
 * A stream of items as a stream of tasks: so many at a time, each with its time-out, their results in the order
 * of the items or as they come. What `Task.asyncStream` and its kind have in common (`Task.Supervised.stream`).
 *
 * @module
 */
import { Cause, type Duration, Effect, Option, Pull, Result, type Scope, Stream } from "../deps/effect.ts";
import { isTime, millisecondsOf } from "../process/arguments.ts";
import { withProcess } from "../process/own_kernel.ts";
import { BadArg, type MaxChildren, type NoProc, type Timeout } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { tuple } from "../term/tuple.ts";
import { RunningItems } from "./running_items.ts";
import type { Outcome, SystemFailure, TaskHandle } from "./task_handle.ts";

/** How a stream of tasks works. */
export interface StreamOptions {
  /** How many tasks run at a time: as many as the machine has processors by default. */
  readonly maxConcurrency?: number;
  /** Whether results come in the order of the items, by default, or as they come. */
  readonly ordered?: boolean;
  /** How long each task may take: 5 seconds by default; a number is milliseconds. */
  readonly timeout?: Duration.Input | "infinity";
  /** What a task over its time comes to: the stream fails with `timeout`, by default, or that task is killed. */
  readonly onTimeout?: "exit" | "kill_task";
  /** Whether a failure comes with the item that it is about: `[item, failure]`. */
  readonly zipInputOnExit?: boolean;
}

/** A task's result, or why it has none; with `zipInputOnExit` the failure stands behind its item. */
export type StreamElement<A, E, Item, Options> = Result.Result<
  A,
  Options extends { readonly zipInputOnExit: true }
    ? readonly [item: Item, failure: E | SystemFailure | Timeout]
    : E | SystemFailure | Timeout
>;

/** What the items come from. */
export type Items<Item, E, R> = Iterable<Item> | Stream.Stream<Item, E, R>;

/** How one item becomes a task. */
export interface Starting<Item, A, E, StartError, Refused, R> {
  /** How the stream is called in errors. */
  readonly operation: string;
  readonly start: (item: Item) => Effect.Effect<TaskHandle<A, E>, StartError, R>;
  /** What it comes to when its supervisor refused it: that is no task's failure. */
  readonly onRefusal: (refusal: NoProc | MaxChildren) => Effect.Effect<never, Refused>;
}

/** What is wrong with arguments that the compiler would have refused, or could not know. */
const problemOf = (items: unknown, options: StreamOptions): string | undefined => {
  if (!isIterable(items) && !Stream.isStream(items)) {
    return `the items are an iterable or a Stream, and not ${inspect(items)}`;
  }
  if (typeof options !== "object" || options === null) {
    return `options are { maxConcurrency: 2 } or none, and not ${inspect(options)}`;
  }
  const { maxConcurrency, timeout, onTimeout } = options;
  if (maxConcurrency !== undefined && !(typeof maxConcurrency === "number" && maxConcurrency >= 1)) {
    return `maxConcurrency is a number of tasks, 1 or more, and not ${inspect(maxConcurrency)}`;
  }
  if (onTimeout !== undefined && onTimeout !== "exit" && onTimeout !== "kill_task") {
    return `onTimeout is exit or kill_task, and not ${inspect(onTimeout)}`;
  }
  return timeout === undefined || isTime(timeout)
    ? undefined
    : `timeout is a time, as 500 (milliseconds), "5 seconds" or "infinity", and not ${inspect(timeout)}`;
};

const isIterable = (value: unknown): boolean =>
  typeof value === "string" || (typeof value === "object" && value !== null && Symbol.iterator in value);

/** The next item, or nothing when there is none any more. Read one by one: a source may have effects. */
const reader = <Item, E, R>(
  items: Items<Item, E, R>,
): Effect.Effect<Effect.Effect<Option.Option<Item>, E>, never, R | Scope.Scope> => {
  const stream: Stream.Stream<Item, E, R> = Stream.isStream(items)
    ? items
    : Stream.fromIterable(items, { chunkSize: 1 });
  return Effect.map(Stream.toPull(stream), (pull) => {
    let read: ReadonlyArray<Item> = [];
    return Effect.suspend(() => {
      const [item, ...rest] = read;
      if (read.length > 0) {
        read = rest;
        // There is one; `undefined` may be an item.
        return Effect.succeed(Option.some(item as Item));
      }
      const more = Effect.map(pull, ([first, ...others]) => {
        read = others;
        return Option.some(first);
      });
      return Pull.catchDone(more, () => Effect.succeed(Option.none<Item>()));
    });
  });
};

/**
 * Runs a task for each item.
 *
 * @param items The items; no more are read than tasks may run.
 * @param starting How an item becomes a task; what it fails with is the stream's failure.
 * @param options How many at a time, for how long, in which order.
 * @returns The stream of results. When it ends before its tasks, they are killed; when its process ends, they go
 *   with that as its other tasks do.
 */
export const streamItems = <Item, A, E, StartError, Refused, R, E2, R2, const Options extends StreamOptions>(
  items: Items<Item, E2, R2>,
  starting: Starting<Item, A, E, StartError, Refused, R>,
  options: Options,
): Stream.Stream<
  StreamElement<A, E, Item, Options>,
  StartError | Refused | E2 | Timeout | BadArg,
  R | R2
> => {
  const { operation } = starting;
  const { ordered = true, zipInputOnExit = false, onTimeout = "exit", timeout = 5000 } = options ?? {};
  const elementOf = (item: Item, outcome: Outcome<A, E | Timeout>) => {
    const result = outcome.tag === "value"
      ? Result.succeed(outcome.value)
      : Result.fail(zipInputOnExit ? tuple(item, outcome.failure) : outcome.failure);
    // As the options say, which the type follows.
    return [result as StreamElement<A, E, Item, Options>] as const;
  };
  const begin = Effect.gen(function* () {
    const problem = problemOf(items, options);
    if (problem !== undefined) return yield* Effect.fail(new BadArg({ operation, problem }));
    const owner = yield* withProcess((entry) => Effect.succeed(entry));
    const next = yield* reader(items);
    const tasks = new RunningItems<Item, A, E>(owner, {
      most: options.maxConcurrency ?? navigator.hardwareConcurrency,
      isOrdered: ordered,
      kills: onTimeout === "kill_task",
      milliseconds: millisecondsOf(operation, timeout),
      operation,
    });
    yield* Effect.addFinalizer(() => Effect.sync(() => tasks.stop()));
    let isRead = false;
    const fill = Effect.gen(function* () {
      while (!isRead && tasks.hasRoom) {
        const item = yield* next;
        if (Option.isNone(item)) isRead = true;
        else yield* tasks.add(item.value, yield* starting.start(item.value));
      }
    });
    const pull = Effect.gen(function* () {
      yield* fill;
      let done = yield* tasks.next(!isRead);
      while (done === "room") {
        yield* fill;
        done = yield* tasks.next(!isRead);
      }
      if (done === undefined) return yield* Cause.done();
      const { item, outcome } = done;
      if (outcome.tag === "failure" && outcome.refusal !== undefined) {
        return yield* starting.onRefusal(outcome.refusal);
      }
      return elementOf(item, outcome);
    });
    return Stream.fromPull(Effect.succeed(pull));
  });
  return Stream.unwrap(begin);
};
