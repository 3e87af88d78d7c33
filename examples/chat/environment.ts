/**
 * The chat's settings.
 *
 * @module
 */
import { Application, type Task } from "../../mod.ts";

/** The settings, with what they are by default. */
export const environment = Application.environment("chat", {
  /** The task supervisor that runs what is meant for a recipient: this node's own, where nothing else is said. */
  remoteSupervisor: (_recipient: string): Task.Supervisor.SupervisorRef => "Chat.TaskSupervisor",
});
