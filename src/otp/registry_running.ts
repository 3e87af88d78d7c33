/**
 * The registries that run in a kernel, and their processes: who registers is linked to its registry, and its
 * entries go when it ends (Elixir's `Registry.Partition`).
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { dispatch } from "../process/dispatch.ts";
import type { Entry } from "../process/entry.ts";
import type { Kernel } from "../process/kernel.ts";
import { link, unlink } from "../process/links.ts";
import { demonitor, monitor } from "../process/monitors.ts";
import { atom } from "../term/atom.ts";
import type { Pid, Reference } from "../term/identifier.ts";
import type { Term } from "../term/term.ts";
import { tuple } from "../term/tuple.ts";
import type { Registration, RegistryTable } from "./registry_table.ts";
import type { Supervising } from "./supervise.ts";
import { countOf } from "./children.ts";
import { readQuestion } from "./supervisor_protocol.ts";

/** A registry that runs. */
export interface Running {
  readonly name: string;
  readonly table: RegistryTable;
  /** The registry's process. */
  readonly owner: Entry;
  /** The names of those who are told of each registration. */
  readonly listeners: ReadonlyArray<string>;
  /** The monitors of those who are registered. */
  readonly watches: Map<Pid, Reference>;
}

const running = new WeakMap<Kernel, Map<string, Running>>();

/** The registry of that name. */
export const findRegistry = (kernel: Kernel, name: string): Running | undefined => {
  const found = running.get(kernel)?.get(name);
  // Its end may be seen here before its monitor has told.
  return found?.owner.state === "gone" ? undefined : found;
};

/** The registrations under a key, oldest first, of those who are alive. */
export const entriesUnder = ({ table, owner }: Running, key: Term): ReadonlyArray<Registration> => {
  const { kernel } = owner;
  // As above: who is told of an end first may ask before our own monitor has told.
  for (const { pid } of table.under(key)) {
    if (kernel.find(pid) === undefined) table.remove(pid, table.of(pid));
  }
  return table.under(key);
};

/** From now on the registry is found, until its process ends; gives what its process does. */
export const run = (registry: Running): Supervising => {
  const { name, owner, table } = registry;
  const { kernel } = owner;
  const registries = running.get(kernel) ?? new Map<string, Running>();
  running.set(kernel, registries);
  registries.set(name, registry);
  const forget = (): void => {
    if (registries.get(name) === registry) registries.delete(name);
  };
  // However it ends: who asks for it then is told that it is unknown.
  monitor(kernel, { watched: owner.pid, onDown: forget });
  return {
    // Its entries are no children.
    answer: (message) => {
      const [question] = readQuestion(message) ?? [];
      if (question === "which_children") return Effect.succeed([]);
      return question === "count_children" ? Effect.succeed(countOf([])) : undefined;
    },
    cast: () => Effect.succeed("goes on"),
    // The entries of who has ended are gone already; its EXIT only says so.
    ended: () => Effect.succeed("goes on"),
    stopAll: () => Effect.sync(forget),
    state: () => table.all.map(({ key, pid, value }) => tuple(key, pid, value)),
  };
};

/** Registers a process. */
export const add = (registry: Running, entry: Entry, key: Term, value: Term): void => {
  const { table, owner, watches } = registry;
  const { kernel, pid } = entry;
  if (!table.has(pid)) {
    link(kernel, entry, owner.pid);
    // At once when it ends, so that nobody is found who is not there any more.
    const onDown = (): void => {
      watches.delete(pid);
      table.remove(pid, table.of(pid));
    };
    watches.set(pid, monitor(kernel, { watched: pid, onDown }).reference);
  }
  table.add({ key, pid, value });
  tell(registry, tuple(atom("register"), registry.name, key, pid, value));
};

/** Takes registrations of a process back. */
export const remove = (registry: Running, entry: Entry, registrations: ReadonlyArray<Registration>): void => {
  const { table, owner, name, watches } = registry;
  const { kernel, pid } = entry;
  if (registrations.length === 0) return;
  if (!table.remove(pid, registrations)) {
    const watch = watches.get(pid);
    if (watch !== undefined) demonitor(kernel, watch);
    watches.delete(pid);
    // Who started the registry stays linked to it.
    if (pid !== owner.parent) unlink(kernel, entry, owner.pid);
  }
  for (const { key } of registrations) tell(registry, tuple(atom("unregister"), name, key, pid));
};

const tell = ({ listeners, owner }: Running, message: ReadonlyArray<Pid | Term>): void => {
  for (const listener of listeners) dispatch(owner.kernel, listener, message);
};
