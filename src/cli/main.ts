/**
 * An application as a node: flags, cookie, configuration, and a life until a signal comes, or the shell has
 * ended. What a user's own `main.ts` calls that is to have no shell.
 *
 * @example
 * ```ts ignore
 * import { main } from "./src/cli/main.ts";
 * import application from "./application.ts";
 *
 * await main(application);
 * ```
 *
 * @module
 */
import { Cause, Effect, References } from "../deps/effect.ts";
import * as Node from "../node/node.ts";
import * as Application from "../otp/application.ts";
import { problemOf } from "../otp/application_definition.ts";
import { configEnv } from "../otp/config.ts";
import type { AnyModule } from "../process/modules.ts";
import { ownKernel } from "../process/own_kernel.ts";
import * as Process from "../process/process.ts";
import { textOfCause } from "./failure_text.ts";
import { type BadFlags, type Flags, help, parseFlags } from "./flags.ts";
import { loadApplication } from "./load_application.ts";
import { nodeOptions } from "./node_options.ts";
import { isGranted } from "./permission.ts";
import { plainScreen, type Screen, screenLogger } from "./screen.ts";

/** Someone who sits before the node, or a script that types: the storey above has the shell. */
export interface Front {
  /** Where the node's output goes. */
  readonly screen: Screen;
  /** Lives as long as the input: then the node stops. */
  readonly life: Effect.Effect<void>;
  /** Gives the input back as it was. */
  readonly close: () => void;
}

/** How an application is run. */
export interface MainOptions {
  /** The command line; `Deno.args` by default. */
  readonly args?: ReadonlyArray<string>;
  /**
   * Opens the node's front, but under `--no-halt`; without one the node lives until a signal comes. It is given
   * the application's modules.
   */
  readonly front?: (modules: ReadonlyArray<AnyModule>) => Front;
}

/**
 * Runs an application as a node, as its command line says, and ends this OS process with its exit code: 0, or 1
 * with one line on standard error. When the application ends by itself, the node stops in production, and goes on
 * elsewhere, as with Elixir's `start_permanent: Mix.env() == :prod`.
 *
 * @param application What to run; without one, that of `-S FILE`, where the command line says one.
 * @param options The command line, and who sits before the node.
 */
export const main = async (
  application?: Application.AnyApplication,
  options: MainOptions = {},
): Promise<never> => {
  const { args = Deno.args } = options;
  const flags = parseFlags(args, hostName);
  if ("problem" in flags) return leave(flags);
  const problem = application === undefined ? undefined : problemOf(application);
  if (problem !== undefined) return leave({ problem });
  const { name, version } = application ?? nothing;
  if (flags.help) return print(`${name} ${version}: a Spawnlink node\n\n${help}`);
  if (flags.version) return print(version);
  const found = await find(application, flags.file);
  if (found !== undefined && "problem" in found) return leave(found);
  const front = flags.halt ? options.front?.(found?.modules ?? []) : undefined;
  const screen = front?.screen ?? plainScreen;
  const { output } = ownKernel();
  ownKernel().output = (text) => screen.write(() => output(text), text);
  const life = live(found, flags, front?.life ?? Effect.never).pipe(
    Effect.provideService(References.CurrentLoggers, new Set([screenLogger(screen)])),
  );
  const exit = await Effect.runPromiseExit(life);
  front?.close();
  if (exit._tag === "Failure") return leave({ problem: whyEnded(exit.cause) });
  Deno.exit(0);
};

/** A node without an application: a shell alone. */
const nothing = Application.make({ name: "iex" });

/** The application to run: the program's own, or that of `-S FILE`. */
const find = async (
  own: Application.AnyApplication | undefined,
  file: string | undefined,
): Promise<Application.AnyApplication | undefined | BadFlags> => {
  if (file === undefined) return own;
  if (own !== undefined) {
    return { problem: `-S ${file} is for a shell alone: this program runs its own application, ${own.name}` };
  }
  const loaded = await loadApplication(file);
  const problem = "problem" in loaded ? undefined : problemOf(loaded);
  return problem === undefined ? loaded : { problem: `-S ${file}: ${problem}` };
};

const print = (text: string): never => {
  console.log(text);
  Deno.exit(0);
};

const leave = ({ problem }: BadFlags): never => {
  console.error(problem.replaceAll(/\s*\n\s*/g, " "));
  Deno.exit(1);
};

const whyEnded = (cause: Cause.Cause<unknown>): string =>
  cause.reasons.every(Cause.isInterruptReason)
    ? "the node stops: an exit signal has ended its first process"
    : textOfCause(cause);

/** The host's name, for `--sname alex`. */
const hostName = (): string | BadFlags => {
  if (!isGranted({ name: "sys", kind: "hostname" })) {
    return {
      problem: "--sname without a host needs --allow-sys=hostname: or write the host, as alex@localhost",
    };
  }
  return Deno.hostname().split(".")[0] ?? "localhost";
};

/** What a node cannot be started without. */
class CannotStart extends Error {
  override readonly name = "CannotStart";
  override toString(): string {
    return this.message;
  }
}

const live = (
  application: Application.AnyApplication | undefined,
  flags: Flags,
  front: Effect.Effect<void>,
): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    // The first process: it is told of a permanent application's end.
    yield* Process.self();
    const run = Effect.gen(function* () {
      if (flags.name !== undefined) yield* startNode(flags.name, flags);
      if (application !== undefined) yield* startApplication(application, flags.env);
      yield* front;
    });
    yield* Effect.raceFirst(run, signalled);
  }).pipe(
    Effect.ensuring(Effect.suspend(() => application === undefined ? Effect.void : stopped(application))),
    Effect.ensuring(Effect.ignore(Effect.suspend(() => Node.stop()))),
  );

const startApplication = (
  application: Application.AnyApplication,
  env: string | undefined,
): Effect.Effect<unknown, unknown> =>
  Effect.gen(function* () {
    const type = (env ?? (yield* configEnv())) === "prod" ? "permanent" : "temporary";
    yield* Application.start(application, { type, ...env === undefined ? {} : { env } });
  });

const stopped = (application: Application.AnyApplication): Effect.Effect<void> =>
  Effect.ignore(Application.stop(application));

const startNode = (name: string, flags: Flags): Effect.Effect<unknown, unknown> =>
  Effect.suspend((): Effect.Effect<unknown, unknown> => {
    const options = nodeOptions(name, flags);
    return "problem" in options ? Effect.fail(new CannotStart(options.problem)) : Node.start(name, options);
  });

/** Succeeds at SIGTERM and at SIGINT. */
const signalled: Effect.Effect<void> = Effect.callback((resume) => {
  const onSignal = (): void => resume(Effect.void);
  const signals = ["SIGTERM", "SIGINT"] as const;
  for (const signal of signals) Deno.addSignalListener(signal, onSignal);
  // A listener for signals does not keep a program up by itself.
  const keptUp = setInterval(() => {}, 2 ** 30);
  return Effect.sync(() => {
    clearInterval(keptUp);
    for (const signal of signals) Deno.removeSignalListener(signal, onSignal);
  });
});
