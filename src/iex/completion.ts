/**
 * What Tab completes: names of a scope, and the members of what they lead to.
 *
 * @module
 */
import type { Scope } from "./compile.ts";

/** The path at the end of a line, as far as it is made of names: `Task.Supervisor.as`. */
const pathAtEnd = /(?:[\p{ID_Start}$_][\p{ID_Continue}$]*\??\.)*(?:[\p{ID_Start}$_][\p{ID_Continue}$]*)?$/u;

/**
 * Completes the end of a line.
 *
 * @param line What stands before the cursor.
 * @param scope The names that there are.
 * @returns What the end can become, in order; and the end itself.
 */
export const complete = (
  line: string,
  scope: Scope,
): readonly [completions: ReadonlyArray<string>, end: string] => {
  const end = pathAtEnd.exec(line)?.[0] ?? "";
  // Behind a number's point, or a call's, nothing is known.
  if (/(?:[\w)\]]|(?<!\.\.)\.)$/.test(line.slice(0, line.length - end.length))) return [[], end];
  const at = end.lastIndexOf(".") + 1;
  const [before, start] = [end.slice(0, at), end.slice(at)];
  const owner = before === "" ? scope : valueAt(scope, before);
  const names = namesOf(owner);
  // Those of the language itself only where one has begun to write one.
  if (before === "" && start !== "") {
    for (const name of Object.getOwnPropertyNames(globalThis)) names.add(name);
  }
  const fitting = [...names].filter((name) => name.startsWith(start) && isName.test(name)).sort();
  return [fitting.map((name) => before + name), end];
};

const isName = /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u;

/** What a path leads to, without running anything: a getter is not asked. */
const valueAt = (scope: Scope, path: string): unknown => {
  const [first = "", ...rest] = path.split(/\??\./).slice(0, -1);
  const root = first in scope ? scope[first] : ownValue(globalThis, first);
  return rest.reduce(ownValue, root);
};

const ownValue = (owner: unknown, name: string): unknown => {
  for (let at: unknown = Object(owner ?? {}); at !== null; at = Object.getPrototypeOf(at)) {
    const found = Object.getOwnPropertyDescriptor(at, name);
    if (found !== undefined) return found.value;
  }
  return undefined;
};

/** The members of a value and of what it inherits from, but for what every object and function has. */
const namesOf = (owner: unknown): Set<string> => {
  const names = new Set<string>();
  if (owner === undefined || owner === null) return names;
  for (let at: unknown = Object(owner); at !== null && !common.has(at); at = Object.getPrototypeOf(at)) {
    for (const name of Object.getOwnPropertyNames(at)) {
      if (name !== "constructor") names.add(name);
    }
  }
  return names;
};

const common: ReadonlySet<unknown> = new Set([Object.prototype, Function.prototype]);
