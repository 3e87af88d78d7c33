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
import { Context, type Duration, Effect, Option } from "../deps/effect.ts";
import type { AnyContext } from "../deps/fiber.ts";
import { connected } from "../node/connected.ts";
import type { Entry } from "../process/entry.ts";
import type { Kernel } from "../process/kernel.ts";
import { link } from "../process/links.ts";
import { type Failure, nameOfFunction, type Success } from "../process/modules.ts";
import { exit } from "../process/exit.ts";
import { withKernel, withProcess } from "../process/own_kernel.ts";
import { receive } from "../process/receive.ts";
import {
  type Answer,
  cancelRequest,
  handOn,
  type Held,
  heldOf,
  refuse,
  reply,
  request,
} from "../process/requests.ts";
import { unsendableIn } from "../process/dispatch.ts";
import { waitUntilWritable } from "../process/send.ts";
import { applyFunction } from "../process/spawn.ts";
import { type Atom, atom } from "../term/atom.ts";
import type { ModuleFunction } from "../term/capture.ts";
import {
  type AlreadyStarted,
  BadArg,
  Exit,
  MaxChildren,
  NoConnection,
  NoProc,
  type Unsendable,
} from "../term/errors.ts";
import { Pid, Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple } from "../term/tuple.ts";
import { type ChildSpec, type Shutdown, shutdownMilliseconds } from "./child_spec.ts";
import { isRestarted, type Restart } from "./restart.ts";
import { shutDownChild } from "./shut_down.ts";
import { startLinked } from "./start_link.ts";
import { TaskHandle } from "./task_handle.ts";

export { awaitTask as await } from "./task_await.ts";

/** A task supervisor: its name here, its pid, or its name on a node. */
export type SupervisorRef = string | Pid | readonly [name: string, node: string];

/** How a task supervisor works. */
export interface TaskSupervisorOptions {
  /** The name to register under. */
  readonly name?: string;
  /** How many tasks it has at most: no limit by default. */
  readonly maxChildren?: number;
}

/** How a task is started. */
export interface AsyncOptions {
  /** How long connecting to the supervisor's node may take: as long as `Node.start` allows by default. */
  readonly timeout?: Duration.Input;
  /** How long the task may take to end when its supervisor does: 5 seconds by default. */
  readonly shutdown?: Shutdown;
}

/** What starting a task can fail with; all else is met at `await`. */
export type AsyncError = NoConnection | Unsendable | BadArg;

/** What a call to a supervisor can fail with. */
export type CallError = AsyncError | NoProc | Exit;

/** What a supervisor is asked. Plain rows and texts: they travel as they are. */
type Ask =
  | readonly [
    "start_task",
    module: string,
    name: string,
    args: ReadonlyArray<unknown>,
    shutdown: number | null,
  ]
  | readonly [
    "start_child",
    module: string,
    name: string,
    args: ReadonlyArray<unknown>,
    shutdown: number | null,
    restart: Restart,
  ]
  | readonly ["terminate_child", pid: Pid]
  | readonly ["children"];

/** A task that runs. */
interface Child {
  readonly shutdown: number;
  readonly restart: Restart;
  readonly begin: () => Entry;
}

const defaultShutdown = 5000;

/**
 * A child specification, to put a task supervisor under a supervisor.
 *
 * @param options Its name, its limit; `id` is its name among the supervisor's children.
 * @returns The specification.
 */
export const childSpec = (
  options: TaskSupervisorOptions & { readonly id?: string } = {},
): ChildSpec<AlreadyStarted | BadArg> => ({
  id: options.id ?? options.name ?? "Task.Supervisor",
  start: startLink(options),
  type: "supervisor",
});

/**
 * Starts a task supervisor, linked to the caller (`Task.Supervisor.start_link/1`).
 *
 * @param options Its name, its limit.
 * @returns Its pid. Fails with `already_started` when the name is taken, `badarg` when it is none.
 */
export const startLink = (options: TaskSupervisorOptions = {}): Effect.Effect<Pid, AlreadyStarted | BadArg> =>
  startLinked({
    operation: `Task.Supervisor.startLink(${options.name === undefined ? "" : inspect(options.name)})`,
    name: options.name,
    initialCall: "Task.Supervisor.init/1",
    init: () => Effect.void,
    loop: (self, parent) =>
      Effect.withFiber((fiber) => supervise(self, parent, fiber.context, options.maxChildren ?? Infinity)),
  });

/** The process's loop: starts, forgets, and takes down what it has. */
const supervise = (
  self: Entry,
  parent: Pid,
  own: AnyContext,
  maxChildren: number,
): Effect.Effect<void, Exit> =>
  Effect.gen(function* () {
    const { kernel } = self;
    const children = new Map<Pid, Child>();
    // Services given to the node, and those of who started the supervisor.
    const context = kernel.processContext(Context.merge(kernel.context, own));

    const start = (child: Child): Entry => {
      const entry = child.begin();
      link(kernel, self, entry.pid);
      children.set(entry.pid, child);
      return entry;
    };

    const answer = (ask: Ask, held: Held, reference: Reference): Effect.Effect<void> => {
      switch (ask[0]) {
        case "start_task": {
          if (children.size >= maxChildren) {
            return Effect.sync(() => refuse(kernel, held, tooMany(maxChildren)));
          }
          const shutdown = ask[4] ?? defaultShutdown;
          start({
            shutdown,
            restart: "temporary",
            begin: () => beginTask(self, context, ask, held, reference),
          });
          return Effect.void;
        }
        case "start_child": {
          if (children.size >= maxChildren) {
            return Effect.sync(() => refuse(kernel, held, tooMany(maxChildren)));
          }
          const shutdown = ask[4] ?? defaultShutdown;
          const entry = start({ shutdown, restart: ask[5], begin: () => beginChild(self, context, ask) });
          return Effect.sync(() => reply(kernel, reference, entry.pid));
        }
        case "terminate_child": {
          const child = children.get(ask[1]);
          if (child === undefined) return Effect.sync(() => refuse(kernel, held, "noproc"));
          children.delete(ask[1]);
          const ended = shutDownChild(self, ask[1], child.shutdown);
          return Effect.andThen(ended, Effect.sync(() => reply(kernel, reference, atom("ok"))));
        }
        case "children":
          return Effect.sync(() => reply(kernel, reference, [...children.keys()]));
      }
    };

    for (;;) {
      const message = yield* receive();
      if (!isTuple(message) || message.length !== 3) continue;
      const [tag, from, content] = message;
      if (tag === atom("EXIT") && from instanceof Pid) {
        const child = children.get(from);
        if (child !== undefined) {
          children.delete(from);
          if (isRestarted(child.restart, content)) start(child);
        } else if (from === parent) {
          yield* Effect.forEach(children, ([pid, { shutdown }]) => shutDownChild(self, pid, shutdown), {
            discard: true,
            concurrency: "unbounded",
          });
          return yield* exit(content);
        }
      } else if (tag === atom("$gen_call") && isTuple(from) && from[1] instanceof Reference) {
        const held = heldOf(kernel, from[1]);
        if (held === undefined) continue;
        const ask = readAsk(content);
        if (ask === undefined) refuse(kernel, held, "badarg");
        else yield* answer(ask, held, from[1]);
      }
    }
  });

const tooMany = (maxChildren: number): MaxChildren =>
  new MaxChildren({ operation: "Task.Supervisor", maxChildren });

/** A task's process: holds the request, and answers it with its result. */
const beginTask = (
  self: Entry,
  context: AnyContext,
  ask: Extract<Ask, readonly ["start_task", ...ReadonlyArray<unknown>]>,
  held: Held,
  reference: Reference,
): Entry => {
  const { kernel } = self;
  const [, module, name, args] = ask;
  const initialCall = `${module}.${name}/${args.length}`;
  const entry = kernel.spawn({ parent: self.pid, leader: self.leader, initialCall });
  entry.failureIsTold = true;
  handOn(held, entry);
  const answered = Effect.flatMap(applyFunction(kernel, module, name, args), (value) => {
    try {
      reply(kernel, reference, value);
      return Effect.void;
    } catch (error) {
      return Effect.fail(unsendableIn(`the result of ${initialCall}`, error));
    }
  });
  kernel.start(entry, answered, context);
  return entry;
};

const beginChild = (
  self: Entry,
  context: AnyContext,
  ask: Extract<Ask, readonly ["start_child", ...ReadonlyArray<unknown>]>,
): Entry => {
  const [, module, name, args] = ask;
  const initialCall = `${module}.${name}/${args.length}`;
  const entry = self.kernel.spawn({ parent: self.pid, leader: self.leader, initialCall });
  self.kernel.start(entry, applyFunction(self.kernel, module, name, args), context);
  return entry;
};

/** A peer may send anything: what is none of the questions is refused. */
const readAsk = (content: unknown): Ask | undefined => {
  if (!Array.isArray(content)) return undefined;
  const [tag, first, second, args, shutdown, restart] = content;
  if (tag === "children" || (tag === "terminate_child" && first instanceof Pid)) {
    return content as unknown as Ask;
  }
  const isCall = typeof first === "string" && typeof second === "string" && Array.isArray(args) &&
    (shutdown === null || typeof shutdown === "number");
  const isStart = tag === "start_task" ||
    (tag === "start_child" &&
      (restart === "permanent" || restart === "temporary" || restart === "transient"));
  return isCall && isStart ? content as unknown as Ask : undefined;
};

/**
 * Starts a task under a supervisor, on its node: it goes with the caller (`Task.Supervisor.async/5`).
 *
 * @param supervisor A name, a pid, or `[name, node]`.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @param options How long connecting may take, and the task's ending.
 * @returns The task, for `Task.await`. Fails with `noconnection` when the node cannot be connected,
 *   `unsendable` when an argument cannot travel, `badarg` for a closure; the rest is met at `await`.
 */
export const async = <Args extends ReadonlyArray<unknown>, Returns>(
  supervisor: SupervisorRef,
  body: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
  options: AsyncOptions = {},
): Effect.Effect<TaskHandle<Success<Returns>, Failure<Returns>>, AsyncError> =>
  startTask("Task.Supervisor.async", supervisor, body, args, options, true);

/**
 * The same, but the task runs on when its owner ends (`Task.Supervisor.async_nolink/5`).
 *
 * @param supervisor A name, a pid, or `[name, node]`.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @param options How long connecting may take, and the task's ending.
 * @returns The task; fails as {@link async} does.
 */
export const asyncNolink = <Args extends ReadonlyArray<unknown>, Returns>(
  supervisor: SupervisorRef,
  body: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
  options: AsyncOptions = {},
): Effect.Effect<TaskHandle<Success<Returns>, Failure<Returns>>, AsyncError> =>
  startTask("Task.Supervisor.asyncNolink", supervisor, body, args, options, false);

const startTask = <A, E>(
  name: string,
  supervisor: SupervisorRef,
  body: unknown,
  args: unknown,
  options: AsyncOptions,
  linked: boolean,
): Effect.Effect<TaskHandle<A, E>, AsyncError> =>
  withProcess((owner) => {
    const call = callOf(name, supervisor, body, args);
    if (call instanceof BadArg) return Effect.fail(call);
    const { kernel } = owner;
    const node = nodeOf(kernel, supervisor);
    const begin = (): Effect.Effect<TaskHandle<A, E>, AsyncError> => {
      const message: Ask = [
        "start_task",
        call.module,
        call.function,
        call.args,
        millisecondsOf(options.shutdown),
      ];
      const origin = {
        operation: call.operation,
        module: call.module,
        supervisor: () => inspect(supervisor),
      };
      try {
        const task = new TaskHandle<A, E>(
          owner,
          origin,
          (onAnswer) =>
            request(kernel, { to: addressOf(kernel, supervisor), message, owner, linked, onAnswer }),
        );
        return node !== undefined && kernel.outbound.isBusy(node)
          ? waitUntilWritable(kernel, node, task)
          : Effect.succeed(task);
      } catch (error) {
        return Effect.fail(unsendableIn(call.operation(), error));
      }
    };
    if (node === undefined || kernel.outbound.isConnected(node)) {
      return begin();
    }
    return Effect.andThen(connectedWithin(node, call.operation(), options.timeout), Effect.suspend(begin));
  });

const connectedWithin = (
  node: string,
  operation: string,
  timeout: Duration.Input | undefined,
): Effect.Effect<void, NoConnection> => {
  if (timeout === undefined) return connected(node, operation);
  return Effect.timeoutOrElse(connected(node, operation), {
    duration: timeout,
    orElse: () => Effect.fail(new NoConnection({ operation, node, because: "timeout" })),
  });
};

/**
 * Starts a child whose result nobody awaits (`Task.Supervisor.start_child/5`).
 *
 * @param supervisor A name, a pid, or `[name, node]`.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @param options `restart`: `temporary` by default; `shutdown`: how long it may take to end.
 * @returns The child's pid. Fails as {@link async} does, with `noproc` when there is no such supervisor, and
 *   with `max_children` when it has as many as it may.
 */
export const startChild = <Args extends ReadonlyArray<unknown>, Returns>(
  supervisor: SupervisorRef,
  body: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
  options: { readonly restart?: Restart; readonly shutdown?: Shutdown } = {},
): Effect.Effect<Pid, CallError | MaxChildren> => {
  const call = callOf("Task.Supervisor.startChild", supervisor, body, args);
  if (call instanceof BadArg) return Effect.fail(call);
  const { restart = "temporary" } = options;
  const shutdown = millisecondsOf(options.shutdown);
  const ask: Ask = ["start_child", call.module, call.function, call.args, shutdown, restart];
  return ask_(
    supervisor,
    call.operation,
    ask,
    (value) => value instanceof Pid ? Option.some(value) : Option.none(),
  );
};

/**
 * Ends a child (`Task.Supervisor.terminate_child/2`).
 *
 * @param supervisor A name, a pid, or `[name, node]`.
 * @param child The child's pid.
 * @returns `:ok`, once it has ended. Fails with `noproc` when it is no child of that supervisor, or there is
 *   no such supervisor.
 */
export const terminateChild = (
  supervisor: SupervisorRef,
  child: Pid,
): Effect.Effect<Atom<"ok">, CallError> => {
  const operation = (): string => `Task.Supervisor.terminateChild(${inspect(supervisor)}, ${inspect(child)})`;
  const asked = ask_(supervisor, operation, ["terminate_child", child], () => Option.some(atom("ok")));
  return Effect.catchTag(asked, "max_children", (error) => Effect.die(error));
};

/**
 * The children that run (`Task.Supervisor.children/1`).
 *
 * @param supervisor A name, a pid, or `[name, node]`.
 * @returns Their pids. Fails with `noproc` when there is no such supervisor.
 */
export const children = (supervisor: SupervisorRef): Effect.Effect<ReadonlyArray<Pid>, CallError> => {
  const operation = (): string => `Task.Supervisor.children(${inspect(supervisor)})`;
  const read = (value: unknown): Option.Option<ReadonlyArray<Pid>> =>
    Array.isArray(value) ? Option.some(value.filter((one) => one instanceof Pid)) : Option.none();
  return Effect.catchTag(
    ask_(supervisor, operation, ["children"], read),
    "max_children",
    (error) => Effect.die(error),
  );
};

/** Asks a supervisor, and waits for the answer. */
const ask_ = <A>(
  supervisor: SupervisorRef,
  operation: () => string,
  ask: Ask,
  read: (value: unknown) => Option.Option<A>,
): Effect.Effect<A, CallError | MaxChildren> =>
  withKernel((kernel) => {
    const node = nodeOf(kernel, supervisor);
    const asked = Effect.callback<A, CallError | MaxChildren>((resume) => {
      const onAnswer = (answer: Answer): void =>
        resume(readAnswer(answer, supervisor, node, operation(), read));
      try {
        const to = addressOf(kernel, supervisor);
        const pending = request(kernel, { to, message: ask, owner: undefined, linked: false, onAnswer });
        return Effect.sync(() => cancelRequest(kernel, pending));
      } catch (error) {
        resume(Effect.fail(unsendableIn(operation(), error)));
      }
    });
    return node === undefined ? asked : Effect.andThen(connected(node, operation()), asked);
  });

const readAnswer = <A>(
  answer: Answer,
  supervisor: SupervisorRef,
  node: string | undefined,
  operation: string,
  read: (value: unknown) => Option.Option<A>,
): Effect.Effect<A, CallError | MaxChildren> => {
  if (answer.tag === "noconnection") {
    return Effect.fail(new NoConnection({ operation, node: node ?? "nonode@nohost", because: "lost" }));
  }
  if (answer.tag === "down") {
    const { reason } = answer;
    if (reason === "noproc") return Effect.fail(new NoProc({ operation, process: inspect(supervisor) }));
    if (reason instanceof MaxChildren) return Effect.fail(new MaxChildren({ ...reason, operation }));
    return Effect.fail(new Exit({ operation, reason }));
  }
  const value = read(answer.value);
  return Option.isSome(value)
    ? Effect.succeed(value.value)
    : Effect.fail(new Exit({ operation, reason: `an answer that is none: ${inspect(answer.value)}` }));
};

interface Call {
  readonly module: string;
  readonly function: string;
  readonly args: ReadonlyArray<unknown>;
  /** As text; made only when it is needed. */
  readonly operation: () => string;
}

const callOf = (name: string, supervisor: SupervisorRef, body: unknown, args: unknown): Call | BadArg => {
  const called = nameOfFunction(body);
  const list: ReadonlyArray<unknown> = Array.isArray(args) ? args : [];
  if (called === undefined) {
    const problem = "a function travels by its name: write it into a defmodule and give Name.function";
    return new BadArg({ operation: `${name}(${textOf(supervisor)}, …)`, problem });
  }
  const { module, function: fn } = called;
  return {
    module,
    function: fn,
    args: list,
    operation: () => `${name}(${textOf(supervisor)}, ${module}.${fn}/${list.length})`,
  };
};

/** A supervisor as Elixir writes it: `{Chat.TaskSupervisor, "moebi@localhost"}`. */
const textOf = (supervisor: SupervisorRef): string =>
  typeof supervisor === "string" || supervisor instanceof Pid
    ? inspect(supervisor)
    : `{${supervisor[0]}, ${inspect(supervisor[1])}}`;

const millisecondsOf = (shutdown: Shutdown | undefined): number | null =>
  shutdown === undefined ? null : shutdownMilliseconds(shutdown);

const nodeOf = (kernel: Kernel, supervisor: SupervisorRef): string | undefined => {
  if (typeof supervisor === "string") return undefined;
  if (supervisor instanceof Pid) return supervisor.home === kernel.life ? undefined : supervisor.node;
  return supervisor[1] === kernel.life.name ? undefined : supervisor[1];
};

const addressOf = (kernel: Kernel, supervisor: SupervisorRef): Pid | readonly [string, string] =>
  typeof supervisor === "string" ? [supervisor, kernel.life.name] : supervisor;
