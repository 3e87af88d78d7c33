/**
 * `Registry`: processes found by keys of any kind, on one node; a key of a unique registry is a name that servers
 * can be started with and called by (Elixir's `Registry`).
 *
 * Keys are compared by what they hold, and by their kind: a tuple and a list of the same elements are two keys. Entries go when their
 * process ends. Who registers is linked to the registry, and ends with it.
 *
 * @example
 * ```ts
 * import { Effect } from "npm:effect@^4.1.0";
 * import { GenServer, Registry, tuple } from "../../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const Room = GenServer.define("Room", {
 *   init: (people: number) => ["ok", people],
 *   handleCall: { people: (_, _from, people) => ["reply", people, people] },
 * });
 *
 * await Effect.runPromise(Effect.gen(function* () {
 *   yield* Registry.startLink({ keys: "unique", name: "Rooms" });
 *   const lobby = Registry.via("Rooms", tuple("room", "lobby"));
 *   yield* GenServer.startLink(Room, 3, { name: lobby });
 *   assertEquals(yield* GenServer.call(lobby, Room.people()), 3);
 *   assertEquals(yield* Registry.count("Rooms"), 1);
 * }));
 * ```
 *
 * @module
 */
import { Effect, Option } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import { withKernel } from "../process/own_kernel.ts";
import { type Atom, atom } from "../term/atom.ts";
import { AlreadyRegistered, BadArg } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import type { Term } from "../term/term.ts";
import { type Tuple, tuple } from "../term/tuple.ts";
import type { ChildSpec } from "./child_spec.ts";
import { add, entriesUnder, findRegistry, remove, run, type Running } from "./registry_running.ts";
import { type Matching, unknown, withRegistry } from "./registry_reading.ts";
import { type Keys, RegistryTable } from "./registry_table.ts";
import type { Via } from "./server_name.ts";
import { type StartError, startProcess } from "./start_process.ts";
import { supervise } from "./supervise.ts";

export type { Keys } from "./registry_table.ts";
export {
  count,
  countMatch,
  countSelect,
  deleteMeta,
  dispatch,
  type Entered,
  keys,
  lookup,
  match,
  type Matching,
  meta,
  putMeta,
  select,
  type Selected,
  values,
} from "./registry_reading.ts";
export type { StartError } from "./start_process.ts";

/** How a registry works. */
export interface RegistryOptions {
  /** Whether a key is had by one process, or by as many as register under it. */
  readonly keys: Keys;
  /** The registry's name, by which it is asked. */
  readonly name: string;
  /**
   * Taken as Elixir's, and without an effect: there it shares a registry out among processes and tables that run
   * at the same time, while a node here runs one process at a time.
   */
  readonly partitions?: number;
  /** What it holds beside its entries from the beginning. */
  readonly metadata?: Readonly<Record<string, Term>>;
  /**
   * The registered names of processes that are sent `{:register, registry, key, pid, value}` and
   * `{:unregister, registry, key, pid}`.
   */
  readonly listeners?: ReadonlyArray<string>;
}

const wrongOptions = (options: RegistryOptions): BadArg | undefined => {
  const operation = "Registry.startLink";
  if (typeof options !== "object" || options === null) {
    return wrongArgument(operation, options, '{ keys: "unique", name: "Rooms" }');
  }
  const { keys, name, partitions = 1, metadata = {}, listeners = [] } = options;
  if (keys !== "unique" && keys !== "duplicate") {
    return wrongArgument(`${operation}, keys`, keys, '"unique" or "duplicate"');
  }
  if (typeof name !== "string") return wrongArgument(`${operation}, name`, name, "a text");
  if (!Number.isInteger(partitions) || partitions < 1) {
    return wrongArgument(`${operation}, partitions`, partitions, "a whole number of 1 or more");
  }
  if (typeof metadata !== "object" || metadata === null) {
    return wrongArgument(`${operation}, metadata`, metadata, "an object of values");
  }
  if (!Array.isArray(listeners) || !listeners.every((one) => typeof one === "string")) {
    return wrongArgument(`${operation}, listeners`, listeners, "an array of registered names");
  }
};

/**
 * Starts a registry, linked to the caller (`Registry.start_link/1`).
 *
 * @param options Its kind of keys and its name; metadata, listeners.
 * @returns Its pid. Fails with `already_started` when the name is taken, `badarg` for what is no option.
 */
export const startLink = (options: RegistryOptions): Effect.Effect<Pid, StartError> =>
  Effect.suspend(() => {
    const wrong = wrongOptions(options);
    if (wrong !== undefined) return Effect.fail(wrong);
    const { keys, name, metadata = {}, listeners = [] } = options;
    return startProcess({
      operation: `Registry.startLink(${inspect(name)})`,
      name,
      initialCall: "Registry.init/1",
      linked: true,
      init: (self, parent) =>
        Effect.sync(() => {
          self.trapExit = true;
          const table = new RegistryTable(keys, metadata);
          const registry: Running = { name, table, owner: self, listeners, watches: new Map() };
          return { tag: "up" as const, run: supervise(self, parent, run(registry)) };
        }),
    });
  });

/**
 * A child specification, to put a registry under a supervisor (`Registry.child_spec/1`).
 *
 * @param options As {@link startLink} takes them; `id` is its name among the supervisor's children.
 * @returns The specification.
 */
export const childSpec = (options: RegistryOptions & { readonly id?: string }): ChildSpec<StartError> => ({
  id: options.id ?? options.name,
  start: startLink(options),
  type: "supervisor",
  modules: ["Registry"],
});

/**
 * Registers the caller under a key (`Registry.register/3`); it is linked to the registry from now on.
 *
 * @param registry The registry's name.
 * @param key The key.
 * @param value What is found with the caller's pid.
 * @returns The registry's pid. Fails with `already_registered` when the key of a unique registry is taken, also by
 *   the caller itself; with `badarg` when there is no such registry.
 */
export const register = (
  registry: string,
  key: Term,
  value?: Term,
): Effect.Effect<Pid, AlreadyRegistered | BadArg> =>
  withRegistry<Pid, AlreadyRegistered>("register", registry, (found, caller) => {
    const [taken] = found.table.keys === "unique" ? entriesUnder(found, key) : [];
    if (taken !== undefined) {
      const operation = `Registry.register(${inspect(registry)}, ${inspect(key)})`;
      return Effect.fail(new AlreadyRegistered({ operation, key, pid: taken.pid }));
    }
    add(found, caller, key, value);
    return Effect.succeed(found.owner.pid);
  });

/**
 * Takes all of the caller's entries under a key back (`Registry.unregister/2`).
 *
 * @param registry The registry's name.
 * @param key The key.
 * @returns `:ok`, also when there were none. Fails with `badarg` when there is no such registry.
 */
export const unregister = (registry: string, key: Term): Effect.Effect<Atom<"ok">, BadArg> =>
  unregisterWhere("unregister", registry, key, () => true);

/**
 * Takes those of the caller's entries under a key back whose value matches (`Registry.unregister_match/4`).
 *
 * @param registry The registry's name.
 * @param key The key.
 * @param isMatch Whether a value is meant.
 * @returns `:ok`. Fails with `badarg` when there is no such registry.
 */
export const unregisterMatch = (
  registry: string,
  key: Term,
  isMatch: Matching,
): Effect.Effect<Atom<"ok">, BadArg> => unregisterWhere("unregisterMatch", registry, key, isMatch);

const unregisterWhere = (
  operation: string,
  registry: string,
  key: Term,
  isMatch: Matching,
): Effect.Effect<Atom<"ok">, BadArg> =>
  withRegistry(operation, registry, (found, caller) =>
    Effect.sync(() => {
      const own = entriesUnder(found, key).filter(({ pid, value }) => pid === caller.pid && isMatch(value));
      remove(found, caller, own);
      return atom("ok");
    }));

/**
 * Gives the caller's entry in a unique registry another value (`Registry.update_value/3`).
 *
 * @param registry The registry's name.
 * @param key The key.
 * @param change Makes the new value of the old one.
 * @returns `{new, old}`, or nothing when the key is not the caller's. Fails with `badarg` when there is no such
 *   registry, or its keys are not unique.
 */
export const updateValue = (
  registry: string,
  key: Term,
  change: (value: Term) => Term,
): Effect.Effect<Option.Option<Tuple<readonly [value: Term, before: Term]>>, BadArg> =>
  withRegistry<Option.Option<Tuple<readonly [Term, Term]>>, BadArg>(
    "updateValue",
    registry,
    (found, caller) => {
      if (found.table.keys === "duplicate") {
        const operation = `Registry.updateValue(${inspect(registry)}, ${inspect(key)})`;
        return Effect.fail(
          new BadArg({ operation, problem: "a registry of duplicate keys cannot be updated" }),
        );
      }
      return Effect.sync(() => {
        const own = entriesUnder(found, key).find(({ pid }) => pid === caller.pid);
        if (own === undefined) return Option.none();
        const before = own.value;
        own.value = change(before);
        return Option.some(tuple(own.value, before));
      });
    },
  );

/**
 * A server's name by way of a unique registry, wherever a server's name belongs (`{:via, Registry, {name, key}}`).
 *
 * @param registry The registry's name.
 * @param key The key.
 * @param value What is found with the server's pid.
 * @returns The name; whether the registry is there is asked when it is used.
 */
export const via = (registry: string, key: Term, value?: Term): Via => {
  const text = `{:via, Registry, {${inspect(registry)}, ${inspect(key)}}}`;
  const name: Via = {
    registerName: () =>
      withRegistry<boolean, BadArg>(
        "via",
        registry,
        (found, caller) =>
          Effect.map(unique(found, text), () => {
            if (entriesUnder(found, key).length > 0) return false;
            add(found, caller, key, value);
            return true;
          }),
      ),
    unregisterName: () => Effect.ignore(unregister(registry, key)),
    whereisName: () =>
      withKernel((kernel) => {
        const found = findRegistry(kernel, registry);
        if (found === undefined) return Effect.fail(unknown("via", registry));
        return Effect.map(
          unique(found, text),
          () => Option.fromUndefinedOr(entriesUnder(found, key)[0]?.pid),
        );
      }),
  };
  return Object.assign(name, { toString: () => text, [Symbol.for("Deno.customInspect")]: () => text });
};

const unique = ({ table }: Running, operation: string): Effect.Effect<void, BadArg> =>
  table.keys === "unique"
    ? Effect.void
    : Effect.fail(new BadArg({ operation, problem: "a registry of duplicate keys gives no names" }));
