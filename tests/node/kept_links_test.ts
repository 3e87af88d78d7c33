/**
 * Links that a node keeps: made at the start, and again after every loss.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { atom, Node, Process, tuple } from "../../mod.ts";
import { reconnecting } from "../../src/node/kept_links.ts";
import { Duration, Effect, Schedule } from "../../src/deps/effect.ts";
import { eventually, type TestNode, withNodes } from "./support.ts";

const isLinked = (one: TestNode, other: string): () => boolean => () =>
  one.kernel.outbound.isConnected(other);

Deno.test("the pauses between attempts grow from a tenth of a second to five seconds", async () => {
  const pauses = await Effect.runPromise(Effect.gen(function* () {
    const step = yield* Schedule.toStep(reconnecting);
    const all: Array<number> = [];
    for (let attempt = 0; attempt < 12; attempt++) {
      const [, pause] = yield* step(0, undefined);
      all.push(Math.round(Duration.toMillis(pause)));
    }
    return all;
  }));
  assertEquals(pauses, [100, 160, 256, 410, 655, 1049, 1678, 2684, 4295, 5000, 5000, 5000]);
});

Deno.test(
  "a node that is not there yet is connected when it comes, and again when it comes back",
  withNodes(async (net) => {
    const connect = ["kate@localhost", "alex@localhost"];
    const alex = await net.node("alex@localhost", { connect });
    for (let life = 0; life < 3; life++) {
      const kate = await net.node("kate@localhost");
      await eventually("alex is linked to kate", isLinked(alex, "kate@localhost"));
      assertEquals(await alex.run(Node.list()), ["kate@localhost"]);
      await kate.stop();
      await eventually("the link is gone", () => !isLinked(alex, "kate@localhost")());
    }
  }),
);

Deno.test(
  "a link that is closed by either end comes back, until the node stops",
  withNodes(async (net) => {
    const kate = await net.node("kate@localhost");
    const alex = await net.node("alex@localhost", { connect: ["kate@localhost"] });
    await eventually("kate is linked to alex", isLinked(kate, "alex@localhost"));
    await eventually("alex is linked to kate", isLinked(alex, "kate@localhost"));
    const seen: Array<unknown> = [];
    const note = Effect.map(Process.receive(), (message) => void seen.push(message));
    await alex.process(
      Effect.andThen(Effect.map(Node.monitorNodes(true), (ok) => void seen.push(ok)), Effect.forever(note)),
    );
    await eventually("it is told of nodes", () => seen.length === 1);
    assert(await alex.run(Node.disconnect("kate@localhost")));
    await eventually("alex is linked to kate again", () => seen.length === 3);
    await eventually("kate sees it", isLinked(kate, "alex@localhost"));
    assert(await kate.run(Node.disconnect("alex@localhost")));
    await eventually("alex is linked to kate once more", () => seen.length === 5);
    const [up, down] = ["nodeup", "nodedown"].map((tag) => tuple(atom(tag), "kate@localhost"));
    assertEquals(seen, [atom("ok"), down, up, down, up]);
    await alex.stop();
    await eventually("kate has no link", () => !isLinked(kate, "alex@localhost")());
    assertEquals(await kate.run(Node.list()), []);
  }),
);
