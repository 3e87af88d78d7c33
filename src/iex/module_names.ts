/**
 * Modules under their names in a scope: `Chat.Server` is found in `Chat`, also where there is no such module.
 *
 * @module
 */
import { type AnyModule, moduleName } from "../process/modules.ts";
import type { Scope } from "./compile.ts";

/** The modules that a scope has been given, by their names. */
const modulesOf = new WeakMap<Scope, Map<string, AnyModule>>();

/**
 * Puts a module into a scope, in the place of one that has its name.
 *
 * @param scope The scope.
 * @param module The module.
 * @returns What stands for it there: itself, or a view of it that has the modules below it too.
 */
export const addModule = (scope: Scope, module: AnyModule): unknown => {
  const modules = modulesOf.get(scope) ?? new Map<string, AnyModule>();
  modulesOf.set(scope, modules);
  const name = module[moduleName];
  modules.set(name, module);
  const [root = name] = name.split(".");
  // What the library has under that name stays to be seen below it: `Task.Mine` hides no `Task.await`.
  const known = modules.has(root) ? undefined : scope[root];
  scope[root] = viewOf(modules, root, typeof known === "object" && known !== null ? known : null);
  return name.split(".").slice(1).reduce(
    (view: unknown, part) => Reflect.get(Object(view), part),
    scope[root],
  );
};

const viewOf = (modules: ReadonlyMap<string, AnyModule>, name: string, known: object | null): unknown => {
  const below = new Set<string>();
  for (const other of modules.keys()) {
    if (other.startsWith(`${name}.`)) below.add(other.slice(name.length + 1).split(".")[0] ?? "");
  }
  const own = modules.get(name);
  if (below.size === 0 && own !== undefined) return own;
  const view: Scope = Object.create(own ?? known);
  for (const part of below) view[part] = viewOf(modules, `${name}.${part}`, null);
  return view;
};

/** The defined modules of a scope, by their names. */
export const definedIn = (scope: Scope): ReadonlyMap<string, AnyModule> => modulesOf.get(scope) ?? new Map();

/** Whether a value is a defined module. */
export const isModule = (value: unknown): value is AnyModule =>
  typeof value === "object" && value !== null && typeof Reflect.get(value, moduleName) === "string";
