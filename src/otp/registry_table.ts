/**
 * What a registry holds: keys, who registered under them, and with what. Data alone; who may register, and what a
 * process's end causes, is `registry.ts`.
 *
 * @module
 */
import { MutableHashMap, Option } from "../deps/effect.ts";
import type { Pid } from "../term/identifier.ts";
import type { Term } from "../term/term.ts";
import { isTuple } from "../term/tuple.ts";

/** One registration. */
export interface Registration {
  readonly key: Term;
  readonly pid: Pid;
  value: Term;
}

/** Whether a key is had by one process, or by as many as register under it. */
export type Keys = "unique" | "duplicate";

/** What a key is compared by: a tuple and a list of the same elements are two keys, as in Elixir. */
const comparable = (term: unknown): unknown => {
  if (typeof term !== "object" || term === null) return Object.is(term, -0) ? 0 : term;
  if (term instanceof Uint8Array) return ["binary", ...term];
  if (Array.isArray(term)) return [isTuple(term) ? "tuple" : "list", ...term.map(comparable)];
  if (term instanceof Map) {
    return new Map(Array.from(term, ([key, value]) => [comparable(key), comparable(value)]));
  }
  if (term instanceof Set) return new Set(Array.from(term, comparable));
  if (Object.getPrototypeOf(term) !== Object.prototype) return term;
  return Object.fromEntries(Object.entries(term).map(([key, value]) => [key, comparable(value)]));
};

/** The registrations of one registry. Keys are compared by what they hold, as in Elixir. */
export class RegistryTable {
  readonly keys: Keys;
  readonly metadata: Map<string, Term>;
  // By what a key is compared by; a set keeps the order, oldest first.
  readonly #byKey = MutableHashMap.empty<unknown, Set<Registration>>();
  readonly #byPid = new Map<Pid, Set<Registration>>();
  #count = 0;

  constructor(keys: Keys, metadata: Readonly<Record<string, Term>>) {
    this.keys = keys;
    this.metadata = new Map(Object.entries(metadata));
  }

  /** How many registrations there are. */
  get count(): number {
    return this.#count;
  }

  /** The registrations under a key, oldest first. */
  under(key: Term): ReadonlyArray<Registration> {
    return Option.match(MutableHashMap.get(this.#byKey, comparable(key)), {
      onNone: () => [],
      onSome: (found) => [...found],
    });
  }

  /** Whether a process has registrations. */
  has(pid: Pid): boolean {
    return this.#byPid.has(pid);
  }

  /** The registrations of a process, oldest first. */
  of(pid: Pid): ReadonlyArray<Registration> {
    return [...this.#byPid.get(pid) ?? []];
  }

  /** All registrations, in no order. */
  get all(): ReadonlyArray<Registration> {
    return Array.from(this.#byPid.values(), (own) => [...own]).flat();
  }

  /** The processes that are registered. */
  get pids(): Iterable<Pid> {
    return this.#byPid.keys();
  }

  /** Adds a registration. */
  add(registration: Registration): void {
    const { pid } = registration;
    const key = comparable(registration.key);
    const under = Option.getOrUndefined(MutableHashMap.get(this.#byKey, key));
    if (under === undefined) MutableHashMap.set(this.#byKey, key, new Set([registration]));
    else under.add(registration);
    const own = this.#byPid.get(pid);
    if (own === undefined) this.#byPid.set(pid, new Set([registration]));
    else own.add(registration);
    this.#count += 1;
  }

  /** Takes registrations out; whether that process has others left. */
  remove(pid: Pid, registrations: ReadonlyArray<Registration>): boolean {
    const own = this.#byPid.get(pid);
    for (const one of registrations) {
      if (own?.delete(one) !== true) continue;
      this.#count -= 1;
      const key = comparable(one.key);
      const under = Option.getOrUndefined(MutableHashMap.get(this.#byKey, key));
      under?.delete(one);
      if (under?.size === 0) MutableHashMap.remove(this.#byKey, key);
    }
    if (own?.size === 0) this.#byPid.delete(pid);
    return this.#byPid.has(pid);
  }
}
