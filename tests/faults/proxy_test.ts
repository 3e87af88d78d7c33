/**
 * Links over a network that cuts, glues, stalls, half-closes and resets: what arrives is in order and whole, and
 * whoever waits is told once.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import * as Node from "../../src/node/node.ts";
import type { StartOptions } from "../../src/node/node.ts";
import * as Task from "../../src/otp/task.ts";
import * as Process from "../../src/process/process.ts";
import type { Address, Connection, Listener, Transport } from "../../src/process/seams.ts";
import { eventually, type Net, serves, soon, type TestNode, withNodes } from "../node/support.ts";
import { seeded } from "../simulation/chance.ts";
import { type Directions, Proxy } from "./proxy.ts";
import { tiesTo, toldOf } from "./ties.ts";

const encryptions = ["never", "always"] as const;
const wordFor = { never: "plain", always: "sealed" };

/** alex, who reaches kate through the proxy alone. */
const throughProxy = async (
  net: Net,
  encryption: "never" | "always",
  options: Partial<StartOptions> = {},
): Promise<readonly [alex: TestNode, kate: TestNode, proxy: Proxy]> => {
  const kate = await net.node("kate@localhost", { encryption, ...options });
  const proxy = await Proxy.start(net, await net.addressOf(kate));
  const addresses = { [kate.name]: `127.0.0.1:${proxy.port}` };
  const alex = await net.node("alex@localhost", { encryption, addresses, ...options });
  await kate.process(Effect.andThen(Task.Supervisor.startLink({ name: "Tasks" }), Effect.never));
  await eventually("the tasks' supervisor is up", () => kate.kernel.names.has("Tasks"));
  return [alex, kate, proxy];
};

/** TCP of which no read goes across certain positions of a connection. */
class Cuts implements Transport {
  /** So many bytes lie between two of those positions. */
  static readonly every = 64;
  /** How far the positions of connections that are made from now on are shifted. */
  offset = 0;
  /** The positions at which reads have ended. */
  readonly ends: Set<number> = new Set();
  readonly #mapperPort: number;

  constructor({ mapperPort }: Net) {
    this.#mapperPort = mapperPort;
  }

  async connect(to: Address): Promise<Connection> {
    const connection = await tcpTransport.connect(to);
    // The links are meant, and not what the mapper is asked.
    return to.port === this.#mapperPort ? connection : this.#cut(connection);
  }

  listen(at: Address): Listener {
    const listener = tcpTransport.listen(at);
    return { ...listener, accept: async () => this.#cut(await listener.accept()) };
  }

  #cut(connection: Connection): Connection {
    const { offset, ends } = this;
    let position = 0;
    return {
      ...connection,
      read: async (buffer) => {
        const most = Cuts.every - (position + Cuts.every - offset) % Cuts.every;
        const count = await connection.read(buffer.subarray(0, most));
        if (count !== null) ends.add(position += count);
        return count;
      },
    };
  }
}

/** The length that a frame of the handshake begins with. */
const lengthIn = (frame: Uint8Array): number => new DataView(frame.buffer, frame.byteOffset).getUint16(0);

/** TCP that hands the acceptor's last word of a handshake on only together with what follows. */
const glued = (port: number): Transport => ({
  ...tcpTransport,
  connect: async (to) => {
    const connection = await tcpTransport.connect(to);
    if (to.port !== port) return connection;
    let reads = 0;
    return {
      ...connection,
      read: async (buffer) => {
        const count = await connection.read(buffer);
        // The answer comes first, and then the verdict: its length, and so many bytes.
        if (++reads !== 2 || count === null || count > 2 + lengthIn(buffer)) return count;
        return count + (await connection.read(buffer.subarray(count)) ?? 0);
      },
    };
  },
});

/** TCP that notes, for each of its connections, the first thing that went wrong with it. */
const noting = (failures: Array<string>): Transport => {
  const noted = (connection: Connection): Connection => {
    let isWell = true;
    const note = (error: unknown): never => {
      if (isWell) failures.push(String(error));
      isWell = false;
      throw error;
    };
    return {
      ...connection,
      read: (buffer) => connection.read(buffer).catch(note),
      write: (bytes) => connection.write(bytes).catch(note),
    };
  };
  return {
    connect: async (to) => noted(await tcpTransport.connect(to)),
    listen: (at) => {
      const listener = tcpTransport.listen(at);
      return { ...listener, accept: async () => noted(await listener.accept()) };
    },
  };
};

/** Messages both ways at once, some of them large; each must arrive, in order. */
const talk = async (alex: TestNode, kate: TestNode, count: number): Promise<void> => {
  const ends = [[alex, await kate.collector()], [kate, await alex.collector()]] as const;
  const large = new Uint8Array(700).fill(9);
  await Promise.all(ends.map(([from, { pid }]) =>
    from.run(Effect.forEach(
      Array.from({ length: count }, (_, number) => number % 10 === 9 ? [number, large] : [number]),
      (message) => Process.send(pid, message),
      { discard: true },
    ))
  ));
  for (const [from, { messages, pid }] of ends) {
    await eventually(`all of ${from.name} have come`, () => messages.length === count);
    const numbers = messages.map((message) => Array.isArray(message) ? message[0] : undefined);
    assertEquals(numbers, Array.from({ length: count }, (_, number) => number));
    await (from === alex ? kate : alex).run(Process.exit(pid, "kill"));
  }
};

for (const encryption of encryptions) {
  Deno.test(
    `a ${wordFor[encryption]} link over which bytes come one at a time`,
    withNodes(async (net) => {
      const [alex, kate, proxy] = await throughProxy(net, encryption);
      proxy.meddling = { out: { sizes: [1] }, back: { sizes: [1] } };
      await talk(alex, kate, 30);
    }),
  );

  Deno.test(
    `a ${wordFor[encryption]} link whose bytes are glued and cut anywhere`,
    withNodes(async (net) => {
      const [alex, kate, proxy] = await throughProxy(net, encryption);
      const chance = seeded(7);
      const sizes = (): number => 1 + Math.floor(chance() * 90);
      proxy.meddling = { out: { sizes }, back: { sizes } };
      await talk(alex, kate, 500);
    }),
  );

  Deno.test(
    `a ${wordFor[encryption]} link that is cut at every boundary of its first bytes, handshake and all`,
    withNodes(async (net) => {
      const cuts = [new Cuts(net), new Cuts(net)] as const;
      const kate = await net.node("kate@localhost", { encryption, transport: cuts[0] });
      const alex = await net.node("alex@localhost", { encryption, transport: cuts[1] });
      for (let offset = 0; offset < Cuts.every; offset++) {
        for (const one of cuts) one.offset = offset;
        await alex.run(Node.connect(kate.name));
        await talk(alex, kate, 10);
        await alex.run(Node.disconnect(kate.name));
        await eventually("kate sees it", () => !kate.kernel.outbound.isConnected(alex.name));
      }
      const first = Array.from({ length: 900 }, (_, at) => at + 1);
      for (const { ends } of cuts) assertEquals(first.filter((position) => !ends.has(position)), []);
    }),
  );

  Deno.test(
    `a ${wordFor[encryption]} link whose first frame comes glued to the end of the handshake`,
    withNodes(async (net) => {
      const kate = await net.node("kate@localhost", { encryption });
      const { host, port } = await net.addressOf(kate);
      const addresses = { [kate.name]: `${host}:${port}` };
      const alex = await net.node("alex@localhost", { encryption, addresses, transport: glued(port) });
      const { messages } = await alex.collector("inbox");
      let isReady = false;
      await kate.process(Effect.gen(function* () {
        yield* Node.monitorNodes(true);
        isReady = true;
        yield* Process.receive();
        for (const word of ["first", "second"]) yield* Process.send(["inbox", alex.name], word);
      }));
      await eventually("kate looks out", () => isReady);
      await alex.run(Node.connect(kate.name));
      await eventually("both have come", () => messages.length === 2);
      assertEquals(messages, ["first", "second"]);
    }),
  );
}

const endings: ReadonlyArray<readonly [what: string, meddling: Directions]> = [
  ["stalls towards kate", { out: { after: 3_000, then: "stall" } }],
  ["stalls towards alex", { back: { after: 3_000, then: "stall" } }],
  ["is closed towards kate alone", { out: { after: 3_000, then: "half_close" } }],
  ["is closed towards alex alone", { back: { after: 3_000, then: "half_close" } }],
  ["is reset within what alex sends", { out: { after: 3_001, then: "reset" } }],
  ["is reset within what kate sends", { back: { after: 3_001, then: "reset" } }],
];

for (const encryption of encryptions) {
  for (const [what, meddling] of endings) {
    Deno.test(
      `a ${wordFor[encryption]} link that ${what}: all that waits is told once, and it is made anew`,
      withNodes(async (net) => {
        const failures: Array<string> = [];
        const transport = noting(failures);
        const [alex, kate, proxy] = await throughProxy(net, encryption, { netTickTime: 800, transport });
        proxy.meddling = meddling;
        const [ready, told] = tiesTo(alex, kate.name);
        await ready;
        const [toKate, toAlex] = [await kate.collector(), await alex.collector()];
        // What the proxy still lets through is a beginning of what was sent.
        const both = [[alex, toKate], [kate, toAlex]] as const;
        await Promise.all(both.map(([from, { pid }]) =>
          from.run(Effect.forEach(
            Array.from({ length: 100 }, (_, number) => number),
            (number) => Process.send(pid, [number, "some words to fill the link with"]),
            { discard: true },
          ))
        ));
        assertEquals(await soon("all is told", told), toldOf(kate.name));
        await eventually("kate sees it too", () => !kate.kernel.outbound.isConnected(alex.name));
        const resets = failures.filter((failure) => /reset by peer/i.test(failure));
        assertEquals(resets.length, /reset/.test(what) ? 2 : 0, `${failures}`);
        for (const [, { messages }] of both) {
          const numbers = messages.map((message) => Array.isArray(message) ? message[0] : undefined);
          assertEquals(numbers, Array.from({ length: messages.length }, (_, number) => number));
        }
        assert(toKate.messages.length < 100 || toAlex.messages.length < 100, "nothing was lost");
        proxy.meddling = {};
        proxy.cut();
        await serves(alex, kate);
      }),
    );
  }
}
