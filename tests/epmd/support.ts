/**
 * What the tests of the port mapper share: real sockets and time, a mapper that is served, and raw bytes.
 *
 * @module
 */
import type { PortMapper, ServeOptions } from "../../src/epmd/server.ts";
import { serve } from "../../src/epmd/server.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import { systemClock, systemSeams } from "../../src/process/own_kernel.ts";
import type { Address, Connection } from "../../src/process/seams.ts";
import { readToEnd } from "../sockets.ts";

export { readToEnd } from "../sockets.ts";

/** Real sockets. */
export const tcp = tcpTransport;

/** Real sockets and real time. */
export const real = { transport: tcp, clock: systemClock };

/** Random bytes of this machine. */
export const { randomBytes } = systemSeams;

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
