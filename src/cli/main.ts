/**
 * A program as a node: flags, cookie, application, and a life of reading lines or of waiting for a signal.
 *
 * @module
 */
import * as mod from "../../mod.ts";
import { Effect, References } from "../deps/effect.ts";
import { stderrLogger } from "../process/log.ts";
import type { AnyModule } from "../process/modules.ts";
import { inspect } from "../term/inspect.ts";
import { findCookie } from "./cookie.ts";
import { evaluate, type Scope, textOfCause } from "./evaluator.ts";
import { type BadFlags, type Flags, help, parseFlags } from "./flags.ts";
import { linesOf } from "./lines.ts";

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

/**
 * Runs a program as a node, as its command line says, and ends this OS process with its exit code: 0, or 1 with
 * one line on standard error.
 *
 * @param program What to run.
 * @param args The command line; `Deno.args` by default.
 */
export const main = async (program: Program, args: ReadonlyArray<string> = Deno.args): Promise<never> => {
  const flags = parseFlags(args, hostName);
  if ("problem" in flags) return leave(flags);
  if (flags.help) return print(`${program.name} ${program.version}: a Spawnlink node\n\n${help}`);
  if (flags.version) return print(program.version);
  const life = live(program, flags).pipe(
    Effect.provideService(References.CurrentLoggers, new Set([stderrLogger])),
  );
  const exit = await Effect.runPromiseExit(life);
  if (exit._tag === "Failure") return leave({ problem: textOfCause(exit.cause) });
  Deno.exit(0);
};

const print = (text: string): never => {
  console.log(text);
  Deno.exit(0);
};

const leave = ({ problem }: BadFlags): never => {
  console.error(problem);
  Deno.exit(1);
};

/** The host's name, for `--sname alex`. */
const hostName = (): string | BadFlags => {
  if (Deno.permissions.querySync({ name: "sys", kind: "hostname" }).state !== "granted") {
    return {
      problem: "--sname without a host needs --allow-sys=hostname: or write the host, as alex@localhost",
    };
  }
  return Deno.hostname().split(".")[0] ?? "localhost";
};

const live = (program: Program, flags: Flags): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    yield* mod.Process.self();
    if (flags.name !== undefined) yield* startNode(flags.name, flags);
    yield* program.start;
    yield* flags.halt ? readLines(program) : untilSignal;
  }).pipe(
    Effect.ensuring(Effect.ignore(Effect.suspend(() => mod.Node.stop()))),
  );

const startNode = (name: string, flags: Flags): Effect.Effect<unknown, unknown> =>
  Effect.suspend((): Effect.Effect<unknown, unknown> => {
    const cookie = findCookie(flags);
    if ("problem" in cookie) return Effect.fail(cookie.problem);
    const { listen, hidden } = flags;
    return mod.Node.start(name, { cookie, hidden, ...listen === undefined ? {} : { listen } });
  });

/** Waits for SIGTERM or SIGINT. */
const untilSignal: Effect.Effect<void> = Effect.callback((resume) => {
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

/** Evaluates standard input line by line; its end is the end. */
const readLines = (program: Program): Effect.Effect<void> =>
  Effect.gen(function* () {
    const scope: Scope = scopeOf(program);
    const lines = linesOf(Deno.stdin.readable);
    for (;;) {
      const next = yield* Effect.promise(() => lines.next());
      if (next.done) return;
      const outcome = yield* evaluate(next.value, scope);
      if (outcome.tag === "value") console.log(inspect(outcome.value));
      if (outcome.tag === "failure") console.log(`** ${outcome.text}`);
    }
  });

const scopeOf = (program: Program): Scope => ({
  ...mod,
  Effect,
  self: mod.Process.self,
  flush: mod.Process.flush,
  ...Object.fromEntries(program.modules.map((module) => [module[mod.moduleName], module])),
});
