/**
 * A value as the shell shows it.
 *
 * @module
 */
import { nameOfFunction } from "../process/modules.ts";
import { inspect } from "../term/inspect.ts";

/** A value's text: a module's function by its name, all else as `inspect` shows it. */
export const textOfValue = (value: unknown): string => {
  const named = typeof value === "function" ? nameOfFunction(value) : undefined;
  return named === undefined ? inspect(value) : `&${named.module}.${named.function}/${Object(value).length}`;
};
