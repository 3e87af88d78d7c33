/**
 * The parts of Effect that Spawnlink uses, imported one module at a time: the whole package would double
 * the start of every node. A caret range, since a user's own copy and ours must be one.
 *
 * @module
 */
export * as Cause from "npm:effect@^4.1.0/Cause";
export * as Clock from "npm:effect@^4.1.0/Clock";
export * as Context from "npm:effect@^4.1.0/Context";
export * as Deferred from "npm:effect@^4.1.0/Deferred";
export * as Data from "npm:effect@^4.1.0/Data";
export * as Duration from "npm:effect@^4.1.0/Duration";
export * as Effect from "npm:effect@^4.1.0/Effect";
export * as Effectable from "npm:effect@^4.1.0/Effectable";
export * as Exit from "npm:effect@^4.1.0/Exit";
export * as Fiber from "npm:effect@^4.1.0/Fiber";
export * as Hash from "npm:effect@^4.1.0/Hash";
export * as Layer from "npm:effect@^4.1.0/Layer";
export * as Logger from "npm:effect@^4.1.0/Logger";
export * as MutableHashMap from "npm:effect@^4.1.0/MutableHashMap";
export * as Option from "npm:effect@^4.1.0/Option";
export * as Redacted from "npm:effect@^4.1.0/Redacted";
export * as References from "npm:effect@^4.1.0/References";
export * as Result from "npm:effect@^4.1.0/Result";
export * as Schedule from "npm:effect@^4.1.0/Schedule";
export * as Scheduler from "npm:effect@^4.1.0/Scheduler";
export * as Schema from "npm:effect@^4.1.0/Schema";
export * as Pull from "npm:effect@^4.1.0/Pull";
export * as Stream from "npm:effect@^4.1.0/Stream";
export * as Scope from "npm:effect@^4.1.0/Scope";
