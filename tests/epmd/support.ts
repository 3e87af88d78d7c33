/**
 * What the tests of the port mapper share: a transport over TCP, a real and a hand-wound clock, and raw bytes.
 *
 * @module
 */
import type { PortMapper, ServeOptions } from "../../src/epmd/server.ts";
import { serve } from "../../src/epmd/server.ts";
import type {
  Address,
  Connection,
  KernelClock,
  Listener,
  Transport,
  TransportFailure,
} from "../../src/process/seams.ts";
import { TransportError } from "../../src/process/seams.ts";

const failureOf = (error: unknown): TransportError => {
  if (error instanceof TransportError) return error;
  const message = error instanceof Error ? error.message : String(error);
  const kind: TransportFailure = error instanceof Deno.errors.ConnectionRefused
    ? "refused"
    : error instanceof Deno.errors.AddrInUse
    ? "in_use"
    : error instanceof Deno.errors.NotCapable
    ? "denied"
    : error instanceof Deno.errors.BadResource || error instanceof Deno.errors.Interrupted ||
        error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset
    ? "closed"
    : "unreachable";
  return new TransportError(kind, message);
};

const guarded = async <A>(action: () => Promise<A>): Promise<A> => {
  try {
    return await action();
  } catch (error) {
    throw failureOf(error);
  }
};

const closeQuietly = (resource: { close(): void }): void => {
  try {
    resource.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
};

const connectionOf = (tcp: Deno.TcpConn): Connection => ({
  remote: { host: tcp.remoteAddr.hostname, port: tcp.remoteAddr.port },
  local: { host: tcp.localAddr.hostname, port: tcp.localAddr.port },
  read: (buffer) => guarded(() => tcp.read(buffer)),
  write: (bytes) =>
    guarded(async () => {
      let done = 0;
      while (done < bytes.length) done += await tcp.write(bytes.subarray(done));
    }),
  close: () => closeQuietly(tcp),
});

/** Real sockets. */
export const tcp: Transport = {
  connect: ({ host, port }) =>
    guarded(async () => connectionOf(await Deno.connect({ hostname: host, port }))),
  listen({ host, port }): Listener {
    try {
      const listener = Deno.listen({ hostname: host, port });
      const { hostname, port: given } = listener.addr;
      return {
        address: { host: hostname, port: given },
        accept: () => guarded(async () => connectionOf(await listener.accept())),
        close: () => closeQuietly(listener),
      };
    } catch (error) {
      throw failureOf(error);
    }
  },
};

/** The time of this machine. */
export const realClock: KernelClock = {
  now: () => performance.now(),
  after(milliseconds, callback) {
    const timer = setTimeout(callback, milliseconds);
    return () => clearTimeout(timer);
  },
};

/** A clock that goes when it is told to. */
export class HandClock implements KernelClock {
  #now = 0;
  readonly #timers = new Set<{ readonly at: number; readonly callback: () => void }>();
  readonly #watchers = new Set<() => void>();

  now(): number {
    return this.#now;
  }

  after(milliseconds: number, callback: () => void): () => void {
    const timer = { at: this.#now + milliseconds, callback };
    this.#timers.add(timer);
    this.#look();
    return () => {
      this.#timers.delete(timer);
      this.#look();
    };
  }

  /** How many timers wait. */
  get waiting(): number {
    return this.#timers.size;
  }

  /** Resolved once that many timers wait. */
  holds(count: number): Promise<void> {
    return this.#until(() => this.#timers.size === count);
  }

  /** Resolved once a timer waits that is due in that many milliseconds from now. */
  scheduled(milliseconds: number): Promise<void> {
    const at = this.#now + milliseconds;
    return this.#until(() => Array.from(this.#timers).some((timer) => timer.at === at));
  }

  #until(isSo: () => boolean): Promise<void> {
    return new Promise((resolve) => {
      const watcher = (): void => {
        if (!isSo()) return;
        this.#watchers.delete(watcher);
        resolve();
      };
      this.#watchers.add(watcher);
      watcher();
    });
  }

  #look(): void {
    for (const watcher of this.#watchers) watcher();
  }

  /** Lets time pass, and calls what is due then. */
  advance(milliseconds: number): void {
    this.#now += milliseconds;
    for (const timer of [...this.#timers]) {
      if (timer.at <= this.#now && this.#timers.delete(timer)) timer.callback();
    }
    this.#look();
  }
}

/** Real sockets and real time. */
export const real = { transport: tcp, clock: realClock };

/** Random bytes of this machine. */
export const randomBytes = (count: number): Uint8Array => crypto.getRandomValues(new Uint8Array(count));

/** The value, if it has that tag; else the test fails and shows it. */
export const having = <U extends { readonly tag: string }, const T extends U["tag"]>(
  value: U,
  tag: T,
): Extract<U, { readonly tag: T }> => {
  const has = (one: U): one is Extract<U, { readonly tag: T }> => one.tag === tag;
  if (has(value)) return value;
  throw new Error(`not ${tag}: ${Deno.inspect(value)}`);
};

/** The value, if there is one; else the test fails. */
export const present = <T>(value: T | undefined): T => {
  if (value === undefined) throw new Error("nothing is there");
  return value;
};

/** Serves a port mapper on a free port of loopback while `body` runs. */
export const withMapper = async (
  body: (mapper: PortMapper) => Promise<void>,
  options: Partial<ServeOptions> = {},
): Promise<void> => {
  const mapper = having(
    serve({ ...real, randomBytes, hosts: ["127.0.0.1"], port: 0, ...options }),
    "serving",
  );
  try {
    await body(mapper);
  } finally {
    mapper.close();
    await mapper.closed;
  }
};

/** Accepts on a free port of loopback, and gives each connection to `body`, while `use` runs. */
export const withListener = async (
  body: (connection: Connection) => Promise<void>,
  use: (address: Address) => Promise<void>,
): Promise<void> => {
  const listener = tcp.listen({ host: "127.0.0.1", port: 0 });
  const connections: Connection[] = [];
  const serving = (async () => {
    const bodies: Promise<void>[] = [];
    while (true) {
      try {
        const connection = await listener.accept();
        connections.push(connection);
        bodies.push(body(connection).catch(() => {}));
      } catch {
        break;
      }
    }
    await Promise.all(bodies);
  })();
  try {
    await use(listener.address);
  } finally {
    listener.close();
    for (const connection of connections) connection.close();
    await serving;
  }
};

/** All bytes until the other end closes, cleanly or not. */
export const readToEnd = async (connection: Connection): Promise<Uint8Array> => {
  const bytes: number[] = [];
  const buffer = new Uint8Array(4096);
  while (true) {
    const count = await connection.read(buffer).catch(() => null);
    if (count === null) return Uint8Array.from(bytes);
    bytes.push(...buffer.subarray(0, count));
  }
};

/** A raw connection that is closed at the end of a `using` block. */
export const dial = async (address: Address): Promise<Connection & Disposable> => {
  const connection = await tcp.connect(address);
  return { ...connection, [Symbol.dispose]: () => connection.close() };
};

/** Sends bytes, and gives all that comes back until the other end closes. */
export const talk = async (address: Address, bytes: Uint8Array): Promise<Uint8Array> => {
  using connection = await dial(address);
  await connection.write(bytes);
  return await readToEnd(connection);
};
