/**
 * A peer of the job: a node that runs tasks.
 *
 * @module
 */
import { Supervisor, Task } from "../../mod.ts";
import { main } from "../../src/cli/main.ts";
import { supervisor } from "./job.ts";
import { Primes } from "./primes.ts";

const start = Supervisor.startLink([Task.Supervisor.childSpec({ name: supervisor })], {
  strategy: "one_for_one",
});

await main({ name: "primes", version: "0.1.0", modules: [Primes], start });
