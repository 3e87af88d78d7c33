/**
 * Atoms: interned names, compared by `===`, printed `:ok`.
 *
 * @module
 */
import { WeakTable } from "./weak_table.ts";

const atoms = new WeakTable<string, Atom>();
/** The atoms asked for of late, held: looking through a weak reference costs more than a small atom's message. */
const recent = new Map<string, Atom>();
const heldAtMost = 1024;
/** A longer one is not held: no program has such, but a peer may send any. */
const heldLength = 255;

/**
 * An interned name, as Erlang's atom. Made by {@link atom} alone, so that two atoms of one name are one
 * object.
 */
export class Atom<Name extends string = string> {
  /** The atom's text, without the colon. */
  readonly name: Name;

  /** @internal Use {@link atom}. */
  constructor(name: Name) {
    this.name = name;
    Object.freeze(this);
  }

  /** `:ok`, or `:"with space"` where the bare form would not read back (Elixir's `inspect/1`). */
  toString(): string {
    return /^[A-Za-z_][A-Za-z0-9_@]*[?!]?$/.test(this.name)
      ? `:${this.name}`
      : `:${JSON.stringify(this.name)}`;
  }

  /** The atom's text, as Elixir's JSON encoders write it. */
  toJSON(): string {
    return this.name;
  }

  /** How `Deno.inspect` and `console.log` show it. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** How `node:util` shows it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/**
 * The atom of that name: the same object each time.
 *
 * @example
 * ```ts
 * import { atom } from "../../mod.ts";
 * import { assert, assertEquals } from "@std/assert";
 *
 * assert(atom("ok") === atom("ok"));
 * assertEquals(String(atom("ok")), ":ok");
 * ```
 *
 * @param name The atom's text, without the colon.
 * @returns The interned atom.
 */
export const atom = <const Name extends string>(name: Name): Atom<Name> =>
  (recent.get(name) ?? intern(name)) as Atom<Name>;

const intern = (name: string): Atom => {
  const found = atoms.get(name) ?? atoms.set(name, new Atom(name));
  if (name.length > heldLength) return found;
  if (recent.size >= heldAtMost) recent.clear();
  recent.set(name, found);
  return found;
};
