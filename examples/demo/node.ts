/**
 * A node of the demo: the chat, and Kate's module.
 *
 * @module
 */
import { main } from "../../src/iex/main.ts";
import { start } from "../chat/application.ts";
import { Chat } from "../chat/chat.ts";
import { Kate } from "../kate/kate.ts";

await main({ name: "demo", version: "0.1.0", modules: [Chat, Kate], start });
