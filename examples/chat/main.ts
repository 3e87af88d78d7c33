/**
 * A chat node: `deno run -A examples/chat/main.ts --sname kate@localhost --cookie secret_token --no-halt`.
 *
 * @module
 */
import { main } from "../../src/iex/main.ts";
import application from "./application.ts";

await main(application);
