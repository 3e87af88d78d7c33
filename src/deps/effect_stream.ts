/**
 * Effect's `Stream`: apart from the rest, since it is large and no node needs it to start.
 *
 * @module
 */
export * as Stream from "npm:effect@^4.1.0/Stream";
