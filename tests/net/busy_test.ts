/**
 * Tests of peers that do not read, and of silence: who sends waits, the others go on, and the link ends in time.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import * as Process from "../../src/process/process.ts";
import { Op } from "../../src/process/signal.ts";
import { eventually, Hostile, type Net, serves, soon, type TestNode, withNodes } from "../node/support.ts";

const chunk = new Uint8Array(64 * 1024);

/** A process that sends chunks to a name on mallory's node without end, and how many it has sent. */
const flood = async (node: TestNode): Promise<{ readonly sent: () => number }> => {
  let sent = 0;
  const one = Effect.map(Process.send(["inbox", "mallory@localhost"], chunk), () => void sent++);
  await node.process(Effect.forever(one));
  return { sent: () => sent };
};

/** Resolved once nothing more is sent: the sender is suspended. */
const isSuspended = async (node: TestNode, sent: () => number): Promise<number> => {
  await eventually("the link is busy", () => node.kernel.outbound.isBusy("mallory@localhost"));
  for (let before = -1; before !== sent();) {
    before = sent();
    // What the socket still takes, it takes within a few turns.
    for (let turns = 0; turns < 20; turns++) await new Promise((resolve) => setTimeout(resolve, 1));
  }
  assert(node.kernel.outbound.isBusy("mallory@localhost"));
  return sent();
};

const alexAndMallory = async (net: Net): Promise<readonly [TestNode, TestNode, Hostile]> => {
  const alex = await net.node("alex@localhost");
  const kate = await net.node("kate@localhost");
  return [alex, kate, await Hostile.connect(net, alex)];
};

Deno.test(
  "who sends to a peer that does not read is suspended, while other processes and links go on",
  withNodes(async (net) => {
    const [alex, kate, mallory] = await alexAndMallory(net);
    const { sent } = await flood(alex);
    const before = await isSuspended(alex, sent);
    await serves(alex, kate);
    assertEquals(sent(), before);
    assert(alex.kernel.outbound.isBusy(mallory.name));
  }),
);

Deno.test(
  "a suspended sender goes on when the peer reads again",
  withNodes(async (net) => {
    const [alex, , mallory] = await alexAndMallory(net);
    const { sent } = await flood(alex);
    const before = await isSuspended(alex, sent);
    const buffer = new Uint8Array(1024 * 1024);
    while (sent() <= before + 10) await soon("bytes come", mallory.connection.read(buffer));
  }),
);

Deno.test(
  "suspended senders go on when the link dies",
  withNodes(async (net) => {
    const [alex, kate, mallory] = await alexAndMallory(net);
    const ended: Array<number> = [];
    const { sent } = await flood(alex);
    await isSuspended(alex, sent);
    for (let number = 0; number < 3; number++) {
      await alex.process(
        Effect.map(Process.send(["inbox", mallory.name], number), () => void ended.push(number)),
      );
    }
    await serves(alex, kate);
    assertEquals(ended, []);
    mallory.connection.close();
    await eventually("all go on", () => ended.length === 3);
    await serves(alex, kate);
  }),
);

Deno.test(
  "a suspended sender can be killed, and nothing waits for it",
  withNodes(async (net) => {
    const [alex, kate] = await alexAndMallory(net);
    let sent = 0;
    const one = Effect.map(Process.send(["inbox", "mallory@localhost"], chunk), () => void sent++);
    const sender = await alex.process(Effect.forever(one));
    await isSuspended(alex, () => sent);
    const [, reason] = await alex.run(Effect.gen(function* () {
      const reference = yield* Process.monitor(sender);
      yield* Process.exit(sender, "enough");
      const down = yield* Process.receive();
      return [reference, Array.isArray(down) ? down[4] : down] as const;
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
    assertEquals(String(downs.messages[0]), '{:nodeup, "mallory@localhost", %{}}');
    assertEquals(
      String(downs.messages[1]),
      '{:nodedown, "mallory@localhost", %{nodedownReason: "net_tick_timeout"}}',
    );
    await eventually("alex logs it", () => alex.hasLogged(/nothing came from it for 300 ms/));
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "ticks keep a link up on which nobody says anything",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { netTickTime: 200 });
    const kate = await net.node("kate@localhost", { netTickTime: 200 });
    await alex.run(Node.connect("kate@localhost"));
    let downs = 0;
    await alex.process(Effect.gen(function* () {
      yield* Node.monitor("kate@localhost");
      yield* Process.receive();
      downs++;
    }));
    // Five times as long as silence would be borne.
    await new Promise((resolve) => setTimeout(resolve, 1000));
    assertEquals(downs, 0);
    assertEquals(alex.logs, []);
    await serves(alex, kate);
  }),
);
