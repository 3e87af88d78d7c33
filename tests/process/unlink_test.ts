/**
 * The race of an unlink, a new link and the other's end, signal by signal (erl_dist_protocol, "Link Protocol").
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { deliver, nodeDown, noOutbound } from "../../src/process/deliver.ts";
import type { Entry } from "../../src/process/entry.ts";
import { Kernel } from "../../src/process/kernel.ts";
import { link, unlink } from "../../src/process/links.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import { Op, type Signal } from "../../src/process/signal.ts";
import { nodeLife } from "../../src/term/identifier.ts";

/** A process that traps exits, another node's process, and the signals that are sent there. */
const twoProcesses = () => {
  const kernel = new Kernel({ seams: systemSeams });
  const sent: Array<Signal> = [];
  kernel.outbound = { ...noOutbound(kernel), send: (_node, _life, signal) => void sent.push(signal) };
  const kate = nodeLife("kate@unlink", 7);
  const pid = kate.pid(200);
  const entry = kernel.spawn({ parent: undefined, leader: kernel.user.pid });
  entry.trapExit = true;
  return { kernel, sent, kate, pid, entry };
};

const unlinkId = (sent: ReadonlyArray<Signal>): number =>
  Number((sent.find((signal) => signal[0] === Op.unlink) ?? [])[1]);

const reasonsIn = (entry: Entry): ReadonlyArray<unknown> =>
  entry.mailbox.peek().map((message) => (message as ReadonlyArray<unknown>)[2]);

Deno.test("an EXIT that was sent before our unlink was seen is not of the link made after it", () => {
  const { kernel, sent, kate, pid, entry } = twoProcesses();

  // 1. We link, unlink, and link again; 2. the former link's EXIT was under way already.
  link(kernel, entry, pid);
  unlink(kernel, entry, pid);
  link(kernel, entry, pid);
  deliver(kernel, [Op.exit, pid.number, entry.pid.number, "before"], kate);
  assertEquals(entry.messageCount, 0);

  // 3. The other has seen the unlink; 4. its EXIT is now of the link that stands.
  deliver(kernel, [Op.unlinkAck, unlinkId(sent), pid.number, entry.pid.number], kate);
  deliver(kernel, [Op.exit, pid.number, entry.pid.number, "after"], kate);
  assertEquals(reasonsIn(entry), ["after"]);
});

Deno.test("an unlink whose acknowledgement is lost with the node's link does not swallow later EXITs", () => {
  const { kernel, kate, pid, entry } = twoProcesses();

  // 1. We link and unlink; 2. the link between the nodes is lost; 3. on the next one we link again.
  link(kernel, entry, pid);
  unlink(kernel, entry, pid);
  nodeDown(kernel, "kate@unlink", kate);
  assertEquals(entry.messageCount, 0);
  link(kernel, entry, pid);
  deliver(kernel, [Op.exit, pid.number, entry.pid.number, "after"], kate);
  assertEquals(reasonsIn(entry), ["after"]);
  assertEquals(kernel.remote("kate@unlink").linked.size, 0);
});

Deno.test("an unlink that its process does not outlive is a tie to nobody", () => {
  const { kernel, pid, entry } = twoProcesses();
  link(kernel, entry, pid);
  unlink(kernel, entry, pid);
  kernel.finish(entry, "normal");
  assertEquals(kernel.remote("kate@unlink").linked.size, 0);
});

Deno.test("a link that the other made before it saw our unlink is made at neither end", () => {
  const { kernel, sent, kate, pid, entry } = twoProcesses();

  // 1. We link and unlink; 2. the other, which has seen neither, links to us.
  link(kernel, entry, pid);
  unlink(kernel, entry, pid);
  deliver(kernel, [Op.link, pid.number, entry.pid.number], kate);
  // 3. It sees our unlink, and undoes what it has: so must we.
  assertEquals(entry.links?.size, 0);

  // 4. What it links after that is a link.
  deliver(kernel, [Op.unlinkAck, unlinkId(sent), pid.number, entry.pid.number], kate);
  deliver(kernel, [Op.link, pid.number, entry.pid.number], kate);
  assertEquals(entry.links?.size, 1);
});

Deno.test("an unlink of the other undoes also the link that we made meanwhile, as it makes none of ours", () => {
  const { kernel, kate, pid, entry } = twoProcesses();
  link(kernel, entry, pid);
  // 1. We unlink and link again; 2. the other, which has seen neither, unlinks too. Our LINK comes to it while
  // its own unlink is not acknowledged, and it makes nothing of it.
  unlink(kernel, entry, pid);
  link(kernel, entry, pid);
  deliver(kernel, [Op.unlink, 5, pid.number, entry.pid.number], kate);
  assertEquals(entry.links?.size, 0);
});
