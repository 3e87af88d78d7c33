/**
 * A chat node: `deno run -A examples/chat/main.ts --sname kate@localhost --cookie secret_token --no-halt`.
 *
 * @module
 */
import { main } from "../../src/iex/main.ts";
import { start } from "./application.ts";
import { Chat } from "./chat.ts";

await main({ name: "chat", version: "0.1.0", modules: [Chat], start });
