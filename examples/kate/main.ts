/**
 * A node that knows Kate: `deno run -A examples/kate/main.ts --sname kate@localhost --cookie secret_token`.
 *
 * @module
 */
import { Application } from "../../mod.ts";
import { main } from "../../src/iex/main.ts";
import { Kate } from "./kate.ts";

await main(Application.make({ name: "kate", modules: [Kate] }));
