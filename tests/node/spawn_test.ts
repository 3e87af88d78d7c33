/**
 * Ties that are made with a spawn, when who asked for it ends before it hears of it.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { defmodule, Node } from "../../mod.ts";
import { Effect } from "../deps.ts";
import { deliver, noOutbound } from "../../src/process/deliver.ts";
import { Kernel } from "../../src/process/kernel.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import { Op, type Signal } from "../../src/process/signal.ts";
import { nodeLife } from "../../src/term/identifier.ts";

const Acts = defmodule("SpawnTest.Acts", { wait: () => Effect.never });
const kate = "kate@spawned";

/** Has a process spawn on another node and end while the reply is under way; the signals after the request. */
const sentWhenLate = async (spawn: Effect.Effect<unknown, unknown>): Promise<{
  readonly kernel: Kernel;
  readonly owner: number;
  readonly reference: number;
  readonly sent: ReadonlyArray<Signal>;
}> => {
  const kernel = new Kernel({ seams: systemSeams });
  const sent: Array<Signal> = [];
  const asked = Promise.withResolvers<number>();
  const send = (_node: string, _life: unknown, signal: Signal): void => {
    if (signal[0] === Op.spawnRequest) asked.resolve(signal[1]);
    else sent.push(signal);
  };
  kernel.outbound = { ...noOutbound(kernel), isConnected: () => true, send, sendIfEngaged: send };
  const entry = kernel.spawn({ parent: kernel.user.pid, leader: kernel.user.pid });
  kernel.start(entry, spawn, kernel.context);
  const reference = await asked.promise;
  entry.kill();
  deliver(kernel, [Op.spawnReply, reference, 300], nodeLife(kate, 5));
  return { kernel, owner: entry.pid.number, reference, sent };
};

Deno.test("a process that is linked to one that has ended meanwhile is told so", async () => {
  const { kernel, owner, sent } = await sentWhenLate(Node.spawnLink(kate, Acts.wait, []));
  assertEquals(sent, [[Op.exit, owner, 300, "noproc"]]);
  assertEquals(kernel.remote(kate).linked.size, 0);
});

Deno.test("a monitor of one that has ended meanwhile is taken back", async () => {
  const { kernel, owner, reference, sent } = await sentWhenLate(Node.spawnMonitor(kate, Acts.wait, []));
  assertEquals(sent, [[Op.demonitor, owner, 300, reference]]);
  assertEquals(kernel.monitors.size + kernel.remote(kate).monitors.size, 0);
});
