/**
 * The children of a task supervisor: started on their own, listed, ended.
 *
 * @module
 */
import { Effect, Option } from "../deps/effect.ts";
import { callback } from "../process/callback.ts";
import { connected } from "../node/connected.ts";
import { nodeOf, unsendableIn } from "../process/dispatch.ts";
import { withKernel, withProcess } from "../process/own_kernel.ts";
import { type Answer, cancelRequest, request } from "../process/requests.ts";
import { type Atom, atom } from "../term/atom.ts";
import type { ModuleFunction } from "../term/capture.ts";
import { BadArg, Exit, MaxChildren, NoConnection, NoProc, NotFound } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import type { Shutdown } from "./child_spec.ts";
import type { Restart } from "./restart.ts";
import type { Ask } from "./task_server.ts";
import { callersFrom } from "./task_start.ts";
import {
  type CallError,
  callOf,
  located,
  millisecondsOf,
  type SupervisorRef,
} from "./task_supervisor_ref.ts";
import { textOfServer } from "./server_name.ts";
import { isRestart } from "./supervisor_options.ts";
import { withPid, wrongArgument } from "../process/arguments.ts";

/**
 * Starts a child whose result nobody awaits (`Task.Supervisor.start_child/5`).
 *
 * @param supervisor Its pid, its name, its name on a node, or its name by way of a registry.
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
): Effect.Effect<Pid, CallError | MaxChildren> =>
  withProcess((owner) => {
    const call = callOf("Task.Supervisor.startChild", supervisor, body, args);
    if (call instanceof BadArg) return Effect.fail(call);
    const { restart = "temporary" } = options;
    if (!isRestart(restart)) {
      const wanted = '"permanent", "transient" or "temporary"';
      return Effect.fail(wrongArgument("Task.Supervisor.startChild, restart", restart, wanted));
    }
    const shutdown = millisecondsOf(options.shutdown);
    const { module, function: name, args: list, operation } = call;
    const question: Ask = ["start_child", module, name, list, shutdown, restart, callersFrom(owner)];
    const read = (value: unknown): Option.Option<Pid> =>
      value instanceof Pid ? Option.some(value) : Option.none();
    return Effect.catchTag(
      ask("Task.Supervisor.startChild", supervisor, operation, question, read),
      "not_found",
      Effect.die,
    );
  });

/**
 * Ends a child (`Task.Supervisor.terminate_child/2`).
 *
 * @param supervisor Its pid, its name, its name on a node, or its name by way of a registry.
 * @param child The child's pid.
 * @returns `:ok`, once it has ended. Fails with `not_found` when it is no child of that supervisor, `noproc` when
 *   there is no such supervisor.
 */
export const terminateChild = (
  supervisor: SupervisorRef,
  child: Pid,
): Effect.Effect<Atom<"ok">, CallError | NotFound> => {
  const name = "Task.Supervisor.terminateChild";
  return withPid(name, child, () => {
    const operation = (): string => `${name}(${textOfServer(supervisor)}, ${inspect(child)})`;
    const asked = ask(name, supervisor, operation, ["terminate_child", child], () => Option.some(atom("ok")));
    return Effect.catchTag(asked, "max_children", Effect.die);
  });
};

/**
 * The children that run (`Task.Supervisor.children/1`).
 *
 * @param supervisor Its pid, its name, its name on a node, or its name by way of a registry.
 * @returns Their pids. Fails with `noproc` when there is no such supervisor.
 */
export const children = (supervisor: SupervisorRef): Effect.Effect<ReadonlyArray<Pid>, CallError> => {
  const name = "Task.Supervisor.children";
  const operation = (): string => `${name}(${textOfServer(supervisor)})`;
  const read = (value: unknown): Option.Option<ReadonlyArray<Pid>> =>
    Array.isArray(value) ? Option.some(value.filter((one) => one instanceof Pid)) : Option.none();
  const asked = ask(name, supervisor, operation, ["children"], read);
  return Effect.catchTags(asked, { max_children: Effect.die, not_found: Effect.die });
};

/** Asks a supervisor, and waits for the answer. */
const ask = <A>(
  name: string,
  supervisor: SupervisorRef,
  operation: () => string,
  message: Ask,
  read: (value: unknown) => Option.Option<A>,
): Effect.Effect<A, CallError | MaxChildren | NotFound> =>
  withKernel((kernel) =>
    located(name, kernel, supervisor, (to) => {
      if (to === undefined) {
        return Effect.fail(new NoProc({ operation: operation(), process: textOfServer(supervisor) }));
      }
      const node = nodeOf(kernel, to);
      const asked = callback<A, CallError | MaxChildren | NotFound>((resume) => {
        const onAnswer = (answer: Answer): void =>
          resume(readAnswer(answer, supervisor, node, operation(), read));
        try {
          const pending = request(kernel, { to, message, owner: undefined, linked: false, onAnswer });
          return Effect.sync(() => cancelRequest(kernel, pending));
        } catch (error) {
          resume(Effect.fail(unsendableIn(operation(), error)));
        }
      });
      return node === undefined ? asked : Effect.andThen(connected(node, operation()), asked);
    })
  );

const readAnswer = <A>(
  answer: Answer,
  supervisor: SupervisorRef,
  node: string | undefined,
  operation: string,
  read: (value: unknown) => Option.Option<A>,
): Effect.Effect<A, CallError | MaxChildren | NotFound> => {
  if (answer.tag === "noconnection") {
    return Effect.fail(new NoConnection({ operation, node: node ?? "nonode@nohost", because: "lost" }));
  }
  if (answer.tag !== "reply") {
    const { reason } = answer;
    if (reason === "noproc") return Effect.fail(new NoProc({ operation, process: textOfServer(supervisor) }));
    if (reason instanceof MaxChildren) return Effect.fail(new MaxChildren({ ...reason, operation }));
    if (reason instanceof NotFound) return Effect.fail(new NotFound({ ...reason, operation }));
    return Effect.fail(new Exit({ operation, reason }));
  }
  const value = read(answer.value);
  return Option.isSome(value)
    ? Effect.succeed(value.value)
    : Effect.fail(new Exit({ operation, reason: `an answer that is none: ${inspect(answer.value)}` }));
};
