/**
 * The wires of one case: real TCP on loopback, counted, so that it can be told when nothing is under way any
 * more; and each node's own access to them, which can be suspended (SIGSTOP) and cut (kill -9).
 *
 * @module
 */
import {
  type Connection,
  type KernelClock,
  type Listener,
  type Seams,
  type Transport,
  TransportError,
} from "../../src/process/seams.ts";
import { CaseClock } from "./clock.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import { turn } from "../waiting.ts";

/** One end of a connection. */
interface End {
  readonly party: Party;
  written: number;
  read: number;
  isOpen: boolean;
}

/** All connections between the parties of one case. */
export class Network {
  /** The time of all parties. */
  readonly clock = new CaseClock();
  readonly #pairs = new Map<string, Array<End>>();
  /** What is asked of the runtime's sockets, and not answered yet. */
  underWay = 0;
  /** Connections that are being made. */
  connecting = 0;

  /** A new party. */
  join(): Party {
    return new Party(this);
  }

  /** Both ends of a connection meet by their ports. */
  add(connection: Connection, party: Party): End {
    const end: End = { party, written: 0, read: 0, isOpen: true };
    const key = [connection.local.port, connection.remote.port].sort().join("-");
    const known = (this.#pairs.get(key) ?? []).filter((other) => other.isOpen);
    this.#pairs.set(key, [...known, end]);
    return end;
  }

  /** Whether every byte that was written is read, and every end that was closed is seen from the other. */
  isCalm(): boolean {
    if (this.connecting > 0) return false;
    for (const [key, ends] of this.#pairs) {
      if (ends.every((end) => !end.isOpen)) this.#pairs.delete(key);
      else if (!isPairQuiet(ends)) return false;
    }
    return true;
  }

  /** Resolved when the runtime has answered all that its sockets were asked. */
  async idle(): Promise<void> {
    while (this.underWay > 0) await turn();
  }
}

const isPairQuiet = (ends: ReadonlyArray<End>): boolean => {
  const [one, other] = ends;
  if (one === undefined || other === undefined) return false;
  const states = [one.party.state, other.party.state];
  // What a dead node has left of its end is nothing; the other end is still to see that.
  if (states.includes("cut")) return ends.every((end) => end.party.state === "cut" || !end.isOpen);
  // What goes to a node that is suspended arrives when it goes on.
  if (states.includes("suspended")) return true;
  if (one.isOpen !== other.isOpen) return false;
  return !one.isOpen || (one.written === other.read && other.written === one.read);
};

/** One node's access to the network, and its clock and turn: all stand still while it is suspended or cut. */
export class Party {
  state: "running" | "suspended" | "cut" = "running";
  /** Whether it is the port mapper. */
  isMapper = false;
  readonly #network: Network;
  readonly #sockets = new Set<{ close(): void }>();
  readonly #timers = new Set<() => void>();
  #held: Array<() => void> = [];
  #isBuried = false;

  constructor(network: Network) {
    this.#network = network;
  }

  /** SIGSTOP: nothing goes in or out, no timer fires, no process runs. */
  suspend(): void {
    this.state = "suspended";
  }

  /** SIGCONT. */
  resume(): void {
    this.state = "running";
    const held = this.#held;
    this.#held = [];
    for (const goOn of held) goOn();
  }

  /** kill -9: the sockets are gone, and the program does nothing any more. */
  cut(): void {
    this.state = "cut";
    for (const socket of this.#sockets) socket.close();
    this.#sockets.clear();
  }

  /** What is left of a program that was cut sees that its sockets are closed, and its timers are gone. */
  bury(): void {
    for (const stop of [...this.#timers]) stop();
    const held = this.#held;
    this.#held = [];
    this.#isBuried = true;
    for (const goOn of held) goOn();
  }

  /** How many timers run. */
  get timers(): number {
    return this.#timers.size;
  }

  /** Calls `callback` now, or when the party goes on. */
  run(callback: () => void): void {
    if (this.state === "running" || this.#isBuried) callback();
    else this.#held.push(callback);
  }

  /** The transport of this party. */
  readonly transport: Transport = {
    connect: async (to) => {
      await this.#passing();
      if (this.state === "cut") throw gone();
      this.#network.connecting++;
      try {
        return this.#connection(await this.#counted(tcpTransport.connect(to)));
      } finally {
        this.#network.connecting--;
      }
    },
    listen: (at) => {
      if (this.state === "cut") throw gone();
      const listener = tcpTransport.listen(at);
      this.#sockets.add(listener);
      return {
        address: listener.address,
        accept: async () => this.#connection(await this.#gated(listener.accept())),
        close: () => this.#close(listener),
      } satisfies Listener;
    },
  };

  /** The case's clock, real bytes and turn, gated. */
  readonly seams: Seams = {
    ...systemSeams,
    clock: {
      now: () => this.#network.clock.now(),
      after: (milliseconds, callback) => this.#after(milliseconds, callback),
    } satisfies KernelClock,
    turn: {
      ...systemSeams.turn,
      soon: (drain) => systemSeams.turn.soon(() => this.run(drain)),
      later: (drain) => systemSeams.turn.later(() => this.run(drain)),
    },
  };

  #after(milliseconds: number, callback: () => void): () => void {
    // One that was cut starts no timers.
    if (this.state === "cut") return () => {};
    const stop = this.#network.clock.after(milliseconds, () => this.run(() => forget() && callback()));
    const forget = (): boolean => this.#timers.delete(takeBack);
    const takeBack = (): void => {
      if (forget()) stop();
    };
    this.#timers.add(takeBack);
    return takeBack;
  }

  #connection(inner: Connection): Connection {
    const end = this.#network.add(inner, this);
    const socket = { close: () => inner.close() };
    this.#sockets.add(socket);
    const close = (): void => {
      end.isOpen = false;
      this.#close(socket);
    };
    return {
      remote: inner.remote,
      local: inner.local,
      read: async (buffer) => {
        const count = await this.#gated(inner.read(buffer));
        end.read += count ?? 0;
        return count;
      },
      write: async (bytes) => {
        await this.#passing();
        end.written += bytes.length;
        await this.#gated(inner.write(bytes));
      },
      close,
    };
  }

  #close(socket: { close(): void }): void {
    this.#sockets.delete(socket);
    socket.close();
  }

  #passing(): Promise<void> | undefined {
    if (this.state === "running" || this.#isBuried) return undefined;
    return new Promise((resolve) => this.run(resolve));
  }

  async #counted<A>(promise: Promise<A>): Promise<A> {
    this.#network.underWay++;
    try {
      return await promise;
    } finally {
      this.#network.underWay--;
    }
  }

  /** Its outcome, whichever it is, is seen only when the party runs. */
  async #gated<A>(promise: Promise<A>): Promise<A> {
    try {
      return await this.#counted(promise);
    } finally {
      await this.#passing();
    }
  }
}

const gone = (): TransportError => new TransportError("unreachable", "this program was killed");
