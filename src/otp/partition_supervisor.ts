/**
 * `PartitionSupervisor`: several instances of one child, among which keys are shared out, where a single process
 * would be a bottleneck (Elixir's `PartitionSupervisor`).
 *
 * @example
 * ```ts
 * import { Effect } from "npm:effect@^4.1.0";
 * import { DynamicSupervisor, PartitionSupervisor } from "../../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * await Effect.runPromise(Effect.gen(function* () {
 *   const childSpec = DynamicSupervisor.childSpec();
 *   yield* PartitionSupervisor.startLink({ name: "Sessions", childSpec, partitions: 4 });
 *   const mine = PartitionSupervisor.via("Sessions", "user 80");
 *   assertEquals((yield* DynamicSupervisor.countChildren(mine)).specs, 0);
 *   assertEquals(yield* PartitionSupervisor.partitions("Sessions"), 4);
 * }));
 * ```
 *
 * @module
 */
import { type Duration, Effect, Hash, Option } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import type { Entry } from "../process/entry.ts";
import type { Kernel } from "../process/kernel.ts";
import { monitor } from "../process/monitors.ts";
import { withKernel, withProcess } from "../process/own_kernel.ts";
import type { Atom } from "../term/atom.ts";
import { type BadArg, NoProc } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import type { Term } from "../term/term.ts";
import type { AnyChildSpec, ChildSpec, StartFailure, StartServices } from "./child_spec.ts";
import { type ChildCounts, type ChildInfo, modulesOf, startEffect } from "./children.ts";
import type { CallError as StopError } from "./gen_call.ts";
import type { ServerRef, Via } from "./server_name.ts";
import { isStarted, pidOf, type Started } from "./started.ts";
import { stopServer } from "./stop_server.ts";
import * as client from "./supervisor_client.ts";
import type { CallError } from "./supervisor_client.ts";
import { type IntensityOptions, wrongIntensity, wrongSpec } from "./supervisor_options.ts";
import { isStrategy, type Strategy } from "./strategy.ts";
import * as Supervisor from "./supervisor.ts";
import { startSupervisor } from "./supervisor_start.ts";

export type { ChildCounts, ChildInfo } from "./children.ts";
export type { StartError } from "./supervisor.ts";
export type { CallError } from "./supervisor_client.ts";
export type { CallError as StopError } from "./gen_call.ts";

/** How a partition supervisor works. */
export interface PartitionSupervisorOptions<Spec extends AnyChildSpec> extends IntensityOptions {
  /** The name to register under, by which `via` finds it. */
  readonly name: string;
  /** The child that each partition is. Its id is the partition's number, whatever it says. */
  readonly childSpec: Spec;
  /** How many partitions there are: as many as the machine has processors by default. */
  readonly partitions?: number;
  /** What happens to the others when one is restarted: nothing by default. */
  readonly strategy?: Strategy;
  /** Makes the arguments of one partition's start, where that is given as `[Module.function, args]`. */
  readonly withArguments?: (args: ReadonlyArray<unknown>, partition: number) => ReadonlyArray<unknown>;
}

/** The last pid of each partition. */
type Pids = Array<Pid | undefined>;

/** A partition supervisor that runs. */
interface Running {
  readonly supervisor: Entry;
  readonly pids: Pids;
}

const running = new WeakMap<Kernel, Map<string, Running>>();

/** The partitions of the supervisor of that name. */
const findPids = (kernel: Kernel, name: string): Pids | undefined => {
  const found = running.get(kernel)?.get(name);
  return found === undefined || found.supervisor.state === "gone" ? undefined : found.pids;
};

const wrongOptions = (options: PartitionSupervisorOptions<AnyChildSpec>): BadArg | undefined => {
  const operation = "PartitionSupervisor.startLink";
  if (typeof options !== "object" || options === null) {
    return wrongArgument(operation, options, '{ name: "Sessions", childSpec }');
  }
  const { name, childSpec: spec, partitions: wanted = 1, withArguments, strategy = "one_for_one" } = options;
  if (typeof name !== "string") return wrongArgument(`${operation}, name`, name, "a text");
  if (typeof spec !== "object" || spec === null) {
    return wrongArgument(`${operation}, childSpec`, spec, "a child specification, { id, start }");
  }
  if (!Number.isInteger(wanted) || wanted < 1) {
    return wrongArgument(`${operation}, partitions`, wanted, "a whole number of 1 or more");
  }
  if (withArguments !== undefined && typeof withArguments !== "function") {
    return wrongArgument(
      `${operation}, withArguments`,
      withArguments,
      "a function of arguments and partition",
    );
  }
  if (!isStrategy(strategy)) {
    return wrongArgument(
      `${operation}, strategy`,
      strategy,
      '"one_for_one", "one_for_all" or "rest_for_one"',
    );
  }
  return wrongIntensity(operation, options) ?? wrongSpec(() => operation, { ...spec, id: "0" });
};

/**
 * Starts a supervisor with an instance of one child for each partition, linked to the caller
 * (`PartitionSupervisor.start_link/1`).
 *
 * @param options Its name, the child, how many partitions.
 * @returns Its pid, once all partitions are up. Fails as `Supervisor.startLink` does.
 */
export const startLink = <const Spec extends AnyChildSpec>(
  options: PartitionSupervisorOptions<Spec>,
): Effect.Effect<Pid, Supervisor.StartError<StartFailure<Spec>>, StartServices<Spec>> =>
  withKernel((kernel) => {
    const wrong = wrongOptions(options);
    if (wrong !== undefined) return Effect.fail(wrong);
    const { name, childSpec: spec, strategy = "one_for_one" } = options;
    const { partitions: wanted = navigator.hardwareConcurrency, withArguments = (args) => args } = options;
    const pids: Pids = Array.from({ length: wanted }, () => undefined);
    const children = pids.map((_, partition): AnyChildSpec => {
      const start = Effect.isEffect(spec.start)
        ? spec.start
        : [spec.start[0], withArguments(spec.start[1], partition)] as const;
      const { modules = modulesOf(spec.start) } = spec;
      return { ...spec, id: String(partition), modules, start: noting(kernel, pids, partition, start) };
    });
    const { maxRestarts, maxSeconds } = options;
    const flags = {
      strategy,
      ...maxRestarts === undefined ? {} : { maxRestarts },
      ...maxSeconds === undefined ? {} : { maxSeconds },
    };
    const plan = Effect.andThen(isFound(name, pids), Supervisor.init(children, flags));
    return startSupervisor(`PartitionSupervisor.startLink(${inspect(name)})`, name, plan);
  }) as Effect.Effect<Pid, Supervisor.StartError<StartFailure<Spec>>, StartServices<Spec>>;

/** In the supervisor's process: from now on its partitions are found, until it ends. */
const isFound = (name: string, pids: Pids): Effect.Effect<void> =>
  withProcess((supervisor) =>
    Effect.sync(() => {
      const { kernel, pid } = supervisor;
      const here = running.get(kernel) ?? new Map<string, Running>();
      running.set(kernel, here);
      const one: Running = { supervisor, pids };
      here.set(name, one);
      const forget = (): void => {
        if (here.get(name) === one) here.delete(name);
      };
      monitor(kernel, { watched: pid, onDown: forget });
    })
  );

/** The same start, of which the pid is kept. */
const noting = (
  kernel: Kernel,
  pids: Pids,
  partition: number,
  start: AnyChildSpec["start"],
): AnyChildSpec["start"] =>
  Effect.tap(
    startEffect(kernel, start),
    (started) => Effect.sync(() => void (pids[partition] = isStarted(started) ? pidOf(started) : undefined)),
  ) as Effect.Effect<
    Started,
    unknown,
    unknown
  >;

/**
 * A child specification, to put a partition supervisor under a supervisor (`PartitionSupervisor.child_spec/1`).
 *
 * @param options As {@link startLink} takes them; `id` is its name among the supervisor's children.
 * @returns The specification.
 */
export const childSpec = <const Spec extends AnyChildSpec>(
  options: PartitionSupervisorOptions<Spec> & { readonly id?: string },
): ChildSpec<Supervisor.StartError<StartFailure<Spec>>, StartServices<Spec>> => ({
  id: options.id ?? options.name,
  start: startLink(options),
  type: "supervisor",
  modules: ["PartitionSupervisor"],
});

/** A whole number is shared out by its remainder, all else by what it holds. */
const partitionOf = (key: Term, count: number): number => {
  if (typeof key === "bigint") return Number((key < 0n ? -key : key) % BigInt(count));
  const number = Number.isInteger(key) ? Number(key) : Hash.hash(key);
  return Math.abs(number) % count;
};

/**
 * The partition that a key falls to, as a server's name (`{:via, PartitionSupervisor, {name, key}}`).
 *
 * @param name The partition supervisor's name.
 * @param key Any term: the same one always falls to the same partition.
 * @returns The name, wherever a server belongs; nobody has it when there is no such partition supervisor.
 */
export const via = (name: string, key: Term): Via => {
  const text = `{:via, PartitionSupervisor, {${inspect(name)}, ${inspect(key)}}}`;
  const found: Via = {
    // Partitions are started by their supervisor; nobody else gets their names.
    registerName: () => Effect.succeed(false),
    unregisterName: () => Effect.void,
    whereisName: () =>
      withKernel((kernel) => {
        const pids = findPids(kernel, name);
        const pid = pids?.[partitionOf(key, pids.length)];
        return Effect.succeed(Option.fromUndefinedOr(pid));
      }),
  };
  return Object.assign(found, { toString: () => text, [Symbol.for("Deno.customInspect")]: () => text });
};

/**
 * How many partitions there are (`PartitionSupervisor.partitions/1`).
 *
 * @param name The partition supervisor's name.
 * @returns How many. Fails with `noproc` when there is no such partition supervisor on this node.
 */
export const partitions = (name: string): Effect.Effect<number, NoProc> =>
  withKernel((kernel) => {
    const pids = findPids(kernel, name);
    if (pids !== undefined) return Effect.succeed(pids.length);
    const operation = `PartitionSupervisor.partitions(${inspect(name)})`;
    return Effect.fail(new NoProc({ operation, process: inspect(name) }));
  });

/**
 * The partitions (`PartitionSupervisor.which_children/1`).
 *
 * @param supervisor The partition supervisor.
 * @returns Of each its number, its pid (`"restarting"` while its start fails, nothing when it does not run), its
 *   type and its modules; the last one first.
 */
export const whichChildren = (
  supervisor: ServerRef,
): Effect.Effect<ReadonlyArray<ChildInfo<number>>, CallError> =>
  client.whichChildren("PartitionSupervisor.whichChildren", supervisor, Number);

/**
 * How many partitions there are, and run (`PartitionSupervisor.count_children/1`).
 *
 * @param supervisor The partition supervisor.
 * @returns How many specifications, how many of them run, how many are supervisors and workers.
 */
export const countChildren = (supervisor: ServerRef): Effect.Effect<ChildCounts, CallError> =>
  client.countChildren("PartitionSupervisor.countChildren", supervisor);

/**
 * Ends a partition supervisor and its partitions (`PartitionSupervisor.stop/3`).
 *
 * @param supervisor The partition supervisor.
 * @param reason Its exit reason: `normal` by default.
 * @param timeout How long that may take: as long as it takes by default. A number is milliseconds.
 * @returns `:ok`, once it has ended. Fails as `Supervisor.stop` does.
 */
export const stop = (
  supervisor: ServerRef,
  reason: Term = "normal",
  timeout: Duration.Input | "infinity" = "infinity",
): Effect.Effect<Atom<"ok">, StopError> =>
  stopServer("PartitionSupervisor.stop", supervisor, reason, timeout);
