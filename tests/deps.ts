/**
 * What tests take from Effect beside what the library itself uses.
 *
 * @module
 */
export { Clock, Effect, Exit, Layer, Option, References } from "../src/deps/effect.ts";
export * as ManagedRuntime from "npm:effect@^4.1.0/ManagedRuntime";
