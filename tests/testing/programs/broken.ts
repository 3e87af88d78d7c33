/**
 * A peer's program that does not get far.
 *
 * @module
 */
console.error("cannot find my glasses");
Deno.exit(3);
