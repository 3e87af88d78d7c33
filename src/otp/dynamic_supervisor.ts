/**
 * `DynamicSupervisor`: children that are started one by one, as many as there are, and taken down all at once
 * (Elixir's `DynamicSupervisor`).
 *
 * @example
 * ```ts
 * import { Effect } from "npm:effect@^4.1.0";
 * import { DynamicSupervisor, Process } from "../../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * await Effect.runPromise(Effect.gen(function* () {
 *   const sessions = yield* DynamicSupervisor.startLink({ maxChildren: 100 });
 *   const start = Process.spawnLink(Effect.never);
 *   const session = yield* DynamicSupervisor.startChild(sessions, { id: "session", start, restart: "temporary" });
 *   yield* DynamicSupervisor.terminateChild(sessions, session);
 *   assertEquals((yield* DynamicSupervisor.countChildren(sessions)).active, 0);
 *   yield* DynamicSupervisor.stop(sessions);
 * }));
 * ```
 *
 * @module
 */
import { type Duration, Effect } from "../deps/effect.ts";
import { withPid, wrongArgument } from "../process/arguments.ts";
import { type Atom, atom } from "../term/atom.ts";
import type { BadArg, FailedToStartChild, Ignore, MaxChildren, NotFound } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import type { Term } from "../term/term.ts";
import type { AnyChildSpec, ChildSpec, StartedChild } from "./child_spec.ts";
import type { ChildCounts, ChildInfo } from "./children.ts";
import { DynamicServer } from "./dynamic_server.ts";
import type { CallError as StopError } from "./gen_call.ts";
import { type ServerName, type ServerRef, textOfServer } from "./server_name.ts";
import type { Started } from "./started.ts";
import { type StartError, startProcess } from "./start_process.ts";
import { stopServer } from "./stop_server.ts";
import { specsFor, supervise } from "./supervise.ts";
import * as client from "./supervisor_client.ts";
import type { CallError } from "./supervisor_client.ts";
import {
  intensityOf,
  type IntensityOptions,
  wrongIntensity,
  wrongLimit,
  wrongNameOption,
  wrongSpec,
} from "./supervisor_options.ts";

export type { ChildCounts, ChildInfo } from "./children.ts";
export type { StartError } from "./start_process.ts";
export type { CallError } from "./supervisor_client.ts";
export type { CallError as StopError } from "./gen_call.ts";

/** How a dynamic supervisor works. */
export interface DynamicSupervisorOptions extends IntensityOptions {
  /** The name to register under: a text, or `Registry.via(…)`. */
  readonly name?: ServerName;
  /** What happens to the others when a child is restarted: nothing. There is no other strategy. */
  readonly strategy?: "one_for_one";
  /** How many children it has at most: no limit by default. */
  readonly maxChildren?: number | "infinity";
  /** What stands before the arguments of each start that is given as `[Module.function, args]`. */
  readonly extraArguments?: ReadonlyArray<Term>;
}

const wrongOptions = (operation: string, options: DynamicSupervisorOptions): BadArg | undefined => {
  if (typeof options !== "object" || options === null) {
    return wrongArgument(operation, options, '{ name: "Sessions" }, or nothing,');
  }
  const { strategy = "one_for_one", maxChildren, extraArguments = [] } = options;
  if (strategy !== "one_for_one") {
    return wrongArgument(`${operation}, strategy`, strategy, '"one_for_one"');
  }
  if (!Array.isArray(extraArguments)) {
    return wrongArgument(`${operation}, extraArguments`, extraArguments, "an array of arguments");
  }
  return wrongLimit(operation, maxChildren) ?? wrongIntensity(operation, options) ??
    wrongNameOption(operation, options.name);
};

/**
 * Starts a dynamic supervisor without children, linked to the caller (`DynamicSupervisor.start_link/1`).
 *
 * @param options A name, limits.
 * @returns Its pid. Fails with `already_started` when the name is taken, `badarg` for what is no option.
 */
export const startLink = (options: DynamicSupervisorOptions = {}): Effect.Effect<Pid, StartError> => {
  const operation = `DynamicSupervisor.startLink(${
    options?.name === undefined ? "" : textOfServer(options.name)
  })`;
  const wrong = wrongOptions(operation, options);
  if (wrong !== undefined) return Effect.fail(wrong);
  const { name, maxChildren = Infinity, extraArguments = [] } = options;
  return startProcess({
    operation,
    name,
    initialCall: "DynamicSupervisor.init/1",
    linked: true,
    init: (self, parent) =>
      Effect.withFiber((fiber) => {
        self.trapExit = true;
        const full = specsFor(self, fiber);
        const server = new DynamicServer(self, {
          intensity: intensityOf(options),
          maxChildren: maxChildren === "infinity" ? Infinity : maxChildren,
          read: (spec) =>
            wrongSpec(() => "DynamicSupervisor.startChild", spec) ??
              full(withArguments(extraArguments, spec)),
        });
        return Effect.succeed({ tag: "up" as const, run: supervise(self, parent, server) });
      }),
  });
};

const withArguments = (extra: ReadonlyArray<Term>, spec: AnyChildSpec): AnyChildSpec => {
  const { start } = spec;
  return extra.length === 0 || Effect.isEffect(start)
    ? spec
    : { ...spec, start: [start[0], [...extra, ...start[1]]] };
};

/**
 * A child specification, to put a dynamic supervisor under a supervisor (`DynamicSupervisor.child_spec/1`).
 *
 * @param options Its name, its limits; `id` is its name among the supervisor's children.
 * @returns The specification.
 */
export const childSpec = (
  options: DynamicSupervisorOptions & { readonly id?: string } = {},
): ChildSpec<StartError> => ({
  id: options.id ?? (options.name === undefined ? "DynamicSupervisor" : String(options.name)),
  start: startLink(options),
  type: "supervisor",
  modules: ["DynamicSupervisor"],
});

/**
 * Adds a child and starts it (`DynamicSupervisor.start_child/2`). Its id need not be its own: children are told
 * apart by their pids.
 *
 * @param supervisor Its pid, its name, its name on a node, or its name by way of a registry.
 * @param spec The child. To a supervisor on another node goes a start as `[Module.function, args]`.
 * @returns The child's pid; pid and info, when its start told more. Fails with `max_children` when there are as
 *   many as there may be, `failed_to_start_child` when it did not start, `ignore` when its start says that there
 *   is to be no process; `noproc`, `noconnection` or `exit` when the supervisor does not answer.
 */
export const startChild = <E, R, S extends Started>(
  supervisor: ServerRef,
  spec: ChildSpec<E, R, S>,
): Effect.Effect<
  StartedChild<S>,
  FailedToStartChild<Exclude<E, Ignore> | Term> | MaxChildren | Ignore | CallError,
  R
> => client.startChild("DynamicSupervisor.startChild", supervisor, spec);

/**
 * Ends a child and forgets it (`DynamicSupervisor.terminate_child/2`).
 *
 * @param supervisor The supervisor.
 * @param child The child's pid.
 * @returns `:ok`, once it has ended. Fails with `not_found` when it is no child of that supervisor.
 */
export const terminateChild = (
  supervisor: ServerRef,
  child: Pid,
): Effect.Effect<Atom<"ok">, NotFound | CallError> =>
  withPid("DynamicSupervisor.terminateChild", child, () =>
    Effect.as(
      client.about<NotFound>("DynamicSupervisor.terminateChild", "terminate_child", supervisor, child),
      atom("ok"),
    ));

/**
 * The children (`DynamicSupervisor.which_children/1`).
 *
 * @param supervisor The supervisor.
 * @returns Of each no id, its pid (`"restarting"` while its start fails), its type and its modules, in no order.
 */
export const whichChildren = (
  supervisor: ServerRef,
): Effect.Effect<ReadonlyArray<ChildInfo<undefined>>, CallError> =>
  client.whichChildren("DynamicSupervisor.whichChildren", supervisor, () => undefined);

/**
 * How many children there are (`DynamicSupervisor.count_children/1`).
 *
 * @param supervisor The supervisor.
 * @returns How many specifications, how many of them run, how many are supervisors and workers.
 */
export const countChildren = (supervisor: ServerRef): Effect.Effect<ChildCounts, CallError> =>
  client.countChildren("DynamicSupervisor.countChildren", supervisor);

/**
 * Ends a dynamic supervisor: its children go down all at once (`DynamicSupervisor.stop/3`).
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
): Effect.Effect<Atom<"ok">, StopError> => stopServer("DynamicSupervisor.stop", supervisor, reason, timeout);
