/**
 * A node in an OS process of its own, with a supervisor of tasks.
 *
 * @module
 */
import { main } from "../../src/iex/main.ts";
import * as Supervisor from "../../src/otp/supervisor.ts";
import * as Task from "../../src/otp/task.ts";
import { Faults } from "./modules.ts";

const start = Supervisor.startLink([Task.Supervisor.childSpec({ name: "Tasks" })], {
  strategy: "one_for_one",
  name: "Faults.Supervisor",
});

await main({ name: "faults", version: "0.1.0", modules: [Faults], start });
