/**
 * Deno's permissions, asked about before anything that needs one: so that nothing prompts.
 *
 * @module
 */
import { resolveHost } from "../net/dial.ts";
import { parseNodeName } from "../term/node_name.ts";
import type { BadFlags, Flags } from "./flags.ts";

/** Whether a permission is given. */
export const isGranted = (permission: Deno.PermissionDescriptor): boolean =>
  Deno.permissions.querySync(permission).state === "granted";

/**
 * What a node needs to listen, and to reach its own host's port mapper.
 *
 * @returns What is missing, in one line that names the flag; `undefined` where nothing is.
 */
export const missingNetwork = (name: string, listen: Flags["listen"]): BadFlags | undefined => {
  const parsed = parseNodeName(name);
  if ("problem" in parsed) return parsed;
  const own = resolveHost(parsed.host);
  const listened = listen === undefined ? own : resolveHost(listen.host);
  const at = listen === undefined || listen.port === 0 ? listened : `${listened}:${listen.port}`;
  if (isGranted({ name: "net", host: at }) && (listened === own || isGranted({ name: "net", host: own }))) {
    return undefined;
  }
  const hosts = [...new Set([at, own, parsed.host])].join(",");
  return { problem: `a node needs the network: run it with --allow-net, or with --allow-net=${hosts}` };
};
