/**
 * The port mapper inside a node, for hosts where no `epmd` runs: "EPMD Protocol" of Erlang's
 * `erl_dist_protocol`, over the transport, the clock and the random bytes of the kernel's seams.
 *
 * What this does *not* do: end on request (KILL_REQ is answered with `NO`), end somebody else's registration
 * or tell of file descriptors (STOP_REQ and DUMP_REQ just close), keep the names of nodes that went (creations
 * are random, not counted up), or look for another port mapper when its port is taken.
 *
 * How a connection lives:
 *
 * 1. It is accepted and has {@link silentTime} to send its whole request and to take the answer. Bytes that
 *    are no request close it, without an answer.
 * 2. PORT_PLEASE2_REQ, NAMES_REQ and KILL_REQ are answered, and the connection is closed.
 * 3. ALIVE2_REQ from another host is closed without an answer; for a name that is taken it is answered with
 *    result 1 and closed. Otherwise the name is held from before the answer is written, for as long as the
 *    connection stays: silent, since every byte on it closes it.
 *
 * @module
 */
import type { Address, Connection, KernelClock, Listener, Transport } from "../process/seams.ts";
import { TransportError } from "../process/seams.ts";
import { isLoopbackHost } from "../term/node_name.ts";
import type { NamedPort, Registration, Request } from "./messages.ts";
import {
  encodeAlive2Answer,
  encodeNamesAnswer,
  encodePort2Answer,
  killRefused,
  newestVersion,
  RequestParser,
} from "./messages.ts";

/** How long a connection may take for its request and the answer, in milliseconds. */
export const silentTime = 7_000;

/** How many connections there may be at once, registrations among them. */
export const maxConnections = 1_024;

/** How long to wait after an accept that failed on an open listener, in milliseconds: else it would spin. */
const acceptPause = 100;

/** What stands in place of a creation where there is none: `epmd` writes 99. */
const noCreation = 99;

/** What {@link serve} needs. */
export interface ServeOptions {
  /** How to listen. */
  readonly transport: Transport;
  /** The clock of {@link silentTime}. */
  readonly clock: KernelClock;
  /** That many random bytes, for creations. */
  readonly randomBytes: (count: number) => Uint8Array;
  /** The addresses of this host to listen on, all with one port. */
  readonly hosts: readonly [string, ...string[]];
  /** The TCP port, 4369 as a rule; 0 takes any free one. */
  readonly port: number;
  /** How many connections there may be at once; {@link maxConnections} when left out. */
  readonly maxConnections?: number;
}

/** A port mapper that serves. */
export interface PortMapper {
  /** It listens and serves. */
  readonly tag: "serving";
  /** Where it listens, with the port that was given when 0 was asked for; of several, the first. */
  readonly address: Address;
  /** All the places where it listens. */
  readonly addresses: readonly Address[];
  /** The nodes that are registered now, earliest first. */
  readonly names: () => readonly NamedPort[];
  /** Ends it: listeners, connections and so all registrations. May be called twice. */
  readonly close: () => void;
  /** Resolved when everything that it started has ended, after {@link PortMapper.close}. */
  readonly closed: Promise<void>;
}

/** What came of {@link serve}. */
export type Served =
  | PortMapper
  | {
    readonly tag:
      /** Something listens there: another port mapper, in all likelihood, with which to register. */
      | "in_use"
      /** Deno's permission to listen there is missing. */
      | "denied"
      /** The address is none of this host. */
      | "unreachable";
    /** What happened, in words. */
    readonly detail: string;
  };

/** Whether the other end is on this host: loopback, or the address at which it was accepted. */
const isFromThisHost = ({ remote, local }: Connection): boolean => {
  // A socket for both families shows IPv4 addresses in IPv6's form.
  const plain = (host: string): string => host.replace(/^::ffff:(?=\d+\.)/i, "");
  return isLoopbackHost(plain(remote.host)) || plain(remote.host) === plain(local.host);
};

/** The nodes and connections of one port mapper. */
class Mapper {
  readonly #clock: KernelClock;
  readonly #randomBytes: (count: number) => Uint8Array;
  readonly #maxConnections: number;
  readonly #listeners: readonly Listener[];
  readonly #port: number;
  readonly #registrations = new Map<string, Registration>();
  /** Connections that have not registered, longest first. */
  readonly #asking = new Set<Connection>();
  /** Connections that hold a name. */
  readonly #holding = new Set<Connection>();
  /** What takes back the pauses after an accept that failed. */
  readonly #pauses = new Set<() => void>();
  #isClosed = false;

  constructor(options: ServeOptions, listeners: readonly Listener[], port: number) {
    this.#clock = options.clock;
    this.#randomBytes = options.randomBytes;
    this.#maxConnections = options.maxConnections ?? maxConnections;
    this.#listeners = listeners;
    this.#port = port;
  }

  names(): readonly NamedPort[] {
    return Array.from(this.#registrations.values(), ({ name, port }) => ({ name, port }));
  }

  close(): void {
    this.#isClosed = true;
    for (const listener of this.#listeners) listener.close();
    for (const connection of this.#asking) connection.close();
    for (const connection of this.#holding) connection.close();
    for (const wake of this.#pauses) wake();
  }

  /** Accepts until the listeners are closed; resolved when the last connection has ended. */
  async run(): Promise<void> {
    await Promise.all(this.#listeners.map((listener) => this.#acceptAll(listener)));
  }

  async #acceptAll(listener: Listener): Promise<void> {
    const talks = new Set<Promise<void>>();
    while (!this.#isClosed) {
      try {
        const connection = await listener.accept();
        if (!this.#makeRoom()) {
          connection.close();
          continue;
        }
        const talk = this.#talk(connection).finally(() => talks.delete(talk));
        talks.add(talk);
      } catch (error) {
        if (error instanceof TransportError && error.kind === "closed") break;
        // One connection that broke before it was accepted, or no descriptor left: the listener still is.
        await this.#pause();
      }
    }
    await Promise.all(talks);
  }

  /** Whether one more connection may be: over the limit, the one that has asked longest gives way. */
  #makeRoom(): boolean {
    if (this.#isClosed) return false;
    if (this.#asking.size + this.#holding.size < this.#maxConnections) return true;
    for (const oldest of this.#asking) {
      this.#asking.delete(oldest);
      oldest.close();
      return true;
    }
    return false;
  }

  #pause(): Promise<void> {
    return new Promise((resolve) => {
      const wake = (): void => {
        this.#pauses.delete(wake);
        takeBack();
        resolve();
      };
      const takeBack = this.#clock.after(acceptPause, wake);
      this.#pauses.add(wake);
      if (this.#isClosed) wake();
    });
  }

  /** One connection from accept to close; never rejects. */
  async #talk(connection: Connection): Promise<void> {
    this.#asking.add(connection);
    const takeBack = this.#clock.after(silentTime, () => connection.close());
    let held: Registration | undefined;
    try {
      const parser = new RequestParser();
      const buffer = new Uint8Array(1024);
      const request = await this.#read(connection, parser, buffer);
      if (request?.tag !== "ALIVE2_REQ") {
        const answer = request === undefined ? undefined : this.#answer(request, connection);
        if (answer !== undefined) await connection.write(answer);
        return;
      }
      if (!isFromThisHost(connection)) return;
      held = this.#hold(request.registration, connection);
      await connection.write(this.#alive2Answer(request.registration, held !== undefined));
      if (held === undefined) return;
      takeBack();
      await connection.read(buffer);
    } catch {
      // The connection broke or was closed, which ends it as any other end does.
    } finally {
      takeBack();
      if (held !== undefined) this.#registrations.delete(held.name);
      this.#asking.delete(connection);
      this.#holding.delete(connection);
      connection.close();
    }
  }

  /** The request, or `undefined` where the bytes are none or end. */
  async #read(
    connection: Connection,
    parser: RequestParser,
    buffer: Uint8Array,
  ): Promise<Request | undefined> {
    while (true) {
      const count = await connection.read(buffer);
      const parsed = count === null ? parser.end() : parser.push(buffer.subarray(0, count));
      if (parsed.tag === "done") return parsed.value;
      if (parsed.tag === "refused") return undefined;
    }
  }

  #answer(request: Exclude<Request, { tag: "ALIVE2_REQ" }>, connection: Connection): Uint8Array | undefined {
    switch (request.tag) {
      case "PORT_PLEASE2_REQ":
        return encodePort2Answer({
          tag: "PORT2_RESP",
          registration: this.#registrations.get(request.name),
        });
      case "NAMES_REQ":
        return encodeNamesAnswer({ tag: "NAMES_RESP", mapperPort: this.#port, nodes: this.names() });
      case "KILL_REQ":
        return isFromThisHost(connection) ? killRefused : undefined;
    }
  }

  /** Holds the name for the connection; `undefined` where another holds it, or the connection gave way. */
  #hold(registration: Registration, connection: Connection): Registration | undefined {
    if (this.#registrations.has(registration.name) || !this.#asking.delete(connection)) return undefined;
    this.#holding.add(connection);
    this.#registrations.set(registration.name, registration);
    return registration;
  }

  #alive2Answer(registration: Registration, isHeld: boolean): Uint8Array {
    // A node before OTP 23 knows creations of two bits alone.
    const isNew = registration.highestVersion >= newestVersion;
    return encodeAlive2Answer({
      tag: isNew ? "ALIVE2_X_RESP" : "ALIVE2_RESP",
      result: isHeld ? 0 : 1,
      creation: isHeld ? this.#creation(isNew) : noCreation,
    });
  }

  /** A random creation: 1 to 3 for an old node, else of 32 bits and above those. */
  #creation(isNew: boolean): number {
    const bytes = this.#randomBytes(4);
    const random = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength).getUint32(0);
    if (!isNew) return random % 3 + 1;
    return random > 3 ? random : random + 4;
  }
}

type Opened =
  | { readonly tag: "open"; readonly listeners: readonly [Listener, ...Listener[]] }
  | Exclude<
    Served,
    PortMapper
  >;

const notServed = (error: unknown): Exclude<Served, PortMapper> => {
  const detail = error instanceof Error ? error.message : String(error);
  if (!(error instanceof TransportError)) return { tag: "unreachable", detail };
  return { tag: error.kind === "in_use" || error.kind === "denied" ? error.kind : "unreachable", detail };
};

/** Listens on all hosts with one port, or on none. */
const listenOnAll = ({ transport, hosts, port }: ServeOptions): Opened => {
  const opened: Listener[] = [];
  try {
    const [firstHost, ...others] = hosts;
    const first = transport.listen({ host: firstHost, port });
    opened.push(first);
    const rest = others.map((host) => {
      const listener = transport.listen({ host, port: first.address.port });
      opened.push(listener);
      return listener;
    });
    return { tag: "open", listeners: [first, ...rest] };
  } catch (error) {
    for (const listener of opened) listener.close();
    return notServed(error);
  }
};

/**
 * Serves as this host's port mapper, for Erlang's and Elixir's nodes too (`epmd`).
 *
 * @param options Where to listen, and the seams.
 * @returns `serving` with the port mapper; or `in_use`, `denied`, `unreachable`, with nothing left open.
 */
export const serve = (options: ServeOptions): Served => {
  const opened = listenOnAll(options);
  if (opened.tag !== "open") return opened;
  const addresses = opened.listeners.map((listener) => listener.address);
  const { address } = opened.listeners[0];
  const mapper = new Mapper(options, opened.listeners, address.port);
  return {
    tag: "serving",
    address,
    addresses,
    names: () => mapper.names(),
    close: () => mapper.close(),
    closed: mapper.run(),
  };
};
