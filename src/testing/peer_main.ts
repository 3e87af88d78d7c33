/**
 * A peer without a program of its own: a node that can be asked for the functions of the modules that Deno has
 * loaded before it.
 *
 * @module
 */
import { main } from "../cli/main.ts";
import { Effect } from "../deps/effect.ts";

await main({ name: "peer", version: "0.1.0", modules: [], start: Effect.void });
