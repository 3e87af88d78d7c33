/**
 * Tests of a peer that falls silent, by a clock that the test moves: whoever waits is told within `netTickTime` of
 * the last byte, and not before.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import { defaultLimits } from "../../src/net/link.ts";
import * as Node from "../../src/node/node.ts";
import * as GenServer from "../../src/otp/gen_server.ts";
import { Down, ExitMessage, NodeDown } from "../../src/process/messages.ts";
import * as Process from "../../src/process/process.ts";
import { Op } from "../../src/process/signal.ts";
import { HandClock } from "../process/hand_clock.ts";
import { eventually, Hostile, seamsOn, serves, soon, withNodes } from "../node/support.ts";

Deno.test(
  "a peer that falls silent is down within 10 seconds of its last byte, and no sooner than nine",
  withNodes(async (net) => {
    const clock = new HandClock();
    const alex = await net.node("alex@localhost", { seams: seamsOn(clock) });
    const { messages } = await alex.collector("inbox");
    // As one that is stopped does, it says nothing, and keeps its sockets.
    const silent = await Hostile.connect(net, alex, { name: "silent@localhost" });
    const there = silent.pid(105);
    let ready = 0;
    const isReady = Effect.sync(() => void ready++);
    const told: ReadonlyArray<Promise<unknown>> = [
      alex.run(Effect.gen(function* () {
        yield* Process.monitor(there);
        yield* isReady;
        return (yield* Process.receive(Down))[4];
      })),
      alex.run(Effect.gen(function* () {
        yield* Process.trapExit(true);
        yield* Process.link(there);
        yield* isReady;
        return (yield* Process.receive(ExitMessage))[2];
      })),
      alex.run(Effect.gen(function* () {
        yield* Node.monitorNodes(true, { nodedownReason: true });
        yield* isReady;
        return (yield* Process.receive(NodeDown))[2];
      })),
      alex.fails(GenServer.call(["Counter", silent.name], "get", "infinity")).then(({ _tag }) => _tag),
    ];
    let isTold = false;
    void Promise.race(told).then(() => isTold = true);
    await eventually("all is under way", () => ready === 3 && alex.kernel.pending.size === 1);
    // In small steps, as time passes: a leap would be an event loop that was blocked.
    const pass = (milliseconds: number): void => {
      for (let step = 0; step < milliseconds; step += 250) clock.advance(250);
    };
    pass(5_000);
    await silent.signal([Op.sendName, "inbox", "the last word"]);
    await eventually("its last byte has come", () => messages.length === 1);
    pass(9_000);
    assert(alex.kernel.outbound.isConnected(silent.name));
    assert(!isTold);
    pass(1_000);
    assertEquals(clock.now(), 5_000 + defaultLimits.netTickTime);
    assert(!alex.kernel.outbound.isConnected(silent.name));
    assertEquals(await soon("all is told", Promise.all(told)), [
      "noconnection",
      "noconnection",
      { nodedownReason: "net_tick_timeout" },
      "noconnection",
    ]);
    await serves(alex, await net.node("kate@localhost"));
  }),
);
