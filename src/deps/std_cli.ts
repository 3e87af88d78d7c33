/**
 * `@std/cli`'s argument parser, from its republication on npm; typed here, since that has no types.
 *
 * @module
 */
// @ts-types="./std_cli.d.ts"
export { parseArgs } from "npm:deno-std@1.4.0/cli/parse_args.js";
