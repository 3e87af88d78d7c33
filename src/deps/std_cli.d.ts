/**
 * The types of `@std/cli/parse-args`, as far as they are used.
 *
 * @module
 */

/** What the arguments are. */
export interface ParseOptions {
  /** Arguments that are either there or not. */
  readonly boolean?: ReadonlyArray<string>;
  /** Arguments that take a text. */
  readonly string?: ReadonlyArray<string>;
  /** String arguments that may stand several times. */
  readonly collect?: ReadonlyArray<string>;
  /** Called for what is none of these; `false` drops it. */
  readonly unknown?: (argument: string, key?: string, value?: unknown) => unknown;
}

/** Reads command line arguments (`@std/cli/parse-args`). */
export function parseArgs(
  args: ReadonlyArray<string>,
  options?: ParseOptions,
): { readonly [name: string]: unknown; readonly _: ReadonlyArray<string | number> };
