/**
 * Tests of the clock that a node goes by, and of what asks for a node where there is none.
 *
 * @module
 */
import { assertEquals, assertInstanceOf } from "@std/assert";
import { Clock, Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import { effectClock } from "../../src/process/effect_clock.ts";
import * as Process from "../../src/process/process.ts";
import { NoConnection } from "../../src/term/errors.ts";
import { HandClock } from "../process/hand_clock.ts";
import { onBothFibers } from "../process/support.ts";
import { soon } from "../waiting.ts";
import { cookie } from "./support.ts";

Deno.test("a node that is started on an Effect clock keeps its timers by it", async () => {
  const clock = new HandClock();
  const program = Effect.gen(function* () {
    yield* Process.sendAfter(yield* Process.self(), "late", 60_000);
    yield* Effect.promise(() => soon("the timer runs", clock.scheduled(60_000)));
    clock.advance(59_999);
    yield* Process.send(yield* Process.self(), "early");
    clock.advance(1);
    return [yield* Process.receive(), yield* Process.receive()];
  });
  const messages = await Effect.runPromise(program.pipe(
    Effect.provide(Node.layer("clocked@localhost", { cookie, epmd: false })),
    Effect.provideService(Clock.Clock, effectClock(clock)),
  ));
  assertEquals(messages, ["early", "late"]);
});

onBothFibers("who is no node can watch none, and is told to start first", () =>
  Effect.gen(function* () {
    const asked: ReadonlyArray<Effect.Effect<unknown, NoConnection>> = [
      Node.monitor("kate@localhost"),
      Node.monitorNodes(true),
    ];
    for (const watching of asked) {
      const error = yield* Effect.flip(watching);
      assertInstanceOf(error, NoConnection);
      assertEquals([error.because, error.detail], [
        "not_alive",
        "this program is no node: Node.start comes first",
      ]);
    }
  }));
