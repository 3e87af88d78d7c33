/**
 * The server that is asked, here and from the other node.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { GenServer } from "../../../mod.ts";

/** Counts. */
export const Counter = GenServer.define("Counter", {
  init: (start: number) => ["ok", start],
  handleCall: { add: (amount: number, _from, count) => ["reply", count + amount, count + amount] },
});

/** Asks a counter so many times, one after the other. */
export const addOneByOne = (counter: GenServer.ServerRef, count: number) =>
  Effect.gen(function* () {
    for (let index = 0; index < count; index++) yield* GenServer.call(counter, Counter.add(1));
  });
