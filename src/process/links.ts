/**
 * Links: two processes that end together (erl_dist_protocol, "Link Protocol", the one with unlink ids).
 *
 * @module
 */
import { atom } from "../term/atom.ts";
import type { Pid } from "../term/identifier.ts";
import { tuple } from "../term/tuple.ts";
import type { Entry } from "./entry.ts";
import type { Kernel } from "./kernel.ts";
import { Op } from "./signal.ts";

const EXIT = atom("EXIT");

/**
 * Links a process to another, on any node.
 *
 * @returns `noproc` when the other is one of this node's own and dead, and the process does not trap exits.
 */
export const link = (kernel: Kernel, entry: Entry, pid: Pid): "linked" | "noproc" => {
  if (pid === entry.pid || (entry.links?.has(pid) ?? false)) return "linked";
  // What a process's finalizers do after it was killed ties nobody to it.
  if (entry.state === "gone") return "linked";
  if (pid.home === kernel.life) {
    const other = kernel.find(pid);
    if (other === undefined) {
      if (!entry.trapExit) return "noproc";
      entry.push(tuple(EXIT, pid, "noproc"));
      return "linked";
    }
    addLink(entry, pid);
    addLink(other, entry.pid);
    return "linked";
  }
  addRemoteLink(kernel, entry, pid);
  kernel.outbound.send(pid.node, pid.home, [Op.link, entry.pid.depart(), pid.number], entry);
  return "linked";
};

/** Undoes a link, from either end; what the other's end causes from now on is not seen. */
export const unlink = (kernel: Kernel, entry: Entry, pid: Pid): void => {
  if (!removeLink(kernel, entry, pid)) return;
  if (pid.home === kernel.life) {
    const other = kernel.find(pid);
    if (other !== undefined) removeLink(kernel, other, entry.pid);
    return;
  }
  // 1. We unlink; 2. the other's EXIT may be under way already; so EXITs are dropped until 3. it acknowledges.
  // If the link between the nodes is lost first, it never will: so this is a tie to that node like any other.
  const id = kernel.makeReference().number;
  const unlinking = entry.unlinking ??= new Map();
  if (!unlinking.has(pid)) kernel.remote(pid.home.knownAs).addLink(entry);
  unlinking.set(pid, id);
  kernel.outbound.send(pid.node, pid.home, [Op.unlink, id, entry.pid.depart(), pid.number], entry);
};

/** The other node's process links to one of ours. */
export const receiveLink = (kernel: Kernel, from: Pid, to: number): void => {
  const entry = kernel.table.get(to);
  if (entry === undefined) kernel.outbound.send(from.node, from.home, [Op.exit, to, from.number, "noproc"]);
  // 1. We unlinked; 2. the other, which has not seen that yet, has made this link; 3. it sees it, and undoes what
  // it has. So nothing is made here: else this end alone would be linked.
  else if (!(entry.unlinking?.has(from) ?? false)) addRemoteLink(kernel, entry, from);
};

/** The other node's process unlinks from one of ours. */
export const receiveUnlink = (kernel: Kernel, id: number, from: Pid, to: number): void => {
  const entry = kernel.table.get(to);
  kernel.outbound.send(from.node, from.home, [Op.unlinkAck, id, to, from.number], entry);
  // Also when we have linked anew since our own unlink: until that is acknowledged the other makes no link of it.
  if (entry !== undefined) removeLink(kernel, entry, from);
};

/** The other node has seen our unlink: EXITs from now on are of a newer link. */
export const receiveUnlinkAck = (kernel: Kernel, id: number, from: Pid, to: number): void => {
  const entry = kernel.table.get(to);
  if (entry?.unlinking?.get(from) !== id) return;
  entry.unlinking.delete(from);
  kernel.remotes.get(from.home.knownAs)?.removeLink(entry);
};

/** A process that one of ours is linked to has ended. */
export const receiveLinkExit = (kernel: Kernel, from: Pid, to: number, reason: unknown): void => {
  const entry = kernel.table.get(to);
  if (entry === undefined || (entry.unlinking?.has(from) ?? false)) return;
  if (removeLink(kernel, entry, from)) exitOverLink(entry, from, reason);
};

/**
 * What an exit signal does to a process: the rules of the manual's "Receiving Exit Signals". The kernel's own
 * services, which nobody would start again, heed none.
 */
export const exitSignal = (entry: Entry, from: Pid, reason: unknown): void => {
  if (entry.handler !== undefined) return;
  if (reason === "kill") entry.kill();
  else if (entry.trapExit) entry.push(tuple(EXIT, from, reason));
  else if (reason !== "normal" || from === entry.pid) entry.exit(reason);
};

/** What the end of a linked process does: as an exit signal, but `kill` is a reason like any other. */
const exitOverLink = (entry: Entry, from: Pid, reason: unknown): void => {
  if (entry.handler !== undefined) return;
  if (entry.trapExit) entry.push(tuple(EXIT, from, reason));
  else if (reason !== "normal") entry.exit(reason);
};

/** A process has ended: those linked to it are told. */
export const breakLinks = (kernel: Kernel, entry: Entry, reason: unknown): void => {
  const { links, unlinking } = entry;
  entry.links = undefined;
  entry.unlinking = undefined;
  if (unlinking !== undefined) {
    for (const pid of unlinking.keys()) kernel.remotes.get(pid.home.knownAs)?.removeLink(entry);
  }
  if (links === undefined) return;
  for (const pid of links) {
    if (pid.home === kernel.life) {
      const other = kernel.find(pid);
      if (other === undefined) continue;
      removeLink(kernel, other, entry.pid);
      exitOverLink(other, entry.pid, reason);
    } else {
      kernel.remotes.get(pid.home.knownAs)?.removeLink(entry);
      kernel.outbound.send(pid.node, pid.home, [Op.exit, entry.pid.depart(), pid.number, reason], entry);
    }
  }
};

/** A node is down: links to its processes break with `noconnection`. */
export const breakLinksTo = (isThere: (pid: Pid) => boolean, linked: Iterable<Entry>): void => {
  for (const entry of linked) {
    for (const pid of [...entry.unlinking?.keys() ?? []]) if (isThere(pid)) entry.unlinking?.delete(pid);
    for (const pid of [...entry.links ?? []]) {
      if (!isThere(pid)) continue;
      entry.links?.delete(pid);
      exitOverLink(entry, pid, "noconnection");
    }
  }
};

const addLink = (entry: Entry, pid: Pid): void => {
  (entry.links ??= new Set()).add(pid);
};

/** Makes this node's half of a link to another node's process, which has its half already. */
export const addRemoteLink = (kernel: Kernel, entry: Entry, pid: Pid): void => {
  if (entry.links?.has(pid)) return;
  addLink(entry, pid);
  kernel.remote(pid.home.knownAs).addLink(entry);
};

/** Takes a link out of one end; whether it was there. */
const removeLink = (kernel: Kernel, entry: Entry, pid: Pid): boolean => {
  if (entry.links?.delete(pid) !== true) return false;
  if (pid.home !== kernel.life) kernel.remotes.get(pid.home.knownAs)?.removeLink(entry);
  return true;
};
