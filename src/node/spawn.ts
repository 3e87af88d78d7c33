/**
 * Spawning on any node: a module's function by its name (Elixir's `Node.spawn/4` and its kind).
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import { callback } from "../process/callback.ts";
import type { Entry } from "../process/entry.ts";
import { addRemoteLink, link } from "../process/links.ts";
import { nameOfFunction } from "../process/modules.ts";
import { monitor } from "../process/monitors.ts";
import { withProcess } from "../process/own_kernel.ts";
import { unsendableIn } from "../process/dispatch.ts";
import { Op, SpawnFlag } from "../process/signal.ts";
import { type PendingSpawn, requestSpawn, spawnFunction } from "../process/spawn.ts";
import type { FunctionName, ModuleFunction } from "../term/capture.ts";
import { BadArg, NoConnection, type Unsendable } from "../term/errors.ts";
import type { Pid, Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { tuple } from "../term/tuple.ts";
import { connected } from "./connected.ts";

/** What a spawn on another node can fail with. */
export type SpawnError = NoConnection | Unsendable | BadArg;

/**
 * Spawns a process on a node that calls a module's function there; its output comes back to the caller's group
 * leader (`Node.spawn/4`).
 *
 * @param node The node's name.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @returns The new process's pid. Fails with `noconnection` when the node cannot be connected, `unsendable`
 *   when an argument cannot travel, `badarg` for a closure. A function that the node does not define ends the
 *   process with `undef`.
 */
export const spawn = <Args extends ReadonlyArray<unknown>, Returns>(
  node: string,
  body: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<Pid, SpawnError> => Effect.map(spawnOn("Node.spawn", node, body, args, 0), ([pid]) => pid);

/**
 * The same, linked to the caller (`Node.spawn_link/4`).
 *
 * @param node The node's name.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @returns The new process's pid; fails as {@link spawn} does.
 */
export const spawnLink = <Args extends ReadonlyArray<unknown>, Returns>(
  node: string,
  body: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<Pid, SpawnError> =>
  Effect.map(spawnOn("Node.spawnLink", node, body, args, SpawnFlag.link), ([pid]) => pid);

/**
 * The same, monitored by the caller (`Node.spawn_monitor/4`).
 *
 * @param node The node's name.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @returns The new process's pid and the monitor's reference; fails as {@link spawn} does.
 */
export const spawnMonitor = <Args extends ReadonlyArray<unknown>, Returns>(
  node: string,
  body: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<readonly [Pid, Reference], SpawnError> =>
  spawnOn("Node.spawnMonitor", node, body, args, SpawnFlag.monitor);

const spawnOn = (
  name: string,
  node: string,
  body: unknown,
  args: unknown,
  flags: number,
): Effect.Effect<readonly [Pid, Reference], SpawnError> =>
  withProcess((entry) => {
    const called = nameOfFunction(body);
    if (called === undefined) {
      const given = typeof body === "function" ? "…" : inspect(body);
      const problem =
        `a function travels by its name: write defmodule("Name", { work: ${given} }) on that node, ` +
        'and give capture("Name", "work") here, or Name.work where it is defined here too';
      return Effect.fail(new BadArg({ operation: `${name}(${inspect(node)}, …)`, problem }));
    }
    if (!Array.isArray(args)) return Effect.fail(wrongArgument(name, args, "an array of arguments"));
    const operation = `${name}(${inspect(node)}, ${called.module}.${called.function}/${args.length})`;
    if (node === entry.kernel.life.name) return Effect.sync(() => spawnHere(entry, called, args, flags));
    return Effect.andThen(
      connected(node, operation),
      spawnThere(entry, node, called, args, flags, operation),
    );
  });

const spawnHere = (
  entry: Entry,
  called: FunctionName,
  args: ReadonlyArray<unknown>,
  flags: number,
): readonly [Pid, Reference] => {
  const { kernel } = entry;
  const child = spawnFunction(kernel, entry.pid, entry.leader, called.module, called.function, args);
  if (flags === SpawnFlag.link) link(kernel, entry, child.pid);
  const reference = flags === SpawnFlag.monitor
    ? monitor(kernel, { watched: child.pid, owner: entry }).reference
    : kernel.makeReference();
  return tuple(child.pid, reference);
};

const spawnThere = (
  entry: Entry,
  node: string,
  called: FunctionName,
  args: ReadonlyArray<unknown>,
  flags: number,
  operation: string,
): Effect.Effect<readonly [Pid, Reference], SpawnError> =>
  callback((resume) => {
    const { kernel } = entry;
    let pending: PendingSpawn | undefined;
    const onReply = (pid: Pid | undefined): void => {
      if (pid === undefined || pending === undefined) {
        return resume(Effect.fail(new NoConnection({ operation, node, because: "lost" })));
      }
      // 1. The other node makes its half of the tie; 2. we end; 3. its reply comes: the tie has nobody here.
      if (entry.state === "gone") return untie(entry, pid, pending.reference, flags);
      // The other node has made its half already: its end, however early, comes behind this reply.
      if (flags === SpawnFlag.link) addRemoteLink(kernel, entry, pid);
      if (flags === SpawnFlag.monitor) {
        monitor(kernel, { watched: pid, owner: entry, reference: pending.reference, isKnownThere: true });
      }
      resume(Effect.succeed(tuple(pid, pending.reference)));
    };
    try {
      pending = requestSpawn(kernel, node, entry, { ...called, args }, flags, onReply);
    } catch (error) {
      resume(Effect.fail(unsendableIn(operation, error)));
    }
  });

/** Takes back the other node's half of a tie: who asked for it has ended before it heard of it. */
const untie = (owner: Entry, child: Pid, reference: Reference, flags: number): void => {
  const { kernel, pid } = owner;
  if (flags === SpawnFlag.link) {
    kernel.outbound.send(child.node, child.home, [Op.exit, pid.depart(), child.number, "noproc"], owner);
  }
  if (flags === SpawnFlag.monitor) {
    const signal = [Op.demonitor, pid.depart(), child.number, reference.number] as const;
    kernel.outbound.sendIfEngaged(child.node, child.home, signal, owner);
  }
};
