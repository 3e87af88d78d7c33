/**
 * Modules: functions known by name to every kernel in this OS process, which other nodes can ask for.
 *
 * @module
 */
import type { Effect } from "../deps/effect.ts";
import { Capture, functionBrand, type FunctionName, type ModuleFunction } from "../term/capture.ts";
import type { BadArg } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { wrongArgument } from "./arguments.ts";

/** What a function gives: an Effect's success, a promise's value, or the value itself. */
export type Success<Returns> = Returns extends Effect.Effect<infer A, infer _E, infer _R> ? A
  : Awaited<Returns>;

/** What a function fails with. */
export type Failure<Returns> = Returns extends Effect.Effect<infer _A, infer E, infer _R> ? E : never;

/** The services that an Effect needs. */
export type Requirements<Returns> = Returns extends Effect.Effect<infer _A, infer _E, infer R> ? R : never;

/** A function as it stands in a defined module: itself, with its name. */
export type Named<Fn> = Fn extends (...args: infer Args extends ReadonlyArray<unknown>) => infer Returns
  ? Fn & ModuleFunction<Args, Returns>
  : never;

/** A defined module: its functions, and its name. */
export type Module<Functions, Name extends string = string> =
  & { readonly [Key in keyof Functions]: Named<Functions[Key]> }
  & { readonly [moduleName]: Name };

/** The services that a module's functions need. */
export type Services<M> = {
  [Key in keyof M]: M[Key] extends (...args: never) => infer R ? Requirements<R> : never;
}[
  keyof M
];

/** Holds a module's name, out of the way of its functions. */
export const moduleName: unique symbol = Symbol.for("spawnlink/Module") as never;

/** Any defined module. */
export interface AnyModule {
  /** The module's name. */
  readonly [moduleName]: string;
}

/** A class of tagged errors, as `Data.TaggedError` makes them. */
export type ErrorClass = abstract new (...args: never) => Error & { readonly _tag: string };

/** What a module can say beside its functions. */
export interface ModuleOptions {
  /** The classes of its functions' errors: from another node they arrive as instances of these. */
  readonly errors?: ReadonlyArray<ErrorClass>;
}

interface Definition {
  readonly functions: ReadonlyMap<string, (...args: ReadonlyArray<unknown>) => unknown>;
  readonly errors: ReadonlyArray<ErrorClass>;
}

const definitions = new Map<string, Definition>();

/**
 * Defines a module: its own, enumerable functions can be called here as they are, and by name from every node
 * that has defined the same module (Elixir's `defmodule`). Defined again, the new one counts.
 *
 * @example
 * ```ts
 * import { defmodule, IO } from "../../mod.ts";
 *
 * export const Greeter = defmodule("Greeter", {
 *   greet: (name: string) => IO.puts(`Hello, ${name}`),
 * });
 * ```
 *
 * @param name The module's name, the same on all nodes.
 * @param functions Its functions; each gives an Effect, a promise or a value.
 * @param options The classes of its errors.
 * @returns The functions, each known by its name.
 * @throws `badarg` for an empty name and for a member that is no function, which the types refuse too.
 */
export const defmodule = <
  const Name extends string,
  // deno-lint-ignore ban-types -- Function infers each function's parameters; `never[]` would lose them.
  Functions extends { readonly [key: string]: Function },
>(name: Name, functions: Functions, options: ModuleOptions = {}): Module<Functions, Name> => {
  const wrong = wrongDefinition(name, functions);
  if (wrong !== undefined) throw wrong;
  const callable = new Map<string, (...args: ReadonlyArray<unknown>) => unknown>();
  const named: Record<PropertyKey, unknown> = {};
  for (const [key, body] of Object.entries(functions)) {
    const call = (...args: ReadonlyArray<unknown>): unknown => Reflect.apply(body, functions, args);
    Object.defineProperty(call, "name", { value: key });
    Object.defineProperty(call, "length", { value: body.length });
    const identity: FunctionName = { module: name, function: key };
    Object.defineProperty(call, functionBrand, { value: identity });
    callable.set(key, call);
    named[key] = call;
  }
  Object.defineProperty(named, moduleName, { value: name });
  Object.defineProperty(named, Symbol.for("Deno.customInspect"), { value: () => textOf(name, callable) });
  definitions.set(name, { functions: callable, errors: options.errors ?? [] });
  // The loop above has put each function there under its own key.
  return named as Module<Functions, Name>;
};

/** A module as `Deno.inspect`, `console.log` and the shell show it: its name, and its functions with their arity. */
const textOf = (name: string, functions: Definition["functions"]): string => {
  const all = [...functions].map(([key, body]) => `${key}/${body.length}`);
  return `#Module<${name}${all.length === 0 ? "" : `: ${all.join(", ")}`}>`;
};

/** Why that is no module: a program that defines one cannot go on. */
const wrongDefinition = (name: unknown, functions: unknown): BadArg | undefined => {
  if (typeof name !== "string" || name === "") return wrongArgument("defmodule", name, "a module's name");
  const operation = `defmodule(${inspect(name)})`;
  if (typeof functions !== "object" || functions === null) {
    return wrongArgument(operation, functions, "an object of functions");
  }
  const [key, body] = Object.entries(functions).find(([, one]) => typeof one !== "function") ?? [];
  return key === undefined ? undefined : wrongArgument(`${operation}, ${key}`, body, "a function");
};

/** A function of a defined module, or `undefined`: inherited and unlisted names are never found. */
export const findFunction = (
  module: string,
  name: string,
): ((...args: ReadonlyArray<unknown>) => unknown) | undefined => definitions.get(module)?.functions.get(name);

/** The class that a module lists for errors of that tag. */
export const findErrorClass = (module: string, tag: string): ErrorClass | undefined =>
  definitions.get(module)?.errors.find((candidate) => tagOf(candidate) === tag);

const tagOf = (candidate: ErrorClass): unknown => {
  const prototype: unknown = candidate.prototype;
  return typeof prototype === "object" && prototype !== null && "_tag" in prototype
    ? prototype._tag
    : candidate.name;
};

/**
 * A module's function as a value that travels (Elixir's `&Chat.receive_message/1`); it can be given wherever
 * a module's function can.
 *
 * @param module A defined module, or the name of one that this program need not have.
 * @param name The function's name.
 * @returns The capture.
 */
export function capture<M extends AnyModule, const Key extends keyof M & string>(
  module: M,
  name: Key,
): Capture & M[Key];
/** A function of a module by its name alone: its arguments and result are not known to the compiler. */
export function capture(
  module: string,
  name: string,
): Capture & ModuleFunction<ReadonlyArray<unknown>, unknown>;
export function capture(module: AnyModule | string, name: string): Capture {
  return new Capture(typeof module === "string" ? module : module[moduleName], name);
}

/** The name of a module's function or capture; `undefined` for a closure. */
export const nameOfFunction = (value: unknown): FunctionName | undefined => {
  if (value instanceof Capture) return value;
  if (typeof value !== "function") return undefined;
  const identity: unknown = Reflect.get(value, functionBrand);
  return typeof identity === "object" && identity !== null && "module" in identity && "function" in identity
    ? identity as FunctionName
    : undefined;
};
