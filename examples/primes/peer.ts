/**
 * A peer of the job: a node that runs tasks.
 *
 * @module
 */
import { Application, Task } from "../../mod.ts";
import { main } from "../../src/cli/main.ts";
import { supervisor } from "./job.ts";
import { Primes } from "./primes.ts";

await main(Application.make({
  name: "primes",
  modules: [Primes],
  children: [Task.Supervisor.childSpec({ name: supervisor })],
}));
