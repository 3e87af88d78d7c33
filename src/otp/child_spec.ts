/**
 * Child specifications: how a supervisor starts, restarts and shuts down one child (Elixir's
 * `Supervisor.child_spec`).
 *
 * @module
 */
import type { Duration, Effect } from "../deps/effect.ts";
import { millisecondsOf } from "../process/arguments.ts";
import type { Atom } from "../term/atom.ts";
import type { functionBrand, FunctionName } from "../term/capture.ts";
import type { Ignore } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import type { Restart } from "./restart.ts";
import type { Started } from "./started.ts";

/** How a child is shut down: time to end by itself, for ever, or none. */
export type Shutdown = Duration.Input | "infinity" | "brutal_kill";

/** Whether a child is a process that works, or a supervisor of others. */
export type ChildType = "worker" | "supervisor";

/** A function of a defined module, or a capture of one, that starts a process. */
export interface StartFunction<E, R, S extends Started> {
  (...args: never): Effect.Effect<S, E, R>;
  /** Its module and name. */
  readonly [functionBrand]: FunctionName;
}

/**
 * A function of a defined module and its arguments, which a supervisor on another node can be given, too: it
 * answers with an Effect that starts the process. Where the arguments are no others than these, the compiler refuses
 * what the function does not take; a `DynamicSupervisor` may put more before them, and a `PartitionSupervisor` change
 * them.
 */
export type StartCall<E, R, S extends Started> = readonly [
  start: StartFunction<E, R, S>,
  args: ReadonlyArray<unknown>,
];

/** Said by the compiler of a start whose arguments are not what its function takes. */
export interface ArgumentsMustBe<Args> {
  /** Only the compiler sees it. */
  readonly argumentsMustBe: Args;
}

/**
 * A specification, if its start is given what its function takes; else nothing is of this type. A parameter of the
 * type `Spec & StartFits<Spec>` infers `Spec`, and refuses wrong arguments.
 */
export type StartFits<Spec> = Spec extends
  { readonly start: readonly [start: (...args: infer Takes) => unknown, args: infer Given] }
  // Of any start function nothing is known.
  ? [Takes] extends [never] ? Spec
  : Given extends Readonly<Takes> ? Spec
  : Spec & { readonly start: ArgumentsMustBe<Takes> }
  : Spec;

/** The same of each of several specifications. */
export type StartsFit<Specs> = { readonly [At in keyof Specs]: StartFits<Specs[At]> };

/** One child of a supervisor. */
export interface ChildSpec<E = unknown, R = never, S extends Started = Pid> {
  /** Its name among the supervisor's children. */
  readonly id: string;
  /**
   * Starts it, linked to the process that runs this: the supervisor. Each start runs the Effect anew. A
   * supervisor on another node is given `[Module.function, args]`, since an Effect cannot travel.
   */
  readonly start: Effect.Effect<S, E, R> | StartCall<E, R, S>;
  /** When it is restarted: `permanent` by default. */
  readonly restart?: Restart;
  /** How long it may take to end: 5 seconds by default, `infinity` for supervisors. A number is milliseconds. */
  readonly shutdown?: Shutdown;
  /** `worker` by default. */
  readonly type?: ChildType;
  /** Whether its end can end the supervisor, see `autoShutdown`: `false` by default. Never with `permanent`. */
  readonly significant?: boolean;
  /** The modules that it runs, as `whichChildren` tells them: that of its start by default. */
  readonly modules?: ReadonlyArray<string>;
}

/** Any child specification. */
export type AnyChildSpec = ChildSpec<unknown, unknown, Started>;

/** What the starts of such specifications can fail with: that there is to be no process is no failure. */
export type StartFailure<Spec> = Spec extends ChildSpec<infer E, infer _R, infer _S> ? Exclude<E, Ignore>
  : never;

/** What the start of a child is answered with: its pid, or more with the pid. */
export type StartedChild<S extends Started> = Exclude<S, Atom<"ignore">>;

/** The services that the starts of such specifications need. */
export type StartServices<Spec> = Spec extends ChildSpec<infer _E, infer R, infer _S> ? R : never;

/** What of a specification can be said anew. */
export type ChildSpecOverrides = Partial<Omit<ChildSpec, "start">>;

/**
 * A specification with some of it said anew (`Supervisor.child_spec/2`).
 *
 * @param spec The specification.
 * @param overrides What is to be otherwise: `id`, `restart`, `shutdown`, `type`, `significant`, `modules`, and
 *   `start` of the same kind.
 * @returns The new specification; the one that was given stays as it is.
 */
export const childSpec = <E, R, S extends Started>(
  spec: ChildSpec<E, R, S>,
  overrides: ChildSpecOverrides & { readonly start?: NoInfer<ChildSpec<E, R, S>["start"]> } = {},
): ChildSpec<E, R, S> => ({ ...spec, ...overrides });

/** A shutdown in milliseconds: `Infinity` waits for ever, -1 kills at once. Throws `badarg` for what is none. */
export const shutdownMilliseconds = (shutdown: Shutdown): number => {
  if (shutdown === "brutal_kill") return -1;
  return millisecondsOf("shutdown", shutdown);
};
