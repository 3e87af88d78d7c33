/**
 * Links over a network that cuts, glues, stalls, half-closes and resets: what arrives is in order and whole, and
 * whoever waits is told once.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import type { StartOptions } from "../../src/node/node.ts";
import * as Task from "../../src/otp/task.ts";
import * as Process from "../../src/process/process.ts";
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
  const proxy = new Proxy(net, await net.addressOf(kate));
  const addresses = { [kate.name]: `127.0.0.1:${proxy.port}` };
  const alex = await net.node("alex@localhost", { encryption, addresses, ...options });
  await kate.process(Effect.andThen(Task.Supervisor.startLink({ name: "Tasks" }), Effect.never));
  await eventually("the tasks' supervisor is up", () => kate.kernel.names.has("Tasks"));
  return [alex, kate, proxy];
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
    `a ${wordFor[encryption]} link that is cut once at each of its first bytes`,
    withNodes(async (net) => {
      const [alex, kate, proxy] = await throughProxy(net, encryption);
      for (let at = 1; at < 700; at += 13) {
        const meddling = { sizes: [at, 65_536] };
        proxy.meddling = { out: meddling, back: meddling };
        await talk(alex, kate, 10);
        const before = proxy.connections;
        await alex.run(Node.disconnect(kate.name));
        await eventually("kate sees it", () => !kate.kernel.outbound.isConnected(alex.name));
        await alex.run(Node.connect(kate.name));
        assertEquals(proxy.connections, before + 1);
      }
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
        const [alex, kate, proxy] = await throughProxy(net, encryption, { netTickTime: 800 });
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
