/**
 * A node in an OS process of its own, as one of a cluster whose mapper's node is killed: it says when it serves the
 * port mapper, and ends with its standard input. Arguments: its name, the mapper's port, the others' names.
 *
 * @module
 */
import { Effect } from "../../src/deps/effect.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import * as Node from "../../src/node/node.ts";
import { cookie } from "../faults/modules.ts";
import { Members } from "./members.ts";

const [name = "", port = "", ...connect] = Deno.args;
const mapperPort = Number(port);

await Effect.runPromise(Node.start(name, {
  cookie,
  connect,
  modules: [Members],
  epmd: { port: mapperPort },
  transport: {
    ...tcpTransport,
    listen: (at) => {
      const listener = tcpTransport.listen(at);
      if (at.port === mapperPort) console.log("serving");
      return listener;
    },
  },
}));
for await (const _ of Deno.stdin.readable);
Deno.exit(0);
