/**
 * A node in a network namespace: says what it sees, and greets the other whenever that is up. Arguments: its name,
 * and the other's; it ends with its standard input.
 *
 * @module
 */
import { Effect } from "../../src/deps/effect.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import * as Node from "../../src/node/node.ts";
import * as Process from "../../src/process/process.ts";
import type { Connection, Transport } from "../../src/process/seams.ts";
import { atom } from "../../src/term/atom.ts";
import { isTuple } from "../../src/term/tuple.ts";
import { cookie } from "./modules.ts";

const [name = "", other = ""] = Deno.args;
const greeting = "greetings through the cable";

/** Says so when the greeting goes out in the clear. */
const watched = (connection: Connection): Connection => ({
  ...connection,
  write: (bytes) => {
    if (new TextDecoder("latin1").decode(bytes).includes(greeting)) console.log("in the clear");
    return connection.write(bytes);
  },
});
const transport: Transport = {
  connect: async (to) => watched(await tcpTransport.connect(to)),
  listen: (at) => {
    const listener = tcpTransport.listen(at);
    return { ...listener, accept: async () => watched(await listener.accept()) };
  },
};

const program = Effect.gen(function* () {
  yield* Node.start(name, { cookie, connect: [other], netTickTime: 800, connectTime: 800, transport });
  yield* Process.register(yield* Process.self(), "watcher");
  yield* Node.monitorNodes(true);
  console.log("ready");
  for (;;) {
    const message = yield* Process.receive();
    if (message === greeting) console.log("greeted");
    if (!isTuple(message)) continue;
    if (message[0] === atom("nodedown")) console.log("down");
    if (message[0] !== atom("nodeup")) continue;
    console.log("up");
    yield* Process.send(["watcher", other], greeting);
  }
});
void Effect.runPromise(program).catch((error: unknown) => {
  console.error(error);
  Deno.exit(1);
});
for await (const _ of Deno.stdin.readable);
Deno.exit(0);
