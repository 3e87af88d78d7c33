/**
 * Accepting: connections come in, few at a time and not for long until they are proven. Where all places are
 * taken, who has waited longest gives way: so silent strangers keep no node out.
 *
 * @module
 */
import type { Connection, KernelClock, Listener } from "../process/seams.ts";
import {
  type acceptor,
  type AcceptorOptions,
  busyRefusal,
  type HandshakeFailure,
  type Handshaken,
} from "../protocol/native/handshake.ts";
import { type Brake, pauseOf, released, strike } from "./brake.ts";
import { shake, type Shaken } from "./shake.ts";

/** How connections are accepted. */
export interface AcceptOptions {
  readonly listener: Listener;
  readonly clock: KernelClock;
  /** What this end brings to a handshake, made anew for each. */
  readonly handshake: () => Incoming;
  /** Makes this end of it. */
  readonly acceptor: typeof acceptor;
  /** Connections that may be unproven at once. */
  readonly slots: number;
  /** Milliseconds until a connection must be proven. */
  readonly milliseconds: number;
}

/** Why a connection was turned away. */
export interface Refusal {
  /** The handshake's reason, or that the connection could not be secured. */
  readonly reason: HandshakeFailure["reason"] | "tls";
  /** The name that it claimed, if it did. */
  readonly claimed?: string | undefined;
  /** What was wrong, in words. */
  readonly detail: string;
}

/** One handshake, from the acceptor's end. */
export interface Incoming {
  /** What this end brings to it. */
  readonly options: AcceptorOptions;
  /** The peer is proven, and was accepted by the handshake's decision. */
  readonly onProven: (connection: Connection, handshaken: Handshaken) => void;
  /** Nothing came of it; why, when it was more than a closed connection. */
  readonly onFailed: (refusal: Refusal | undefined) => void;
}

/** So many connections from an address with wrong proofs may wait for their turn. */
const waitingPlaces = 4;
/** So many addresses with wrong proofs are remembered. */
const addressesKept = 10_000;

/** An address from which wrong proofs came. */
interface Watched {
  readonly brake: Brake;
  /** What wakes each of its connections that wait. */
  readonly waiting: Set<() => void>;
}

/** Accepts until the listener is closed. The function that is returned closes it, and what is unproven. */
export const acceptLinks = (options: AcceptOptions): () => void => {
  // Longest first.
  const unproven = new Set<Connection>();
  const addresses = new Map<string, Watched>();
  let isOpen = true;

  /** Waits, where wrong proofs came from that address; false when there is no place to wait, or nobody accepts. */
  const isAllowed = async ({ remote: { host } }: Connection): Promise<boolean> => {
    const known = addresses.get(host);
    if (known === undefined) return true;
    const pause = pauseOf(known.brake, options.clock.now());
    if (pause === 0) return true;
    if (known.waiting.size >= waitingPlaces) return false;
    await new Promise<void>((resolve) => {
      const wake = (): void => {
        known.waiting.delete(wake);
        stop();
        resolve();
      };
      const stop = options.clock.after(pause, wake);
      known.waiting.add(wake);
    });
    return isOpen;
  };

  const onWrongProof = ({ remote: { host } }: Connection): void => {
    if (addresses.size >= addressesKept) addresses.clear();
    const { brake, waiting } = addresses.get(host) ?? { brake: released, waiting: new Set() };
    addresses.set(host, { brake: strike(brake, options.clock.now()), waiting });
  };

  const refuse = async (connection: Connection): Promise<void> => {
    await connection.write(busyRefusal()).catch(() => {});
    connection.close();
  };

  const makeRoom = (): void => {
    for (const oldest of unproven) {
      unproven.delete(oldest);
      // One that means it hears why, and dials again.
      return void refuse(oldest);
    }
  };

  const serve = async (connection: Connection): Promise<void> => {
    if (!await isAllowed(connection)) return await refuse(connection);
    if (unproven.size >= options.slots) makeRoom();
    unproven.add(connection);
    const incoming = options.handshake();
    const shaken = await shake(
      connection,
      options.acceptor(incoming.options),
      options.clock,
      options.milliseconds,
    );
    unproven.delete(connection);
    if (shaken.tag === "proven" && isOpen) return incoming.onProven(connection, shaken.handshaken);
    connection.close();
    if (shaken.tag === "failed" && shaken.failure.reason === "cookie") onWrongProof(connection);
    incoming.onFailed(refusalOf(shaken));
  };

  const accept = async (): Promise<void> => {
    while (isOpen) {
      try {
        void serve(await options.listener.accept());
      } catch {
        // Closed, or out of file descriptors: the latter passes.
        if (isOpen) await new Promise<void>((resolve) => void options.clock.after(50, resolve));
      }
    }
  };

  void accept();
  return () => {
    isOpen = false;
    options.listener.close();
    for (const connection of unproven) connection.close();
    for (const { waiting } of addresses.values()) for (const wake of waiting) wake();
  };
};

const refusalOf = (shaken: Shaken): Refusal | undefined => {
  if (shaken.tag === "failed") return shaken.failure;
  const problem = shaken.tag === "closed" ? shaken.problem : undefined;
  return problem === undefined ? undefined : { reason: "tls", detail: problem };
};
