/**
 * A table that holds its values weakly: how atoms, pids and references become one object a value, so that
 * `===` compares them, without a peer being able to fill this node's memory with names.
 *
 * @module
 */

const firstSweep = 1024;

/** A `Map` whose values may be collected; swept when it has doubled, so it stays proportional to what lives. */
export class WeakTable<K, V extends object> {
  readonly #entries = new Map<K, WeakRef<V>>();
  #sweepAt = firstSweep;

  /** The live value under `key`, if there is one. */
  get(key: K): V | undefined {
    return this.#entries.get(key)?.deref();
  }

  /** Puts `value` under `key` and hands it back. */
  set(key: K, value: V): V {
    this.#entries.set(key, new WeakRef(value));
    if (this.#entries.size >= this.#sweepAt) this.#sweep();
    return value;
  }

  /** How many entries stand in the table, collected ones included. */
  get size(): number {
    return this.#entries.size;
  }

  #sweep(): void {
    for (const [key, reference] of this.#entries) {
      if (reference.deref() === undefined) this.#entries.delete(key);
    }
    this.#sweepAt = Math.max(firstSweep, this.#entries.size * 2);
  }
}
