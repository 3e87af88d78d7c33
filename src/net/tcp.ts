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
  const isClosed = error instanceof Deno.errors.Interrupted || error instanceof Deno.errors.BadResource ||
    error instanceof Deno.errors.BrokenPipe || error instanceof Deno.errors.ConnectionReset ||
    error instanceof Deno.errors.ConnectionAborted;
  return isClosed ? "closed" : "unreachable";
};

const failureOf = (error: unknown): TransportError =>
  new TransportError(kindOf(error), error instanceof Error ? error.message : String(error));

const addressOf = (address: Deno.Addr): Address =>
  address.transport === "tcp" ? { host: address.hostname, port: address.port } : { host: "", port: 0 };

const connectionOf = (socket: Deno.TcpConn): Connection => {
  let isOpen = true;
  // Small signals are coalesced by the link; what it writes is to leave at once.
  socket.setNoDelay(true);
  return {
    remote: addressOf(socket.remoteAddr),
    local: addressOf(socket.localAddr),
    read: async (buffer) => {
      try {
        return await socket.read(buffer);
      } catch (error) {
        throw failureOf(error);
      }
    },
    write: async (bytes) => {
      try {
        // A socket may take a part only.
        for (let at = 0; at < bytes.length;) at += await socket.write(at === 0 ? bytes : bytes.subarray(at));
      } catch (error) {
        throw failureOf(error);
      }
    },
    close: () => {
      if (!isOpen) return;
      isOpen = false;
      socket.close();
    },
  };
};

/** TCP. Needs `--allow-net` for the addresses that are connected to and listened on. */
export const tcpTransport: Transport = {
  connect: async (to) => {
    try {
      return connectionOf(await Deno.connect({ transport: "tcp", hostname: to.host, port: to.port }));
    } catch (error) {
      throw failureOf(error);
    }
  },
  listen: (at): Listener => {
    let isOpen = true;
    const socket = (() => {
      try {
        return Deno.listen({ transport: "tcp", hostname: at.host, port: at.port });
      } catch (error) {
        throw failureOf(error);
      }
    })();
    return {
      address: addressOf(socket.addr),
      accept: async () => {
        try {
          return connectionOf(await socket.accept());
        } catch (error) {
          throw failureOf(error);
        }
      },
      close: () => {
        if (!isOpen) return;
        isOpen = false;
        socket.close();
      },
    };
  },
};
