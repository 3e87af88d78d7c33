/**
 * Evaluates lines in one process: TypeScript with a scope of names; a value that is an Effect is run, and so
 * is what stands behind `await`.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";
import { Cause, type Context, Effect, Exit, Fiber } from "../deps/effect.ts";
import { textOfError } from "../cli/failure_text.ts";
import type { AnyEffect } from "../deps/fiber.ts";
import { wrapAwaits } from "./await_operands.ts";
import { type Declarator, type Statement, statementsOf } from "./statements.ts";

/** The names that a line can use; what a line declares is added. */
export type Scope = Record<string, unknown>;

/** What came of a line. */
export type Evaluated =
  | { readonly tag: "value"; readonly value: unknown }
  /** A declaration without a value, or a statement: there is nothing to show. */
  | { readonly tag: "nothing" }
  | { readonly tag: "failure"; readonly text: string };

/** What runs a value that is an Effect, and gives every other as it is. */
type Run = (value: unknown) => unknown;
type Compiled = (scope: Scope, run: Run, value?: unknown) => Promise<unknown>;
type Compiler = new (...parts: ReadonlyArray<string>) => Compiled;
/** One statement, ready to run. */
type Step = (scope: Scope, run: Run) => Promise<Evaluated>;

const AsyncFunction = (async () => {}).constructor as Compiler;
/** The name under which a line's code finds what runs Effects. */
const runName = "__run";
/** The name under which a pattern's code finds what is to be taken apart. */
const valueName = "__value";
const nothing = { tag: "nothing" } as const;

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
    const runAll = async (signal: AbortSignal): Promise<Evaluated> => {
      const run: Run = (value) => Effect.isEffect(value) ? runIn(context, value as AnyEffect, signal) : value;
      let outcome: Evaluated = nothing;
      for (const step of steps) outcome = await step(scope, run);
      return outcome;
    };
    const outcome = yield* Effect.exit(Effect.tryPromise({ try: runAll, catch: (error) => error }));
    return Exit.isSuccess(outcome)
      ? outcome.value
      : { tag: "failure", text: textOfError(Cause.squash(outcome.cause)) };
  });

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

/** A line's statements, ready to run; or its syntax error. */
const compile = (line: string): ReadonlyArray<Step> | string => {
  const source = stripTypes(line);
  try {
    return statementsOf(source).map(stepOf);
  } catch (error) {
    try {
      // Not all statements end where they seem to: the engine knows.
      return [statementStep(source)];
    } catch {
      return `SyntaxError: ${syntaxProblem(error, source)}`;
    }
  }
};

/** What the engine says; of a bracket that stands behind the line and not in it, what that means. */
const syntaxProblem = (error: unknown, source: string): string => {
  const message = error instanceof Error ? error.message : String(error);
  const [, found] = /^Unexpected token '(.)'$/.exec(message) ?? [];
  return found !== undefined && !source.includes(found) ? "Unexpected end of input" : message;
};

const stepOf = (statement: Statement): Step => {
  switch (statement.tag) {
    case "declaration": {
      const binds = statement.declarators.map(bindStep);
      return async (scope, run) => {
        let outcome: Evaluated = nothing;
        for (const bind of binds) outcome = await bind(scope, run);
        return outcome;
      };
    }
    case "definition": {
      const define = functionOf(`return (${statement.source}\n)`);
      return async (scope, run) => {
        scope[statement.name] = await define(scope, run);
        return nothing;
      };
    }
    case "other":
      return otherStep(statement.source);
  }
};

/** An expression, whose value counts; else a statement. */
const otherStep = (source: string): Step => {
  try {
    return expressionStep(source);
  } catch (error) {
    if (!(error instanceof SyntaxError)) throw error;
    return statementStep(source);
  }
};

const expressionStep = (source: string): Step => {
  const compiled = functionOf(`return (${source}\n)`);
  return async (scope, run) => ({ tag: "value", value: await run(await compiled(scope, run)) });
};

const statementStep = (source: string): Step => {
  const compiled = functionOf(source);
  return async (scope, run) => {
    await compiled(scope, run);
    return nothing;
  };
};

const bindStep = ({ pattern, value }: Declarator): Step => {
  if (value === undefined) {
    // A pattern without a value is an error, and an empty name none.
    functionOf(`let ${pattern}`);
    return (scope) => {
      scope[pattern] = undefined;
      return Promise.resolve(nothing);
    };
  }
  const expression = expressionStep(value);
  if (!/^[[{]/.test(pattern)) {
    functionOf(`let ${pattern}`);
    return async (scope, run) => {
      const outcome = await expression(scope, run);
      if (outcome.tag === "value") scope[pattern] = outcome.value;
      return outcome;
    };
  }
  functionOf(`let ${pattern} = 0`);
  const take = functionOf(`(${pattern} = ${valueName})`);
  return async (scope, run) => {
    const outcome = await expression(scope, run);
    if (outcome.tag === "value") await take(bindingScope(scope), run, outcome.value);
    return outcome;
  };
};

/** A scope that has every name: what a pattern binds is assigned in it, known before or not. */
const bindingScope = (scope: Scope): Scope =>
  new Proxy(scope, {
    has: (_, name) => name !== valueName && name !== runName,
    get: (_, name) => {
      if (typeof name === "symbol") return undefined;
      if (name in scope) return scope[name];
      if (name in globalThis) return Reflect.get(globalThis, name);
      throw new ReferenceError(`${name} is not defined`);
    },
  });

// `with` gives the line its scope, and lets functions that it makes see names that come later.
const functionOf = (body: string): Compiled =>
  new AsyncFunction("__scope", runName, valueName, `with (__scope) {${wrapAwaits(body, runName)}\n}`);

/** What is no whole program by itself (an object with two fields) is one in brackets. */
const stripTypes = (line: string): string => {
  for (const source of [line, `(${line}\n)`]) {
    try {
      return stripTypeScriptTypes(source, { mode: "strip" }).trim();
    } catch {
      continue;
    }
  }
  return line.trim();
};
