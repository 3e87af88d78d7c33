/**
 * Prints where `findCookie` leads, with the flags that stand as JSON in its first argument.
 *
 * @module
 */
import { findCookie } from "../../src/cli/cookie.ts";
import { Redacted } from "../../src/deps/effect.ts";

const found = findCookie(JSON.parse(Deno.args[0] ?? "{}"));
console.log("problem" in found ? `problem: ${found.problem}` : `cookie: ${Redacted.value(found)}`);
console.log(Deno.inspect(found).includes("secret_") ? "shown" : "not shown");
