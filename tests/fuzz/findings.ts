/**
 * What fuzzing has found, each attacked again in every test run: the target's name, and the bytes in hex.
 *
 * @module
 */

/** All findings so far. */
export const findings: ReadonlyArray<readonly [target: string, hex: string]> = [];
