/**
 * The chat's supervision tree: a task supervisor, under which other nodes start tasks here.
 *
 * @module
 */
import { Supervisor, Task } from "../../mod.ts";

/** Starts `Chat.Supervisor` with `Chat.TaskSupervisor` below it. */
export const start = Supervisor.startLink(
  [Task.Supervisor.childSpec({ name: "Chat.TaskSupervisor" })],
  { strategy: "one_for_one", name: "Chat.Supervisor" },
);
