/**
 * A TCP proxy before a node that misbehaves as networks do: it cuts, glues, holds back, half-closes and resets.
 *
 * @module
 */
import type { Address } from "../../src/process/seams.ts";
import { closeQuietly, type Net } from "../node/support.ts";

/** What the proxy does with what goes in one direction of a connection. */
export interface Meddling {
  /** Bytes of each write, one after the other; the last of them again and again. All at once if left out. */
  readonly sizes?: ReadonlyArray<number> | (() => number);
  /** After so many bytes in this direction something happens, once. */
  readonly after?: number;
  /** What: nothing more goes through, this direction is closed, or the whole connection is. */
  readonly then?: "stall" | "half_close" | "reset";
}

/** Which direction is meddled with: from who connected, or to him. */
export type Directions = { readonly out?: Meddling; readonly back?: Meddling };

/** The proxy. */
export class Proxy {
  /** Where it listens. */
  readonly port: number;
  /** What it does with connections from now on. */
  meddling: Directions = {};
  /** How many connections it took. */
  connections = 0;
  readonly #open = new Set<Deno.TcpConn>();

  constructor(net: Net, target: Address) {
    this.port = net.server(async (connection) => {
      this.connections++;
      const onward = await Deno.connect({ hostname: target.host, port: target.port });
      for (const end of [connection, onward]) {
        end.setNoDelay(true);
        this.#open.add(end);
      }
      const { out = {}, back = {} } = this.meddling;
      void this.#pump(connection, onward, out);
      void this.#pump(onward, connection, back);
    });
    net.onEnd(() => this.cut());
  }

  /** Closes all connections. */
  cut(): void {
    for (const connection of this.#open) closeQuietly(connection);
    this.#open.clear();
  }

  async #pump(from: Deno.TcpConn, to: Deno.TcpConn, meddling: Meddling): Promise<void> {
    const buffer = new Uint8Array(64 * 1024);
    const { sizes, after = Infinity } = meddling;
    let gone = 0;
    let writes = 0;
    try {
      for (;;) {
        const count = await from.read(buffer);
        if (count === null) return await to.closeWrite();
        for (let at = 0; at < count;) {
          const size = sizes === undefined
            ? count
            : typeof sizes === "function"
            ? sizes()
            : sizes[Math.min(writes, sizes.length - 1)] ?? count;
          writes++;
          const end = Math.min(count, at + size, at + after - gone);
          for (let sent = at; sent < end;) sent += await to.write(buffer.subarray(sent, end));
          gone += end - at;
          at = end;
          if (gone < after) continue;
          if (meddling.then === "half_close") return await to.closeWrite();
          if (meddling.then === "reset") return [from, to].forEach(closeQuietly);
          return;
        }
      }
    } catch {
      // One end has gone: so does the other.
      [from, to].forEach(closeQuietly);
    }
  }
}
