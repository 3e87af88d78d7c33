/**
 * Nodes in OS processes that are killed, stopped, continued and started again under their names.
 *
 * @module
 */
import * as Node from "../../src/node/node.ts";
import type { NodeProcess } from "../faults/support.ts";
import { nodeProcess } from "../faults/support.ts";
import { eventually, type Net, type TestNode } from "../node/support.ts";

/** What can happen to a node. */
const happenings = ["SIGKILL", "SIGTERM", "SIGSTOP", "disconnect"] as const;

/** A cluster of OS processes, seen from one node. */
export class Cluster {
  readonly #net: Net;
  readonly #from: TestNode;
  readonly #nodes = new Map<string, NodeProcess>();
  /** How often what happened. */
  readonly happened: Map<string, number> = new Map();

  constructor(net: Net, from: TestNode) {
    this.#net = net;
    this.#from = from;
  }

  /** The nodes' names. */
  get names(): ReadonlyArray<string> {
    return [...this.#nodes.keys()];
  }

  /** Starts a node, or starts it again, and waits until it is connected. */
  async start(name: string): Promise<void> {
    this.#nodes.set(name, await nodeProcess(this.#net, this.#from, name));
  }

  /** One thing happens to one node, which is well again when this is over. */
  async churn(chance: () => number): Promise<void> {
    const names = this.names;
    const name = names[Math.floor(chance() * names.length)] ?? "";
    const happening = happenings[Math.floor(chance() * happenings.length)] ?? "SIGKILL";
    this.happened.set(happening, (this.happened.get(happening) ?? 0) + 1);
    const node = this.#nodes.get(name);
    switch (happening) {
      case "disconnect":
        await this.#from.run(Node.disconnect(name));
        return;
      case "SIGSTOP":
        node?.kill("SIGSTOP");
        await eventually(`${name} is seen to be down`, () => !this.#from.kernel.outbound.isConnected(name));
        node?.kill("SIGCONT");
        while (String(await this.#from.run(Node.ping(name))) !== ":pong");
        return;
      default:
        node?.kill(happening);
        await node?.status;
        await this.start(name);
    }
  }

  /** Ends all. */
  async end(): Promise<void> {
    for (const node of this.#nodes.values()) {
      node.kill("SIGKILL");
      await node.status;
    }
  }
}
