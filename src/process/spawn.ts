/**
 * Spawning by name: a module's function as a new process, here or on another node (SPAWN_REQUEST and
 * SPAWN_REPLY of erl_dist_protocol).
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { AnyEffect } from "../deps/fiber.ts";
import { Undef } from "../term/errors.ts";
import type { NodeLife, Pid, Reference } from "../term/identifier.ts";
import type { Entry } from "./entry.ts";
import { exit } from "./exit.ts";
import type { Kernel } from "./kernel.ts";
import { receiveLink } from "./links.ts";
import { findFunction } from "./modules.ts";
import { receiveMonitor } from "./monitors.ts";
import { Op, SpawnFlag } from "./signal.ts";

/** A spawn that was asked of another node. */
export interface PendingSpawn {
  readonly reference: Reference;
  readonly node: string;
  /** Called with the new process's pid, or with nothing when the node is gone. */
  readonly onReply: (pid: Pid | undefined) => void;
}

/** What a value stands for when it is to be run: an Effect is run, a promise awaited, all else is itself. */
export const toEffect = (value: unknown): AnyEffect => {
  if (Effect.isEffect(value)) return value as AnyEffect;
  return value instanceof Promise ? Effect.promise(() => value) : Effect.succeed(value);
};

/**
 * A module's function applied to arguments; fails with `undef` when this program does not define it, and with
 * `system_limit` when there are too many processes.
 */
export const applyFunction = (
  kernel: Kernel,
  module: string,
  name: string,
  args: ReadonlyArray<unknown>,
): AnyEffect =>
  Effect.suspend(() => {
    if (kernel.table.size > kernel.maxProcesses) return exit("system_limit");
    const found = findFunction(module, name);
    if (found !== undefined) return toEffect(found(...args));
    const operation = `${module}.${name}/${args.length}`;
    return Effect.fail(
      new Undef({ operation, module, function: name, arity: args.length, node: kernel.life.name }),
    );
  });

/** Spawns a module's function here. */
export const spawnFunction = (
  kernel: Kernel,
  parent: Pid | undefined,
  leader: Pid,
  module: string,
  name: string,
  args: ReadonlyArray<unknown>,
): Entry => {
  const entry = kernel.spawn({ parent, leader, initialCall: `${module}.${name}/${args.length}` });
  kernel.start(entry, applyFunction(kernel, module, name, args), kernel.context);
  return entry;
};

/** Asks another node to spawn. Throws `Unsendable` when an argument cannot travel. */
export const requestSpawn = (
  kernel: Kernel,
  node: string,
  from: Entry,
  call: { readonly module: string; readonly function: string; readonly args: ReadonlyArray<unknown> },
  flags: number,
  onReply: (pid: Pid | undefined) => void,
): PendingSpawn => {
  const pending: PendingSpawn = { reference: kernel.makeReference(), node, onReply };
  const { number } = pending.reference;
  const { module, args } = call;
  kernel.spawns.set(number, pending);
  kernel.remote(node).spawns.add(pending);
  try {
    const signal = [
      Op.spawnRequest,
      number,
      from.pid.depart(),
      from.leader,
      module,
      call.function,
      args,
      flags,
    ] as const;
    kernel.outbound.send(node, undefined, signal, from);
  } catch (error) {
    forget(kernel, pending);
    throw error;
  }
  return pending;
};

/** Another node asks for a process. */
export const receiveSpawnRequest = (
  kernel: Kernel,
  life: NodeLife,
  reference: number,
  from: number,
  leader: Pid,
  module: string,
  name: string,
  args: ReadonlyArray<unknown>,
  flags: number,
): void => {
  const parent = life.pid(from);
  const entry = spawnFunction(kernel, parent, leader, module, name, args);
  // Before the reply, and before the process has run: its end, however early, is seen.
  if ((flags & SpawnFlag.link) !== 0) receiveLink(kernel, parent, entry.pid.number);
  if ((flags & SpawnFlag.monitor) !== 0) receiveMonitor(kernel, life, entry.pid.number, reference);
  kernel.outbound.send(life.name, life, [Op.spawnReply, reference, entry.pid.depart()], entry);
};

/** The other node has spawned. */
export const receiveSpawnReply = (kernel: Kernel, life: NodeLife, reference: number, pid: number): void => {
  const pending = kernel.spawns.get(reference);
  if (pending === undefined || pending.node !== life.name) return;
  forget(kernel, pending);
  pending.onReply(life.pid(pid));
};

/** A node is down: what was asked of it will not come. */
export const breakSpawnsTo = (kernel: Kernel, spawns: Iterable<PendingSpawn>): void => {
  for (const pending of [...spawns]) {
    forget(kernel, pending);
    pending.onReply(undefined);
  }
};

const forget = (kernel: Kernel, pending: PendingSpawn): void => {
  kernel.spawns.delete(pending.reference.number);
  kernel.remotes.get(pending.node)?.spawns.delete(pending);
};
