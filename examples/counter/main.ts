/**
 * A counter's node: `deno run -A examples/counter/main.ts --sname shop@localhost --cookie secret_token`.
 *
 * @module
 */
import { main } from "../../src/iex/main.ts";
import application from "./application.ts";

await main(application);
