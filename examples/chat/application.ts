/**
 * The chat's application: a task supervisor, under which other nodes start tasks here.
 *
 * @module
 */
import { Application, Task } from "../../mod.ts";
import { Chat } from "./chat.ts";
import config from "./config/config.ts";
import { environment } from "./environment.ts";

export default Application.make({
  name: "chat",
  modules: [Chat],
  children: [Task.Supervisor.childSpec({ name: "Chat.TaskSupervisor" })],
  supervisor: { strategy: "one_for_one", name: "Chat.Supervisor" },
  environment,
  config,
});
