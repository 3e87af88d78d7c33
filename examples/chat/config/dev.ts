/**
 * Development: a message goes to the recipient's node.
 *
 * @module
 */
import { Config } from "../../../mod.ts";
import { environment } from "../environment.ts";

export default Config.config(environment, {
  remoteSupervisor: (recipient) => ["Chat.TaskSupervisor", recipient],
});
