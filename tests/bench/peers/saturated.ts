/**
 * An echo of raw bytes in an OS process whose run queue never empties while it is under load.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { Pid, Process } from "../../../mod.ts";
import { serveRounds } from "./rounds.ts";

const echo = async (socket: Deno.TcpConn): Promise<void> => {
  socket.setNoDelay(true);
  const buffer = new Uint8Array(64);
  for (;;) {
    const count = await socket.read(buffer);
    if (count === null) return;
    await socket.write(buffer.subarray(0, count));
  }
};

let isLoaded = false;
let messages = 0;

/** Sends to and fro with another as long as there is to be load. */
const player = Effect.gen(function* () {
  while (isLoaded) {
    const other = yield* Process.receive();
    messages++;
    if (other instanceof Pid) yield* Process.send(other, yield* Process.self());
  }
});

const play = (pairs: number) =>
  Effect.gen(function* () {
    for (let pair = 0; pair < pairs; pair++) {
      const [one, other] = [yield* Process.spawn(player), yield* Process.spawn(player)];
      yield* Process.send(one, other);
    }
  });

const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
const serve = async (): Promise<void> => await echo(await listener.accept());

void serve();
await serveRounds({
  load: async (pairs) => {
    const played = messages;
    messages = 0;
    isLoaded = pairs > 0;
    await Effect.runPromise(play(pairs));
    return { messages: played };
  },
}, { port: listener.addr.port });
