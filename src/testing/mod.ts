/**
 * Testing distributed code: tests that are Effects, with tags (ExUnit).
 *
 * @module
 */
export { doctest } from "./doctest.ts";
export { type Configuration, configure, test, type TestOptions } from "./test.ts";
export type { Tag } from "./tags.ts";
export * as Peer from "./peer.ts";
