/**
 * A value as the shell shows it.
 *
 * @module
 */
import { moduleName, nameOfFunction } from "../process/modules.ts";
import { inspect } from "../term/inspect.ts";
import { isModule } from "./module_names.ts";

/** A value's text: what has a name from `defmodule` by that, all else as `inspect` shows it. */
export const textOfValue = (value: unknown): string => {
  if (isModule(value)) {
    const functions = Object.entries(value).filter(([, one]) => typeof one === "function");
    return `#Module<${value[moduleName]}: ${
      functions.map(([name, one]) => `${name}/${one.length}`).join(", ")
    }>`;
  }
  const named = typeof value === "function" ? nameOfFunction(value) : undefined;
  return named === undefined ? inspect(value) : `&${named.module}.${named.function}/${Object(value).length}`;
};
