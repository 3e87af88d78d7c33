/**
 * The shell without a program of its own: `deno task iex --sname alex@localhost`.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { main } from "./main.ts";

if (import.meta.main) await main({ name: "iex", version: "0.1.0", modules: [], start: Effect.void });
