/**
 * `Application`: a program's parts as one thing with a name, that is started, stopped and configured as a whole
 * (Elixir's `Application`, OTP's `application`).
 *
 * @module
 */
import { Effect, Layer } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import { withProcess } from "../process/own_kernel.ts";
import { type Atom, atom } from "../term/atom.ts";
import { type AlreadyStarted, BadArg, NoProc } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { type Application, isApplication, problemOf } from "./application_definition.ts";
import { type ApplicationType, heldBy, hold, startedAlready } from "./application_master.ts";
import { load } from "./config.ts";
import { shutDownChild } from "./shut_down.ts";

export {
  type AnyApplication,
  type Application,
  type ApplicationOptions,
  make,
  provide,
} from "./application_definition.ts";
export type { ApplicationType } from "./application_master.ts";
export { type Environment, environment, getEnv, type HasEnvironment, putEnv } from "./environment.ts";

/** How an application is started. */
export interface StartOptions {
  /**
   * What its end is to the process that starts it: a line in the log (`temporary`, the default); an exit signal
   * with its reason (`permanent`); that, but not for the reason `normal` (`transient`).
   */
  readonly type?: ApplicationType;
  /** Which configuration counts from now on: what `Config.configEnv()` says by default. */
  readonly env?: string;
}

/** What starting an application can fail with. */
export type StartApplicationError<E> = E | AlreadyStarted | BadArg;

/**
 * Starts an application: its configuration is put into effect, its `start` runs, and its top supervisor is
 * started with all children (`Application.start/2`). They run on when the caller has ended.
 *
 * @param application The application.
 * @param options What its end is to the caller, and which configuration counts.
 * @returns `:ok`, once all is up. Fails as its `start` does, and with `failed_to_start_child`, which
 *   names the child, when one did not start; with `already_started` when it runs, and `badarg` for what cannot be, as a configuration that is not there. All
 *   that had been started is down again then.
 */
export const start = <E, R>(
  application: Application<object, E, R>,
  options: StartOptions = {},
): Effect.Effect<Atom<"ok">, StartApplicationError<E>, R> =>
  withProcess((starter, fiber) => {
    const { type = "temporary", env } = options;
    const problem = problemOf(application);
    if (problem !== undefined) return Effect.fail(new BadArg({ operation: "Application.start", problem }));
    const { kernel } = starter;
    const { name, config } = application;
    const started = startedAlready(kernel, name);
    if (started !== undefined) return Effect.fail(started);
    return load(kernel, name, config, env).pipe(
      Effect.andThen(hold(application, starter, fiber, type)),
      Effect.as(atom("ok")),
    );
  });

/**
 * Stops an application: its children go down in the reverse order of their start, then its `stop` runs
 * (`Application.stop/1`).
 *
 * @param application The application, or its name.
 * @returns `:ok`, once all is down. Fails with `noproc` when it does not run.
 */
export const stop = (
  application: Application<object, unknown, unknown> | string,
): Effect.Effect<Atom<"ok">, NoProc> =>
  withProcess((caller) => {
    const given: unknown = application;
    if (typeof given !== "string" && !isApplication(given)) {
      return Effect.die(wrongArgument("Application.stop", given, "an application, or its name,"));
    }
    const name = typeof given === "string" ? given : given.name;
    const running = heldBy(caller.kernel).get(name);
    if (running === undefined) {
      const process = `the application ${inspect(name)}`;
      return Effect.fail(new NoProc({ operation: "Application.stop", process }));
    }
    return Effect.as(shutDownChild(caller, running.master.pid, Infinity), atom("ok"));
  });

/**
 * An application in a program that is composed of Layers: it starts when the layer is built, and stops with its
 * scope. Over `Node.layer` it runs on that node.
 *
 * @param application The application.
 * @param options As for {@link start}.
 * @returns The layer; it fails as {@link start} does.
 */
export const layer = <E, R>(
  application: Application<object, E, R>,
  options: StartOptions = {},
): Layer.Layer<never, StartApplicationError<E>, R> =>
  Layer.effectDiscard(
    Effect.acquireRelease(start(application, options), () => Effect.ignore(stop(application)), {
      interruptible: true,
    }),
  );
