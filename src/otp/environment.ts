/**
 * An application's environment: settings by their names, each with its type, that a configuration and the
 * running program can change (`application:get_env/2`).
 *
 * It is a value in a file of its own. So the modules that read a setting, the configuration that sets it and the
 * application that has both import it, and none of them needs another.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import type { Kernel } from "../process/kernel.ts";
import { withKernel } from "../process/own_kernel.ts";
import { type Atom, atom } from "../term/atom.ts";
import { inspect } from "../term/inspect.ts";

/** Marks an environment; what has it is one. */
const environmentBrand: unique symbol = Symbol.for("spawnlink/Environment") as never;

/** The settings of an application: what they are called, their types, and what they are by default. */
export interface Environment<Values extends object, Name extends string = string> {
  /** The application's name. */
  readonly name: Name;
  /** What the settings are where nothing else is said. */
  readonly defaults: Readonly<Values>;
  /** @internal */
  readonly [environmentBrand]: true;
}

/** What has an environment: that itself, or its application. */
export type HasEnvironment<Values extends object> = Environment<Values> | {
  readonly environment: Environment<Values>;
};

/** The environments by their applications' names, for a shell, where nothing has types. */
const known = new Map<string, Environment<object>>();

/**
 * Defines an application's environment (the `env` of Elixir's `def application`).
 *
 * @example
 * ```ts
 * import { Effect } from "npm:effect@^4.1.0";
 * import { Application } from "../../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const environment = Application.environment("shop", { currency: "EUR", retries: 3 });
 *
 * await Effect.runPromise(Effect.gen(function* () {
 *   yield* Application.putEnv(environment, "retries", 5);
 *   assertEquals(yield* Application.getEnv(environment, "retries"), 5);
 *   assertEquals(yield* Application.getEnv(environment, "currency"), "EUR");
 * }));
 * ```
 *
 * @param name The application's name.
 * @param defaults What the settings are where nothing else is said; their types are the settings' types.
 * @returns The environment, for `getEnv`, `putEnv`, a configuration and the application.
 */
export const environment = <const Name extends string, Values extends object>(
  name: Name,
  defaults: Values,
): Environment<Values, Name> => {
  const made: Environment<Values, Name> = { name, defaults, [environmentBrand]: true };
  known.set(name, made);
  return made;
};

/** Whether a value is an environment. */
export const isEnvironment = (value: unknown): value is Environment<object> =>
  typeof value === "object" && value !== null && environmentBrand in value;

/** What has been set in a kernel, by the application's name and then by the setting's. */
const stores = new WeakMap<Kernel, Map<string, Map<string, unknown>>>();

const storeOf = (kernel: Kernel, name: string): Map<string, unknown> => {
  const all = stores.get(kernel) ?? new Map<string, Map<string, unknown>>();
  stores.set(kernel, all);
  const store = all.get(name) ?? new Map<string, unknown>();
  all.set(name, store);
  return store;
};

/** Sets a setting in a kernel. */
export const setIn = (kernel: Kernel, name: string, key: string, value: unknown): void =>
  void storeOf(kernel, name).set(key, value);

/** Takes back all that was set of an application in a kernel. */
export const clearIn = (kernel: Kernel, name: string): void => void stores.get(kernel)?.delete(name);

/** What is wrong with a setting's name, in the words of a failure's text. */
export const wrongKey = (of: Environment<object>, key: unknown): string | undefined => {
  if (typeof key === "string" && Object.hasOwn(of.defaults, key)) return undefined;
  const names = Object.keys(of.defaults).map((name) => inspect(name));
  return `a setting of ${of.name}: ${names.length === 0 ? "it has none" : `it has ${names.join(", ")}`}`;
};

/** Finds the environment; a shell can give the application's name. */
const find = (given: unknown): Environment<object> | undefined => {
  if (typeof given === "string") return known.get(given);
  if (isEnvironment(given)) return given;
  return typeof given === "object" && given !== null && "environment" in given &&
      isEnvironment(given.environment)
    ? given.environment
    : undefined;
};

const withSetting = <A>(
  operation: string,
  given: unknown,
  key: unknown,
  use: (kernel: Kernel, of: Environment<object>, key: string) => A,
): Effect.Effect<A> =>
  withKernel((kernel) => {
    const of = find(given);
    if (of === undefined) {
      return Effect.die(wrongArgument(operation, given, "an application's environment, or its application,"));
    }
    const wrong = wrongKey(of, key);
    if (wrong !== undefined) return Effect.die(wrongArgument(operation, key, wrong));
    return Effect.succeed(use(kernel, of, String(key)));
  });

/**
 * Reads a setting of an application, on this node (`Application.get_env/2`). In a shell, where nothing has types,
 * the application's name does, too: `Application.getEnv("chat", "remoteSupervisor")`.
 *
 * @param of The environment, or an application that has one.
 * @param key The setting's name.
 * @returns What `putEnv` or the configuration has set, else its default.
 */
export const getEnv = <Values extends object, const Key extends keyof Values & string>(
  of: HasEnvironment<Values>,
  key: Key,
): Effect.Effect<Values[Key]> => {
  const read = withSetting("Application.getEnv", of, key, (kernel, { name, defaults }, setting) => {
    const store = storeOf(kernel, name);
    return store.has(setting) ? store.get(setting) : Reflect.get(defaults, setting);
  });
  // Under this name only values of this type are set: by `putEnv`, by `config` and as the default.
  return read as Effect.Effect<Values[Key]>;
};

/**
 * Changes a setting of an application, on this node, until it is changed again (`Application.put_env/3`).
 *
 * @param of The environment, or an application that has one.
 * @param key The setting's name.
 * @param value What it is from now on.
 * @returns `:ok`.
 */
export const putEnv = <Values extends object, const Key extends keyof Values & string>(
  of: HasEnvironment<Values>,
  key: Key,
  value: NoInfer<Values>[Key],
): Effect.Effect<Atom<"ok">> =>
  withSetting("Application.putEnv", of, key, (kernel, { name }, setting) => {
    setIn(kernel, name, setting, value);
    return atom("ok");
  });
