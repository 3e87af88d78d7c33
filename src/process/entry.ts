/**
 * One process in the kernel's table: a fiber plus its mailbox, links, monitors and names. Decides what runs
 * next in it; what an ending causes for others is `links.ts`, `monitors.ts` and `requests.ts`.
 *
 * @module
 */
import { Context, Effect, Exit } from "../deps/effect.ts";
import {
  type AnyContext,
  type AnyEffect,
  type AnyFiber,
  type Host,
  isHosted,
  isInterrupted,
  lighten,
  ProcessFiber,
} from "../deps/fiber.ts";
import type { Pid } from "../term/identifier.ts";
import type { Crashed } from "./crash_report.ts";
import { CurrentProcess } from "./current.ts";
import { exitReasonOf, isNormalEnd } from "./exit_reason.ts";
import type { Kernel } from "./kernel.ts";
import { Mailbox } from "./mailbox.ts";
import type { Monitor, RemoteWatcher, WaitingCall } from "./monitors.ts";
import type { Held, Pending } from "./requests.ts";
import type { Runnable } from "./run_queue.ts";
import type { Timer } from "./timers.ts";

/** A fiber inside a process that waits for a message, beside the process's own. */
export interface Waiter extends Runnable {
  /** Whether it stands in the run queue already. */
  queued: boolean;
}

/** A process. Sets are made when first used: most processes have none of them. */
export class Entry implements Host, Runnable {
  readonly kernel: Kernel;
  readonly pid: Pid;
  /** Who spawned it; `undefined` for the program's own fibers. */
  readonly parent: Pid | undefined;
  /** Its group leader. */
  leader: Pid;
  /** Its registered name. */
  name: string | undefined = undefined;
  /** What it runs, for `Process.info`: `Module.function/arity`. */
  initialCall: string | undefined = undefined;
  /** Of a task: the process that asked for it, and before that the one which asked for that (`$callers`). */
  callers: ReadonlyArray<Pid> | undefined = undefined;
  trapExit = false;
  /** `exiting` between an exit signal and the end of the fiber. */
  state: "running" | "exiting" | "gone" = "running";
  /** Whether its owner is told of a failure otherwise, so that a log would say it twice. */
  failureIsTold = false;
  /** The processes it is linked to, on any node. */
  links: Set<Pid> | undefined = undefined;
  /** Unlinks that the other node has not acknowledged yet, by their id. */
  unlinking: Map<Pid, number> | undefined = undefined;
  /** The monitors that it made. */
  monitors: Set<Monitor> | undefined = undefined;
  /** The monitors that watch it. */
  watchers: Set<Monitor | RemoteWatcher> | undefined = undefined;
  /** The calls of this kernel that wait for its answer. */
  calls: Set<WaitingCall> | undefined = undefined;
  /** The requests that it has yet to answer. */
  held: Set<Held> | undefined = undefined;
  /** The requests that it made and whose holders are to go with it. */
  tasks: Set<Pending> | undefined = undefined;
  /** The references that are aliases of it, by their numbers. */
  aliases: Set<number> | undefined = undefined;
  /** Who started whom, up from the one that started it: names where there are any (`$ancestors`). */
  ancestors: ReadonlyArray<Pid | string> | undefined = undefined;
  /** How often its supervisor had restarted it before. */
  restarts = 0;
  /** What a report of its crash calls it, where every abnormal end of it is reported: `Task`. */
  kind: string | undefined = undefined;
  /** What a report of its crash tells beside the exit reason. */
  crashed: Crashed | undefined = undefined;
  /** The timers that send to it. */
  timers: Set<Timer> | undefined = undefined;
  /** Takes messages instead of a mailbox: how the kernel's own services are processes without a fiber. */
  handler: ((message: unknown) => void) | undefined = undefined;
  #exitReason: unknown = undefined;
  #fiber: AnyFiber | undefined = undefined;
  #mailbox: Mailbox | undefined = undefined;
  // What the process's own fiber goes on with when the queue comes to it: its start, or a receive that waits.
  #next: AnyEffect | undefined = undefined;
  #startContext: AnyContext | undefined = undefined;
  #queued = false;
  #interrupt = false;
  #waiters: Set<Waiter> | undefined = undefined;

  constructor(kernel: Kernel, pid: Pid, parent: Pid | undefined, leader: Pid) {
    this.kernel = kernel;
    this.pid = pid;
    this.parent = parent;
    this.leader = leader;
  }

  /** The ancestors of a behaviour's process that this one starts. */
  get lineage(): ReadonlyArray<Pid | string> {
    return [this.name ?? this.pid, ...this.ancestors ?? []];
  }

  /** Runs `effect` as this process, from the run queue. */
  start(effect: AnyEffect, context: AnyContext): void {
    if (ProcessFiber !== undefined && !this.kernel.plainFibers) this.#fiber = new ProcessFiber(context, this);
    else this.#startContext = context;
    this.#next = effect;
    this.#enqueue();
  }

  /** Takes over a fiber that runs already: the program's own. */
  adopt(fiber: AnyFiber): void {
    this.#fiber = fiber;
    lighten(fiber);
    fiber.addObserver((exit) => this.onEnd(exit));
  }

  /** The messages that wait. */
  get mailbox(): Mailbox {
    return this.#mailbox ??= new Mailbox();
  }

  /** How many messages wait. */
  get messageCount(): number {
    return this.#mailbox?.length ?? 0;
  }

  /** What the process does, for `Process.info`. */
  get status(): "waiting" | "runnable" | "running" | "exiting" {
    if (this.state !== "running") return "exiting";
    if (this.#queued) return "runnable";
    return this.#next !== undefined || (this.#waiters?.size ?? 0) > 0 ? "waiting" : "running";
  }

  /** Puts a message into the mailbox and wakes who waits for one. */
  push(message: unknown): void {
    if (this.state !== "running") return;
    if (this.handler !== undefined) return this.handler(message);
    const mailbox = this.#mailbox ??= new Mailbox();
    mailbox.push(message);
    if (mailbox.length > this.kernel.maxMailbox) {
      return this.exit("max_mailbox");
    }
    if (this.#next !== undefined) this.#enqueue();
    if (this.#waiters !== undefined) { for (const waiter of this.#waiters) this.#enqueueWaiter(waiter); }
  }

  /**
   * Suspends a receive of `fiber` until a message comes, and then tries it again.
   *
   * @param cleanup Runs before the receive is tried again, and when the fiber is interrupted.
   * @param onInterrupt Runs when the fiber is interrupted: the receive will not be tried again.
   */
  wait(fiber: AnyFiber, receive: AnyEffect, cleanup?: () => void, onInterrupt?: () => void): AnyEffect {
    if (fiber === this.#fiber && isHosted(fiber)) {
      this.#next = receive;
      return fiber.park(
        onInterrupt === undefined ? cleanup : () => {
          cleanup?.();
          if (isInterrupted(fiber)) onInterrupt();
        },
      );
    }
    return Effect.callback((resume) => {
      const waiters = this.#waiters ??= new Set();
      const forget = (): boolean => {
        cleanup?.();
        return waiters.delete(waiter);
      };
      const waiter: Waiter = { queued: false, run: () => forget() && resume(receive) };
      waiters.add(waiter);
      return Effect.sync(() => {
        forget();
        onInterrupt?.();
      });
    });
  }

  /** Tries the receives that wait again: a message has come, or a time is over. */
  wake(): void {
    if (this.#next !== undefined) this.#enqueue();
    if (this.#waiters !== undefined) { for (const waiter of this.#waiters) this.#enqueueWaiter(waiter); }
  }

  // Wakes one waiter from the queue; the wake carries no message, so an interrupt before it loses none.
  #enqueueWaiter(waiter: Waiter): void {
    if (waiter.queued) return;
    waiter.queued = true;
    this.kernel.queue.push(waiter);
  }

  /** The queue has come to this process. */
  run(): void {
    this.#queued = false;
    if (this.obey()) return;
    const effect = this.#next;
    if (effect === undefined) return;
    const fiber = this.#fiber;
    if (fiber !== undefined && isHosted(fiber)) return fiber.resume(effect);
    this.#startPlain(effect);
  }

  /** Interrupts the fiber, if an exit signal has come that the queue has not come to yet; whether one had. */
  obey(): boolean {
    if (!this.#interrupt) return false;
    this.#interrupt = false;
    this.#interruptFiber();
    return true;
  }

  /** An exit signal takes effect: the fiber is interrupted, and the reason is the process's exit reason. */
  exit(reason: unknown): void {
    if (this.state !== "running") return;
    this.state = "exiting";
    this.#exitReason = reason;
    if (this.handler !== undefined) return this.kernel.finish(this, reason);
    this.#interrupt = true;
    this.#enqueue();
  }

  /** Ends the entry at once, whatever the fiber does; its finalizers run on without a pid. */
  kill(): void {
    if (this.state === "gone") return;
    this.#exitReason = "killed";
    this.#interrupt = true;
    this.#enqueue();
    this.kernel.finish(this, "killed");
  }

  contextWithSelf(base: AnyContext): AnyContext {
    return Context.add(base, CurrentProcess, this);
  }

  onResume(): boolean {
    this.#next = undefined;
    if (!this.#interrupt) return false;
    this.#interrupt = false;
    return true;
  }

  onEnd(exit: Exit.Exit<unknown, unknown>): void {
    this.#next = undefined;
    if (this.state === "gone") return;
    const isExiting = this.state === "exiting";
    const reason = isExiting ? this.#exitReason : exitReasonOf(exit);
    if (Exit.isFailure(exit)) {
      // An exit signal has ended it, and not a failure of its own: then the report is its sender's.
      const isBehaviour = this.kind !== undefined && !isExiting && !isNormalEnd(reason);
      this.crashed ??= { kind: this.kind, isBehaviour, cause: exit.cause };
    }
    this.kernel.finish(this, reason);
  }

  #enqueue(): void {
    if (this.#queued) return;
    this.#queued = true;
    this.kernel.queue.push(this);
  }

  #interruptFiber(): void {
    if (this.#fiber !== undefined) this.#fiber.interruptUnsafe();
    // A plain fiber that was never started: there is nothing to interrupt.
    else this.onEnd(Exit.interrupt());
  }

  #startPlain(effect: AnyEffect): void {
    const context = this.#startContext;
    if (context === undefined) return;
    this.#startContext = undefined;
    this.#next = undefined;
    this.#fiber = Effect.runForkWith(this.contextWithSelf(context))(effect);
    this.#fiber.addObserver((exit) => this.onEnd(exit));
  }
}
