/**
 * A counter's node: `deno run -A examples/counter/main.ts --sname shop@localhost --cookie secret_token`.
 *
 * @module
 */
import { main } from "../../src/iex/main.ts";
import { start } from "./application.ts";

await main({ name: "counter", version: "0.1.0", modules: [], start });
