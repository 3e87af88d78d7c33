/**
 * Monitors: one process, or the kernel for an operation under way, is told once that another has ended.
 *
 * @module
 */
import { atom } from "../term/atom.ts";
import type { NodeLife, Pid, Reference } from "../term/identifier.ts";
import { tuple } from "../term/tuple.ts";
import type { Entry } from "./entry.ts";
import type { Kernel } from "./kernel.ts";
import { Op, type Target } from "./signal.ts";

const DOWN = atom("DOWN");
const PROCESS = atom("process");

/** What a monitor watches: a process, or whoever has a name on a node when the monitor is made. */
export type Watched = Pid | readonly [name: string, node: string];

/** A monitor made here. */
export interface Monitor {
  readonly reference: Reference;
  readonly watched: Watched;
  /** The process that made it; `undefined` for the kernel's own, which `onDown` tells. */
  readonly owner: Entry | undefined;
  readonly onDown: ((reason: unknown) => void) | undefined;
  /** The watched process, when it is one of ours. */
  target: Entry | undefined;
  /** The other node's name, when it is not. */
  readonly node: string | undefined;
  /** Called once the monitor is no more: the alias that goes with it ends. */
  onEnd: (() => void) | undefined;
}

/** A monitor made on another node, of a process here. */
export interface RemoteWatcher {
  readonly life: NodeLife;
  readonly reference: number;
  readonly target: Entry;
}

/** A call of a process of the same kernel, which watches whom it has asked without a monitor of its own. */
export interface WaitingCall {
  /** The process has ended. */
  onTargetEnd(reason: unknown): void;
}

/** How a monitor is made. */
export interface MonitorOptions {
  readonly watched: Watched;
  readonly owner?: Entry | undefined;
  readonly onDown?: ((reason: unknown) => void) | undefined;
  /** The reference to use; a new one if absent. */
  readonly reference?: Reference;
  /** Whether the other node watches already, because it was asked to with the spawn. */
  readonly isKnownThere?: boolean;
}

/** Makes a monitor. The DOWN of a process that is not there comes at once. */
export const monitor = (kernel: Kernel, options: MonitorOptions): Monitor => {
  const { watched, owner, onDown } = options;
  const isLocal = isPid(watched) ? watched.home === kernel.life : watched[1] === kernel.life.name;
  const made: Monitor = {
    reference: options.reference ?? kernel.makeReference(),
    watched,
    owner,
    onDown,
    target: undefined,
    node: isLocal ? undefined : isPid(watched) ? watched.node : watched[1],
    onEnd: undefined,
  };
  kernel.monitors.set(made.reference.number, made);
  if (owner !== undefined) (owner.monitors ??= new Set()).add(made);
  if (made.node !== undefined) {
    kernel.remote(made.node).monitors.add(made);
    if (options.isKnownThere) return made;
    const signal = [Op.monitor, owner?.pid.depart() ?? 0, targetOf(watched), made.reference.number] as const;
    kernel.outbound.send(made.node, isPid(watched) ? watched.home : undefined, signal, owner);
    return made;
  }
  made.target = isPid(watched) ? kernel.find(watched) : kernel.names.get(watched[0]);
  if (made.target === undefined) kernel.queue.push(() => fire(kernel, made, "noproc"));
  // A process that monitors itself is never told (erlang:monitor/2).
  else if (made.target !== owner) (made.target.watchers ??= new Set()).add(made);
  else forget(kernel, made);
  return made;
};

/** Takes a monitor back; whether it was there still. */
export const demonitor = (kernel: Kernel, reference: Reference): boolean => {
  const made = kernel.monitors.get(reference.number);
  if (made === undefined || made.reference !== reference) return false;
  forget(kernel, made);
  if (made.node !== undefined) {
    const life = isPid(made.watched) ? made.watched.home : undefined;
    const signal = [
      Op.demonitor,
      made.owner?.pid.depart() ?? 0,
      targetOf(made.watched),
      reference.number,
    ] as const;
    kernel.outbound.sendIfEngaged(made.node, life, signal, made.owner);
  }
  return true;
};

/** The other node monitors one of our processes. */
export const receiveMonitor = (kernel: Kernel, life: NodeLife, to: Target, reference: number): void => {
  const target = typeof to === "number" ? kernel.table.get(to) : kernel.names.get(to);
  if (target === undefined) return kernel.outbound.send(life.name, life, [Op.down, reference, "noproc"]);
  // A peer that uses a reference again has one monitor of it, and not one that nobody finds any more.
  receiveDemonitor(kernel, life, reference);
  const watcher: RemoteWatcher = { life, reference, target };
  (target.watchers ??= new Set()).add(watcher);
  kernel.remote(life.knownAs).watchers.set(reference, watcher);
};

/** The other node takes its monitor back. */
export const receiveDemonitor = (kernel: Kernel, life: NodeLife, reference: number): void => {
  const watchers = kernel.remotes.get(life.knownAs)?.watchers;
  const watcher = watchers?.get(reference);
  if (watcher === undefined) return;
  watchers?.delete(reference);
  watcher.target.watchers?.delete(watcher);
};

/** A process that is monitored from here has ended on its node. */
export const receiveDown = (kernel: Kernel, life: NodeLife, reference: number, reason: unknown): void => {
  const made = kernel.monitors.get(reference);
  if (made !== undefined && made.node === life.name) fire(kernel, made, reason);
};

/** Tells a monitor's owner, once. */
export const fire = (kernel: Kernel, made: Monitor, reason: unknown): void => {
  if (!kernel.monitors.has(made.reference.number)) return;
  forget(kernel, made);
  if (made.onDown !== undefined) return made.onDown(reason);
  made.owner?.push(tuple(DOWN, made.reference, PROCESS, nameOf(made.watched), reason));
};

/** A process has ended: who watched it is told, and its own monitors are taken back. */
export const breakMonitors = (kernel: Kernel, entry: Entry, reason: unknown): void => {
  const { watchers, monitors, calls } = entry;
  entry.watchers = undefined;
  entry.calls = undefined;
  if (calls !== undefined) { for (const call of calls) call.onTargetEnd(reason); }
  if (watchers !== undefined) {
    for (const watcher of watchers) {
      if ("life" in watcher) {
        kernel.remotes.get(watcher.life.knownAs)?.watchers.delete(watcher.reference);
        kernel.outbound.send(watcher.life.name, watcher.life, [Op.down, watcher.reference, reason], entry);
      } else fire(kernel, watcher, reason);
    }
  }
  if (monitors !== undefined) { for (const made of [...monitors]) demonitor(kernel, made.reference); }
};

/** A node is down: monitors of its processes fire, and its own are forgotten. */
export const breakMonitorsTo = (
  kernel: Kernel,
  monitors: Iterable<Monitor>,
  watchers: Iterable<RemoteWatcher>,
): void => {
  for (const watcher of watchers) watcher.target.watchers?.delete(watcher);
  for (const made of monitors) fire(kernel, made, "noconnection");
};

const forget = (kernel: Kernel, made: Monitor): void => {
  kernel.monitors.delete(made.reference.number);
  made.owner?.monitors?.delete(made);
  made.target?.watchers?.delete(made);
  if (made.node !== undefined) kernel.remotes.get(made.node)?.monitors.delete(made);
  made.onEnd?.();
};

const isPid = (watched: Watched): watched is Pid => "home" in watched;
const targetOf = (watched: Watched): Target => isPid(watched) ? watched.number : watched[0];
const nameOf = (watched: Watched): unknown => isPid(watched) ? watched : tuple(...watched);
