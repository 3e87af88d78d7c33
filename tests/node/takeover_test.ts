/**
 * The port mapper's place when who held it goes: another node takes over, all register again, and a mapper that
 * says nothing keeps no old acquaintances apart.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { names } from "../../src/epmd/client.ts";
import * as Node from "../../src/node/node.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import type { Transport } from "../../src/process/seams.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import { eventually, forward, freePort, Net, serves, type TestNode, withNodes } from "./support.ts";

const registeredAt = async (port: number): Promise<string> => {
  const listed = await names(
    { transport: tcpTransport, clock: systemSeams.clock },
    { host: "127.0.0.1", port },
  );
  return listed.tag === "names" ? listed.nodes.map(({ name }) => name).sort().join(" ") : listed.tag;
};

Deno.test("the node that serves the mapper goes, ten times: another serves, and all are registered", async () => {
  const net = new Net(freePort());
  try {
    let server: TestNode | undefined;
    let serving = "";
    const start = (name: string): Promise<TestNode> => {
      const transport: Transport = {
        ...tcpTransport,
        listen: (at) => {
          const listener = tcpTransport.listen(at);
          if (at.port === net.mapperPort) serving = name;
          return listener;
        },
      };
      return net.node(`${name}@localhost`, { transport });
    };
    const nodes = new Map<string, TestNode>();
    for (const name of ["alex", "kate", "moebi", "rick", "sophie"]) nodes.set(name, await start(name));
    for (let round = 0; round < 10; round++) {
      const gone = serving;
      server = nodes.get(gone);
      await server?.stop();
      nodes.delete(gone);
      const left = [...nodes.keys()].sort().join(" ");
      let listed = "";
      const look = setInterval(() => void registeredAt(net.mapperPort).then((text) => listed = text), 10);
      try {
        await eventually(`${left} are registered again after ${gone} went`, () => listed === left);
      } finally {
        clearInterval(look);
      }
      nodes.set(gone, await start(gone));
      const [first, last] = [[...nodes.values()][0], nodes.get(gone)];
      if (first !== undefined && last !== undefined) await serves(first, last);
    }
  } finally {
    await net.end();
  }
});

Deno.test(
  "a mapper that is stopped keeps nodes that have met from nothing",
  withNodes(async (net) => {
    let isStopped = false;
    const port = net.server((connection) =>
      isStopped ? undefined : forward(connection, { host: "127.0.0.1", port: net.mapperPort })
    );
    const kate = await net.node("kate@localhost");
    const alex = await net.node("alex@localhost", { epmd: { port } });
    await serves(alex, kate);
    isStopped = true;
    await alex.run(Node.disconnect(kate.name));
    await eventually("kate sees it", () => !kate.kernel.outbound.isConnected(alex.name));
    assertEquals(await alex.run(Node.connect(kate.name)), true);
    // Whom it never met it cannot find, and is told so.
    assertEquals((await alex.fails(Node.connect("moebi@localhost"))).because, "mapper");
  }),
);
