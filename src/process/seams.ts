/**
 * The seams between a kernel and the world: clock, random bytes and the run queue's turn, and the transport that
 * a node is started with. A kernel reaches the world through these alone, so a whole cluster can run in one OS
 * process on a simulated network and time.
 *
 * @module
 */

/** An address of a socket. */
export interface Address {
  /** A host's name or address. */
  readonly host: string;
  /** The TCP port; 0 asks for any free one. */
  readonly port: number;
}

/** Why a transport did not do what it was asked. */
export type TransportFailure =
  /** Nothing accepts at that address. */
  | "refused"
  /** The host cannot be found or reached. */
  | "unreachable"
  /** The address to listen on is taken. */
  | "in_use"
  /** Deno's permission is missing. */
  | "denied"
  /** The two ends could not agree on TLS: a certificate is none, or not trusted, or one end speaks no TLS. */
  | "tls"
  /** The connection or listener is closed. */
  | "closed";

/** What a transport's promises are rejected with. */
export class TransportError extends Error {
  override readonly name = "TransportError";
  /** The kind of failure. */
  readonly kind: TransportFailure;

  constructor(kind: TransportFailure, message: string) {
    super(message);
    this.kind = kind;
  }
}

/** One established connection: a stream of bytes in each direction. */
export interface Connection {
  /** Where the other end is. */
  readonly remote: Address;
  /** Where this end is. */
  readonly local: Address;
  /** Reads what is there into `buffer`; the count of bytes, or `null` at the end of the stream. */
  read(buffer: Uint8Array): Promise<number | null>;
  /** Writes all of `bytes`; waits while the other end does not read. One write at a time. */
  write(bytes: Uint8Array): Promise<void>;
  /** Closes both directions. A read under way is rejected as `closed`, or ends. May be called twice. */
  close(): void;
}

/** A socket that accepts connections. */
export interface Listener {
  /** Where it listens, with the port that was given when 0 was asked for. */
  readonly address: Address;
  /** The next connection; rejected as `closed` when the listener is closed. */
  accept(): Promise<Connection>;
  /** Stops listening. May be called twice. */
  close(): void;
}

/** How connections are made: TCP, or a simulated network. */
export interface Transport {
  /**
   * Connects; rejected with a {@link TransportError}.
   *
   * @param name The name that the other end must prove, where the transport asks for one: its host by default.
   * @param signal Gives it up, while there is no connection yet.
   */
  connect(to: Address, name?: string, signal?: AbortSignal): Promise<Connection>;
  /** Listens; throws a {@link TransportError}. */
  listen(at: Address): Listener;
}

/** Time as ticks, handshakes, `sendAfter` and restart intensity see it. */
export interface KernelClock {
  /** Milliseconds since some fixed moment; never goes back. */
  now(): number;
  /** Calls `callback` once after `milliseconds`; the function that is returned takes that back. */
  after(milliseconds: number, callback: () => void): () => void;
}

/** How the run queue gets its turn of the event loop. */
export interface Turn {
  /** Calls `drain` soon, not from inside this call. */
  soon(drain: () => void): void;
  /** Calls `drain` after sockets and timers had their turn. */
  later(drain: () => void): void;
  /** Whether the slice that began at `start` (of {@link Turn.clock}) with `steps` steps done is over. */
  isOver(start: number, steps: number): boolean;
  /** The moment at which a slice begins, in the turn's own unit. */
  clock(): number;
}

/** All that a kernel needs of the world, but the transport, which its node is started with. */
export interface Seams {
  /** The clock of ticks, handshakes, timers and restart intensity. */
  readonly clock: KernelClock;
  /** That many random bytes, fit for keys. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** The run queue's turn. */
  readonly turn: Turn;
}
