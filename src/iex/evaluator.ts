/**
 * Evaluates lines in one process: TypeScript with a scope of names; a value that is an Effect is run, and so
 * is what stands behind `await`.
 *
 * @module
 */
import { Cause, type Context, Effect, Exit, Fiber } from "../deps/effect.ts";
import { textOfError } from "../cli/failure_text.ts";
import type { AnyEffect } from "../deps/fiber.ts";
import { compile, nothing, type Outcome, type Run, type Scope } from "./compile.ts";
import { isToBeRun, withResults } from "./effects_in_terms.ts";

export type { Scope } from "./compile.ts";

/** What an Effect succeeds with when it has shown itself all that there is to show. */
export const noAnswer = Symbol("no answer");

/** What came of a line. */
export type Evaluated = Outcome | { readonly tag: "failure"; readonly text: string };

/**
 * Evaluates one line in the calling process. Interrupted, it interrupts the Effects that the line runs.
 *
 * @param line The line.
 * @param scope Its names.
 * @returns What came of it; a failure of the line is no failure of the Effect.
 */
export const evaluate = (line: string, scope: Scope): Effect.Effect<Evaluated> =>
  Effect.gen(function* () {
    const steps = compile(line);
    if (typeof steps === "string") return { tag: "failure", text: steps };
    // Effects run as fibers of this process: the same self, the same mailbox.
    const context = yield* Effect.context();
    const runAll = async (signal: AbortSignal): Promise<Outcome> => {
      const run: Run = (value) => isToBeRun(value) ? runIn(context, withResults(value), signal) : value;
      let outcome: Outcome = nothing;
      for (const step of steps) outcome = await step(scope, run);
      return outcome;
    };
    const outcome = yield* Effect.exit(Effect.tryPromise({ try: runAll, catch: (error) => error }));
    return Exit.isSuccess(outcome)
      ? outcome.value.tag === "value" && outcome.value.value === noAnswer ? nothing : outcome.value
      : { tag: "failure", text: textOfFailure(Cause.squash(outcome.cause)) };
  });

/** A failure as a user reads it; of a module that is not here, what to write. */
const textOfFailure = (error: unknown): string => {
  const text = textOfError(error);
  const [, name] = error instanceof ReferenceError
    ? /^(\p{Lu}[\w$]*) is not defined$/u.exec(error.message) ?? []
    : [];
  return name === undefined
    ? text
    : `${text} here: a function of another node's module is capture("${name}", "name of the function")`;
};

/** An Effect of a line was interrupted. */
class Interrupted extends Error {
  override toString(): string {
    return "interrupted";
  }
}

const runIn = async (
  context: Context.Context<never>,
  effect: AnyEffect,
  signal: AbortSignal,
): Promise<unknown> => {
  const fiber = Effect.runForkWith(context)(effect);
  const stop = (): void => fiber.interruptUnsafe();
  signal.addEventListener("abort", stop);
  try {
    const exit = await Effect.runPromise(Fiber.await(fiber));
    if (Exit.isSuccess(exit)) return exit.value;
    if (exit.cause.reasons.every(Cause.isInterruptReason)) throw new Interrupted();
    // As it is: the line's own code may catch it, and look at its tag.
    throw Cause.squash(exit.cause);
  } finally {
    signal.removeEventListener("abort", stop);
  }
};
