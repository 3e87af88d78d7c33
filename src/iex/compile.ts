/**
 * A line of TypeScript as steps that can be run one after the other in a scope of names.
 *
 * @module
 */
import { stripTypeScriptTypes } from "node:module";
import { wrapAwaits } from "./await_operands.ts";
import { importFromHere, rewriteImports } from "./import_from_here.ts";
import { type Declarator, type Statement, statementsOf } from "./statements.ts";

/** The names that a line can use; what a line declares is added. */
export type Scope = Record<string, unknown>;

/** What a step gives: a value, or, as a declaration without one or a statement, nothing to show. */
export type Outcome = { readonly tag: "value"; readonly value: unknown } | { readonly tag: "nothing" };

/** What runs a value that is an Effect, and gives every other as it is. */
export type Run = (value: unknown) => unknown;

/** One statement, ready to run. */
export type Step = (scope: Scope, run: Run) => Promise<Outcome>;

type Compiled = (scope: Scope, run: Run, value?: unknown) => Promise<unknown>;
type Compiler = new (
  ...parts: ReadonlyArray<string>
) => (scope: Scope, importModule: typeof importFromHere, run: Run, value: unknown) => Promise<unknown>;

const AsyncFunction = (async () => {}).constructor as Compiler;
/** The name under which a line's code finds what runs Effects. */
const runName = "__run";
/** The name under which a line's code finds what imports modules. */
const importName = "__import";
/** The name under which a pattern's code finds what is to be taken apart. */
const valueName = "__value";
/** What is given where there is nothing to show. */
export const nothing = { tag: "nothing" } as const;

/**
 * A line's statements, ready to run.
 *
 * @param line The line, with its types.
 * @returns The steps; or what is wrong with its syntax.
 */
export const compile = (line: string): ReadonlyArray<Step> | string => {
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
  if (message.startsWith("Cannot use import statement")) {
    return 'a line has no import statement: write const { name } = await import("./file.ts")';
  }
  const [, found] = /^Unexpected token '(.)'$/.exec(message) ?? [];
  return found !== undefined && !source.includes(found) ? "Unexpected end of input" : message;
};

const stepOf = (statement: Statement): Step => {
  switch (statement.tag) {
    case "declaration": {
      const binds = statement.declarators.map(bindStep);
      return async (scope, run) => {
        let outcome: Outcome = nothing;
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
    has: (_, name) => name !== valueName && name !== runName && name !== importName,
    get: (_, name) => {
      if (typeof name === "symbol") return undefined;
      if (name in scope) return scope[name];
      if (name in globalThis) return Reflect.get(globalThis, name);
      throw new ReferenceError(`${name} is not defined`);
    },
  });

// `with` gives the line its scope, and lets functions that it makes see names that come later.
const functionOf = (body: string): Compiled => {
  const code = `with (__scope) {${rewriteImports(wrapAwaits(body, runName), importName)}\n}`;
  const compiled = new AsyncFunction("__scope", importName, runName, valueName, code);
  return (scope, run, value) => compiled(scope, importFromHere, run, value);
};

/** A line without its types. What is no whole program by itself (an object with two fields) is one in brackets. */
export const stripTypes = (line: string): string => {
  for (const source of [line, `(${line}\n)`]) {
    try {
      return stripTypeScriptTypes(source, { mode: "strip" }).trim();
    } catch {
      continue;
    }
  }
  return line.trim();
};
