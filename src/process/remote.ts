/**
 * What ties this kernel's processes to those of one other node: what must be answered when that node is down.
 *
 * @module
 */
import type { Entry } from "./entry.ts";
import type { Monitor, RemoteWatcher } from "./monitors.ts";
import type { Held, Pending } from "./requests.ts";
import type { PendingSpawn } from "./spawn.ts";

/** The ties to one node, by its name. */
export class Remote {
  /** Processes here with a link to some process there, or that have taken one back which is not acknowledged. */
  readonly linked: Set<Entry> = new Set();
  /** Monitors made here of processes there. */
  readonly monitors: Set<Monitor> = new Set();
  /** Monitors made there of processes here, by their reference. */
  readonly watchers: Map<number, RemoteWatcher> = new Map();
  /** Requests made here that are to be answered there. */
  readonly pending: Set<Pending> = new Set();
  /** Requests made there that are to be answered here, by their reference. */
  readonly held: Map<number, Held> = new Map();
  /** Spawns asked of that node. */
  readonly spawns: Set<PendingSpawn> = new Set();
}
