/**
 * Evaluates lines in one process: TypeScript with a scope of names; a value that is an Effect is run, and so
 * is what stands behind `await`.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";
import { Cause, Context, Effect, Exit } from "../deps/effect.ts";
import type { AnyEffect } from "../deps/fiber.ts";
import { inspect } from "../term/inspect.ts";
import { wrapAwaits } from "./await_operands.ts";

/** The names that a line can use. */
export type Scope = Record<string, unknown>;

/** What came of a line. */
export type Evaluated =
  | { readonly tag: "value"; readonly value: unknown }
  /** A declaration or a statement: there is nothing to show. */
  | { readonly tag: "nothing" }
  | { readonly tag: "failure"; readonly text: string };

/** An Effect inside a line has failed: carried through the line's own code, which may catch it. */
class LineFailure extends Error {
  readonly reason: Cause.Cause<unknown>;

  constructor(reason: Cause.Cause<unknown>) {
    super(textOfCause(reason));
    this.reason = reason;
  }
}

type Compiled = (scope: Scope, run: (value: unknown) => unknown) => Promise<unknown>;
type Compiler = new (...parts: ReadonlyArray<string>) => Compiled;

const AsyncFunction = (async () => {}).constructor as Compiler;
/** The name under which a line's code finds what runs Effects. */
const runName = "__run";
const declaration =
  /^\s*(?:const|let|var)\s+([\p{ID_Start}$_][\p{ID_Continue}$]*)\s*(?::[^=]+)?=(?!=)([\s\S]*)$/u;

/**
 * Evaluates one line in the calling process.
 *
 * @param line The line.
 * @param scope Its names; a declaration adds one.
 */
export const evaluate = (line: string, scope: Scope): Effect.Effect<Evaluated> =>
  Effect.gen(function* () {
    if (line.trim() === "") return { tag: "nothing" };
    // Effects run as fibers of this process: the same self, the same mailbox.
    const context = yield* Effect.context();
    const run = (value: unknown): unknown =>
      Effect.isEffect(value) ? runIn(context, value as AnyEffect) : value;
    const declared = declaration.exec(line);
    const [, name, expression] = declared ?? [];
    const compiled = compile(expression ?? line);
    if (typeof compiled === "string") return { tag: "failure", text: compiled };
    const outcome = yield* Effect.exit(Effect.tryPromise({
      try: async () => await run(await compiled.call(scope, run)),
      catch: (error) => error,
    }));
    if (Exit.isFailure(outcome)) return { tag: "failure", text: textOfCause(outcome.cause) };
    if (name !== undefined) scope[name] = outcome.value;
    return compiled.isExpression ? { tag: "value", value: outcome.value } : { tag: "nothing" };
  });

const runIn = async (
  context: Context.Context<never>,
  effect: Effect.Effect<unknown, unknown>,
): Promise<unknown> => {
  const exit = await Effect.runPromiseExitWith(context)(effect);
  if (Exit.isSuccess(exit)) return exit.value;
  throw new LineFailure(exit.cause);
};

/** A line as a function of its scope, first as an expression and then as statements; or the syntax error. */
const compile = (
  line: string,
): { readonly isExpression: boolean; readonly call: Compiled } | string => {
  try {
    const source = wrapAwaits(stripTypes(line), runName);
    try {
      return { isExpression: true, call: functionOf(`return (${source}\n)`) };
    } catch (error) {
      if (!(error instanceof SyntaxError)) throw error;
      return { isExpression: false, call: functionOf(source) };
    }
  } catch (error) {
    return `SyntaxError: ${error instanceof Error ? error.message : error}`;
  }
};

// `with` gives the line its scope, and lets functions that it makes see names that come later.
const functionOf = (body: string): Compiled =>
  new AsyncFunction("__scope", runName, `with (__scope) { ${body} }`);

/** What is no whole program by itself (an object, a declaration's right side) has no types to strip. */
const stripTypes = (line: string): string => {
  try {
    return stripTypeScriptTypes(line, { mode: "strip" }).trim().replace(/;$/, "");
  } catch {
    return line.trim().replace(/;$/, "");
  }
};

/** A failure with its tag and message, as `tag: message`; a defect with its name. */
export const textOfCause = (cause: Cause.Cause<unknown>): string => {
  const error = Cause.squash(cause);
  if (error instanceof LineFailure) return textOfCause(error.reason);
  if (error instanceof Error) return String(error);
  return cause.reasons.some(Cause.isInterruptReason) ? "interrupted" : inspect(error);
};
