/**
 * Where signals of other nodes enter the kernel, where those come back that could not be delivered, and what
 * a node's going down causes.
 *
 * @module
 */
import type { NodeLife, Pid } from "../term/identifier.ts";
import { Excess } from "./excess.ts";
import type { Kernel } from "./kernel.ts";
import {
  breakLinksTo,
  exitSignal,
  receiveLink,
  receiveLinkExit,
  receiveUnlink,
  receiveUnlinkAck,
} from "./links.ts";
import { breakMonitorsTo, receiveDemonitor, receiveDown, receiveMonitor } from "./monitors.ts";
import type { Outbound } from "./outbound.ts";
import {
  answer,
  breakRequestsTo,
  receiveReply,
  receiveRequest,
  receiveRequestCancel,
  receiveRequestDisown,
  receiveRequestExit,
  receiveRequestHeldBy,
  receiveRequestHolder,
} from "./requests.ts";
import { Op, type Signal } from "./signal.ts";
import { breakSpawnsTo, receiveSpawnReply, receiveSpawnRequest } from "./spawn.ts";

/**
 * Carries out a signal from another node.
 *
 * @param kernel The kernel that it is for.
 * @param signal The signal.
 * @param from The life of the node that sent it.
 * @throws `Excess` for a peer that asks for more than it may.
 */
export const deliver = (kernel: Kernel, signal: Signal, from: NodeLife): void => {
  switch (signal[0]) {
    case Op.send:
      return kernel.table.get(signal[1])?.push(signal[2]);
    case Op.sendName:
      return kernel.names.get(signal[1])?.push(signal[2]);
    case Op.sendAlias:
      return kernel.aliases.get(signal[1])?.push(signal[2]);
    case Op.request:
      measure(kernel, from);
      return receiveRequest(
        kernel,
        from,
        from.reference(signal[1]),
        from.pid(signal[2]),
        signal[3],
        signal[4],
        signal[5],
      );
    case Op.reply:
      return receiveReply(kernel, signal[1], signal[2]);
    case Op.requestDown:
      return isAskedOf(kernel, signal[1], from)
        ? answer(kernel, signal[1], { tag: "down", reason: signal[2] })
        : undefined;
    case Op.requestRefused:
      return isAskedOf(kernel, signal[1], from)
        ? answer(kernel, signal[1], { tag: "refused", reason: signal[2] })
        : undefined;
    case Op.requestExit:
      return receiveRequestExit(kernel, from, signal[1], signal[2]);
    case Op.requestCancel:
      return receiveRequestCancel(kernel, from, signal[1]);
    case Op.requestHolder:
      return receiveRequestHolder(kernel, from, signal[1]);
    case Op.requestHeldBy:
      return isAskedOf(kernel, signal[1], from)
        ? receiveRequestHeldBy(kernel, from, signal[1], signal[2])
        : undefined;
    case Op.requestDisown:
      return receiveRequestDisown(kernel, from, signal[1]);
    case Op.link:
      measure(kernel, from);
      return receiveLink(kernel, from.pid(signal[1]), signal[2]);
    case Op.unlink:
      return receiveUnlink(kernel, signal[1], from.pid(signal[2]), signal[3]);
    case Op.unlinkAck:
      return receiveUnlinkAck(kernel, signal[1], from.pid(signal[2]), signal[3]);
    case Op.exit:
      return receiveLinkExit(kernel, from.pid(signal[1]), signal[2], signal[3]);
    case Op.exitSignal: {
      const entry = kernel.table.get(signal[2]);
      return entry === undefined ? undefined : exitSignal(entry, from.pid(signal[1]), signal[3]);
    }
    case Op.monitor:
      measure(kernel, from);
      return receiveMonitor(kernel, from, signal[2], signal[3]);
    case Op.demonitor:
      return receiveDemonitor(kernel, from, signal[3]);
    case Op.down:
      return receiveDown(kernel, from, signal[1], signal[2]);
    case Op.groupLeader: {
      const entry = kernel.table.get(signal[1]);
      if (entry !== undefined) entry.leader = signal[2];
      return;
    }
    case Op.spawnRequest:
      measure(kernel, from);
      return receiveSpawnRequest(
        kernel,
        from,
        signal[1],
        signal[2],
        signal[3],
        signal[4],
        signal[5],
        signal[6],
        signal[7],
      );
    case Op.spawnReply:
      return receiveSpawnReply(kernel, from, signal[1], signal[2]);
    default:
      return signal satisfies never;
  }
};

/**
 * A signal could not be delivered, since it is for another life of its node than the one there is a link to: what
 * it asked for is answered.
 *
 * @param reason `noproc` where that life is over, `noconnection` where that cannot be known.
 */
export const bounce = (
  kernel: Kernel,
  signal: Signal,
  life: NodeLife,
  reason: "noproc" | "noconnection",
): void => {
  switch (signal[0]) {
    case Op.link:
      return receiveLinkExit(kernel, life.pid(signal[2]), signal[1], reason);
    case Op.monitor:
      return receiveDown(kernel, life, signal[3], reason);
    case Op.request:
      return answer(kernel, signal[1], reason === "noproc" ? { tag: "refused", reason } : { tag: reason });
    case Op.unlink:
      return receiveUnlinkAck(kernel, signal[1], life.pid(signal[3]), signal[2]);
    default:
      return;
  }
};

/** Whether somebody waits for what becomes of a signal, so that it must come back where it cannot be delivered. */
export const isBounced = (signal: Signal): boolean =>
  signal[0] === Op.link || signal[0] === Op.monitor || signal[0] === Op.request || signal[0] === Op.unlink;

/**
 * A node is down: every link, monitor, request and spawn that pointed there is answered, once.
 *
 * @param node Its name.
 * @param life Its life, when it was connected: a node of this same OS process may have given its name up.
 */
export const nodeDown = (kernel: Kernel, node: string, life?: NodeLife): void => {
  const remote = kernel.remotes.get(node);
  if (remote === undefined) return;
  kernel.remotes.delete(node);
  breakRequestsTo(kernel, [...remote.pending], [...remote.held.values()]);
  const isThere = ({ home }: Pid): boolean =>
    home !== kernel.life && (home === life || home.knownAs === node);
  breakLinksTo(isThere, remote.linked.keys());
  breakMonitorsTo(kernel, [...remote.monitors], remote.watchers.values());
  breakSpawnsTo(kernel, remote.spawns);
};

/** What stands in the slot of a program that is no node: every other node is an absent one. */
export const noOutbound = (kernel: Kernel): Outbound => ({
  // From the queue, so that an answer never comes before the operation has returned.
  send: (node) => kernel.queue.push(() => nodeDown(kernel, node)),
  sendIfEngaged: () => {},
  isConnected: () => false,
  isBusy: () => false,
  whenWritable: (_node, resume) => {
    resume();
    return () => {};
  },
});

/** What a peer ties to this node's processes has a bound, so that it cannot fill this node's memory with it. */
const measure = (kernel: Kernel, from: NodeLife): void => {
  const remote = kernel.remotes.get(from.knownAs);
  if (remote === undefined || remote.asked < kernel.maxTies) return;
  throw new Excess(`more than ${kernel.maxTies} links, monitors and requests`);
};

const isAskedOf = (kernel: Kernel, reference: number, from: NodeLife): boolean =>
  kernel.pending.get(reference)?.node === from.name;
