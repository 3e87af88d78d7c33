/**
 * The mesh: nodes that connect tell each other of the nodes that they are connected to, and connect to those
 * (Erlang's `global`, with `connect_all`). Hidden nodes take no part, and nobody is told of them.
 *
 * 1. A connects to B, which is connected to C: each of them says in the handshake that it takes part.
 * 2. B tells A of C, and A tells B of those that it knows, in a message to the other's `net_kernel`.
 * 3. A dials C. If C dials A at that moment, since another node has told it, the crossing is decided as any other.
 * 4. A and C are connected, and tell each other in turn: so two clusters grow together from one link.
 *
 * @module
 */
import type { Kernel } from "../process/kernel.ts";
import { log } from "../process/log.ts";
import { Op } from "../process/signal.ts";
import { atom } from "../term/atom.ts";
import { parseNodeName } from "../term/node_name.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import type { Connections } from "./connections.ts";

const NODES = atom("nodes");

/** So many nodes are dialled at a time: who joins a large cluster does not fall upon it. */
const dialledAtOnce = 8;
/** A node that could not be connected is not tried again by hearsay for so long, in milliseconds. */
const pause = 10_000;
/** More nodes than that are no cluster, and a peer that names them means no good. */
const mostNames = 10_000;

/** The part of one node in the mesh. */
export class Mesh {
  readonly #kernel: Kernel;
  readonly #connections: Connections;
  readonly #failed = new Map<string, number>();
  readonly #waiting = new Set<string>();
  readonly #dialled = new Set<string>();

  constructor(kernel: Kernel, connections: Connections) {
    this.#kernel = kernel;
    this.#connections = connections;
  }

  /** A node that takes part is connected: it is told of the others. */
  greet(node: string): void {
    this.#failed.delete(node);
    const others = this.#connections.inMesh().filter((name) => name !== node);
    if (others.length === 0) return;
    this.#connections.sendIfEngaged(node, undefined, [Op.sendName, "net_kernel", tuple(NODES, others)]);
  }

  /** What `net_kernel` is sent: where it names nodes, those that are not connected are. */
  hear(message: unknown): void {
    if (!isTuple(message) || message[0] !== NODES || !Array.isArray(message[1])) return;
    const names: ReadonlyArray<unknown> = message[1];
    const now = this.#kernel.clock.now();
    for (const name of names.slice(0, mostNames)) {
      if (typeof name !== "string" || "problem" in parseNodeName(name)) continue;
      if (name === this.#kernel.life.name || this.#connections.isConnected(name)) continue;
      if (this.#dialled.has(name)) continue;
      if (now - (this.#failed.get(name) ?? -Infinity) >= pause) this.#waiting.add(name);
    }
    this.#dial();
  }

  /** Nobody else is dialled. */
  stop(): void {
    this.#waiting.clear();
  }

  #dial(): void {
    for (const name of this.#waiting) {
      if (this.#dialled.size >= dialledAtOnce) return;
      this.#waiting.delete(name);
      this.#dialled.add(name);
      this.#connections.connect(name, (failure) => {
        this.#dialled.delete(name);
        if (failure !== undefined) {
          if (this.#failed.size >= mostNames) this.#failed.clear();
          this.#failed.set(name, this.#kernel.clock.now());
          log(this.#kernel, "debug", `No connection to ${name}, which others know: ${failure.because}`);
        }
        this.#dial();
      });
    }
  }
}
