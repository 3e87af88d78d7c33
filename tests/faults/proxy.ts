/**
 * A TCP proxy before a node that misbehaves as networks do: it cuts, glues, holds back, half-closes and resets.
 *
 * @module
 */
import { connect, createServer, type Server, type Socket } from "node:net";
import type { Address } from "../../src/process/seams.ts";
import type { Net } from "../node/support.ts";

/** What the proxy does with what goes in one direction of a connection. */
export interface Meddling {
  /** Bytes of each write, one after the other; the last of them again and again. All at once if left out. */
  readonly sizes?: ReadonlyArray<number> | (() => number);
  /** After so many bytes in this direction something happens, once. */
  readonly after?: number;
  /** What: nothing more goes through, this direction is closed, or both ends get an RST. */
  readonly then?: "stall" | "half_close" | "reset";
}

/** Which direction is meddled with: from who connected, or to him. */
export type Directions = { readonly out?: Meddling; readonly back?: Meddling };

/** The proxy, on Node's sockets: Deno's own cannot reset. */
export class Proxy {
  /** Where it listens. */
  readonly port: number;
  /** What it does with connections from now on. */
  meddling: Directions = {};
  /** How many connections it took. */
  connections = 0;
  readonly #open = new Set<Socket>();

  private constructor(server: Server, target: Address) {
    const address = server.address();
    if (address === null || typeof address === "string") throw new Error(`no port: ${address}`);
    this.port = address.port;
    server.on("connection", (socket) => {
      this.connections++;
      const onward = connect({ host: target.host, port: target.port, allowHalfOpen: true });
      for (const end of [socket, onward]) {
        end.setNoDelay(true);
        // Whoever reads or writes is told too.
        end.on("error", () => {});
        this.#open.add(end);
        end.on("close", () => this.#open.delete(end));
      }
      const { out = {}, back = {} } = this.meddling;
      void pump(socket, onward, out);
      void pump(onward, socket, back);
    });
  }

  /** Starts one before that address; it ends with the test. */
  static async start(net: Net, target: Address): Promise<Proxy> {
    const server = createServer({ allowHalfOpen: true });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    const proxy = new Proxy(server, target);
    net.onEnd(async () => {
      const closed = new Promise((resolve) => server.close(resolve));
      proxy.cut();
      await closed;
    });
    return proxy;
  }

  /** Closes all connections. */
  cut(): void {
    for (const end of this.#open) end.destroy();
  }
}

const write = (to: Socket, bytes: Uint8Array): Promise<void> =>
  new Promise((resolve, reject) => to.write(bytes, (error) => error ? reject(error) : resolve()));

const pump = async (from: Socket, to: Socket, meddling: Meddling): Promise<void> => {
  const { sizes, after = Infinity } = meddling;
  let gone = 0;
  let writes = 0;
  try {
    for await (const chunk of from.iterator({ destroyOnReturn: false })) {
      const bytes: Uint8Array = chunk;
      const count = bytes.length;
      for (let at = 0; at < count;) {
        const size = sizes === undefined
          ? count
          : typeof sizes === "function"
          ? sizes()
          : sizes[Math.min(writes, sizes.length - 1)] ?? count;
        writes++;
        const end = Math.min(count, at + size, at + after - gone);
        await write(to, bytes.subarray(at, end));
        gone += end - at;
        at = end;
        if (gone < after) continue;
        if (meddling.then === "half_close") return void to.end();
        if (meddling.then === "reset") return [from, to].forEach((one) => one.resetAndDestroy());
        return;
      }
    }
    to.end();
  } catch {
    // One end has gone: so does the other.
    [from, to].forEach((one) => one.destroy());
  }
};
