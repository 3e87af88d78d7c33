/**
 * The shell without a program of its own: `deno task iex --sname alex@localhost`; with `-S FILE`, that of the
 * application in a file.
 *
 * @module
 */
import { main } from "./main.ts";

if (import.meta.main) await main();
