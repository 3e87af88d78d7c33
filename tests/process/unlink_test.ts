/**
 * The race of an unlink, a new link and the other's end, signal by signal (erl_dist_protocol, "Link Protocol").
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { deliver, noOutbound } from "../../src/process/deliver.ts";
import { Kernel } from "../../src/process/kernel.ts";
import { link, unlink } from "../../src/process/links.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import { Op, type Signal } from "../../src/process/signal.ts";
import { nodeLife } from "../../src/term/identifier.ts";

Deno.test("an EXIT that was sent before our unlink was seen is not of the link made after it", () => {
  const kernel = new Kernel({ seams: systemSeams });
  const sent: Array<Signal> = [];
  kernel.outbound = { ...noOutbound(kernel), send: (_node, _life, signal) => void sent.push(signal) };
  const kate = nodeLife("kate@unlink", 7);
  const pid = kate.pid(200);
  const entry = kernel.spawn({ parent: undefined, leader: kernel.user.pid });
  entry.trapExit = true;

  // 1. We link, unlink, and link again; 2. the former link's EXIT was under way already.
  link(kernel, entry, pid);
  unlink(kernel, entry, pid);
  link(kernel, entry, pid);
  deliver(kernel, [Op.exit, pid.number, entry.pid.number, "before"], kate);
  assertEquals(entry.messageCount, 0);

  // 3. The other has seen the unlink; 4. its EXIT is now of the link that stands.
  const [, id] = sent.find((signal) => signal[0] === Op.unlink) ?? [];
  deliver(kernel, [Op.unlinkAck, Number(id), pid.number, entry.pid.number], kate);
  deliver(kernel, [Op.exit, pid.number, entry.pid.number, "after"], kate);
  assertEquals(entry.mailbox.peek().map((message) => (message as ReadonlyArray<unknown>)[2]), ["after"]);
});
