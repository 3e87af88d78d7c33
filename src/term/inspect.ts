/**
 * Terms as text, as the shell and error messages show them (Elixir's `inspect/1`).
 *
 * @module
 */

/**
 * A term as readable text: strings quoted, atoms `:ok`, tuples `{…}`, pids `#PID<0.106.0>`.
 *
 * @param value Any value.
 * @returns One or more lines without colours.
 */
export const inspect = (value: unknown): string =>
  Deno.inspect(value, { colors: false, depth: 8, strAbbreviateSize: 10_000, iterableLimit: 100 });
