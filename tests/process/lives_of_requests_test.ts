/**
 * Requests of two lives of one node: the later one counts its requests anew.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { deliver, nodeDown, noOutbound } from "../../src/process/deliver.ts";
import { Kernel } from "../../src/process/kernel.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import { heldOf, reply } from "../../src/process/requests.ts";
import { Op, type Signal } from "../../src/process/signal.ts";
import { nodeLife } from "../../src/term/identifier.ts";

Deno.test("an answer to an earlier life does not take the place of the one that a later life waits for", () => {
  const kernel = new Kernel({ seams: systemSeams });
  const sent: Array<Signal> = [];
  kernel.outbound = { ...noOutbound(kernel), send: (_node, _life, signal) => void sent.push(signal) };
  const [former, present] = [nodeLife("kate@lives", 1), nodeLife("kate@lives", 2)];
  const holder = kernel.spawn({ parent: undefined, leader: kernel.user.pid });

  // 1. Both lives ask with the same number, the former is down between; 2. the former's work is done only now.
  deliver(kernel, [Op.request, 5, 100, holder.pid.number, false, "former"], former);
  nodeDown(kernel, "kate@lives", former);
  deliver(kernel, [Op.request, 5, 100, holder.pid.number, false, "present"], present);
  reply(kernel, former.reference(5), "for the dead");
  assertEquals(heldOf(kernel, present.reference(5))?.holder, holder);

  // 3. The holder ends: the present life is told.
  sent.length = 0;
  kernel.finish(holder, "normal");
  assertEquals(sent, [[Op.requestDown, 5, "normal"]]);
  assertEquals(kernel.remote("kate@lives").held.size, 0);
});
