/**
 * A node that knows Kate: `deno run -A examples/kate/main.ts --sname kate@localhost --cookie secret_token`.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { main } from "../../src/iex/main.ts";
import { Kate } from "./kate.ts";

await main({ name: "kate", version: "0.1.0", modules: [Kate], start: Effect.void });
