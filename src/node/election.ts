/**
 * Which of two nodes' connections stays: one pure function, evaluated by the acceptor once a peer is proven.
 *
 * When two nodes dial each other at the same moment, both connections may be proven; exactly one must stay,
 * whatever the order of events at the two ends:
 *
 * 1. While an end has accepted a connection it does not dial (its signals wait for that one).
 * 2. An end that dials, and is dialled by a node with a *smaller* name, refuses: its own connection stays. The
 *    other end waits for it.
 * 3. An end that dials, and is dialled by a node with a *greater* name, accepts, and gives its own up.
 * 4. An end that has a link to this very life of the peer refuses: `alive`. If the peer has no link to it (it
 *    lost the link, and this end has not noticed), it dials again and says so: then the link is replaced.
 * 5. A link to another life of the peer is dead: replaced.
 * What rule 2 would refuse in the end is not begun, since the proof is the costly part: who *says* to have that name
 * is told that this end is busy, and comes again. Nothing else is decided before the proof.
 *
 * @module
 */
import type { Verdict } from "../protocol/native/handshake.ts";

/** What an acceptor knows when a peer is proven. */
export interface Candidate {
  /** This node's name. */
  readonly self: string;
  /** The peer's name. */
  readonly peer: string;
  /** The peer's creation. */
  readonly creation: number;
  /** The peer was refused as `alive`, and has no link to this node. */
  readonly hasNoLink: boolean;
  /** The creation of the peer's life that there is a link to. */
  readonly linkedTo: number | undefined;
  /** Whether this node dials the peer. */
  readonly isDialling: boolean;
  /** Whether another connection of the peer is accepted, and not established yet. */
  readonly isAccepting: boolean;
}

/** Why an acceptor refuses a proven peer. */
export type Refusal = "same_name" | "alive" | "crossing";

const refuse = (why: Refusal): Verdict => ({ refuse: why });

/** Rule 2: whether the connection that `self` is making to `peer` stays, and not one of the peer's. */
export const ownStays = (self: string, peer: string): boolean => self > peer;

/** Whether the acceptor wants the connection. */
export const elect = (candidate: Candidate): Verdict => {
  const { self, peer, creation, hasNoLink, linkedTo, isDialling, isAccepting } = candidate;
  if (self === peer) return refuse("same_name");
  if (linkedTo === creation && !hasNoLink) return refuse("alive");
  if (isAccepting) return refuse("crossing");
  if (isDialling && ownStays(self, peer)) return refuse("crossing");
  return "accept";
};
