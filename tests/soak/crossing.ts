/**
 * Two nodes that send and connect to each other at the same instant, again and again: each time they have one
 * link, and nothing is lost or comes twice.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import { runningNode } from "../../src/node/running.ts";
import * as Process from "../../src/process/process.ts";
import type { Net } from "../node/support.ts";
import { eventually, soon } from "../waiting.ts";

/** How many messages each sends in a round, all of them before it is connected. */
const inRound = 3;

/** Plays that many rounds; rejected at the first that goes wrong. */
export const crossing = async (
  net: Net,
  rounds: number,
  onRound: (round: number) => void = () => {},
): Promise<void> => {
  const alex = await net.node("alex@localhost");
  const kate = await net.node("kate@localhost");
  const [toAlex, toKate] = [await alex.collector("inbox"), await kate.collector("inbox")];
  for (let round = 0; round < rounds; round++) {
    const talk = (other: string): Effect.Effect<unknown, unknown> =>
      Effect.gen(function* () {
        for (let number = 0; number < inRound; number++) {
          yield* Process.send(["inbox", other], [round, number]);
        }
        return yield* Node.connect(other);
      });
    await soon("both are connected", Promise.all([alex.run(talk(kate.name)), kate.run(talk(alex.name))]));
    const expected = (round + 1) * inRound;
    await eventually(
      `all messages of round ${round}`,
      () => toAlex.messages.length >= expected && toKate.messages.length >= expected,
    );
    for (const [node, other] of [[alex, kate], [kate, alex]] as const) {
      assertEquals(runningNode(node.kernel)?.connections.list("connected"), [other.name]);
    }
    await (round % 2 === 0 ? alex.run(Node.disconnect(kate.name)) : kate.run(Node.disconnect(alex.name)));
    await eventually(
      "both are apart",
      () => !alex.kernel.outbound.isConnected(kate.name) && !kate.kernel.outbound.isConnected(alex.name),
    );
    onRound(round);
  }
  const all = Array.from({ length: rounds * inRound }, (_, at) => [Math.floor(at / inRound), at % inRound]);
  assertEquals(toAlex.messages, all);
  assertEquals(toKate.messages, all);
};
