/**
 * The mesh: nodes that connect tell each other of the nodes that they are connected to, and connect to those
 * (Erlang's `global`, with `connect_all`). Hidden nodes take no part, and nobody is told of them.
 *
 * 1. A connects to B, which is connected to C: each of them says in the handshake that it takes part.
 * 2. B tells A of C, and A tells B of those that it knows, in a message to the other's `net_kernel`.
 * 3. A dials C. If C dials A at that moment, since another node has told it, the crossing is decided as any other.
 * 4. A and C are connected, and tell each other in turn: so two clusters grow together from one link.
 * 5. If A cannot connect to C, it asks B after a pause what nodes there are, and dials C again if B still names it:
 *    so no pair stays apart because of one attempt that failed, and a node that is gone is forgotten. Of a node that
 *    fell silent it asks all that it is connected to.
 *
 * @module
 */
import type { Kernel } from "../process/kernel.ts";
import { log } from "../process/log.ts";
import { Op } from "../process/signal.ts";
import { atom } from "../term/atom.ts";
import { parseNodeName } from "../term/node_name.ts";
import { isTuple, type Tuple, tuple } from "../term/tuple.ts";
import type { Connections } from "./connections.ts";
import { ownStays } from "./election.ts";

/** `{nodes, names, teller}`: the nodes that the teller is connected to. */
const NODES = atom("nodes");
/** `{which_nodes, asker}`: the asker wants to be told. */
const WHICH_NODES = atom("which_nodes");

/**
 * So many nodes are dialled at a time: who joins a large cluster does not fall upon it. More are not connected sooner,
 * since it is the proofs' arithmetic that takes the time: they only wait longer, for the port mapper too.
 */
const dialledAtOnce = 3;
/** A node that could not be connected is not tried again by hearsay for so long, in milliseconds. */
const pause = 5_000;
/** More nodes than that are no cluster, and a peer that names them means no good. */
const mostNames = 10_000;

/** The part of one node in the mesh. */
export class Mesh {
  readonly #kernel: Kernel;
  readonly #connections: Connections;
  /** The nodes to be dialled, and who told of each. */
  readonly #waiting = new Map<string, string>();
  readonly #dialled = new Set<string>();
  /** Nodes that could not be connected, in their pause; and what ends it. */
  readonly #failed = new Map<string, () => void>();
  #isOpen = true;

  constructor(kernel: Kernel, connections: Connections) {
    this.#kernel = kernel;
    this.#connections = connections;
  }

  /** A node that takes part is connected: it is told of the others. */
  greet(node: string): void {
    this.#failed.get(node)?.();
    this.#tell(node);
  }

  /** A node that takes part fell silent: where others still see it, it is dialled again. */
  miss(node: string): void {
    this.#pauseFor(node, undefined);
  }

  /** What `net_kernel` is sent: where it names nodes, those that are not connected are; where it asks, it is told. */
  hear(message: unknown): void {
    if (!isTuple(message)) return;
    const [what, subject, teller] = message;
    if (what === WHICH_NODES && typeof subject === "string") return this.#tell(subject);
    if (what !== NODES || !Array.isArray(subject) || typeof teller !== "string") return;
    const names: ReadonlyArray<unknown> = subject;
    for (const name of names.slice(0, mostNames)) {
      if (typeof name !== "string" || "problem" in parseNodeName(name)) continue;
      if (name === this.#kernel.life.name || this.#connections.isConnected(name)) continue;
      if (this.#waiting.size < mostNames && !this.#dialled.has(name) && !this.#failed.has(name)) {
        this.#waiting.set(name, teller);
      }
    }
    this.#dial();
  }

  /** Nobody else is dialled. */
  stop(): void {
    this.#isOpen = false;
    this.#waiting.clear();
    for (const forget of this.#failed.values()) forget();
  }

  #tell(node: string): void {
    const others = this.#connections.inMesh();
    if (!others.includes(node) || others.length === 1) return;
    this.#send(node, tuple(NODES, others.filter((name) => name !== node), this.#kernel.life.name));
  }

  #send(node: string, message: Tuple): void {
    this.#connections.sendIfEngaged(node, undefined, [Op.sendName, "net_kernel", message]);
  }

  #dial(): void {
    while (this.#dialled.size < dialledAtOnce) {
      const name = this.#next();
      if (name === undefined) return;
      const teller = this.#waiting.get(name) ?? "";
      this.#waiting.delete(name);
      this.#dialled.add(name);
      this.#connections.connect(name, (failure) => {
        this.#dialled.delete(name);
        if (failure !== undefined) {
          log(this.#kernel, "debug", `No connection to ${name}, which others know: ${failure.because}`);
          this.#pauseFor(name, teller);
        }
        this.#dial();
      });
    }
  }

  /** First those whose own attempt would give way to this one: meanwhile the others dial this node. */
  #next(): string | undefined {
    const { name: self } = this.#kernel.life;
    for (const name of this.#waiting.keys()) if (ownStays(self, name)) return name;
    return this.#waiting.keys().next().value;
  }

  /** Leaves a node alone for a while, and asks then who sees it: the teller, or all. */
  #pauseFor(name: string, teller: string | undefined): void {
    if (!this.#isOpen || this.#failed.size >= mostNames) return;
    this.#failed.get(name)?.();
    const stop = this.#kernel.clock.after(pause, () => {
      this.#failed.delete(name);
      const asked = teller === undefined ? this.#connections.inMesh() : [teller];
      for (const node of asked) this.#send(node, tuple(WHICH_NODES, this.#kernel.life.name));
    });
    this.#failed.set(name, () => {
      stop();
      this.#failed.delete(name);
    });
  }
}
