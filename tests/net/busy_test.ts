/**
 * Tests of peers that do not read, and of silence: who sends waits, the others go on, and the link ends in time.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import { Down } from "../../src/process/messages.ts";
import * as Process from "../../src/process/process.ts";
import { Op } from "../../src/process/signal.ts";
import type { Pid } from "../../src/term/identifier.ts";
import {
  eventually,
  Hostile,
  type Net,
  serves,
  soon,
  Tap,
  type TestNode,
  withNodes,
} from "../node/support.ts";
import { turn } from "../waiting.ts";

const chunk = new Uint8Array(64 * 1024);
/** Chunks that are more than sockets and a write buffer hold together, by far. */
const manyChunks = 1_000;

interface Flood {
  readonly pid: Pid;
  /** How many chunks its process has sent. */
  readonly sent: () => number;
  readonly stop: () => void;
}

/** A process that sends chunks to a name on mallory's node until it is stopped. */
const flood = async (node: TestNode): Promise<Flood> => {
  let sent = 0;
  let isOver = false;
  const one = Effect.map(Process.send(["inbox", "mallory@localhost"], chunk), () => void sent++);
  const pid = await node.process(Effect.whileLoop({
    while: () => !isOver,
    body: () => one,
    step: () => {},
  }));
  return { pid, sent: () => sent, stop: () => void (isOver = true) };
};

/** Resolved once nothing more is sent. */
const isSuspended = async ({ sent }: Flood): Promise<void> => {
  await eventually("it sends", () => sent() > 0);
  for (let before = -1; before !== sent();) {
    before = sent();
    // What the socket still takes, it takes within a few turns.
    for (let turns = 0; turns < 30; turns++) await turn();
  }
};

const alexAndMallory = async (net: Net): Promise<readonly [TestNode, TestNode, Hostile]> => {
  const alex = await net.node("alex@localhost");
  const kate = await net.node("kate@localhost");
  return [alex, kate, await Hostile.connect(net, alex)];
};

Deno.test(
  "who sends to a peer that does not read is suspended, while other processes and links go on",
  withNodes(async (net) => {
    const [alex, kate] = await alexAndMallory(net);
    const flooding = await flood(alex);
    await isSuspended(flooding);
    for (let times = 0; times < 50; times++) await serves(alex, kate);
    assert(flooding.sent() < manyChunks);
    flooding.stop();
  }),
);

Deno.test(
  "a suspended sender goes on when the peer reads again",
  withNodes(async (net) => {
    const [alex, , mallory] = await alexAndMallory(net);
    const flooding = await flood(alex);
    await isSuspended(flooding);
    const buffer = new Uint8Array(1024 * 1024);
    while (flooding.sent() < manyChunks) await soon("bytes come", mallory.connection.read(buffer));
    flooding.stop();
  }),
);

Deno.test(
  "suspended senders go on when the link dies",
  withNodes(async (net) => {
    const [alex, kate, mallory] = await alexAndMallory(net);
    const floods = [await flood(alex), await flood(alex), await flood(alex)];
    for (const one of floods) await isSuspended(one);
    await serves(alex, kate);
    for (const { stop } of floods) stop();
    assertEquals(floods.map(({ pid }) => alex.kernel.table.has(pid.number)), [true, true, true]);
    mallory.connection.close();
    await eventually("all go on", () => floods.every(({ pid }) => !alex.kernel.table.has(pid.number)));
    await serves(alex, kate);
  }),
);

Deno.test(
  "a suspended sender can be ended from outside",
  withNodes(async (net) => {
    const [alex, kate] = await alexAndMallory(net);
    const flooding = await flood(alex);
    await isSuspended(flooding);
    const reason = await alex.run(Effect.gen(function* () {
      yield* Process.monitor(flooding.pid);
      yield* Process.exit(flooding.pid, "enough");
      return (yield* Process.receive(Down))[4];
    }));
    assertEquals(reason, "enough");
    await serves(alex, kate);
  }),
);

Deno.test(
  "a link whose peer asks and asks and never reads the answers is closed",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { limits: { answers: 200_000, highWater: 50_000 } });
    const kate = await net.node("kate@localhost");
    await alex.process(Effect.never, "target");
    const mallory = await Hostile.connect(net, alex);
    // Each monitor of nobody is answered by a DOWN.
    const asks = Array.from({ length: 500 }, (_, at) => mallory.encode([Op.monitor, 1, "nobody", at]));
    const frames = asks.map((body) => Uint8Array.of(0, 0, 0, body.length, ...body));
    const bytes = new Uint8Array(await new Blob(frames as Array<BlobPart>).arrayBuffer());
    let isOver = false;
    const asking = (async () => {
      try {
        while (!isOver) await mallory.raw(bytes);
      } catch {
        // Closed: what was to be seen.
      }
    })();
    await eventually("alex closes the link", () => !alex.kernel.outbound.isConnected(mallory.name));
    isOver = true;
    mallory.connection.close();
    await asking;
    await eventually("alex logs it", () => alex.hasLogged(/does not read its answers/));
    await serves(alex, kate);
  }),
);

Deno.test(
  "a peer that falls silent is down when the net tick time is over, with its reason",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { netTickTime: 300 });
    const downs = await alex.collector();
    await alex.process(Effect.gen(function* () {
      yield* Node.monitorNodes(true, { nodedownReason: true });
      yield* Effect.forever(Effect.flatMap(Process.receive(), (one) => Process.send(downs.pid, one)));
    }));
    const mallory = await Hostile.connect(net, alex);
    await mallory.isClosed();
    await eventually("up and down", () => downs.messages.length === 2);
    assertEquals(String(downs.messages[0]), '{:nodeup, "mallory@localhost", {}}');
    assertEquals(
      String(downs.messages[1]),
      '{:nodedown, "mallory@localhost", { nodedownReason: "net_tick_timeout" }}',
    );
    await eventually("alex logs it", () => alex.hasLogged(/nothing came from it for 300 ms/));
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "ticks keep a link up on which nobody says anything",
  withNodes(async (net) => {
    const tap = new Tap();
    const alex = await net.node("alex@localhost", { netTickTime: 400, transport: tap });
    const kate = await net.node("kate@localhost", { netTickTime: 400 });
    await alex.run(Node.connect("kate@localhost"));
    let downs = 0;
    await alex.process(Effect.gen(function* () {
      yield* Node.monitor("kate@localhost");
      yield* Process.receive();
      downs++;
    }));
    const { reads } = tap;
    // One comes each quarter of the time: so many take three times as long as silence would be borne.
    await eventually("12 ticks have come", () => tap.reads >= reads + 12);
    assertEquals(downs, 0);
    assertEquals(alex.logs, []);
    await serves(alex, kate);
  }),
);
