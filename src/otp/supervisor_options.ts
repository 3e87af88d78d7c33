/**
 * What a supervisor may be started with: its options and its children's specifications, checked by pure
 * functions, since a shell and plain JavaScript can give anything (`supervisor:check_childspecs/2`).
 *
 * @module
 */
import { Duration, Effect, Option } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import { nameOfFunction } from "../process/modules.ts";
import { BadArg, DuplicateChild } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { type AutoShutdown, isAutoShutdown } from "./auto_shutdown.ts";
import type { AnyChildSpec } from "./child_spec.ts";
import type { Intensity, Restart } from "./restart.ts";
import { isVia, type ServerName } from "./server_name.ts";
import { isStrategy, type Strategy } from "./strategy.ts";

/** How often children may be restarted. */
export interface IntensityOptions {
  /** So many restarts are allowed: 3 by default. */
  readonly maxRestarts?: number;
  /** In so many seconds: 5 by default. */
  readonly maxSeconds?: number;
}

/** How a supervisor works. */
export interface SupervisorFlags extends IntensityOptions {
  /** What happens to the other children when one is restarted. */
  readonly strategy: Strategy;
  /** Whether the end of significant children ends the supervisor: `never` by default. */
  readonly autoShutdown?: AutoShutdown;
}

/** How a supervisor works, and what it is called. */
export interface SupervisorOptions extends SupervisorFlags {
  /** The name to register under: a text, or `Registry.via(…)`. */
  readonly name?: ServerName;
}

/** The intensity that such options ask for. */
export const intensityOf = ({ maxRestarts = 3, maxSeconds = 5 }: IntensityOptions): Intensity => ({
  maxRestarts,
  maxSeconds,
});

/** What is wrong with an intensity, if anything. */
export const wrongIntensity = (operation: string, options: IntensityOptions): BadArg | undefined => {
  const { maxRestarts, maxSeconds } = intensityOf(options);
  if (!Number.isInteger(maxRestarts) || maxRestarts < 0) {
    return wrongArgument(`${operation}, maxRestarts`, maxRestarts, "a whole number of 0 or more");
  }
  if (!Number.isFinite(maxSeconds) || maxSeconds <= 0) {
    return wrongArgument(`${operation}, maxSeconds`, maxSeconds, "a number above 0");
  }
};

/** What is wrong with how many children there may be, if anything; nothing is no limit. */
export const wrongLimit = (operation: string, maxChildren: unknown = "infinity"): BadArg | undefined =>
  maxChildren === "infinity" || maxChildren === Infinity ||
    (Number.isInteger(maxChildren) && Number(maxChildren) >= 0)
    ? undefined
    : wrongArgument(
      `${operation}, maxChildren`,
      maxChildren,
      'a whole number of 0 or more, or "infinity",',
    );

/** What is wrong with a name, if anything; none is right. */
export const wrongNameOption = (operation: string, name: unknown): BadArg | undefined =>
  name === undefined || typeof name === "string" || isVia(name)
    ? undefined
    : wrongArgument(`${operation}, name`, name, "a text or Registry.via(…)");

/** What is wrong with options, if anything. */
export const wrongOptions = (operation: string, options: SupervisorOptions): BadArg | undefined => {
  if (typeof options !== "object" || options === null) {
    return wrongArgument(operation, options, '{ strategy: "one_for_one" }');
  }
  const { strategy, autoShutdown = "never", name } = options;
  if (!isStrategy(strategy)) {
    return wrongArgument(
      `${operation}, strategy`,
      strategy,
      '"one_for_one", "one_for_all" or "rest_for_one"',
    );
  }
  if (!isAutoShutdown(autoShutdown)) {
    const wanted = '"never", "any_significant" or "all_significant"';
    return wrongArgument(`${operation}, autoShutdown`, autoShutdown, wanted);
  }
  return wrongIntensity(operation, options) ?? wrongNameOption(operation, name);
};

/** Whether that says when a child is restarted. */
export const isRestart = (value: unknown): value is Restart =>
  value === "permanent" || value === "temporary" || value === "transient";

/**
 * What is wrong with a child's specification, if anything, whoever is to supervise it.
 *
 * @param operation What was tried, as text; made only when it is needed.
 * @param spec What was given.
 */
export const wrongSpec = (operation: () => string, spec: AnyChildSpec): BadArg | undefined => {
  if (typeof spec !== "object" || spec === null) {
    return wrongArgument(operation(), spec, "a child specification, { id, start }");
  }
  const { id, start, restart = "permanent", shutdown = 5000, type = "worker", modules = [] } = spec;
  if (typeof id !== "string") return wrongArgument(`${operation()}, id`, id, "a text");
  const refuse = (field: string, given: unknown, wanted: string): BadArg =>
    wrongArgument(`${ofChild(operation, id)}, ${field}`, given, wanted);
  if (!isStart(start)) return refuse("start", start, "an Effect, or [Module.function, args],");
  if (!isRestart(restart)) return refuse("restart", restart, '"permanent", "transient" or "temporary"');
  if (!isShutdown(shutdown)) return refuse("shutdown", shutdown, 'a time, "infinity" or "brutal_kill"');
  if (type !== "worker" && type !== "supervisor") return refuse("type", type, '"worker" or "supervisor"');
  if (!Array.isArray(modules)) return refuse("modules", modules, "an array of modules' names");
  return wrongSignificance(operation, spec);
};

const ofChild = (operation: () => string, id: string): string => `${operation()}, child ${inspect(id)}`;

const wrongSignificance = (
  operation: () => string,
  { id, significant = false, restart }: AnyChildSpec,
): BadArg | undefined => {
  if (typeof significant !== "boolean") {
    return wrongArgument(`${ofChild(operation, id)}, significant`, significant, "true or false");
  }
  if (!significant || restart === "transient" || restart === "temporary") return undefined;
  const problem = "a significant child is not restarted for ever: make it transient or temporary";
  return new BadArg({ operation: ofChild(operation, id), problem });
};

/** What is wrong with a child of a supervisor that works so, if anything. */
export const wrongChild = (
  operation: () => string,
  spec: AnyChildSpec,
  autoShutdown: AutoShutdown,
): BadArg | undefined => {
  const wrong = wrongSpec(operation, spec);
  if (wrong !== undefined || autoShutdown !== "never" || !spec.significant) return wrong;
  const problem = "a child is significant, but its supervisor never ends by itself: give it autoShutdown";
  return new BadArg({ operation: ofChild(operation, spec.id), problem });
};

/** What is wrong with all children of a supervisor, if anything. */
export const wrongChildren = (
  operation: string,
  specs: ReadonlyArray<AnyChildSpec>,
  autoShutdown: AutoShutdown,
): BadArg | DuplicateChild | undefined => {
  if (!Array.isArray(specs)) return wrongArgument(operation, specs, "an array of child specifications");
  const ids = new Set<string>();
  for (const spec of specs) {
    const wrong = wrongChild(() => operation, spec, autoShutdown);
    if (wrong !== undefined) return wrong;
    if (ids.has(spec.id)) return new DuplicateChild({ operation, child: spec.id });
    ids.add(spec.id);
  }
};

const isStart = (start: unknown): boolean =>
  Effect.isEffect(start) ||
  (Array.isArray(start) && start.length === 2 && nameOfFunction(start[0]) !== undefined &&
    Array.isArray(start[1]));

const isShutdown = (shutdown: unknown): boolean => {
  if (shutdown === "infinity" || shutdown === "brutal_kill") return true;
  if (typeof shutdown === "number") return shutdown >= 0;
  return Option.isSome(Duration.fromInput(shutdown as Duration.Input));
};
