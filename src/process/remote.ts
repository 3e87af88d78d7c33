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
  /**
   * Processes here with links to processes there, each with how many: those that were taken back and are not
   * acknowledged count too.
   */
  readonly linked: Map<Entry, number> = new Map();
  #links = 0;
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

  /** How much of this kernel's memory that node can fill by asking: links, and monitors and requests made there. */
  get asked(): number {
    return this.#links + this.watchers.size + this.held.size;
  }

  /** A process here has one more link there. */
  addLink(entry: Entry): void {
    this.#links++;
    this.linked.set(entry, (this.linked.get(entry) ?? 0) + 1);
  }

  /** A process here has one link less there. */
  removeLink(entry: Entry): void {
    const count = this.linked.get(entry);
    if (count === undefined) return;
    this.#links--;
    if (count > 1) this.linked.set(entry, count - 1);
    else this.linked.delete(entry);
  }
}
