/**
 * The tasks of one stream that run, and those that are done and not yet taken.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { startDeadline } from "../process/deadline.ts";
import type { Entry } from "../process/entry.ts";
import { exitHolder } from "../process/requests.ts";
import { waitUntil } from "../process/wait.ts";
import { Timeout } from "../term/errors.ts";
import type { Outcome, TaskHandle } from "./task_handle.ts";

/** What holds for all tasks of a stream. */
export interface RunningOptions {
  /** How many run at a time. */
  readonly most: number;
  /** Whether they are taken in the order of their start. */
  readonly isOrdered: boolean;
  /** Whether one over its time is killed; otherwise all fail with it. */
  readonly kills: boolean;
  /** The time of each. */
  readonly milliseconds: number;
  readonly operation: string;
}

/** A task that is done. */
export interface Done<Item, A, E> {
  readonly item: Item;
  readonly outcome: Outcome<A, E | Timeout>;
}

interface Running {
  readonly task: TaskHandle<unknown, unknown>;
  readonly stopWatching: () => void;
}

/** The tasks of one stream. */
export class RunningItems<Item, A, E> {
  readonly #owner: Entry;
  readonly #options: RunningOptions;
  readonly #running = new Map<number, Running>();
  // By the number of their start, oldest end first.
  readonly #done = new Map<number, Done<Item, A, E>>();
  #started = 0;
  #taken = 0;
  #isOverTime = false;
  #wake: () => void = () => {};

  constructor(owner: Entry, options: RunningOptions) {
    this.#owner = owner;
    this.#options = options;
  }

  /** Whether another may run. */
  get hasRoom(): boolean {
    return this.#running.size < this.#options.most;
  }

  /** One more runs; its time begins. */
  add(item: Item, task: TaskHandle<A, E>): Effect.Effect<void> {
    return Effect.withFiber((fiber) => {
      const number = this.#started++;
      const end = (outcome: Outcome<A, E | Timeout>): void => {
        this.#running.get(number)?.stopWatching();
        this.#running.delete(number);
        this.#done.set(number, { item, outcome });
        this.#wake();
      };
      const look = (): void => {
        const outcome = task.take();
        if (outcome !== undefined) end(outcome);
      };
      const stopWaiting = task.whenSettled(look);
      const stopDeadline = startDeadline(
        fiber,
        this.#options.milliseconds,
        () => this.#onOverTime(task, end),
      );
      const stopWatching = (): void => {
        stopWaiting();
        stopDeadline();
      };
      this.#running.set(number, { task, stopWatching });
      look();
      return Effect.void;
    });
  }

  #onOverTime(task: TaskHandle<A, E>, end: (outcome: Outcome<A, E | Timeout>) => void): void {
    const { kills } = this.#options;
    if (kills) {
      exitHolder(task.kernel, task.pending, "kill");
      return end({ tag: "failure", failure: this.#timeout() });
    }
    this.#isOverTime = true;
    this.#wake();
  }

  #timeout(): Timeout {
    const { operation, milliseconds } = this.#options;
    return new Timeout({ operation, milliseconds });
  }

  /**
   * Waits for the one whose turn it is, or for room for another, if there is one; nothing when none is left. Fails
   * with `timeout` when one is over its time.
   */
  next(hasMore: boolean): Effect.Effect<Done<Item, A, E> | "room" | undefined, Timeout> {
    return waitUntil({
      look: () => this.#look(hasMore),
      watch: (wake) => {
        this.#wake = wake;
        return () => void (this.#wake = () => {});
      },
    });
  }

  #look(hasMore: boolean): Effect.Effect<Done<Item, A, E> | "room" | undefined, Timeout> | undefined {
    const [first] = this.#done.keys();
    const number = this.#options.isOrdered ? this.#taken : first;
    const done = number === undefined ? undefined : this.#done.get(number);
    if (number !== undefined && done !== undefined) {
      this.#done.delete(number);
      this.#taken++;
      return Effect.succeed(done);
    }
    if (this.#isOverTime) return Effect.fail(this.#timeout());
    if (hasMore && this.hasRoom) return Effect.succeed("room" as const);
    return this.#running.size === 0 ? Effect.undefined : undefined;
  }

  /** Nobody takes more: those that run are killed, unless their owner's end says what becomes of them. */
  stop(): void {
    for (const { task, stopWatching } of this.#running.values()) {
      stopWatching();
      if (this.#owner.state === "running") exitHolder(task.kernel, task.pending, "kill");
    }
    this.#running.clear();
  }
}
