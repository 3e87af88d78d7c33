/**
 * What is known of another node while there is a link to it, or one being made.
 *
 * @module
 */
import type { Link } from "../net/link.ts";
import type { Connection } from "../process/seams.ts";
import type { Signal } from "../process/signal.ts";
import type { NoConnectionReason } from "../term/errors.ts";
import type { NodeLife } from "../term/identifier.ts";

/** Why a node could not be connected. */
export interface ConnectFailure {
  readonly because: NoConnectionReason;
  readonly detail: string | undefined;
}

/** A signal that waits for its node to be connected, encoded already: the sender may change what it sent. */
export interface Waiting {
  readonly signal: Signal;
  readonly body: Uint8Array;
  readonly life: NodeLife | undefined;
  /** The process that sent it, by its number. */
  readonly sender: number;
}

/** A connection that is being made. */
export interface Attempt {
  /** When it gives up, by the kernel's clock. */
  readonly due: number;
  /** How long it waits when it is refused, before it dials again. */
  readonly pause: number;
  connection: Connection | undefined;
  /** Takes back a connect that is not answered. */
  readonly giveUp: AbortController;
  stopWaiting: () => void;
}

/** All that is known of another node while there is a link to it, or one being made. */
export interface Peer {
  readonly name: string;
  link: Link | undefined;
  isHidden: boolean;
  /** Whether both ends take part in the mesh. */
  isInMesh: boolean;
  attempt: Attempt | undefined;
  /** A connection of the peer is accepted, and not established yet. */
  isAccepting: boolean;
  waiting: Array<Waiting>;
  waitingBytes: number;
  readonly listeners: Set<(failure: ConnectFailure | undefined) => void>;
}

/** A node of which nothing is known yet. */
export const makePeer = (name: string): Peer => ({
  name,
  link: undefined,
  isHidden: false,
  isInMesh: false,
  attempt: undefined,
  isAccepting: false,
  waiting: [],
  waitingBytes: 0,
  listeners: new Set(),
});

/** Whether somebody waits for the connection. */
export const isWanted = (peer: Peer): boolean => peer.waiting.length > 0 || peer.listeners.size > 0;
