/**
 * A node in an OS process of its own, with a supervisor of tasks.
 *
 * @module
 */
import { main } from "../../src/iex/main.ts";
import * as Application from "../../src/otp/application.ts";
import * as Task from "../../src/otp/task.ts";
import { Faults } from "./modules.ts";

const application = Application.make({
  name: "faults",
  modules: [Faults],
  children: [Task.Supervisor.childSpec({ name: "Tasks" })],
  supervisor: { strategy: "one_for_one", name: "Faults.Supervisor" },
});

await main(application);
