/**
 * Who is told when nodes come and go: `Node.monitor` and `Node.monitorNodes` (net_kernel:monitor_nodes/2).
 *
 * @module
 */
import type { Entry } from "../process/entry.ts";
import { atom } from "../term/atom.ts";
import { tuple } from "../term/tuple.ts";

/** What `monitorNodes` tells, and of which nodes. */
export interface MonitorNodesOptions {
  /** Of which nodes: `visible` by default. Where given, messages carry a third element with the node's type. */
  readonly nodeType?: "visible" | "hidden" | "all";
  /** Whether a nodedown message carries its reason, in a third element. */
  readonly nodedownReason?: boolean;
}

interface Subscription {
  readonly entry: Entry;
  readonly options: MonitorNodesOptions;
}

/** The processes of one node that want to know. */
export class NodeMonitors {
  #subscriptions: Array<Subscription> = [];
  readonly #watchers = new Map<string, Array<Entry>>();

  /** Subscribes a process to all nodes' coming and going, once a call; or takes its like subscriptions back. */
  monitorNodes(entry: Entry, on: boolean, options: MonitorNodesOptions): void {
    const isSame = (one: Subscription): boolean =>
      one.entry === entry && one.options.nodeType === options.nodeType &&
      one.options.nodedownReason === options.nodedownReason;
    this.#subscriptions = this.#subscriptions.filter((one) =>
      one.entry.state === "running" && (on || !isSame(one))
    );
    if (on) this.#subscriptions.push({ entry, options });
  }

  /** Adds one nodedown message about that node for a process, or takes one back. */
  monitor(entry: Entry, node: string, on: boolean): void {
    const watchers = (this.#watchers.get(node) ?? []).filter((one) => one.state === "running");
    const at = watchers.indexOf(entry);
    if (on) watchers.push(entry);
    else if (at >= 0) watchers.splice(at, 1);
    if (watchers.length === 0) this.#watchers.delete(node);
    else this.#watchers.set(node, watchers);
  }

  /** A node is connected. */
  up(node: string, isHidden: boolean): void {
    for (const one of this.#interestedIn(isHidden)) this.#tell(one, "nodeup", node, isHidden, undefined);
  }

  /** A node is down; who watched it by name is told once a monitor, and must ask again. */
  down(node: string, isHidden: boolean, reason: string): void {
    this.missing(node);
    for (const one of this.#interestedIn(isHidden)) this.#tell(one, "nodedown", node, isHidden, reason);
  }

  /** A node that is watched by name could not be connected. */
  missing(node: string): void {
    const watchers = this.#watchers.get(node) ?? [];
    this.#watchers.delete(node);
    for (const entry of watchers) entry.push(tuple(atom("nodedown"), node));
  }

  #interestedIn(isHidden: boolean): ReadonlyArray<Subscription> {
    return this.#subscriptions.filter(({ options: { nodeType = "visible" } }) =>
      nodeType === "all" || (nodeType === "hidden") === isHidden
    );
  }

  #tell(
    { entry, options }: Subscription,
    tag: string,
    node: string,
    isHidden: boolean,
    reason?: string,
  ): void {
    if (options.nodeType === undefined && options.nodedownReason !== true) {
      return entry.push(tuple(atom(tag), node));
    }
    entry.push(tuple(atom(tag), node, {
      ...options.nodeType === undefined ? {} : { nodeType: isHidden ? "hidden" : "visible" },
      ...options.nodedownReason && reason !== undefined ? { nodedownReason: reason } : {},
    }));
  }
}
