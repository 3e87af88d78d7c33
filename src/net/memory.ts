/**
 * The transport within one OS process: a network of hosts with delays, partitions and crashes, on a clock and
 * chance that the caller brings. What TCP promises holds here too: bytes arrive in order, or the connection
 * breaks.
 *
 * What has sockets is a *program* on a host; several may share one, as nodes do that share a port mapper.
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
  /** Bytes that may be under way in one direction before the writer waits, as in a socket's buffers: 256 KiB. */
  readonly window?: number;
  /** Whether a read gives any part of what has arrived, and not all of it. */
  readonly splits?: boolean;
}

/** What listens on a host. */
interface Host {
  readonly listeners: Map<number, MemoryListener>;
  lastPort: number;
}

const defaultWindow = 256 * 1024;
/** Milliseconds that bytes travel within a host, whatever the network does. */
const longestWithinHost = 1;
const firstPort = 40_000;

/** A network. */
export class MemoryNetwork {
  readonly #options: NetworkOptions;
  readonly #hosts = new Map<string, Host>();
  readonly #listeners = new Set<MemoryListener>();
  readonly #connections = new Set<MemoryConnection>();
  readonly #stalled = new Set<string>();
  /** How often a program has died: what it dialled in a former life comes to nothing. */
  readonly #deaths = new Map<string, number>();
  /** Directions in which nothing arrives. */
  readonly #cuts = new Set<string>();
  /** What waits for a cut to end, in its order. */
  #held: Array<{ readonly from: string; readonly to: string; readonly run: () => void }> = [];
  #delay: number;

  constructor(options: NetworkOptions) {
    this.#options = options;
    this.#delay = options.delay;
  }

  /**
   * The transport of a program.
   *
   * @param host Where it runs: the others know it by that name.
   * @param program What its sockets are told from others of that host by.
   */
  transport(host: string, program: string = host): Transport {
    return {
      connect: (to) => this.#connect(host, program, to),
      listen: (at) => this.#listen(host, program, at),
    };
  }

  /** Cuts two hosts off from each other: nothing arrives, and nothing breaks by itself. */
  cut(one: string, other: string): void {
    this.cutOneWay(one, other);
    this.cutOneWay(other, one);
  }

  /** From now on nothing that one host sends to another arrives there. */
  cutOneWay(from: string, to: string): void {
    this.#cuts.add(directionOf(from, to));
  }

  /** Ends a cut, in both directions: what was under way arrives. */
  heal(one: string, other: string): void {
    this.#cuts.delete(directionOf(one, other));
    this.#cuts.delete(directionOf(other, one));
    const held = this.#held;
    this.#held = [];
    for (const { from, to, run } of held) this.#travel(from, to, run);
  }

  /** Breaks all connections between two programs; both see theirs end. */
  reset(one: string, other: string): void {
    for (const connection of [...this.#connections]) {
      if (connection.program === one && connection.other?.program === other) connection.reset();
    }
  }

  /** Ends all that a program has open, as the death of its OS process does; others see their connections break. */
  crash(program: string): void {
    this.#end(program);
    for (const connection of [...this.#connections]) if (connection.program === program) connection.close();
  }

  /** Ends all that a program has open, as a power cut does: nobody is told, and what is sent there is lost. */
  vanish(program: string): void {
    this.#end(program);
    for (const connection of [...this.#connections]) if (connection.program === program) connection.vanish();
  }

  /** From now on nothing reads what arrives for a program. */
  stall(program: string): void {
    this.#stalled.add(program);
  }

  /** A stalled program reads again. */
  resume(program: string): void {
    this.#stalled.delete(program);
    for (const connection of [...this.#connections]) if (connection.program === program) connection.serve();
  }

  /** Changes how long bytes travel, in milliseconds, for what is sent from now on. */
  set delay(milliseconds: number) {
    this.#delay = milliseconds;
  }

  /** How many listeners and ends of connections are open: none, when all programs have ended in order. */
  get openSockets(): number {
    return this.#listeners.size + this.#connections.size;
  }

  /** Carries something from host to host: after a delay, or when the cut between them is healed. */
  carry(from: string, to: string, run: () => void): void {
    const { clock, chance } = this.#options;
    const delay = from === to ? Math.min(this.#delay, longestWithinHost) : this.#delay;
    clock.after(delay * (0.1 + 0.9 * chance()), () => this.#travel(from, to, run));
  }

  /** Whether a program reads what arrives for it. */
  isReading(program: string): boolean {
    return !this.#stalled.has(program);
  }

  /** How many of the bytes that have arrived a read gives. */
  portion(count: number): number {
    return this.#options.splits ? 1 + Math.floor(this.#options.chance() * count) : count;
  }

  /** Bytes that may be under way in one direction before the writer waits. */
  get window(): number {
    return this.#options.window ?? defaultWindow;
  }

  /** An end of a connection is closed. */
  forget(connection: MemoryConnection): void {
    this.#connections.delete(connection);
  }

  #end(program: string): void {
    this.#stalled.delete(program);
    this.#deaths.set(program, this.#deathsOf(program) + 1);
    for (const listener of [...this.#listeners]) if (listener.program === program) listener.close();
  }

  #deathsOf(program: string): number {
    return this.#deaths.get(program) ?? 0;
  }

  #travel(from: string, to: string, run: () => void): void {
    if (this.#cuts.has(directionOf(from, to))) this.#held.push({ from, to, run });
    else run();
  }

  #host(name: string): Host {
    const known = this.#hosts.get(name);
    if (known !== undefined) return known;
    const made: Host = { listeners: new Map(), lastPort: firstPort };
    this.#hosts.set(name, made);
    return made;
  }

  #listen(hostName: string, program: string, at: Address): Listener {
    const host = this.#host(hostName);
    const port = at.port === 0 ? ++host.lastPort : at.port;
    if (host.listeners.has(port)) throw new TransportError("in_use", `${hostName}:${port} is in use`);
    const listener = new MemoryListener(program, { host: hostName, port }, () => {
      host.listeners.delete(port);
      this.#listeners.delete(listener);
    });
    host.listeners.set(port, listener);
    this.#listeners.add(listener);
    return listener;
  }

  #connect(from: string, program: string, to: Address): Promise<Connection> {
    const deaths = this.#deathsOf(program);
    return new Promise((resolve, reject) => {
      this.carry(from, to.host, () => {
        if (this.#deathsOf(program) !== deaths) return;
        const listener = this.#hosts.get(to.host)?.listeners.get(to.port);
        if (listener === undefined) {
          const refused = new TransportError("refused", `nothing listens on ${to.host}:${to.port}`);
          return this.carry(to.host, from, () => reject(refused));
        }
        const local = { host: from, port: ++this.#host(from).lastPort };
        const near = new MemoryConnection(this, program, local, to);
        const far = new MemoryConnection(this, listener.program, to, local);
        near.other = far;
        far.other = near;
        this.#connections.add(near).add(far);
        listener.offer(far);
        this.carry(to.host, from, () => resolve(near));
      });
    });
  }
}

const directionOf = (from: string, to: string): string => `${from} ${to}`;
const closed = (): TransportError => new TransportError("closed", "the connection is closed");

class MemoryListener implements Listener {
  readonly program: string;
  readonly address: Address;
  readonly #onClose: () => void;
  readonly #offered: Array<Connection> = [];
  #accepting: { resolve(connection: Connection): void; reject(error: unknown): void } | undefined;
  #isOpen = true;

  constructor(program: string, address: Address, onClose: () => void) {
    this.program = program;
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
  readonly program: string;
  readonly local: Address;
  readonly remote: Address;
  other: MemoryConnection | undefined;
  readonly #network: MemoryNetwork;
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

  constructor(network: MemoryNetwork, program: string, local: Address, remote: Address) {
    this.#network = network;
    this.program = program;
    this.local = local;
    this.remote = remote;
  }

  read(buffer: Uint8Array): Promise<number | null> {
    if (!this.#isOpen) return Promise.reject(closed());
    return new Promise((resolve, reject) => {
      this.#reading = { resolve, reject, buffer };
      this.serve();
    });
  }

  write(bytes: Uint8Array): Promise<void> {
    if (!this.#isOpen || this.#isEnded) return Promise.reject(closed());
    const copy = bytes.slice();
    this.#underWay += copy.length;
    this.#send(() => this.other?.take(copy));
    if (this.#underWay <= this.#network.window) return Promise.resolve();
    return new Promise((resolve, reject) => this.#writing = { resolve, reject });
  }

  close(): void {
    if (!this.#isOpen) return;
    this.vanish();
    this.#send(() => this.other?.end());
  }

  /** Closes this end, and the other never hears of it. */
  vanish(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#network.forget(this);
    this.#reading?.reject(closed());
    this.#writing?.reject(closed());
    this.#reading = undefined;
    this.#writing = undefined;
  }

  /** Both ends break at once; what was under way is lost. */
  reset(): void {
    for (const end of [this, this.other]) {
      if (end === undefined) continue;
      end.#sent.fill(() => {});
      end.end();
    }
  }

  /** Bytes have arrived. */
  take(bytes: Uint8Array): void {
    if (!this.#isOpen) return;
    this.#arrived.push(bytes);
    this.serve();
  }

  /** The other end has closed. */
  end(): void {
    this.#isEnded = true;
    this.#writing?.reject(closed());
    this.#writing = undefined;
    this.serve();
  }

  /** The other end has read so much. */
  release(count: number): void {
    this.#underWay -= count;
    if (this.#underWay > this.#network.window) return;
    this.#writing?.resolve();
    this.#writing = undefined;
  }

  /** Gives a read that waits what has arrived. */
  serve(): void {
    const reading = this.#reading;
    if (reading === undefined || !this.#network.isReading(this.program)) return;
    const next = this.#arrived[0];
    if (next === undefined) {
      if (!this.#isEnded) return;
      this.#reading = undefined;
      return reading.resolve(null);
    }
    const count = this.#network.portion(Math.min(next.length, reading.buffer.length));
    reading.buffer.set(next.subarray(0, count));
    if (count === next.length) this.#arrived.shift();
    else this.#arrived[0] = next.subarray(count);
    this.#reading = undefined;
    reading.resolve(count);
    this.other?.release(count);
  }

  #send(run: () => void): void {
    this.#sent.push(run);
    this.#network.carry(this.local.host, this.remote.host, () => this.#sent.shift()?.());
  }
}
