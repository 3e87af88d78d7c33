/**
 * A module with an example that holds.
 *
 * @example
 * ```ts
 * import { twice } from "./documented.ts";
 *
 * if (twice(2) !== 4) throw new Error("so much for that");
 * ```
 *
 * @module
 */

/** Two times a number. */
export const twice = (number: number): number => 2 * number;
