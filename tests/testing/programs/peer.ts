/**
 * A peer's program: it says that it is up, and what it was given.
 *
 * @module
 */
import { main } from "../../../src/cli/main.ts";
import * as IO from "../../../src/io/io.ts";
import { Words } from "./words.ts";

const start = IO.puts(`up with ${Deno.env.get("GIFT")}`);
await main({ name: "peer", version: "0.1.0", modules: [Words], start });
