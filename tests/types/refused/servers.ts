/**
 * Servers that give what they may not, and requests that do not fit.
 *
 * @module
 */
import { Effect, Schema } from "npm:effect@^4.1.0";
import { GenServer } from "../../../mod.ts";

const Counter = GenServer.define("Counter", {
  init: (start: number) => ["ok", start],
  handleCall: {
    get: (_, _from, count) => ["reply", count, count],
    add: (amount: number, _from, count) => ["reply", count + amount, count + amount],
    later: (_: string, _from: GenServer.From<boolean>, count) => ["noreply", count],
  },
  handleCast: { reset: () => ["noreply", 0] },
});

// Refused: Argument of type 'string' is not assignable to parameter of type 'number'
GenServer.startLink(Counter, "0");

// Refused: Argument of type 'string' is not assignable to parameter of type 'number'
Counter.add("two");

// Refused: Expected 1 arguments, but got 0
Counter.add();

// Refused: Expected 0 arguments, but got 1
Counter.get(1);

// Refused: Property 'subtract' does not exist
Counter.subtract(1);

// Refused: Type 'number' is not assignable to type 'string'
export const text: Effect.Effect<string, unknown> = GenServer.call("Counter", Counter.get());

// Refused: 'Call<number>'
GenServer.cast("Counter", Counter.get());

// Refused: 'Cast'
GenServer.call("Counter", Counter.reset());

GenServer.define("Wrong", {
  init: () => ["ok", 1],
  handleCall: {
    // Refused: Type 'string' is not assignable to type 'number'
    get: (_, _from, count) => ["reply", count, "no number"],
    // Refused: "replay"
    misspelled: (_, _from, count) => ["replay", count, count],
  },
  handleCast: {
    // Refused: "reply"
    get: (_, count) => ["reply", count, count],
  },
});

GenServer.define("Wrong", {
  init: () => ["ok", 1],
  handleCall: {
    ask: (_, from, count) =>
      // Refused: is not assignable to parameter of type 'never'
      Effect.as(GenServer.reply(from, 1), ["noreply", count]),
  },
});

GenServer.define("Wrong", {
  schemas: {
    calls: {
      // Refused: Type 'string' is not assignable to type 'number'
      add: { request: Schema.String },
    },
  },
  init: () => ["ok", 1],
  handleCall: { add: (amount: number, _from, count) => ["reply", count + amount, count] },
});
