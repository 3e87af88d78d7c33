/**
 * Starting tasks under a supervisor, on any node, to be awaited.
 *
 * @module
 */
import { type Duration, Effect } from "../deps/effect.ts";
import { connected } from "../node/connected.ts";
import type { Failure, Success } from "../process/modules.ts";
import { withProcess } from "../process/own_kernel.ts";
import type { Entry } from "../process/entry.ts";
import { nodeOf } from "../process/dispatch.ts";
import { request, requestOfNobody } from "../process/requests.ts";
import { waitUntilWritable } from "../process/send.ts";
import type { ModuleFunction } from "../term/capture.ts";
import { BadArg, NoConnection } from "../term/errors.ts";
import type { Shutdown } from "./child_spec.ts";
import { TaskHandle } from "./task_handle.ts";
import type { Ask } from "./task_server.ts";
import { type Address, textOfServer } from "./server_name.ts";
import {
  argumentsIn,
  type AsyncError,
  type Call,
  callOf,
  located,
  millisecondsOf,
  type SupervisorRef,
} from "./task_supervisor_ref.ts";

/** How a task is started. */
export interface AsyncOptions {
  /** How long connecting to the supervisor's node may take: as long as `Node.start` allows by default. */
  readonly timeout?: Duration.Input;
  /** How long the task may take to end when its supervisor does: 5 seconds by default. */
  readonly shutdown?: Shutdown;
}

/**
 * Starts a task under a supervisor, on its node: it goes with the caller (`Task.Supervisor.async/5`).
 *
 * @param supervisor Its pid, its name, its name on a node, or its name by way of a registry.
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
 * @param supervisor Its pid, its name, its name on a node, or its name by way of a registry.
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

/** Starts one, tied to its owner or not. */
export const startTask = <A, E>(
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
    return located(name, owner.kernel, supervisor, (to) =>
      startAt(owner, to, supervisor, call, options, linked));
  });

/** Starts one by whoever is to be asked there. */
const startAt = <A, E>(
  owner: Entry,
  to: Address | undefined,
  supervisor: SupervisorRef,
  call: Call,
  options: AsyncOptions,
  linked: boolean,
): Effect.Effect<TaskHandle<A, E>, AsyncError> => {
  const { kernel } = owner;
  const node = to === undefined ? undefined : nodeOf(kernel, to);
  const begin = (): Effect.Effect<TaskHandle<A, E>, AsyncError> => {
    const { module, function: fn, args: list } = call;
    const shutdown = millisecondsOf(options.shutdown);
    const message: Ask = owner.callers === undefined
      ? ["start_task", module, fn, list, shutdown]
      : ["start_task", module, fn, list, shutdown, owner.callers];
    const origin = {
      operation: call.operation,
      module: call.module,
      supervisor: () => textOfServer(supervisor),
    };
    try {
      const task = new TaskHandle<A, E>(
        owner,
        origin,
        (onAnswer) =>
          to === undefined
            ? requestOfNobody(owner, onAnswer)
            : request(kernel, { to, message, owner, linked, onAnswer }),
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
};

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
