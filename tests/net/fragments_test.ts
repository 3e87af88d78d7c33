/**
 * Large messages over a link: others overtake them, their own sender's do not.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import * as Process from "../../src/process/process.ts";
import * as Node from "../../src/node/node.ts";
import { eventually, withNodes } from "../node/support.ts";

const large = crypto.getRandomValues(new Uint8Array(60_000));
const twentyMegabytes = Array.from({ length: 350 }, () => large);

for (const encryption of ["never", "always"] as const) {
  Deno.test(
    `a large message is overtaken by other processes', and not by its sender's own (encryption ${encryption})`,
    withNodes(async (net) => {
      const alex = await net.node("alex@localhost", { encryption });
      const kate = await net.node("kate@localhost", { encryption });
      await alex.run(Node.connect(kate.name));
      const { messages } = await kate.collector("inbox");
      const inbox = ["inbox", kate.name] as const;
      const watcher = await kate.collector("watcher");
      const sender = await alex.process(Effect.gen(function* () {
        yield* Process.receive();
        yield* Process.send(inbox, ["large", twentyMegabytes]);
        yield* Process.send(inbox, ["behind it"]);
      }));
      await kate.process(Effect.gen(function* () {
        yield* Process.monitor(sender);
        const down = yield* Process.receive();
        yield* Process.send("watcher", down);
      }));
      await alex.run(Effect.gen(function* () {
        yield* Process.send(sender, "go");
        // The large message is on its way, and its sender waits.
        while (!alex.kernel.outbound.isBusy(kate.name)) yield* Effect.yieldNow;
        yield* Process.send(inbox, ["overtakes"]);
      }));
      await eventually("all has come", () => messages.length === 3 && watcher.messages.length === 1);
      const heads = messages.map((message) => Array.isArray(message) ? message[0] : undefined);
      assertEquals(heads, ["overtakes", "large", "behind it"]);
      assertEquals(messages[1], ["large", twentyMegabytes]);
    }),
  );
}

Deno.test(
  "the end of a process is told after its large message",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const seen: Array<unknown> = [];
    await kate.process(
      Effect.forever(Effect.map(Process.receive(), (message) => {
        seen.push(Array.isArray(message) ? message[0] : message);
      })),
      "inbox",
    );
    const sender = await alex.process(Effect.gen(function* () {
      yield* Process.receive();
      yield* Process.send(["inbox", kate.name], ["large", twentyMegabytes]);
    }));
    await kate.run(Effect.gen(function* () {
      const reference = yield* Process.monitor(sender);
      yield* Process.send(sender, "go");
      const down = yield* Process.receive();
      assert(Array.isArray(down) && down[1] === reference, Deno.inspect(down));
      seen.push("down");
    }));
    await eventually("both are there", () => seen.length === 2);
    assertEquals(seen, ["large", "down"]);
  }),
);
