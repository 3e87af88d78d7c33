/**
 * What an application is: a value that says what belongs to it, and how it is started and stopped.
 *
 * @module
 */
import { Effect, Layer } from "../deps/effect.ts";
import { type AnyModule, moduleName } from "../process/modules.ts";
import type { ServicesOf } from "../node/settings.ts";
import { inspect } from "../term/inspect.ts";
import type { AnyChildSpec, StartFailure, StartFits, StartServices } from "./child_spec.ts";
import type { Configuration } from "./config.ts";
import { type Environment, environment, isEnvironment } from "./environment.ts";
import type { StartError, SupervisorOptions } from "./supervisor.ts";

/** Marks an application; what has it is one. */
const applicationBrand: unique symbol = Symbol.for("spawnlink/Application") as never;

/** This copy of the library, in every application that was made by it. */
const thisCopy = {};

/**
 * An application.
 *
 * @typeParam Values The types of its settings.
 * @typeParam E What its start can fail with.
 * @typeParam R The services that it needs.
 */
export interface Application<Values extends object = object, E = unknown, R = never> {
  /** Its name, as `chat`. */
  readonly name: string;
  /** Its version. */
  readonly version: string;
  /** The children of its top supervisor, in the order of their start; `undefined` for no supervisor at all. */
  readonly children: ReadonlyArray<AnyChildSpec> | undefined;
  /** How that supervisor works, and what it is called. */
  readonly supervisor: SupervisorOptions;
  /** Its modules: known to a shell by their names, and given the application's services. */
  readonly modules: ReadonlyArray<AnyModule>;
  /** Its settings. */
  readonly environment: Environment<Values>;
  /** What its settings are in development, in tests, in production. */
  readonly config: Configuration | undefined;
  /** Runs before its children are started. */
  readonly start: Effect.Effect<unknown, E, R>;
  /** Runs when its children are down. */
  readonly stop: Effect.Effect<unknown, never, R>;
  /** Makes services for all of these, when it starts; they go when it has stopped. */
  readonly services: Layer.Layer<never, E, R>;
  /** @internal */
  readonly [applicationBrand]: object;
}

/** Any application that needs no services from outside. */
export type AnyApplication = Application<object, unknown, never>;

/** What starting a supervisor with such children can fail with; without children there is none. */
type SupervisorError<Spec> = [Spec] extends [never] ? never : StartError<StartFailure<Spec>>;

/** What an application is made of; all but the name can be left out. */
export interface ApplicationOptions<
  Name extends string,
  Spec extends AnyChildSpec,
  Modules extends ReadonlyArray<AnyModule>,
  Values extends object,
  E,
  R,
> {
  /** Its name, in lower case as a rule: `chat`. */
  readonly name: Name;
  /** Its version: `0.1.0` by default. */
  readonly version?: string;
  /** The children of its top supervisor, in the order of their start; without them it has no supervisor. */
  readonly children?: ReadonlyArray<Spec & StartFits<Spec>>;
  /** How that supervisor works, and what it is called: `{ strategy: "one_for_one" }` by default. */
  readonly supervisor?: SupervisorOptions;
  /** Its modules: a shell knows them by their names, and their functions get the services that they need. */
  readonly modules?: Modules;
  /** Its settings, see `Application.environment`; of the same name. */
  readonly environment?: Environment<Values, NoInfer<Name>>;
  /** What they are in development, in tests, in production, see `Config.importConfig`. */
  readonly config?: Configuration;
  /** Runs before its children are started; when it fails, so does the start. */
  readonly start?: Effect.Effect<unknown, E, R>;
  /** Runs when its children are down, whenever `start` had succeeded. */
  readonly stop?: Effect.Effect<unknown, never, R>;
}

/**
 * Makes an application (Elixir's `use Application`, and the `application` of a `mix.exs`). Nothing runs yet.
 *
 * @example
 * ```ts
 * import { Effect } from "npm:effect@^4.1.0";
 * import { Application, Process, Task } from "../../mod.ts";
 * import { assert } from "@std/assert";
 *
 * const chat = Application.make({
 *   name: "chat",
 *   children: [Task.Supervisor.childSpec({ name: "Chat.TaskSupervisor" })],
 *   supervisor: { strategy: "one_for_one", name: "Chat.Supervisor" },
 * });
 *
 * await Effect.runPromise(Effect.gen(function* () {
 *   yield* Application.start(chat);
 *   assert(yield* Process.whereis("Chat.TaskSupervisor"));
 *   yield* Application.stop(chat);
 * }));
 * ```
 *
 * @param options What it is made of.
 * @returns The application, for `start`, `layer`, a node's `main` and `-S`. What cannot be is said by its start.
 */
export const make = <
  const Name extends string,
  const Spec extends AnyChildSpec = never,
  const Modules extends ReadonlyArray<AnyModule> = readonly [],
  Values extends object = object,
  E = never,
  R = never,
>(
  options: ApplicationOptions<Name, Spec, Modules, Values, E, R>,
): Application<Values, E | SupervisorError<Spec>, R | StartServices<Spec> | ServicesOf<Modules>> => {
  type Failure = E | SupervisorError<Spec>;
  type Services = R | StartServices<Spec> | ServicesOf<Modules>;
  const { name, version = "0.1.0", supervisor = { strategy: "one_for_one" }, modules = [], config } = options;
  return {
    name,
    version,
    children: options.children,
    supervisor,
    modules,
    // Without settings there is nothing that the type of their values could be wrong about.
    environment: options.environment ?? environment(name, {} as Values),
    config,
    start: options.start ?? Effect.void,
    stop: options.stop ?? Effect.void,
    services: Layer.empty as Layer.Layer<never, Failure, Services>,
    [applicationBrand]: thisCopy,
  };
};

/**
 * The same application, with services for its children, modules and hooks: they are made when it starts, and go
 * when it has stopped.
 *
 * @param application The application.
 * @param layer Makes the services.
 * @returns An application that needs those no more, but what the layer needs.
 */
export const provide = <Values extends object, E, R, Made, LayerError, Needed>(
  application: Application<Values, E, R>,
  layer: Layer.Layer<Made, LayerError, Needed>,
): Application<Values, E | LayerError, Exclude<R, Made> | Needed> => {
  const services = Layer.provideMerge(application.services, layer);
  // What needs a service of the layer is given it by `services`, before anything of the application runs.
  return { ...application, services } as Application<Values, E | LayerError, Exclude<R, Made> | Needed>;
};

/** Whether a value was made by {@link make}. */
export const isApplication = (value: unknown): value is AnyApplication =>
  typeof value === "object" && value !== null && applicationBrand in value;

/** What is wrong with an application that the compiler would have refused, if anything. */
export const problemOf = (application: unknown): string | undefined => {
  if (!isApplication(application)) {
    return `${
      inspect(application).slice(0, 200)
    } is no application: write Application.make({ name: "chat" })`;
  }
  if (application[applicationBrand] !== thisCopy) {
    return "the application was made by another copy of Spawnlink: import the same mod.ts everywhere";
  }
  const { name, children, environment, start, stop }: AnyApplication = application;
  const modules: unknown = application.modules;
  if (typeof name !== "string" || name === "") return 'an application has a name: write { name: "chat" }';
  const of = `the application ${name}:`;
  const module = Array.isArray(modules) ? modules.find((one) => !isModule(one)) : modules;
  if (module !== undefined) {
    return `${of} ${
      inspect(module).slice(0, 200)
    } is no module: write modules: [Chat], each made by defmodule`;
  }
  if (children !== undefined && !Array.isArray(children)) {
    return `${of} its children are a list of child specifications`;
  }
  if (!isEnvironment(environment)) {
    return `${of} its environment is to be Application.environment("${name}", { … })`;
  }
  if (environment.name !== name) {
    return `${of} its environment is that of ${inspect(environment.name)}: give both the same name`;
  }
  if (!Effect.isEffect(start) || !Effect.isEffect(stop)) return `${of} start and stop are Effects`;
};

const isModule = (value: unknown): boolean =>
  typeof value === "object" && value !== null && moduleName in value;
