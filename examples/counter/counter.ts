/**
 * A counter that is asked from anywhere, and keeps what it counted in another process: a crash loses nothing.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { Agent, GenServer } from "../../mod.ts";

/** The name under which what was counted is kept. */
export const stash = "Counter.Stash";

const keep = (count: number) => Agent.update(stash, () => count);

/** The counter. */
export const Counter = GenServer.define("Counter", {
  init: () => Effect.map(Agent.get(stash, (count: number) => count), (count) => ["ok", count] as const),
  handleCall: {
    /** How far it is. */
    get: (_, _from, count) => ["reply", count, count],
    /** Adds, and says how far it is. */
    add: (amount: number, _from, count) =>
      Effect.as(keep(count + amount), ["reply", count + amount, count + amount]),
    /** Divides as whole numbers are; by 0 it crashes, as anything would that has a mistake in it. */
    divide: (by: number, _from, count) => {
      const next = Number(BigInt(count) / BigInt(by));
      return Effect.as(keep(next), ["reply", next, next]);
    },
  },
});
