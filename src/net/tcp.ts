/**
 * The transport over TCP, by Deno's sockets.
 *
 * @module
 */
import {
  type Address,
  type Connection,
  type Listener,
  type Transport,
  TransportError,
  type TransportFailure,
} from "../process/seams.ts";

const kindOf = (error: unknown): TransportFailure => {
  if (error instanceof Deno.errors.ConnectionRefused) return "refused";
  if (error instanceof Deno.errors.AddrInUse) return "in_use";
  if (error instanceof Deno.errors.NotCapable || error instanceof Deno.errors.PermissionDenied) {
    return "denied";
  }
  // Given up before there was a connection.
  if (error instanceof DOMException && error.name === "AbortError") return "closed";
  const isClosed = error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
  return isClosed ? "closed" : "unreachable";
};

const failureOf = (error: unknown): TransportError =>
  new TransportError(kindOf(error), error instanceof Error ? error.message : String(error));

/** What goes wrong with a socket is rejected as the transport's own failure. */
const failing = <A>(work: Promise<A>): Promise<A> => work.catch(fail);

const fail = (error: unknown): never => {
  throw failureOf(error);
};

const writeAll = async (socket: Deno.TcpConn, bytes: Uint8Array): Promise<void> => {
  // A socket may take a part only.
  for (let at = 0; at < bytes.length;) at += await socket.write(at === 0 ? bytes : bytes.subarray(at));
};

/** Closes a socket once, however often it is asked to. */
const closeOnce = (socket: { close(): void }): () => void => {
  let isOpen = true;
  return () => {
    if (isOpen) socket.close();
    isOpen = false;
  };
};

const addressOf = (address: Deno.Addr): Address =>
  address.transport === "tcp" ? { host: address.hostname, port: address.port } : { host: "", port: 0 };

const connectionOf = (socket: Deno.TcpConn): Connection => {
  // Small signals are coalesced by the link; what it writes is to leave at once.
  socket.setNoDelay(true);
  return {
    remote: addressOf(socket.remoteAddr),
    local: addressOf(socket.localAddr),
    read: (buffer) => failing(socket.read(buffer)),
    write: (bytes) => failing(writeAll(socket, bytes)),
    close: closeOnce(socket),
  };
};

const listenerOf = (socket: Deno.TcpListener): Listener => ({
  address: addressOf(socket.addr),
  accept: () => failing(socket.accept().then(connectionOf)),
  close: closeOnce(socket),
});

/** TCP. Needs `--allow-net` for the addresses that are connected to and listened on. */
export const tcpTransport: Transport = {
  connect: (to, _name, signal) => {
    const options = { transport: "tcp", hostname: to.host, port: to.port } as const;
    const connecting = Deno.connect(signal === undefined ? options : { ...options, signal });
    return failing(connecting.then(connectionOf));
  },
  listen: (at) => {
    try {
      return listenerOf(Deno.listen({ transport: "tcp", hostname: at.host, port: at.port }));
    } catch (error) {
      throw failureOf(error);
    }
  },
};
