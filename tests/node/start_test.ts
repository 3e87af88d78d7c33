/**
 * Tests of a node's start and of connecting: names, ports, port mappers, and what stands in their place.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { names, register } from "../../src/epmd/client.ts";
import { normalNode } from "../../src/epmd/messages.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import * as Node from "../../src/node/node.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import { AddressInUse, AlreadyStarted, BadArg, NoConnection } from "../../src/term/errors.ts";
import { HandClock } from "../process/hand_clock.ts";
import { cookie, freePort, Net, seamsOn, serves, withNodes } from "./support.ts";

const seams = { transport: tcpTransport, clock: systemSeams.clock };

/** Runs with a port of the mapper on which nobody serves yet. */
const withoutMapper = (body: (net: Net) => Promise<void>) => async (): Promise<void> => {
  const net = new Net(freePort());
  try {
    await body(net);
    await net.isQuiet();
  } finally {
    await net.end();
  }
};

/** A server of HTTP, as browsers meet it. */
const answerAsHttp = async (connection: Deno.TcpConn): Promise<void> => {
  await connection.read(new Uint8Array(1024));
  await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n"));
};

Deno.test(
  "a node whose name another node has fails with already_started, and the other goes on",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const error = await net.refused("alex@localhost");
    assertInstanceOf(error, AlreadyStarted);
    assertMatch(error.message, /alex@localhost/);
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "a program that is a node already cannot start as another: already_started, by whom",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const error = await alex.fails(
      Node.start("other@localhost", { cookie, epmd: { port: net.mapperPort } }),
    );
    assertInstanceOf(error, AlreadyStarted);
    assertEquals(error.pid?.node, "alex@localhost");
    assertEquals(await alex.run(Node.self()), "alex@localhost");
  }),
);

Deno.test(
  "a node whose port another program has fails with eaddrinuse, and is not registered",
  withNodes(async (net) => {
    const port = net.server(() => {});
    const error = await net.refused("alex@localhost", { listen: { port } });
    assertInstanceOf(error, AddressInUse);
    assertMatch(error.address, new RegExp(`:${port}$`));
    // The name is free: nothing is left of the first try.
    await serves(await net.node("alex@localhost"), await net.node("kate@localhost"));
  }),
);

Deno.test("a bad name, an empty cookie and a bad port are told apart by their problem", async () => {
  const net = new Net(1);
  for (
    const [name, options, problem] of [
      ["alex", {}, /@/],
      ["alex@localhost", { cookie: "" }, /cookie/],
      ["alex@localhost", { listen: { port: 70_000 } }, /port/],
      ["alex@localhost", { netTickTime: 1 }, /netTickTime/],
      ["alex@localhost", { addresses: { "kate@localhost": "here" } }, /HOST:PORT/],
    ] as const
  ) {
    const error = await net.refused(name, options);
    assertInstanceOf(error, BadArg);
    assertMatch(error.problem, problem);
  }
});

Deno.test(
  "a node serves the port mapper where none answers, and gives it up when it stops",
  withoutMapper(async (net) => {
    const alex = await net.node("alex@localhost");
    const mapper = { host: "127.0.0.1", port: net.mapperPort };
    const listed = await names(seams, mapper);
    assert(listed.tag === "names");
    assertEquals(listed.nodes.map(({ name }) => name), ["alex"]);
    await serves(alex, await net.node("kate@localhost"));
    await net.end();
    assertEquals((await names(seams, mapper)).tag, "no_mapper");
  }),
);

Deno.test(
  "nodes that start at the same instant share one port mapper",
  withoutMapper(async (net) => {
    const [alex, kate] = await Promise.all(
      ["alex@localhost", "kate@localhost", "moebi@localhost"].map((name) => net.node(name)),
    );
    const listed = await names(seams, { host: "127.0.0.1", port: net.mapperPort });
    assert(listed.tag === "names");
    assertEquals(listed.nodes.map(({ name }) => name).sort(), ["alex", "kate", "moebi"]);
    assert(alex !== undefined && kate !== undefined);
    await serves(alex, kate);
  }),
);

Deno.test("a node cannot start where something else than a port mapper answers on its port", async () => {
  const net = new Net(1);
  const port = net.server(answerAsHttp);
  const error = await net.refused("alex@localhost", { epmd: { port } });
  assertInstanceOf(error, NoConnection);
  assertEquals(error.because, "mapper");
  assertMatch(error.message, /no port mapper answers.*ERL_EPMD_PORT/);
  await net.end();
});

Deno.test("a node cannot start where the port mapper never answers, and says so within seconds", async () => {
  const net = new Net(1);
  const port = net.server(() => {});
  const clock = new HandClock();
  const refused = net.refused("alex@localhost", { epmd: { port }, seams: seamsOn(clock) });
  await clock.scheduled(2_000);
  clock.advance(2_000);
  const error = await refused;
  assertInstanceOf(error, NoConnection);
  assertEquals(error.because, "timeout");
  await net.end();
});

Deno.test(
  "connecting to a node that nobody has registered fails as absent",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const error = await alex.fails(Node.connect("nobody@localhost"));
    assertInstanceOf(error, NoConnection);
    assertEquals([error.because, error.node], ["absent", "nobody@localhost"]);
    assertEquals(
      String(error),
      'noconnection: Node.connect("nobody@localhost"): no connection to nobody@localhost',
    );
    assertEquals(String(await alex.run(Node.ping("nobody@localhost"))), ":pang");
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "connecting to a host that cannot be found fails as absent",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const error = await alex.fails(Node.connect("kate@no-such-host.invalid"));
    assertEquals(error.because, "absent");
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "connecting to a host without a port mapper fails as absent, and says why",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const error = await alex.fails(Node.connect("kate@127.0.0.2"));
    assertEquals(error.because, "absent");
    assertMatch(error.message, /no port mapper at 127\.0\.0\.2/);
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "connecting to a host where something else answers as the port mapper fails as mapper",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    net.server(answerAsHttp, { hostname: "127.0.0.3", port: net.mapperPort });
    const error = await alex.fails(Node.connect("kate@127.0.0.3"));
    assertEquals(error.because, "mapper");
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "connecting to a host whose port mapper never answers fails typed within seconds",
  withNodes(async (net) => {
    const clock = new HandClock();
    const alex = await net.node("alex@localhost", { seams: seamsOn(clock) });
    net.server(() => {}, { hostname: "127.0.0.4", port: net.mapperPort });
    const failing = alex.fails(Node.connect("kate@127.0.0.4"));
    await clock.scheduled(2_000);
    clock.advance(2_000);
    const error = await failing;
    assertEquals(error.because, "mapper");
    assertMatch(error.message, /2000 ms/);
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "connecting to a node that is registered but does not listen fails as refused",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const ghost = await register({
      ...seams,
      mapper: { host: "127.0.0.1", port: net.mapperPort },
      name: "ghost",
      port: freePort(),
      nodeType: normalNode,
    });
    assert(ghost.tag === "registered");
    const error = await alex.fails(Node.connect("ghost@localhost"));
    assertEquals(error.because, "refused");
    ghost.close();
    await ghost.closed;
  }),
);

Deno.test(
  "connecting to a node that accepts and stays silent fails typed when its time is over",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { connectTime: 300 });
    const port = net.server(() => {});
    const ghost = await register({
      ...seams,
      mapper: { host: "127.0.0.1", port: net.mapperPort },
      name: "ghost",
      port,
      nodeType: normalNode,
    });
    assert(ghost.tag === "registered");
    const error = await alex.fails(Node.connect("ghost@localhost"));
    assertEquals(error.because, "timeout");
    ghost.close();
    await ghost.closed;
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "nodes without a port mapper find each other by their addresses",
  withNodes(async (net) => {
    const port = freePort();
    const kate = await net.node("kate@localhost", { epmd: false, listen: { port } });
    const alex = await net.node("alex@localhost", {
      epmd: false,
      addresses: { "kate@localhost": `127.0.0.1:${port}` },
    });
    await alex.run(Node.connect("kate@localhost"));
    await serves(alex, kate);
    const error = await alex.fails(Node.connect("moebi@localhost"));
    assertEquals(error.because, "absent");
  }),
);
