/**
 * The slots that the kernel declares and `node/` fills: how the storey below reaches the one above without
 * importing it. In a program that is no node they are empty, and every other node is an absent one.
 *
 * @module
 */
import type { NodeLife } from "../term/identifier.ts";
import type { Entry } from "./entry.ts";
import type { Signal } from "./signal.ts";

/** Signals to other nodes. */
export interface Outbound {
  /**
   * Hands a signal to the link to that node, which is connected first if need be. What cannot be delivered
   * comes back through `bounce`. Throws `Unsendable` when a value in it cannot travel.
   *
   * @param node The node's name.
   * @param life The life that the signal is for; `undefined` for whichever has the name now.
   * @param sender The process whose signal it is: the one that runs, where none is given. Its signals keep
   *   their order.
   */
  send(node: string, life: NodeLife | undefined, signal: Signal, sender?: Entry): void;
  /** Sends only if there is a connection, or one being made: for what takes something back. */
  sendIfEngaged(node: string, life: NodeLife | undefined, signal: Signal, sender?: Entry): void;
  /** Whether there is a connection now. */
  isConnected(node: string): boolean;
  /** Whether a sender to that node must wait: the write buffer is over its high-water mark. */
  isBusy(node: string): boolean;
  /** Calls `resume` once the write buffer is low again or the link is gone; the result takes that back. */
  whenWritable(node: string, resume: () => void): () => void;
}
