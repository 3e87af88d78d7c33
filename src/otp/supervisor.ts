/**
 * `Supervisor`: starts children in order, restarts those that fail, and takes them down with itself (Elixir's
 * `Supervisor`, OTP's `supervisor`).
 *
 * @example
 * ```ts
 * import { Effect } from "npm:effect@^4.1.0";
 * import { Process, Supervisor } from "../../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const clerk = (id: string) => ({ id, start: Process.spawnLink(Effect.never) });
 *
 * await Effect.runPromise(Effect.gen(function* () {
 *   const shop = yield* Supervisor.startLink([clerk("a"), clerk("b")], { strategy: "one_for_all" });
 *   yield* Supervisor.startChild(shop, clerk("c"));
 *   assertEquals(yield* Supervisor.countChildren(shop), { specs: 3, active: 3, supervisors: 0, workers: 3 });
 *   yield* Supervisor.stop(shop);
 * }));
 * ```
 *
 * @module
 */
import { type Duration, Effect } from "../deps/effect.ts";
import type { Requirements, Success } from "../process/modules.ts";
import type { Atom } from "../term/atom.ts";
import { atom } from "../term/atom.ts";
import type {
  AlreadyPresent,
  AlreadyStarted,
  FailedToStartChild,
  Ignore,
  NotFound,
  Restarting,
  Running,
} from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import type { Term } from "../term/term.ts";
import type { CallError as StopError } from "./gen_call.ts";
import type {
  AnyChildSpec,
  ChildSpec,
  StartedChild,
  StartFailure,
  StartFits,
  StartServices,
  StartsFit,
} from "./child_spec.ts";
import type { ChildCounts, ChildInfo } from "./children.ts";
import * as client from "./supervisor_client.ts";
import type { CallError } from "./supervisor_client.ts";
import type { ServerRef } from "./server_name.ts";
import { textOfServer } from "./server_name.ts";
import type { Started } from "./started.ts";
import { stopServer } from "./stop_server.ts";
import {
  type SupervisorFlags,
  type SupervisorOptions,
  wrongChildren,
  wrongOptions,
} from "./supervisor_options.ts";
import { type Plan, type StartError, startSupervisor, type SupervisorInit } from "./supervisor_start.ts";

export type { AutoShutdown } from "./auto_shutdown.ts";
export {
  type AnyChildSpec,
  type ChildSpec,
  childSpec,
  type ChildSpecOverrides,
  type ChildType,
  type Shutdown,
  type StartCall,
  type StartedChild,
  type StartFailure,
  type StartServices,
} from "./child_spec.ts";
export type { ChildCounts, ChildInfo } from "./children.ts";
export type { Restart } from "./restart.ts";
export type { ServerRef } from "./server_name.ts";
export type { Started } from "./started.ts";
export type { Strategy } from "./strategy.ts";
export type { CallError } from "./supervisor_client.ts";
export type { CallError as StopError } from "./gen_call.ts";
export type { IntensityOptions, SupervisorFlags, SupervisorOptions } from "./supervisor_options.ts";
export type { StartError, SupervisorInit } from "./supervisor_start.ts";

/** A supervisor as a module (Elixir's `use Supervisor`): what it supervises follows from an argument. */
export interface SupervisorModule<
  Argument,
  Answer extends Effect.Effect<SupervisorInit<AnyChildSpec> | Atom<"ignore">, unknown, unknown>,
> {
  /** Runs in the supervisor's process; gives what `Supervisor.init` makes, or `:ignore`. */
  readonly init: (argument: Argument) => Answer;
}

/** The children's specifications that `Supervisor.init` was given. */
export type SpecOf<Answer> = Success<Answer> extends infer Init
  ? Init extends SupervisorInit<infer Spec> ? Spec : never
  : never;

/**
 * Starts a supervisor, linked to the caller, with its children in order (`Supervisor.start_link/2`).
 *
 * @param children The children.
 * @param options The strategy, a name, the restart intensity.
 * @returns The supervisor's pid, once all children are up. Fails with `failed_to_start_child` when one did not
 *   start, once those before it are down again; with `already_started` when the name is taken,
 *   `duplicate_child_name` when two children have one id, `badarg` for what is no option or no child.
 */
export function startLink<const Specs extends ReadonlyArray<AnyChildSpec>>(
  children: Specs & StartsFit<Specs>,
  options: SupervisorOptions,
): Effect.Effect<Pid, StartError<StartFailure<Specs[number]>>, StartServices<Specs[number]>>;
/**
 * Starts a supervisor that is a module (`Supervisor.start_link/3`).
 *
 * @param module What gives its children.
 * @param argument What that is asked with.
 * @param options A name.
 * @returns The same. Fails with `ignore`, too, when `init` said so, and with `exit` when it failed.
 */
export function startLink<
  Argument,
  Answer extends Effect.Effect<SupervisorInit<AnyChildSpec> | Atom<"ignore">, unknown, unknown>,
>(
  module: SupervisorModule<Argument, Answer>,
  argument: NoInfer<Argument>,
  options?: Pick<SupervisorOptions, "name">,
): Effect.Effect<
  Pid,
  StartError<StartFailure<SpecOf<Answer>>>,
  Requirements<Answer> | StartServices<SpecOf<Answer>>
>;
export function startLink(
  from: ReadonlyArray<AnyChildSpec> | { readonly init: (argument: never) => Plan },
  argumentOrOptions: unknown,
  given: Pick<SupervisorOptions, "name"> = {},
): Effect.Effect<unknown, StartError<unknown>, unknown> {
  if (typeof from === "object" && from !== null && "init" in from) {
    const { init } = from;
    return startSupervisor(
      operationOf(given.name),
      given.name,
      Effect.suspend(() => Reflect.apply(init, from, [argumentOrOptions]) as Plan),
    );
  }
  const options = argumentOrOptions as SupervisorOptions;
  const operation = operationOf(options?.name, from);
  const wrong = wrongOptions(operation, options) ??
    wrongChildren(operation, from, options.autoShutdown ?? "never");
  // Of children with one id OTP's process dies, as a starter that traps exits sees.
  if (wrong?._tag === "badarg") return Effect.fail(wrong);
  return startSupervisor(operation, options.name, Effect.succeed({ children: from, flags: options }));
}

/** As many children as a text tells of. */
const told = 5;

/** A start as text: by the supervisor's name; one without a name is known by its children. */
const operationOf = (name: unknown, children: unknown = []): string => {
  if (name !== undefined) return `Supervisor.startLink(${textOfServer(name)})`;
  const ids: ReadonlyArray<unknown> = Array.isArray(children) ? children.map((child) => child?.id) : [];
  if (ids.length === 0) return "Supervisor.startLink()";
  const shown = ids.slice(0, told).map((id) => inspect(id)).join(", ");
  return `Supervisor.startLink([${shown}${ids.length > told ? ", …" : ""}])`;
};

/**
 * Puts a supervisor's children and flags together, for the `init` of a module (`Supervisor.init/2`).
 *
 * @param children The children.
 * @param flags The strategy, the restart intensity, `autoShutdown`.
 * @returns Both; they are checked when the supervisor starts.
 */
export const init = <const Specs extends ReadonlyArray<AnyChildSpec>>(
  children: Specs & StartsFit<Specs>,
  flags: SupervisorFlags,
): Effect.Effect<SupervisorInit<Specs[number]>> => Effect.succeed({ children, flags });

/**
 * Adds a child to a supervisor and starts it (`Supervisor.start_child/2`).
 *
 * @param supervisor Its pid, its name, its name on a node, or its name by way of a registry.
 * @param spec The child. To a supervisor on another node goes a start as `[Module.function, args]`.
 * @returns The child's pid; pid and info, when its start told more. Fails with `already_started` or
 *   `already_present` when there is a child of that id, `failed_to_start_child` when it did not start, `ignore`
 *   when its start says that there is to be no process now (the supervisor keeps the specification, unless it is
 *   temporary); `noproc`, `noconnection` or `exit` when the supervisor does not answer.
 */
export const startChild = <E, R, S extends Started, const Spec extends ChildSpec<E, R, S>>(
  supervisor: ServerRef,
  spec: ChildSpec<E, R, S> & Spec & StartFits<Spec>,
): Effect.Effect<
  StartedChild<S>,
  FailedToStartChild<Exclude<E, Ignore> | Term> | AlreadyStarted | AlreadyPresent | Ignore | CallError,
  R
> => client.startChild("Supervisor.startChild", supervisor, spec);

/**
 * Ends a child; its specification stays, unless it is temporary (`Supervisor.terminate_child/2`).
 *
 * @param supervisor The supervisor.
 * @param id The child's id.
 * @returns `:ok`, once it has ended, also when it did not run. Fails with `not_found` when there is no such child.
 */
export const terminateChild = (
  supervisor: ServerRef,
  id: string,
): Effect.Effect<Atom<"ok">, NotFound | CallError> =>
  Effect.as(client.about("Supervisor.terminateChild", "terminate_child", supervisor, id), atom("ok"));

/**
 * Starts a child that does not run (`Supervisor.restart_child/2`).
 *
 * @param supervisor The supervisor.
 * @param id The child's id.
 * @returns As {@link startChild}. Fails with `not_found`, `running`, `restarting`, `failed_to_start_child`, `ignore`.
 */
export const restartChild = (
  supervisor: ServerRef,
  id: string,
): Effect.Effect<
  Pid | readonly [pid: Pid, info: unknown],
  FailedToStartChild<Term> | NotFound | Running | Restarting | Ignore | CallError
> =>
  Effect.flatMap(
    client.about<FailedToStartChild<Term> | NotFound | Running | Restarting>(
      "Supervisor.restartChild",
      "restart_child",
      supervisor,
      id,
    ),
    (answer) =>
      client.startedOf(() => `Supervisor.restartChild(${textOfServer(supervisor)}, ${inspect(id)})`, answer),
  );

/**
 * Forgets a child that does not run (`Supervisor.delete_child/2`).
 *
 * @param supervisor The supervisor.
 * @param id The child's id.
 * @returns `:ok`. Fails with `not_found`, `running` or `restarting`.
 */
export const deleteChild = (
  supervisor: ServerRef,
  id: string,
): Effect.Effect<Atom<"ok">, NotFound | Running | Restarting | CallError> =>
  Effect.as(client.about("Supervisor.deleteChild", "delete_child", supervisor, id), atom("ok"));

/**
 * The children, whether they run or not (`Supervisor.which_children/1`).
 *
 * @param supervisor The supervisor.
 * @returns Of each its id, its pid (`"restarting"` while its start fails, nothing when it does not run), its type
 *   and its modules; last started first.
 */
export const whichChildren = (
  supervisor: ServerRef,
): Effect.Effect<ReadonlyArray<ChildInfo<string>>, CallError> =>
  client.whichChildren(
    "Supervisor.whichChildren",
    supervisor,
    (id) => typeof id === "string" ? id : inspect(id),
  );

/**
 * How many children there are (`Supervisor.count_children/1`).
 *
 * @param supervisor The supervisor.
 * @returns How many specifications, how many of them run, how many are supervisors and workers.
 */
export const countChildren = (supervisor: ServerRef): Effect.Effect<ChildCounts, CallError> =>
  client.countChildren("Supervisor.countChildren", supervisor);

/**
 * Ends a supervisor: its children go down, last started first (`Supervisor.stop/3`).
 *
 * @param supervisor The supervisor.
 * @param reason Its exit reason: `normal` by default.
 * @param timeout How long that may take: as long as it takes by default. A number is milliseconds.
 * @returns `:ok`, once it has ended. Fails with `noproc` when there is no such supervisor, `exit` when it ended
 *   with another reason, `timeout`.
 */
export const stop = (
  supervisor: ServerRef,
  reason: Term = "normal",
  timeout: Duration.Input | "infinity" = "infinity",
): Effect.Effect<Atom<"ok">, StopError> => stopServer("Supervisor.stop", supervisor, reason, timeout);
