/**
 * `Config`: what an application's settings are in development, in tests and in production (Elixir's `Config`).
 *
 * @example
 * ```ts ignore
 * // config/config.ts
 * export default Config.importConfig({
 *   dev: () => import("./dev.ts"),
 *   test: () => import("./test.ts"),
 *   prod: () => import("./prod.ts"),
 * });
 *
 * // config/test.ts
 * export default Config.config(environment, { remoteSupervisor: () => "Chat.TaskSupervisor" });
 * ```
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { Kernel } from "../process/kernel.ts";
import { withKernel } from "../process/own_kernel.ts";
import { BadArg } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { clearIn, type Environment, isEnvironment, setIn, wrongKey } from "./environment.ts";

/** Settings of one application, as a configuration says them. */
export interface Settings {
  /** Whose they are. */
  readonly of: Environment<object>;
  /** The settings that differ from the defaults. */
  readonly values: Readonly<object>;
}

/** A file with settings: its default export has those of one application, or of several. */
export interface SettingsFile {
  /** The settings. */
  readonly default: Settings | ReadonlyArray<Settings>;
}

/** A configuration: for each name, as `dev`, `test` and `prod`, how its file is imported. */
export type Configuration = Readonly<Record<string, () => Promise<SettingsFile>>>;

/**
 * Says what settings of an application are (`Config.config/2`): the default export of a file such as
 * `config/test.ts`.
 *
 * @param of The application's environment.
 * @param values The settings that differ from the defaults.
 */
export const config = <Values extends object>(
  of: Environment<Values>,
  values: Partial<NoInfer<Values>>,
): Settings => ({ of, values });

/**
 * Says which file has the settings of which configuration (`Config.import_config/1`): the default export of
 * `config/config.ts`. A file is imported only when its configuration is the one that counts; the imports are
 * written out, so that they work from a URL.
 *
 * @param files Under each name, how to import its file.
 */
export const importConfig = (files: Configuration): Configuration => files;

/** What somebody has chosen for a kernel: `--env`, as a rule. */
const chosen = new WeakMap<Kernel, string>();

/** Deno's `test` does nothing where it is not `deno test` that runs the program. */
const isTestRun = (): boolean => Deno.test.name !== "noopTest";

const ofVariable = (): string | undefined => {
  const variable = "SPAWNLINK_ENV";
  const { state } = Deno.permissions.querySync({ name: "env", variable });
  // An empty variable is none; where it may not be read, nobody is asked.
  return state === "granted" ? Deno.env.get(variable) || undefined : undefined;
};

/** The configuration that counts in a kernel. */
const envOf = (kernel: Kernel): string =>
  chosen.get(kernel) ?? ofVariable() ?? (isTestRun() ? "test" : "dev");

/**
 * The configuration that counts (`Config.config_env/0`): of `--env` and of the variable `SPAWNLINK_ENV`, where it
 * may be read, the first that says one; else `test` under `deno test`, and `dev`.
 *
 * @returns Its name.
 */
export const configEnv = (): Effect.Effect<string> => withKernel((kernel) => Effect.succeed(envOf(kernel)));

/** What has been loaded into a kernel, by the application's name: the configuration's. */
const loaded = new WeakMap<Kernel, Map<string, string>>();

/**
 * Puts an application's configuration into effect. That of the same name is loaded once, as in OTP: what the
 * program has set meanwhile stays, when the application is started again.
 *
 * @param kernel Where.
 * @param name The application's name.
 * @param configuration Its configuration.
 * @param env The configuration's name, where somebody says it.
 */
export const load = (
  kernel: Kernel,
  name: string,
  configuration: Configuration | undefined,
  env: string | undefined,
): Effect.Effect<void, BadArg> =>
  Effect.suspend(() => {
    const which = env ?? envOf(kernel);
    const choose = (): void => void (env !== undefined && chosen.set(kernel, env));
    if (configuration === undefined) return Effect.sync(choose);
    const done = loaded.get(kernel) ?? new Map<string, string>();
    if (done.get(name) === which) return Effect.sync(choose);
    const refuse = (problem: string): BadArg =>
      new BadArg({ operation: `the configuration of ${name}`, problem });
    const read = Object.hasOwn(configuration, which) ? configuration[which] : undefined;
    if (typeof read !== "function") {
      return Effect.fail(
        refuse(`there is no ${inspect(which)}: there is ${listed(Object.keys(configuration))}`),
      );
    }
    return Effect.flatMap(
      Effect.tryPromise({
        try: read,
        catch: (error) =>
          refuse(`${which} cannot be imported: ${error instanceof Error ? error.message : error}`),
      }),
      (file) => {
        // What another configuration has said does not hold for this one.
        if (done.has(name)) clearIn(kernel, name);
        const problem = put(kernel, file.default);
        if (problem !== undefined) return Effect.fail(refuse(`${which}: ${problem}`));
        loaded.set(kernel, done.set(name, which));
        choose();
        return Effect.void;
      },
    );
  });

const listed = (names: ReadonlyArray<string>): string =>
  names.length === 0
    ? "none"
    : names.length === 1
    ? names.join()
    : `${names.slice(0, -1).join(", ")} and ${names.at(-1)}`;

/** Sets all settings, or none; what is wrong with them, as plain JavaScript can give anything. */
const put = (kernel: Kernel, given: unknown): string | undefined => {
  const all: ReadonlyArray<unknown> = Array.isArray(given) ? given : [given];
  const settings: Array<readonly [name: string, key: string, value: unknown]> = [];
  for (const one of all) {
    if (!isSettings(one)) return "its default export is to be Config.config(environment, { … })";
    for (const [key, value] of Object.entries(one.values)) {
      const wrong = wrongKey(one.of, key);
      if (wrong !== undefined) return `${inspect(key)} stands where there is to be ${wrong}`;
      settings.push([one.of.name, key, value]);
    }
  }
  for (const [name, key, value] of settings) setIn(kernel, name, key, value);
};

const isSettings = (value: unknown): value is Settings =>
  typeof value === "object" && value !== null && "of" in value && isEnvironment(value.of) &&
  "values" in value && typeof value.values === "object" && value.values !== null;
