/**
 * A node of the demo: the chat, with Kate's module beside its own.
 *
 * @module
 */
import { main } from "../../src/iex/main.ts";
import chat from "../chat/application.ts";
import { Kate } from "../kate/kate.ts";

await main({ ...chat, modules: [...chat.modules, Kate] });
