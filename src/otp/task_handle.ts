/**
 * A task's handle: where its answer is kept, who waits for it, and how a failure of it reads.
 *
 * @module
 */
import type { Entry } from "../process/entry.ts";
import { log } from "../process/log.ts";
import { demonitor, monitor } from "../process/monitors.ts";
import { type Answer, disown, noRequest, type Pending } from "../process/requests.ts";
import {
  Exit,
  formatExitReason,
  MaxChildren,
  NoConnection,
  NoProc,
  type Undef,
  type Unsendable,
} from "../term/errors.ts";
import type { Pid, Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { failureOf } from "./failure.ts";

/** What a task is, for texts and for the classes of its errors. */
export interface TaskOrigin {
  /** `Task.Supervisor.async({Chat.TaskSupervisor, "moebi@localhost"}, Chat.receiveMessage/1)`. */
  readonly operation: () => string;
  /** The module of its function. */
  readonly module: string | undefined;
  /** The supervisor that was asked, as text, where one was. */
  readonly supervisor: (() => string) | undefined;
}

/** What every await can meet beside the task's own failure. */
export type SystemFailure = NoConnection | NoProc | Undef | Exit | Unsendable | MaxChildren;

/** A task's end: its value, or why it has none. */
export type Outcome<A, E> =
  | { readonly tag: "value"; readonly value: A }
  | {
    readonly tag: "failure";
    readonly failure: E | SystemFailure;
    /** The same, where it never began: its supervisor was not there, or had no place for it. */
    readonly refusal?: NoProc | MaxChildren;
  };

/**
 * A task under way, or done: what `Task.async` and `Task.Supervisor.async` give (Elixir's `%Task{}`). The
 * answer is kept here and not in a mailbox, so any process of this OS process may await it, and again.
 */
export class TaskHandle<out A, out E> {
  /** The request's reference. */
  readonly reference: Reference;
  /** Who started it. */
  readonly owner: Pid;
  readonly #pending: Pending;
  readonly #owner: Entry;
  readonly #origin: TaskOrigin;
  #waiters: Set<() => void> | undefined;
  #outcome: Outcome<A, E> | undefined;
  #watch: Reference | undefined;
  #wasAwaited = false;
  #isIgnored = false;

  /** @internal */
  constructor(owner: Entry, origin: TaskOrigin, begin: (onAnswer: (answer: Answer) => void) => Pending) {
    this.#owner = owner;
    this.#origin = origin;
    this.#pending = begin((answer) => this.#settle(answer));
    this.reference = this.#pending.reference;
    this.owner = owner.pid;
  }

  /** @internal A task that has its value from the beginning, and no process. */
  static completed<A>(owner: Entry, value: A): TaskHandle<A, never> {
    const origin = { operation: () => "Task.completed", module: undefined, supervisor: undefined };
    const task = new TaskHandle<A, never>(owner, origin, () => noRequest(owner.kernel));
    task.#outcome = { tag: "value", value };
    return task;
  }

  /** @internal The request behind the task. */
  get pending(): Pending {
    return this.#pending;
  }

  /** @internal The kernel of its owner. */
  get kernel(): Entry["kernel"] {
    return this.#owner.kernel;
  }

  /** @internal How it was started, as text. */
  get operation(): string {
    return this.#origin.operation();
  }

  /** @internal Whether it never had a process. */
  get isCompleted(): boolean {
    return this.#outcome !== undefined && this.#pending.owner === undefined;
  }

  /** @internal Nobody is to await it any more; it runs on, tied to nobody. */
  ignore(): void {
    this.#isIgnored = true;
    disown(this.kernel, this.#pending);
  }

  /** @internal Its end, once it has come; who asks for a failure is told of it. */
  take(): Outcome<A, E> | undefined {
    if (this.#watch !== undefined) this.#forgetWatch(this.#watch);
    return this.#outcome;
  }

  /** @internal Calls `waiter` once the end has come; the result takes that back. */
  whenSettled(waiter: () => void): () => void {
    this.#wasAwaited = true;
    const waiters = this.#waiters ??= new Set();
    waiters.add(waiter);
    return () => void waiters.delete(waiter);
  }

  /** Shown as Elixir's struct. */
  toString(): string {
    return `%Task{owner: ${inspect(this.owner)}, ref: ${inspect(this.reference)}}`;
  }

  /** How `Deno.inspect` and `console.log` show it. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  #settle(answer: Answer): void {
    const outcome = this.#read(answer);
    // One that was ignored just before has no result, and its failure is for the log.
    if (this.#isIgnored) {
      const isNews = outcome.tag === "failure" && !(outcome.failure instanceof NoConnection);
      return isNews ? this.#log(outcome.failure) : undefined;
    }
    this.#outcome = outcome;
    const waiters = [...this.#waiters ?? []];
    this.#waiters = undefined;
    if (waiters.length === 0 && outcome.tag === "failure") this.#logUnlessAwaited(outcome.failure);
    for (const waiter of waiters) waiter();
  }

  #read(answer: Answer): Outcome<A, E> {
    // The value was made by the task's function, whose type says what it is.
    if (answer.tag === "reply") return { tag: "value", value: answer.value as A };
    if (answer.tag === "noconnection") {
      const node = this.#pending.node ?? this.#pending.reference.node;
      return {
        tag: "failure",
        failure: new NoConnection({ operation: this.operation, node, because: "lost" }),
      };
    }
    if (answer.tag === "refused") return this.#readRefusal(answer.reason);
    return { tag: "failure", failure: this.#failureOf(answer.reason) };
  }

  /** Its supervisor was not there, or had no place for it. */
  #readRefusal(reason: unknown): Outcome<A, E> {
    const { operation } = this;
    const refusal = reason === "noproc"
      ? new NoProc({ operation, process: this.#origin.supervisor?.() ?? "the supervisor" })
      : reason instanceof MaxChildren
      ? new MaxChildren({ ...reason, operation })
      : undefined;
    if (refusal === undefined) return { tag: "failure", failure: this.#failureOf(reason) };
    return { tag: "failure", failure: refusal, refusal };
  }

  #failureOf(reason: unknown): E | SystemFailure {
    return failureOf<E>(reason, this.operation, this.#origin.module);
  }

  // A failure that nobody has asked for when the owner ends would be lost without a word.
  #logUnlessAwaited(failure: unknown): void {
    const { kernel, state } = this.#owner;
    // What the owner's own end did to the task is no news, nor what shutting down did.
    const wasEnded = failure instanceof Exit &&
      (failure.reason === "shutdown" || failure.reason === "killed");
    if (this.#wasAwaited || wasEnded || (state !== "running" && this.#pending.linked)) return;
    const made = monitor(kernel, { watched: this.owner, onDown: () => this.#log(failure) });
    this.#watch = made.reference;
  }

  #log(failure: unknown): void {
    const { kernel } = this;
    // A node that stops takes its connections with it.
    if (failure instanceof NoConnection && !kernel.isAlive) return;
    log(kernel, "error", `Nobody awaited ${this.operation}, which failed: ${formatExitReason(failure)}`);
  }

  #forgetWatch(watch: Reference): void {
    demonitor(this.#owner.kernel, watch);
    this.#watch = undefined;
  }
}
