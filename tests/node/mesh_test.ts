/**
 * The mesh: who connects learns of the other's nodes, hidden nodes and those that do not want to take no part, and
 * nobody falls upon anyone.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Node, Process, tuple } from "../../mod.ts";
import { atom } from "../../src/term/atom.ts";
import { runningNode } from "../../src/node/running.ts";
import { shake } from "../../src/net/shake.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import {
  type Connection,
  type KernelClock,
  type Transport,
  TransportError,
} from "../../src/process/seams.ts";
import { connector } from "../../src/protocol/native/handshake.ts";
import { HandClock } from "../process/hand_clock.ts";
import { cookie, eventually, type Net, seamsOn, type TestNode, withNodes } from "./support.ts";

const listOf = (node: TestNode): string =>
  [...runningNode(node.kernel)?.connections.list("visible") ?? []].map(short).sort().join();
const short = (name: string): string => name.slice(0, name.indexOf("@"));

/** Nodes of those names, each a fresh one. */
const start = (net: Net, ...names: ReadonlyArray<string>): Promise<ReadonlyArray<TestNode>> =>
  Promise.all(names.map((name) => net.node(`${name}@localhost`)));

const nodeAt = (nodes: ReadonlyArray<TestNode>, at: number): TestNode => {
  const node = nodes[at];
  assert(node !== undefined);
  return node;
};

Deno.test(
  "a node that joins one of a cluster is connected to all of it, and all to it",
  withNodes(async (net) => {
    const nodes = await start(net, "a", "b", "c", "d");
    for (const node of nodes.slice(1)) await node.run(Node.connect("a@localhost"));
    for (const [index, node] of nodes.entries()) {
      const others = ["a", "b", "c", "d"].filter((_, other) => other !== index).join();
      await eventually(`${node.name} sees ${others}`, () => listOf(node) === others);
    }
  }),
);

Deno.test(
  "a chain of twelve nodes grows into a full mesh, one link a pair; a hidden one at its end stays out",
  withNodes(async (net) => {
    const names = Array.from({ length: 12 }, (_, number) => `n${String(number).padStart(2, "0")}`);
    const nodes = await start(net, ...names);
    const hidden = await net.node("hidden@localhost", { hidden: true });
    await hidden.run(Node.connect(nodeAt(nodes, 11).name));
    await Promise.all(
      nodes.slice(1).map((node, before) => node.run(Node.connect(nodeAt(nodes, before).name))),
    );
    for (const [index, node] of nodes.entries()) {
      const others = names.filter((_, other) => other !== index).join();
      await eventually(`${node.name} sees ${others}`, () => listOf(node) === others);
    }
    for (const [index, node] of nodes.entries()) {
      const connected = runningNode(node.kernel)?.connections.list("connected") ?? [];
      assertEquals(connected.length, index === 11 ? 12 : 11, node.name);
    }
    assertEquals(runningNode(hidden.kernel)?.connections.list("connected"), [nodeAt(nodes, 11).name]);
  }),
);

Deno.test(
  "two clusters become one by one link",
  withNodes(async (net) => {
    const nodes = await start(net, "a", "b", "c", "x", "y", "z");
    await nodeAt(nodes, 0).run(Node.connect("b@localhost"));
    await nodeAt(nodes, 0).run(Node.connect("c@localhost"));
    await nodeAt(nodes, 3).run(Node.connect("y@localhost"));
    await nodeAt(nodes, 3).run(Node.connect("z@localhost"));
    await eventually(
      "there are two clusters",
      () => nodes.every((node) => listOf(node).split(",").length === 2),
    );
    await nodeAt(nodes, 1).run(Node.connect("z@localhost"));
    await eventually("there is one", () => nodes.every((node) => listOf(node).split(",").length === 5));
  }),
);

Deno.test(
  "who joins in the same moment as others finds them, whoever dials whom",
  withNodes(async (net) => {
    const nodes = await start(net, "a", "b", "c", "d", "e");
    await Promise.all(nodes.slice(1).map((node) => node.run(Node.connect("a@localhost"))));
    await eventually("all see all", () => nodes.every((node) => listOf(node).split(",").length === 4));
    // One link a pair.
    for (const node of nodes) assertEquals(runningNode(node.kernel)?.connections.list("connected").length, 4);
  }),
);

Deno.test(
  "a hidden node is told of nobody, and nobody of it; one without connectAll neither",
  withNodes(async (net) => {
    const nodes = await start(net, "a", "b");
    const hidden = await net.node("hidden@localhost", { hidden: true });
    const alone = await net.node("alone@localhost", { connectAll: false });
    await hidden.run(Node.connect("b@localhost"));
    await alone.run(Node.connect("b@localhost"));
    await nodeAt(nodes, 0).run(Node.connect("b@localhost"));
    const late = await net.node("late@localhost");
    await late.run(Node.connect("b@localhost"));
    await eventually("the others see each other", () => listOf(late) === "a,b");
    assertEquals(listOf(nodeAt(nodes, 0)), "b,late");
    assertEquals(listOf(nodeAt(nodes, 1)), "a,alone,late");
    assertEquals(listOf(alone), "b");
    assertEquals(runningNode(hidden.kernel)?.connections.list("connected"), ["b@localhost"]);
    // Told all the same, they do not listen.
    await nodeAt(nodes, 1).run(
      Process.send(["net_kernel", "alone@localhost"], tuple(atom("nodes"), ["a@localhost"], "b@localhost")),
    );
    await nodeAt(nodes, 1).run(
      Process.send(["net_kernel", "hidden@localhost"], tuple(atom("nodes"), ["a@localhost"], "b@localhost")),
    );
    await alone.run(Node.connect("a@localhost"));
    assertEquals(runningNode(hidden.kernel)?.connections.list("connected"), ["b@localhost"]);
  }),
);

Deno.test(
  "a node that cannot be connected is tried once, however many speak of it, few at a time, and is no news",
  withNodes(async (net) => {
    let [open, most] = [0, 0];
    const tried = new Map<string, number>();
    const transport: Transport = {
      ...tcpTransport,
      connect: async (to) => {
        most = Math.max(most, ++open);
        try {
          return await tcpTransport.connect(to);
        } finally {
          open--;
        }
      },
    };
    const absent = Array.from({ length: 40 }, (_, index) => `absent${index}@localhost`);
    const a = await net.node("a@localhost", { transport });
    const connections = runningNode(a.kernel)?.connections;
    assert(connections !== undefined);
    const connect = connections.connect.bind(connections);
    connections.connect = (name, listener) => {
      tried.set(name, (tried.get(name) ?? 0) + 1);
      return connect(name, listener);
    };
    const talkers = await start(net, "b", "c");
    for (const talker of talkers) {
      const message = tuple(atom("nodes"), [...absent, "no name", 7, "a@localhost"] as never, talker.name);
      await talker.run(Process.send(["net_kernel", a.name], message));
    }
    await eventually("all are tried", () => tried.size >= absent.length && open === 0);
    await eventually("both are heard", () => listOf(a) === "b,c");
    await nodeAt(talkers, 0).run(
      Process.send(["net_kernel", a.name], tuple(atom("nodes"), absent, "b@localhost")),
    );
    await nodeAt(talkers, 0).run(Node.ping(a.name));
    assertEquals(absent.filter((name) => tried.get(name) !== 1), []);
    assert(most <= 8 + 2, `${most} at a time`);
    assertEquals(a.logs.filter((line) => !line.startsWith("Debug")), []);
  }),
);

Deno.test(
  "a pair that could not connect is connected later, while others see both; a node that is gone is forgotten",
  withNodes(async (net) => {
    const clock = new HandClock();
    let [isCut, attempts] = [true, 0];
    const cut: Transport = {
      ...tcpTransport,
      connect: (to) => {
        if (to.port !== port) return tcpTransport.connect(to);
        attempts++;
        return isCut
          ? Promise.reject(new TransportError("unreachable", "it is cut off"))
          : tcpTransport.connect(to);
      },
    };
    const [b, c] = [await net.node("b@localhost"), await net.node("c@localhost")];
    const { port } = await net.addressOf(c);
    await b.run(Node.connect(c.name));
    const a = await net.node("a@localhost", { transport: cut, seams: seamsOn(clock) });
    await a.run(Node.connect(b.name));
    await eventually("a has tried", () => attempts === 1);
    await clock.scheduled(5_000);
    clock.advance(5_000);
    await eventually("a has tried again", () => attempts === 2);
    await clock.scheduled(5_000);
    isCut = false;
    clock.advance(5_000);
    await eventually("a sees c", () => listOf(a) === "b,c");
    assertEquals(attempts, 3);
    isCut = true;
    await c.run(Node.disconnect(a.name));
    await eventually("c is not seen", () => listOf(a) === "b");
    await b.run(Process.send(["net_kernel", a.name], tuple(atom("nodes"), [c.name], b.name)));
    await eventually("a has tried once more", () => attempts === 4);
    await clock.scheduled(5_000);
    await b.run(Node.disconnect(c.name));
    await eventually("b does not see c", () => listOf(b) === "a");
    isCut = false;
    clock.advance(5_000);
    // It has asked b before this, and b has answered, or has nobody to tell of.
    await a.run(Node.ping(b.name));
    await b.run(Node.ping(a.name));
    await a.run(Node.ping(b.name));
    assertEquals([listOf(a), attempts], ["b", 4]);
  }),
);

Deno.test(
  "a node that fell silent is connected again, where another still sees it",
  withNodes(async (net) => {
    // The pause of the mesh is no time here; ticks are.
    const clock: KernelClock = {
      ...systemSeams.clock,
      after: (milliseconds, callback) =>
        systemSeams.clock.after(milliseconds === 5_000 ? 0 : milliseconds, callback),
    };
    const b = await net.node("b@localhost", { netTickTime: 1_000 });
    // Four times slower to tick than a node may be silent for.
    const c = await net.node("c@localhost", { netTickTime: 16_000 });
    const a = await net.node("a@localhost", { netTickTime: 1_000, seams: seamsOn(clock) });
    let times = 0;
    const connections = runningNode(a.kernel)?.connections;
    assert(connections !== undefined);
    const { onInMesh } = connections;
    connections.onInMesh = (name) => {
      if (name === c.name) times++;
      onInMesh(name);
    };
    await a.run(Node.connect(b.name));
    await a.run(Node.connect(c.name));
    await eventually("a has lost c, and sees it again", () => times >= 2);
    assert(a.hasLogged(/Link to c@localhost closed: nothing came/), a.logs.join("\n"));
  }),
);

Deno.test(
  "a connection that would give way to a node's own is not begun; others are, under the names that they say",
  withNodes(async (net) => {
    const never = Promise.withResolvers<Connection>();
    const transport: Transport = {
      ...tcpTransport,
      connect: (to) => to.port === 1 ? never.promise : tcpTransport.connect(to),
    };
    const addresses = { "alex@localhost": "127.0.0.1:1", "moebi@localhost": "127.0.0.1:1" };
    const kate = await net.node("kate@localhost", { transport, addresses });
    const connecting = [...Object.keys(addresses)].map((name) => kate.run(Node.ping(name)));
    const { randomBytes, clock } = systemSeams;
    const outcome = async (name: string): Promise<string> => {
      const options = { name, creation: 1, encryption: "may_be_plain", randomBytes } as const;
      const machine = connector({ ...options, to: kate.name, cookie });
      const connection = await tcpTransport.connect(await net.addressOf(kate));
      net.onEnd(async () => await connection.close());
      const shaken = await shake(connection, machine, clock, 5_000);
      return shaken.tag === "failed" ? shaken.failure.reason : shaken.tag;
    };
    assertEquals(await outcome("alex@localhost"), "busy");
    assertEquals(await outcome("john@localhost"), "proven");
    // Its own gives way to that one.
    assertEquals(await outcome("moebi@localhost"), "proven");
    never.reject(new TransportError("refused", "nobody is there"));
    await Promise.all(connecting);
    assertEquals(await outcome("alex@localhost"), "proven");
  }),
);
