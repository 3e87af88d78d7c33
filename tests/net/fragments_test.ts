/**
 * Large messages over a link: others overtake them, their own sender's do not.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import * as Process from "../../src/process/process.ts";
import * as Node from "../../src/node/node.ts";
import { Op } from "../../src/process/signal.ts";
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

Deno.test(
  "what a process takes back at its end arrives behind what it had asked for",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const { messages } = await kate.collector("inbox");
    const watched = await kate.process(Effect.never);
    await alex.run(Node.connect(kate.name));
    const sender = await alex.process(Effect.gen(function* () {
      // No send that waits: what follows is asked for while the large one lies in the buffer.
      alex.kernel.outbound.send(
        kate.name,
        undefined,
        [Op.sendName, "inbox", twentyMegabytes],
        alex.kernel.find(yield* Process.self()),
      );
      yield* Process.monitor(watched);
      yield* Process.link(watched);
      yield* Process.unlink(watched);
    }));
    await eventually("the sender has ended", () => alex.kernel.find(sender) === undefined);
    await eventually("the message has come", () => messages.length === 1);
    const remote = kate.kernel.remotes.get(alex.name);
    await alex.run(Process.send(["inbox", kate.name], "behind all"));
    await eventually("so has what is sent now", () => messages.length === 2);
    assertEquals(remote?.watchers.size, 0);
    assertEquals(kate.kernel.find(watched)?.links?.size ?? 0, 0);
  }),
);
