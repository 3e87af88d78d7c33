/**
 * Production: as in development.
 *
 * @module
 */
export { default } from "./dev.ts";
