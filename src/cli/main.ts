/**
 * A program as a node: flags, cookie, application, and a life until a signal comes, or the shell has ended.
 *
 * @module
 */
import { Cause, Effect, References } from "../deps/effect.ts";
import * as Node from "../node/node.ts";
import type { AnyModule } from "../process/modules.ts";
import { ownKernel } from "../process/own_kernel.ts";
import * as Process from "../process/process.ts";
import { findCookie } from "./cookie.ts";
import { textOfCause } from "./failure_text.ts";
import { type BadFlags, type Flags, help, parseFlags } from "./flags.ts";
import { isGranted, missingNetwork } from "./permission.ts";
import { plainScreen, type Screen, screenLogger } from "./screen.ts";

/** A program that runs as a node. */
export interface Program {
  /** Its name, for `--help`. */
  readonly name: string;
  /** Its version, for `--version`. */
  readonly version: string;
  /** Its modules: in scope of the lines that it reads, under their names. */
  readonly modules: ReadonlyArray<AnyModule>;
  /** Starts it, once the node is up: a supervisor with its children, as a rule. */
  readonly start: Effect.Effect<unknown, unknown>;
}

/** Someone who sits before the node, or a script that types: the storey above has the shell. */
export interface Front {
  /** Where the node's output goes. */
  readonly screen: Screen;
  /** Lives as long as the input: then the node stops. */
  readonly life: Effect.Effect<void>;
  /** Gives the input back as it was. */
  readonly close: () => void;
}

/** How a program is run. */
export interface MainOptions {
  /** The command line; `Deno.args` by default. */
  readonly args?: ReadonlyArray<string>;
  /** Opens the node's front, but under `--no-halt`; without one the node lives until a signal comes. */
  readonly front?: (program: Program) => Front;
}

/**
 * Runs a program as a node, as its command line says, and ends this OS process with its exit code: 0, or 1 with
 * one line on standard error.
 *
 * @param program What to run.
 * @param options The command line, and who sits before the node.
 */
export const main = async (program: Program, options: MainOptions = {}): Promise<never> => {
  const { args = Deno.args } = options;
  const flags = parseFlags(args, hostName);
  if ("problem" in flags) return leave(flags);
  if (flags.help) return print(`${program.name} ${program.version}: a Spawnlink node\n\n${help}`);
  if (flags.version) return print(program.version);
  const front = flags.halt ? options.front?.(program) : undefined;
  const screen = front?.screen ?? plainScreen;
  const { output } = ownKernel();
  ownKernel().output = (text) => screen.write(() => output(text), text);
  const life = live(program, flags, front?.life ?? Effect.never).pipe(
    Effect.provideService(References.CurrentLoggers, new Set([screenLogger(screen)])),
  );
  const exit = await Effect.runPromiseExit(life);
  front?.close();
  if (exit._tag === "Failure") return leave({ problem: whyEnded(exit.cause) });
  Deno.exit(0);
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

const live = (program: Program, flags: Flags, front: Effect.Effect<void>): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    // The first process: the supervisors are linked to it.
    yield* Process.self();
    const run = Effect.gen(function* () {
      if (flags.name !== undefined) yield* startNode(flags.name, flags);
      yield* program.start;
      yield* front;
    });
    yield* Effect.raceFirst(run, signalled);
  }).pipe(
    Effect.ensuring(Effect.ignore(Effect.suspend(() => Node.stop()))),
  );

const startNode = (name: string, flags: Flags): Effect.Effect<unknown, unknown> =>
  Effect.suspend((): Effect.Effect<unknown, unknown> => {
    const { listen, hidden } = flags;
    const missing = missingNetwork(name, listen);
    if (missing !== undefined) return Effect.fail(new CannotStart(missing.problem));
    const cookie = findCookie(flags);
    if ("problem" in cookie) return Effect.fail(new CannotStart(cookie.problem));
    return Node.start(name, { cookie, hidden, ...listen === undefined ? {} : { listen } });
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
