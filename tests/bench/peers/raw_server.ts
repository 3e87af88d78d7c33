/**
 * The serving end of a raw socket: echoes, or swallows a stream and says when all of it has come.
 *
 * @module
 */
import { serveRounds } from "./rounds.ts";

const [workload] = Deno.args;

const echo = async (socket: Deno.TcpConn): Promise<void> => {
  const buffer = new Uint8Array(64);
  for (;;) {
    const count = await socket.read(buffer);
    if (count === null) return;
    await socket.write(buffer.subarray(0, count));
  }
};

/** A stream begins with its length in eight bytes; its end is answered with one. */
const swallow = async (socket: Deno.TcpConn): Promise<void> => {
  const buffer = new Uint8Array(64 * 1024);
  for (;;) {
    const header = await socket.read(buffer.subarray(0, 8));
    if (header !== 8) return;
    let left = Number(new DataView(buffer.buffer).getBigUint64(0));
    while (left > 0) left -= await socket.read(buffer) ?? left;
    await socket.write(new Uint8Array(1));
  }
};

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const serve = async (): Promise<void> => {
  const socket = await listener.accept();
  socket.setNoDelay(true);
  await (workload === "echo" ? echo : swallow)(socket);
};

void serve();
await serveRounds({}, { port: listener.addr.port });
