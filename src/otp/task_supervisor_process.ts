/**
 * Starting a task supervisor (`Task.Supervisor.start_link/1`).
 *
 * @module
 */
import { Context, Effect } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import type { AlreadyStarted, BadArg } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import type { ChildSpec } from "./child_spec.ts";
import { type ServerName, textOfServer } from "./server_name.ts";
import { startProcess } from "./start_process.ts";
import { supervise } from "./supervise.ts";
import {
  intensityOf,
  type IntensityOptions,
  wrongIntensity,
  wrongLimit,
  wrongNameOption,
} from "./supervisor_options.ts";
import { TaskServer } from "./task_server.ts";

/** How a task supervisor works. Only `startChild` has children that are restarted. */
export interface TaskSupervisorOptions extends IntensityOptions {
  /** The name to register under: a text, or `Registry.via(…)`. */
  readonly name?: ServerName;
  /** How many tasks it has at most: no limit by default. */
  readonly maxChildren?: number | "infinity";
}

const wrongOptions = (operation: string, options: TaskSupervisorOptions): BadArg | undefined => {
  if (typeof options !== "object" || options === null) {
    return wrongArgument(operation, options, '{ name: "Tasks" }, or nothing,');
  }
  return wrongLimit(operation, options.maxChildren) ?? wrongIntensity(operation, options) ??
    wrongNameOption(operation, options.name);
};

/**
 * Starts a task supervisor, linked to the caller (`Task.Supervisor.start_link/1`).
 *
 * @param options Its name, its limits.
 * @returns Its pid. Fails with `already_started` when the name is taken, `badarg` for what is no option.
 */
export const startLink = (
  options: TaskSupervisorOptions = {},
): Effect.Effect<Pid, AlreadyStarted | BadArg> => {
  const operation = `Task.Supervisor.startLink(${
    options?.name === undefined ? "" : textOfServer(options.name)
  })`;
  const wrong = wrongOptions(operation, options);
  if (wrong !== undefined) return Effect.fail(wrong);
  const { name, maxChildren = "infinity" } = options;
  const started = startProcess<never>({
    operation,
    name,
    initialCall: "Task.Supervisor.init/1",
    linked: true,
    init: (self, parent) =>
      Effect.withFiber((fiber) => {
        self.trapExit = true;
        const { kernel } = self;
        const context = kernel.processContext(Context.merge(kernel.context, fiber.context));
        const server = new TaskServer(self, context, {
          intensity: intensityOf(options),
          maxChildren: maxChildren === "infinity" ? Infinity : maxChildren,
        });
        return Effect.succeed({ tag: "up", run: supervise(self, parent, server) });
      }),
  });
  // Nothing can keep it from coming up but its name.
  return Effect.catchTags(started, { exit: Effect.die, ignore: Effect.die, timeout: Effect.die });
};

/**
 * A child specification, to put a task supervisor under a supervisor (`Task.Supervisor.child_spec/1`).
 *
 * @param options Its name, its limits; `id` is its name among the supervisor's children.
 * @returns The specification.
 */
export const childSpec = (
  options: TaskSupervisorOptions & { readonly id?: string } = {},
): ChildSpec<AlreadyStarted | BadArg> => ({
  id: options.id ?? (options.name === undefined ? "Task.Supervisor" : String(options.name)),
  start: startLink(options),
  type: "supervisor",
  modules: ["Task.Supervisor"],
});
