/**
 * Functions by name: what a module's function is to another node, which cannot be sent its source
 * (Elixir's `&Chat.receive_message/1`).
 *
 * @module
 */

/** Marks a function of a defined module; a symbol, so that completion in editors stays clean. */
export const functionBrand: unique symbol = Symbol.for("spawnlink/ModuleFunction") as never;

/** Where a module's function is found: on any node that has defined the same module. */
export interface FunctionName {
  /** The module's name. */
  readonly module: string;
  /** The function's name in it. */
  readonly function: string;
}

/**
 * A function that another node can be asked for: one of a module made by `defmodule`. A closure is none:
 * write `defmodule("Name", { … })` and give `Name.function`.
 */
export interface ModuleFunction<Args extends ReadonlyArray<unknown>, Returns> {
  (...args: Args): Returns;
  /** Its module and name. */
  readonly [functionBrand]: FunctionName;
}

/** A function's name as a value that travels, printed `&Chat.receiveMessage`. */
export class Capture implements FunctionName {
  readonly module: string;
  readonly function: string;

  /** Use `capture`, which knows the function's type. */
  constructor(module: string, name: string) {
    this.module = module;
    this.function = name;
  }

  /** As Elixir prints a captured function. */
  toString(): string {
    return `&${this.module}.${this.function}`;
  }

  /** How `Deno.inspect` and `console.log` show it. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}
