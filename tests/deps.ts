/**
 * What tests take from Effect beside what the library itself uses.
 *
 * @module
 */
export {
  Cause,
  Clock,
  Context,
  Data,
  Deferred,
  Duration,
  Effect,
  Exit,
  Fiber,
  Layer,
  Option,
  Redacted,
  References,
  Result,
  Schema,
} from "../src/deps/effect.ts";
export * as ManagedRuntime from "npm:effect@^4.1.0/ManagedRuntime";
