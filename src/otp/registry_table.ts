/**
 * What a registry holds: keys, who registered under them, and with what. Data alone; who may register, and what a
 * process's end causes, is `registry.ts`.
 *
 * @module
 */
import { MutableHashMap, Option } from "../deps/effect.ts";
import type { Pid } from "../term/identifier.ts";
import type { Term } from "../term/term.ts";

/** One registration. */
export interface Registration {
  readonly key: Term;
  readonly pid: Pid;
  value: Term;
}

/** Whether a key is had by one process, or by as many as register under it. */
export type Keys = "unique" | "duplicate";

/** The registrations of one registry. Keys are compared by what they hold, as in Elixir. */
export class RegistryTable {
  readonly keys: Keys;
  readonly metadata: Map<string, Term>;
  readonly #byKey = MutableHashMap.empty<Term, ReadonlyArray<Registration>>();
  readonly #byPid = new Map<Pid, ReadonlyArray<Registration>>();
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
    return Option.getOrElse(MutableHashMap.get(this.#byKey, key), () => []);
  }

  /** The registrations of a process, oldest first. */
  of(pid: Pid): ReadonlyArray<Registration> {
    return this.#byPid.get(pid) ?? [];
  }

  /** All registrations, in no order. */
  get all(): ReadonlyArray<Registration> {
    return [...this.#byPid.values()].flat();
  }

  /** The processes that are registered. */
  get pids(): Iterable<Pid> {
    return this.#byPid.keys();
  }

  /** Adds a registration. */
  add(registration: Registration): void {
    const { key, pid } = registration;
    MutableHashMap.set(this.#byKey, key, [...this.under(key), registration]);
    this.#byPid.set(pid, [...this.of(pid), registration]);
    this.#count += 1;
  }

  /** Takes registrations out; whether that process has others left. */
  remove(pid: Pid, registrations: ReadonlyArray<Registration>): boolean {
    const isLeft = (one: Registration): boolean => !registrations.includes(one);
    for (const { key } of registrations) {
      const left = this.under(key).filter(isLeft);
      if (left.length === 0) MutableHashMap.remove(this.#byKey, key);
      else MutableHashMap.set(this.#byKey, key, left);
    }
    const left = this.of(pid).filter(isLeft);
    this.#count -= this.of(pid).length - left.length;
    if (left.length === 0) this.#byPid.delete(pid);
    else this.#byPid.set(pid, left);
    return left.length > 0;
  }
}
