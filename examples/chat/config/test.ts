/**
 * Tests: no other node is needed, since all tasks run on this one.
 *
 * @module
 */
import { Config } from "../../../mod.ts";
import { environment } from "../environment.ts";

export default Config.config(environment, {
  remoteSupervisor: () => "Chat.TaskSupervisor",
});
