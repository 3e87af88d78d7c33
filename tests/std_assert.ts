/**
 * `@std/assert` for the tests, with its types, which the npm republication of `@std` has not.
 *
 * @module
 */
// @ts-types="./std_assert.d.ts"
export * from "deno-std/assert/mod.js";
