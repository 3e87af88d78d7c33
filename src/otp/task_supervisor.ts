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
import { type Duration, Effect, Option } from "../deps/effect.ts";
import { connected } from "../node/connected.ts";
import type { Kernel } from "../process/kernel.ts";
import { type Failure, nameOfFunction, type Success } from "../process/modules.ts";
import { withKernel, withProcess } from "../process/own_kernel.ts";
import { type Answer, cancelRequest, request } from "../process/requests.ts";
import { isNameOnNode, wrongArgument } from "../process/arguments.ts";
import { unsendableIn } from "../process/dispatch.ts";
import { waitUntilWritable } from "../process/send.ts";
import { type Atom, atom } from "../term/atom.ts";
import type { ModuleFunction } from "../term/capture.ts";
import {
  type AlreadyStarted,
  BadArg,
  Exit,
  MaxChildren,
  NoConnection,
  NoProc,
  Unsendable,
} from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { type ChildSpec, type Shutdown, shutdownMilliseconds } from "./child_spec.ts";
import type { Restart } from "./restart.ts";
import { TaskHandle } from "./task_handle.ts";
import { type Ask, startLink, type TaskSupervisorOptions } from "./task_server.ts";

export { awaitTask as await } from "./task_await.ts";
export { startLink, type TaskSupervisorOptions } from "./task_server.ts";

/** A task supervisor: its name here, its pid, or its name on a node. */
export type SupervisorRef = string | Pid | readonly [name: string, node: string];

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
    if (!isRef(supervisor)) return Effect.fail(wrongSupervisor(name, supervisor));
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
        supervisor: () => textOf(supervisor),
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
        return Effect.fail(argumentsIn(call.operation(), error));
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
    if (!isRef(supervisor)) return Effect.fail(wrongSupervisor("Task.Supervisor", supervisor));
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
    if (reason === "noproc") return Effect.fail(new NoProc({ operation, process: textOf(supervisor) }));
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

/** The caller gave arguments, which lie within the message that travels. */
const argumentsIn = (operation: string, error: unknown): Unsendable => {
  const { path, found } = unsendableIn(operation, error);
  return new Unsendable({ operation, path: path.replace(/^message\[3\]/, "args"), found });
};

const isRef = (supervisor: unknown): supervisor is SupervisorRef =>
  typeof supervisor === "string" || supervisor instanceof Pid || isNameOnNode(supervisor);

const wrongSupervisor = (operation: string, given: unknown): BadArg =>
  wrongArgument(operation, given, 'a supervisor, as its name, its pid or ["Name", "name@host"],');

/** A supervisor as Elixir writes it: `{Chat.TaskSupervisor, "moebi@localhost"}`. */
const textOf = (supervisor: SupervisorRef): string =>
  isNameOnNode(supervisor) ? `{${supervisor[0]}, ${inspect(supervisor[1])}}` : inspect(supervisor);

const millisecondsOf = (shutdown: Shutdown | undefined): number | null =>
  shutdown === undefined ? null : shutdownMilliseconds(shutdown);

const nodeOf = (kernel: Kernel, supervisor: SupervisorRef): string | undefined => {
  if (typeof supervisor === "string") return undefined;
  if (supervisor instanceof Pid) return supervisor.home === kernel.life ? undefined : supervisor.node;
  return supervisor[1] === kernel.life.name ? undefined : supervisor[1];
};

const addressOf = (kernel: Kernel, supervisor: SupervisorRef): Pid | readonly [string, string] =>
  typeof supervisor === "string" ? [supervisor, kernel.life.name] : supervisor;
