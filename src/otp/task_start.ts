/**
 * Starting tasks on this node without a supervisor: to be awaited, or on their own.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { AnyEffect } from "../deps/fiber.ts";
import { wrongArgument } from "../process/arguments.ts";
import type { Entry } from "../process/entry.ts";
import { link } from "../process/links.ts";
import { type Failure, nameOfFunction, type Requirements, type Success } from "../process/modules.ts";
import { withProcess } from "../process/own_kernel.ts";
import { reply, requestOf } from "../process/requests.ts";
import { applyFunction, toEffect } from "../process/spawn.ts";
import type { Pid } from "../term/identifier.ts";
import type { ChildSpec } from "./child_spec.ts";
import { TaskHandle } from "./task_handle.ts";

/** Who asked for what a process asks for: the process itself, and who asked for that. */
export const callersFrom = (owner: Entry): ReadonlyArray<Pid> => [owner.pid, ...owner.callers ?? []];

/** What a task runs, and what that is called. */
interface Work {
  readonly effect: AnyEffect;
  /** `Module.function/arity`, where it has a name. */
  readonly initialCall: string | undefined;
  readonly module: string | undefined;
}

const workOf = (operation: string, owner: Entry, body: unknown, args: unknown): Work => {
  if (Effect.isEffect(body)) {
    return { effect: body as AnyEffect, initialCall: undefined, module: undefined };
  }
  const name = nameOfFunction(body);
  if (name === undefined && typeof body !== "function") {
    throw wrongArgument(operation, body, "an Effect or a function");
  }
  if (!Array.isArray(args)) throw wrongArgument(operation, args, "an array of arguments");
  const list: ReadonlyArray<unknown> = args;
  const effect = typeof body === "function"
    ? Effect.suspend(() => toEffect(Reflect.apply(body, undefined, list)))
    : applyFunction(owner.kernel, name?.module ?? "", name?.function ?? "", list);
  const initialCall = name === undefined ? undefined : `${name.module}.${name.function}/${list.length}`;
  return { effect, initialCall, module: name?.module };
};

const spawnTask = (owner: Entry, { initialCall }: Work): Entry =>
  owner.kernel.spawn({
    parent: owner.pid,
    leader: owner.leader,
    initialCall,
    ancestors: owner.lineage,
    callers: callersFrom(owner),
    kind: "Task",
  });

/**
 * Starts a task on this node, in a process that goes with the caller's (`Task.async/1`).
 *
 * @param body An Effect, or a function.
 * @param args The function's arguments.
 * @returns The task.
 */
export function async<A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<TaskHandle<A, E>, never, R>;
/** Starts a task that calls a function. */
export function async<Args extends ReadonlyArray<unknown>, Returns>(
  body: (...args: Args) => Returns,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<TaskHandle<Success<Returns>, Failure<Returns>>, never, Requirements<Returns>>;
export function async(body: unknown, args: unknown = []): Effect.Effect<TaskHandle<unknown, unknown>> {
  return withProcess((owner, fiber) => {
    const { kernel } = owner;
    const work = workOf("Task.async", owner, body, args);
    const entry = spawnTask(owner, work);
    entry.failureIsTold = true;
    const origin = {
      operation: () => `Task.async(${work.initialCall ?? "…"})`,
      module: work.module,
      supervisor: undefined,
    };
    const task = new TaskHandle(owner, origin, (onAnswer) => requestOf(kernel, entry, owner, true, onAnswer));
    const answered = Effect.flatMap(
      work.effect,
      (value) => Effect.sync(() => reply(kernel, task.reference, value)),
    );
    kernel.start(entry, answered, fiber.context);
    return Effect.succeed(task);
  });
}

/**
 * Starts a task whose result nobody awaits, and which nothing ties to the caller (`Task.start/1`). A failure of
 * it is logged.
 *
 * @param body An Effect, or a function.
 * @param args The function's arguments.
 * @returns Its pid.
 */
export function start<A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<Pid, never, R>;
/** Starts a task that calls a function. */
export function start<Args extends ReadonlyArray<unknown>, Returns>(
  body: (...args: Args) => Returns,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<Pid, never, Requirements<Returns>>;
export function start(body: unknown, args: unknown = []): Effect.Effect<Pid> {
  return startOne("Task.start", body, args, false);
}

/**
 * Starts a task whose result nobody awaits, linked to the caller: under a supervisor, or as a part of its
 * caller (`Task.start_link/1`).
 *
 * @param body An Effect, or a function.
 * @param args The function's arguments.
 * @returns Its pid.
 */
export function startLink<A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<Pid, never, R>;
/** Starts a linked task that calls a function. */
export function startLink<Args extends ReadonlyArray<unknown>, Returns>(
  body: (...args: Args) => Returns,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<Pid, never, Requirements<Returns>>;
export function startLink(body: unknown, args: unknown = []): Effect.Effect<Pid> {
  return startOne("Task.startLink", body, args, true);
}

const startOne = (operation: string, body: unknown, args: unknown, linked: boolean): Effect.Effect<Pid> =>
  withProcess((owner, fiber) => {
    const work = workOf(operation, owner, body, args);
    const entry = spawnTask(owner, work);
    if (linked) link(owner.kernel, owner, entry.pid);
    owner.kernel.start(entry, work.effect, fiber.context);
    return Effect.succeed(entry.pid);
  });

/**
 * A child specification, to run a task once under a supervisor (`Task.child_spec/1`).
 *
 * @param body An Effect, or a function without arguments.
 * @param options `id`: its name among the supervisor's children, `Task` by default.
 * @returns The specification: `temporary`, so that it is not run again.
 */
export const childSpec = <A, E, R>(
  body: Effect.Effect<A, E, R>,
  options: { readonly id?: string } = {},
): ChildSpec<never, R> => ({ id: options.id ?? "Task", start: startLink(body), restart: "temporary" });

/**
 * A task that is done already: for functions which give a task, when the result is at hand
 * (`Task.completed/1`). It has no process.
 *
 * @param value The result.
 * @returns The task.
 */
export const completed = <A>(value: A): Effect.Effect<TaskHandle<A, never>> =>
  withProcess((owner) => Effect.succeed(TaskHandle.completed(owner, value)));

/**
 * Who asked for the task that the caller is: its owner, the owner's owner, and so on, on any node
 * (`Process.get(:"$callers")`). None outside a task.
 *
 * @returns Their pids, the nearest first.
 */
export const callers = (): Effect.Effect<ReadonlyArray<Pid>> =>
  withProcess((entry) => Effect.succeed(entry.callers ?? []));
