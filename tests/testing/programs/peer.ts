/**
 * A peer's program: it says that it is up, and what it was given.
 *
 * @module
 */
import { main } from "../../../src/cli/main.ts";
import * as IO from "../../../src/io/io.ts";
import * as Application from "../../../src/otp/application.ts";
import { Words } from "./words.ts";

const start = IO.puts(`up with ${Deno.env.get("GIFT")}`);
await main(Application.make({ name: "peer", modules: [Words], start }));
