/**
 * A peer without a program of its own: a node that can be asked for the functions of the modules that Deno has
 * loaded before it.
 *
 * @module
 */
import { main } from "../cli/main.ts";

await main();
