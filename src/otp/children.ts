/**
 * A supervisor's children: their specifications with all defaults, in the order of their start, and which of them
 * run.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import type { Kernel } from "../process/kernel.ts";
import { nameOfFunction } from "../process/modules.ts";
import { applyFunction } from "../process/spawn.ts";
import type { Pid } from "../term/identifier.ts";
import { isTuple, type Tuple, tuple } from "../term/tuple.ts";
import { type AnyChildSpec, type ChildType, shutdownMilliseconds } from "./child_spec.ts";
import type { Restart } from "./restart.ts";

/** Starts a child, whatever comes of it. */
export type StartEffect = Effect.Effect<unknown, unknown>;

/** A specification with all defaults. */
export interface FullSpec {
  readonly id: string;
  readonly start: StartEffect;
  readonly restart: Restart;
  /** Milliseconds; -1 kills at once. */
  readonly shutdown: number;
  readonly type: ChildType;
  readonly significant: boolean;
  readonly modules: ReadonlyArray<string>;
}

/** One child: it runs (`pid`), is to be tried again (`isRestarting`), or does neither. */
export interface Child {
  readonly spec: FullSpec;
  pid: Pid | undefined;
  isRestarting: boolean;
  /** How often it was restarted. */
  restarts: number;
}

/** A child as `whichChildren` tells it: its id, its process, its type, its modules. */
export type ChildInfo<Id> = Tuple<
  readonly [
    id: Id,
    child: Pid | "restarting" | undefined,
    type: ChildType,
    modules: ReadonlyArray<string>,
  ]
>;

/** How many children there are. */
export interface ChildCounts {
  /** Specifications, whether their process runs or not. */
  readonly specs: number;
  /** Processes that run. */
  readonly active: number;
  /** Children that are supervisors. */
  readonly supervisors: number;
  /** All others. */
  readonly workers: number;
}

/**
 * Fills in the defaults of a specification that was found to be right.
 *
 * @param kernel Where a module's function is looked up.
 * @param spec The specification.
 * @param provide Gives a module's function its services; an Effect brings its own, or has those of the supervisor.
 */
export const fullSpec = (
  kernel: Kernel,
  spec: AnyChildSpec,
  provide: (start: Effect.Effect<unknown, unknown, unknown>) => StartEffect,
): FullSpec => {
  const { type = "worker", restart = "permanent", significant = false } = spec;
  // The module of its start, as of Elixir's specifications; an Effect has none.
  const { modules = modulesOf(spec.start) } = spec;
  const { shutdown = type === "supervisor" ? "infinity" : 5000 } = spec;
  return {
    id: spec.id,
    start: Effect.isEffect(spec.start) ? spec.start as StartEffect : provide(startEffect(kernel, spec.start)),
    restart,
    shutdown: shutdownMilliseconds(shutdown),
    type,
    significant,
    modules,
  };
};

/** The modules of a start. */
export const modulesOf = (start: AnyChildSpec["start"]): ReadonlyArray<string> => {
  const name = Effect.isEffect(start) ? undefined : nameOfFunction(start[0]);
  return name === undefined ? [] : [name.module];
};

/** A start as an Effect: a module's function is looked up when it runs. */
export const startEffect = (
  kernel: Kernel,
  start: AnyChildSpec["start"],
): Effect.Effect<unknown, unknown, unknown> => {
  if (Effect.isEffect(start)) return start;
  const [body, args] = start;
  const name = nameOfFunction(body);
  return name === undefined ? Effect.die(body) : applyFunction(kernel, name.module, name.function, args);
};

/** What a supervisor's children are, whoever they are named by. */
export const infoOf = <Id>(id: Id, { pid, isRestarting, spec }: Child): ChildInfo<Id> =>
  tuple(id, isRestarting ? "restarting" : pid, spec.type, spec.modules);

/** A child was restarted: its process knows for how many times, for its crash report. */
export const countRestarts = ({ kernel }: Entry, child: Child, pid: Pid | undefined): void => {
  child.restarts++;
  const entry = pid === undefined ? undefined : kernel.find(pid);
  if (entry !== undefined) entry.restarts = child.restarts;
};

/** Counts children. */
export const countOf = (children: Iterable<Child>): ChildCounts => {
  let [specs, active, supervisors] = [0, 0, 0];
  for (const { pid, spec } of children) {
    specs += 1;
    if (pid !== undefined) active += 1;
    if (spec.type === "supervisor") supervisors += 1;
  }
  return { specs, active, supervisors, workers: specs - supervisors };
};

/** Whether a child ended as it was told to, or was about to anyway. */
export const isShutDownWell = ({ shutdown, restart }: FullSpec, reason: unknown): boolean =>
  (shutdown < 0 && reason === "killed") || reason === "shutdown" || reason === "noproc" ||
  (isTuple(reason) && reason[0] === "shutdown") || (reason === "normal" && restart !== "permanent");

/** The children of one supervisor, each found by its id and by its pid. */
export class Children {
  // A map keeps the order of the first start: a restarted child keeps its place.
  readonly #byId = new Map<string, Child>();
  readonly #byPid = new Map<Pid, Child>();

  /** In the order of their start. */
  get all(): ReadonlyArray<Child> {
    return [...this.#byId.values()];
  }

  /** The child of that id. */
  withId(id: string): Child | undefined {
    return this.#byId.get(id);
  }

  /** The child whose process that is. */
  withPid(pid: Pid): Child | undefined {
    return this.#byPid.get(pid);
  }

  /** Adds a child, as the last one. */
  add(spec: FullSpec, pid: Pid | undefined): void {
    const child: Child = { spec, pid: undefined, isRestarting: false, restarts: 0 };
    this.#byId.set(spec.id, child);
    this.runs(child, pid);
  }

  /** The child has been started: with this process, or with none. */
  runs(child: Child, pid: Pid | undefined): void {
    this.#forgetPid(child);
    child.pid = pid;
    child.isRestarting = false;
    if (pid !== undefined) this.#byPid.set(pid, child);
  }

  /** The child's start has failed; it is tried again. */
  isTriedAgain(child: Child): void {
    this.#forgetPid(child);
    child.pid = undefined;
    child.isRestarting = true;
  }

  /** The child does not run any more; a temporary one is forgotten. */
  ended(child: Child): void {
    this.runs(child, undefined);
    if (child.spec.restart === "temporary") this.remove(child);
  }

  /** Forgets a child. */
  remove(child: Child): void {
    this.#forgetPid(child);
    this.#byId.delete(child.spec.id);
  }

  #forgetPid({ pid }: Child): void {
    if (pid !== undefined) this.#byPid.delete(pid);
  }
}
