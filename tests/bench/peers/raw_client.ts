/**
 * The measuring end of a raw socket: 64 bytes there and back, or 64 KiB writes one way.
 *
 * @module
 */
import { rateOf, serveRounds } from "./rounds.ts";
import type { Figure } from "../crew.ts";

const [workload, port] = Deno.args;
const socket = await Deno.connect({ hostname: "127.0.0.1", port: Number(port) });
socket.setNoDelay(true);

const writeAll = async (bytes: Uint8Array): Promise<void> => {
  for (let at = 0; at < bytes.length;) at += await socket.write(at === 0 ? bytes : bytes.subarray(at));
};

const there = new Uint8Array(64);
const back = new Uint8Array(64);

const echo = async (count: number): Promise<Figure> => {
  const times = new Float64Array(count);
  const figure = await rateOf(count, async () => {
    for (let index = 0; index < count; index++) {
      const start = performance.now();
      await writeAll(there);
      for (let at = 0; at < back.length;) at += await socket.read(back) ?? back.length;
      times[index] = performance.now() - start;
    }
  });
  times.sort();
  const percentile = (part: number): number => times[Math.floor(count * part)] ?? 0;
  return { ...figure, p50: percentile(0.5), p99: percentile(0.99) };
};

const block = new Uint8Array(64 * 1024);

const stream = (count: number): Promise<Figure> =>
  rateOf(count, async () => {
    const header = new Uint8Array(8);
    new DataView(header.buffer).setBigUint64(0, BigInt(count * block.length));
    await writeAll(header);
    for (let index = 0; index < count; index++) await writeAll(block);
    await socket.read(back);
  });

await serveRounds({ round: workload === "echo" ? echo : stream });
