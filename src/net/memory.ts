/**
 * The transport within one OS process: a network of hosts with delays, partitions and crashes, on a clock and
 * chance that the caller brings. What TCP promises holds here too: bytes arrive in order, or the connection
 * breaks.
 *
 * @module
 */
import {
  type Address,
  type Connection,
  type KernelClock,
  type Listener,
  type Transport,
  TransportError,
} from "../process/seams.ts";

/** What the network runs on. */
export interface NetworkOptions {
  readonly clock: KernelClock;
  /** A number from 0 up to 1; what it gives decides each delay. */
  readonly chance: () => number;
  /** The longest that bytes travel, in milliseconds; the shortest is a tenth of it. */
  readonly delay: number;
}

/** A host: what listens and what is connected there. */
interface Host {
  readonly name: string;
  readonly listeners: Map<number, MemoryListener>;
  readonly connections: Set<MemoryConnection>;
  lastPort: number;
}

/** Bytes that may be under way in one direction before the writer waits, as in a socket's buffers. */
const windowBytes = 256 * 1024;
const firstPort = 40_000;

/** A network. */
export class MemoryNetwork {
  readonly #options: NetworkOptions;
  readonly #hosts = new Map<string, Host>();
  readonly #cuts = new Set<string>();
  /** What waits for a partition to heal, in its order. */
  #held: Array<{ readonly from: string; readonly to: string; readonly run: () => void }> = [];

  constructor(options: NetworkOptions) {
    this.#options = options;
  }

  /** The transport of one host, known to the others by that name. */
  transport(host: string): Transport {
    return {
      connect: (to) => this.#connect(host, to),
      listen: (at) => this.#listen(host, at),
    };
  }

  /** Cuts two hosts off from each other: nothing arrives, and nothing breaks by itself. */
  cut(one: string, other: string): void {
    this.#cuts.add(pairOf(one, other));
  }

  /** Ends a cut: what was under way arrives. */
  heal(one: string, other: string): void {
    this.#cuts.delete(pairOf(one, other));
    const held = this.#held;
    this.#held = [];
    for (const { from, to, run } of held) this.#travel(from, to, run);
  }

  /** Ends all that a host has open, as the death of its OS process does; others see their connections break. */
  crash(host: string): void {
    const { listeners, connections } = this.#host(host);
    for (const listener of listeners.values()) listener.close();
    for (const connection of connections) connection.close();
  }

  /** Carries something from host to host: after a delay, or when the cut between them is healed. */
  carry(from: string, to: string, run: () => void): void {
    const { clock, chance, delay } = this.#options;
    clock.after(delay * (0.1 + 0.9 * chance()), () => this.#travel(from, to, run));
  }

  #travel(from: string, to: string, run: () => void): void {
    if (this.#cuts.has(pairOf(from, to))) this.#held.push({ from, to, run });
    else run();
  }

  #host(name: string): Host {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const made: Host = { name, listeners: new Map(), connections: new Set(), lastPort: firstPort };
    this.#hosts.set(name, made);
    return made;
  }

  #listen(hostName: string, at: Address): Listener {
    const host = this.#host(hostName);
    const port = at.port === 0 ? ++host.lastPort : at.port;
    if (host.listeners.has(port)) throw new TransportError("in_use", `${hostName}:${port} is in use`);
    const listener = new MemoryListener({ host: hostName, port }, () => host.listeners.delete(port));
    host.listeners.set(port, listener);
    return listener;
  }

  #connect(from: string, to: Address): Promise<Connection> {
    return new Promise((resolve, reject) => {
      this.carry(from, to.host, () => {
        const listener = this.#hosts.get(to.host)?.listeners.get(to.port);
        if (listener === undefined) {
          const refused = new TransportError("refused", `nothing listens on ${to.host}:${to.port}`);
          return this.carry(to.host, from, () => reject(refused));
        }
        const [near, far] = this.#pair(this.#host(from), this.#host(to.host), to.port);
        listener.offer(far);
        this.carry(to.host, from, () => resolve(near));
      });
    });
  }

  #pair(from: Host, to: Host, port: number): readonly [MemoryConnection, MemoryConnection] {
    const local = { host: from.name, port: ++from.lastPort };
    const remote = { host: to.name, port };
    const near = new MemoryConnection(this, local, remote, () => from.connections.delete(near));
    const far = new MemoryConnection(this, remote, local, () => to.connections.delete(far));
    near.other = far;
    far.other = near;
    from.connections.add(near);
    to.connections.add(far);
    return [near, far];
  }
}

const pairOf = (one: string, other: string): string => one < other ? `${one} ${other}` : `${other} ${one}`;
const closed = (): TransportError => new TransportError("closed", "the connection is closed");

class MemoryListener implements Listener {
  readonly address: Address;
  readonly #onClose: () => void;
  readonly #offered: Array<Connection> = [];
  #accepting: { resolve(connection: Connection): void; reject(error: unknown): void } | undefined;
  #isOpen = true;

  constructor(address: Address, onClose: () => void) {
    this.address = address;
    this.#onClose = onClose;
  }

  offer(connection: MemoryConnection): void {
    if (!this.#isOpen) return connection.close();
    if (this.#accepting === undefined) return void this.#offered.push(connection);
    this.#accepting.resolve(connection);
    this.#accepting = undefined;
  }

  accept(): Promise<Connection> {
    const next = this.#offered.shift();
    if (next !== undefined) return Promise.resolve(next);
    if (!this.#isOpen) return Promise.reject(closed());
    return new Promise((resolve, reject) => this.#accepting = { resolve, reject });
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onClose();
    for (const connection of this.#offered) connection.close();
    this.#accepting?.reject(closed());
    this.#accepting = undefined;
  }
}

class MemoryConnection implements Connection {
  readonly local: Address;
  readonly remote: Address;
  other: MemoryConnection | undefined;
  readonly #network: MemoryNetwork;
  readonly #onClose: () => void;
  readonly #arrived: Array<Uint8Array> = [];
  #underWay = 0;
  #isOpen = true;
  #isEnded = false;
  #reading:
    | { resolve(count: number | null): void; reject(error: unknown): void; buffer: Uint8Array }
    | undefined;
  #writing: { resolve(): void; reject(error: unknown): void } | undefined;
  // Bytes of one direction keep their order, whatever each one's delay.
  readonly #sent: Array<() => void> = [];

  constructor(network: MemoryNetwork, local: Address, remote: Address, onClose: () => void) {
    this.#network = network;
    this.local = local;
    this.remote = remote;
    this.#onClose = onClose;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (!this.#isOpen) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#reading = { resolve, reject, buffer };
      this.#serve();
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    if (!this.#isOpen || this.#isEnded) return Promise.reject(closed());
    const copy = bytes.slice();
    this.#underWay += copy.length;
    this.#send(() => this.other?.take(copy));
    if (this.#underWay <= windowBytes) return Promise.resolve();
    return new Promise((resolve, reject) => this.#writing = { resolve, reject });
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#onClose();
    this.#reading?.reject(closed());
    this.#writing?.reject(closed());
    this.#reading = undefined;
    this.#send(() => this.other?.end());
  }

  /** Bytes have arrived. */
  take(bytes: Uint8Array): void {
    this.#arrived.push(bytes);
    this.#serve();
  }

  /** The other end has closed. */
  end(): void {
    this.#isEnded = true;
    this.#writing?.reject(closed());
    this.#serve();
  }

  /** The other end has read so much. */
  release(count: number): void {
    this.#underWay -= count;
    if (this.#underWay > windowBytes) return;
    this.#writing?.resolve();
    this.#writing = undefined;
  }

  #send(run: () => void): void {
    this.#sent.push(run);
    this.#network.carry(this.local.host, this.remote.host, () => this.#sent.shift()?.());
  }

  #serve(): void {
    const reading = this.#reading;
    if (reading === undefined) return;
    const next = this.#arrived[0];
    if (next === undefined) {
      if (!this.#isEnded) return;
      this.#reading = undefined;
      return reading.resolve(null);
    }
    const count = Math.min(next.length, reading.buffer.length);
    reading.buffer.set(next.subarray(0, count));
    if (count === next.length) this.#arrived.shift();
    else this.#arrived[0] = next.subarray(count);
    this.#reading = undefined;
    reading.resolve(count);
    this.other?.release(count);
  }
}
