/**
 * What a registry is asked: its entries by key, by process or all of them, and what it holds beside them.
 *
 * @module
 */
import { Effect, Option } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import { withKernel, withProcess } from "../process/own_kernel.ts";
import { type Atom, atom } from "../term/atom.ts";
import { BadArg } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import type { Term } from "../term/term.ts";
import { type Tuple, tuple } from "../term/tuple.ts";
import { entriesUnder, findRegistry, type Running } from "./registry_running.ts";
import type { Registration } from "./registry_table.ts";

/** An entry under a key: who registered, and with what. */
export type Entered = Tuple<readonly [pid: Pid, value: Term]>;

/** An entry with its key. */
export interface Selected {
  /** The key. */
  readonly key: Term;
  /** Who registered. */
  readonly pid: Pid;
  /** With what. */
  readonly value: Term;
}

/** Whether a value is one that is looked for. */
export type Matching = (value: Term) => boolean;

/** Does something with a registry of this node; in the calling process. */
export const withRegistry = <A, E = never, R = never>(
  operation: string,
  name: string,
  goOn: (registry: Running, caller: Entry) => Effect.Effect<A, E, R>,
): Effect.Effect<A, E | BadArg, R> =>
  withProcess<A, E | BadArg, R>((caller) => {
    const registry = findRegistry(caller.kernel, name);
    return registry === undefined ? Effect.fail(unknown(operation, name)) : goOn(registry, caller);
  });

/** Reads a registry of this node; makes no fiber a process. */
const reading = <A>(
  operation: string,
  name: string,
  read: (registry: Running) => A,
): Effect.Effect<A, BadArg> =>
  withKernel((kernel) => {
    const registry = findRegistry(kernel, name);
    return registry === undefined ? Effect.fail(unknown(operation, name)) : Effect.sync(() => read(registry));
  });

/** The failure of a registry that is not there. */
export const unknown = (operation: string, name: string): BadArg =>
  new BadArg({
    operation: `Registry.${operation}(${inspect(name)})`,
    problem: `there is no registry ${inspect(name)} on this node: start it first`,
  });

const entered = ({ pid, value }: Registration): Entered => tuple(pid, value);

/**
 * The entries under a key (`Registry.lookup/2`).
 *
 * @param registry The registry's name.
 * @param key The key.
 * @returns Of each `{pid, value}`, oldest first. Fails with `badarg` when there is no such registry.
 */
export const lookup = (registry: string, key: Term): Effect.Effect<ReadonlyArray<Entered>, BadArg> =>
  reading("lookup", registry, (found) => entriesUnder(found, key).map(entered));

/**
 * The entries under a key whose value matches (`Registry.match/4`).
 *
 * @param registry The registry's name.
 * @param key The key.
 * @param isMatch Whether a value is looked for; a type guard types the values that are found.
 * @returns Of each `{pid, value}`. Fails with `badarg` when there is no such registry.
 */
export function match<Value extends Term>(
  registry: string,
  key: Term,
  isMatch: (value: Term) => value is Value,
): Effect.Effect<ReadonlyArray<Tuple<readonly [pid: Pid, value: Value]>>, BadArg>;
/** The entries under a key whose value matches. */
export function match(
  registry: string,
  key: Term,
  isMatch: Matching,
): Effect.Effect<ReadonlyArray<Entered>, BadArg>;
export function match(
  registry: string,
  key: Term,
  isMatch: Matching,
): Effect.Effect<ReadonlyArray<Entered>, BadArg> {
  return reading(
    "match",
    registry,
    (found) => entriesUnder(found, key).filter(({ value }) => isMatch(value)).map(entered),
  );
}

/**
 * How many entries under a key match (`Registry.count_match/4`).
 *
 * @param registry The registry's name.
 * @param key The key.
 * @param isMatch Whether a value is looked for.
 * @returns How many. Fails with `badarg` when there is no such registry.
 */
export const countMatch = (
  registry: string,
  key: Term,
  isMatch: Matching,
): Effect.Effect<number, BadArg> =>
  reading(
    "countMatch",
    registry,
    (found) => entriesUnder(found, key).filter(({ value }) => isMatch(value)).length,
  );

/**
 * What a function makes of the registry's entries (`Registry.select/2`).
 *
 * @param registry The registry's name.
 * @param pick Gives what is wanted of an entry, or nothing.
 * @returns All that it gave, in no order. Fails with `badarg` when there is no such registry.
 */
export const select = <A>(
  registry: string,
  pick: (entry: Selected) => Option.Option<A>,
): Effect.Effect<ReadonlyArray<A>, BadArg> =>
  reading(
    "select",
    registry,
    ({ table }) => table.all.flatMap(({ key, pid, value }) => Option.toArray(pick({ key, pid, value }))),
  );

/**
 * How many of the registry's entries match (`Registry.count_select/2`).
 *
 * @param registry The registry's name.
 * @param isMatch Whether an entry is looked for.
 * @returns How many. Fails with `badarg` when there is no such registry.
 */
export const countSelect = (
  registry: string,
  isMatch: (entry: Selected) => boolean,
): Effect.Effect<number, BadArg> =>
  reading("countSelect", registry, ({ table }) => table.all.filter((entry) => isMatch({ ...entry })).length);

/**
 * The keys under which a process is registered (`Registry.keys/2`).
 *
 * @param registry The registry's name.
 * @param pid The process.
 * @returns The keys, oldest first; one as often as it is registered under it. Fails with `badarg` when there is no
 *   such registry.
 */
export const keys = (registry: string, pid: Pid): Effect.Effect<ReadonlyArray<Term>, BadArg> =>
  reading("keys", registry, ({ table }) => table.of(pid).map(({ key }) => key));

/**
 * The values with which a process is registered under a key (`Registry.values/3`).
 *
 * @param registry The registry's name.
 * @param key The key.
 * @param pid The process.
 * @returns The values, oldest first. Fails with `badarg` when there is no such registry.
 */
export const values = (
  registry: string,
  key: Term,
  pid: Pid,
): Effect.Effect<ReadonlyArray<Term>, BadArg> =>
  reading(
    "values",
    registry,
    (found) => entriesUnder(found, key).filter((one) => one.pid === pid).map(({ value }) => value),
  );

/**
 * How many entries a registry has (`Registry.count/1`).
 *
 * @param registry The registry's name.
 * @returns How many. Fails with `badarg` when there is no such registry.
 */
export const count = (registry: string): Effect.Effect<number, BadArg> =>
  reading("count", registry, ({ table }) => table.count);

/**
 * Calls a function with the entries under a key, in the calling process (`Registry.dispatch/4`).
 *
 * @param registry The registry's name.
 * @param key The key.
 * @param tell What is done with the entries; it is not called when there are none.
 * @returns `:ok`. Fails as that does, and with `badarg` when there is no such registry.
 */
export const dispatch = <E, R>(
  registry: string,
  key: Term,
  tell: (entries: ReadonlyArray<Entered>) => Effect.Effect<unknown, E, R>,
): Effect.Effect<Atom<"ok">, E | BadArg, R> =>
  Effect.flatMap(
    lookup(registry, key),
    (entries) => entries.length === 0 ? Effect.succeed(atom("ok")) : Effect.as(tell(entries), atom("ok")),
  );

/**
 * What a registry holds beside its entries (`Registry.meta/2`).
 *
 * @param registry The registry's name.
 * @param key Under which name.
 * @returns The value, if there is one. Fails with `badarg` when there is no such registry.
 */
export const meta = (registry: string, key: string): Effect.Effect<Option.Option<Term>, BadArg> =>
  reading(
    "meta",
    registry,
    ({ table: { metadata } }) => metadata.has(key) ? Option.some(metadata.get(key)) : Option.none(),
  );

/**
 * Keeps something in a registry beside its entries (`Registry.put_meta/3`).
 *
 * @param registry The registry's name.
 * @param key Under which name.
 * @param value The value.
 * @returns `:ok`. Fails with `badarg` when there is no such registry.
 */
export const putMeta = (registry: string, key: string, value: Term): Effect.Effect<Atom<"ok">, BadArg> =>
  reading("putMeta", registry, ({ table: { metadata } }) => {
    metadata.set(key, value);
    return atom("ok");
  });

/**
 * Forgets what a registry holds beside its entries (`Registry.delete_meta/2`).
 *
 * @param registry The registry's name.
 * @param key Under which name.
 * @returns `:ok`, also when there was nothing. Fails with `badarg` when there is no such registry.
 */
export const deleteMeta = (registry: string, key: string): Effect.Effect<Atom<"ok">, BadArg> =>
  reading("deleteMeta", registry, ({ table: { metadata } }) => {
    metadata.delete(key);
    return atom("ok");
  });
