/**
 * What the compiler knows of servers: a call's reply follows from its request, and what a server needs is needed
 * by who starts it. That it accepts each line is the test.
 *
 * @module
 */
import { Context, type Duration, Effect, type Option, Schema } from "npm:effect@^4.1.0";
import {
  type AlreadyStarted,
  type Atom,
  atom,
  type BadArg,
  type Exit,
  GenServer,
  type Ignore,
  type NoConnection,
  type NoProc,
  type Pid,
  type Term,
  type Timeout,
  tuple,
  type Unsendable,
} from "../../mod.ts";

type Equal<A, B> = (<T>() => T extends A ? 1 : 2) extends (<T>() => T extends B ? 1 : 2) ? true : false;

/** Compiles only where the effect's types are exactly these. */
const gives = <A, E = never, R = never>() =>
<Given>(
  _effect: Given,
  ..._proof: Equal<Given, Effect.Effect<A, E, R>> extends true ? []
    : [expected: Effect.Effect<A, E, R>, but: "its types differ"]
): void => {};

class Db extends Context.Service<Db, { readonly rows: ReadonlyArray<string> }>()("Db") {}
class Clock extends Context.Service<Clock, { readonly now: number }>()("Clock") {}

type Met = NoConnection | NoProc | Exit | Timeout | Unsendable | BadArg;
type NotUp = AlreadyStarted | BadArg | Exit | Ignore | Timeout;

/** The counter, as a user would write it. */
export const Counter = GenServer.define("Counter", {
  init: (start: number) => ["ok", start],
  handleCall: {
    get: (_, _from, count) => ["reply", count, count],
    add: (amount: number, _from, count) => ["reply", count + amount, count + amount],
  },
  handleCast: {
    reset: () => ["noreply", 0],
    set: (count: number) => ["noreply", count],
  },
});

/** Each reply's type follows from its request. */
export const asking = (counter: Pid): void => {
  gives<number, Met>()(GenServer.call(counter, Counter.get()));
  gives<number, Met>()(GenServer.call("Counter", Counter.add(2), "1 second"));
  gives<number, Met>()(GenServer.call(["Counter", "kate@localhost"], Counter.add(2), "infinity"));
  gives<Term, Met>()(GenServer.call(counter, tuple(atom("add"), 2)));
  gives<Atom<"ok">, Unsendable | BadArg>()(GenServer.cast(counter, Counter.reset()));
  gives<Atom<"ok">, Unsendable | BadArg>()(GenServer.cast(counter, Counter.set(2)));
  gives<Atom<"ok">, Unsendable | BadArg>()(GenServer.cast(counter, atom("reset")));
  gives<Atom<"abcast">, Unsendable | BadArg>()(
    GenServer.abcast(["kate@localhost"], "Counter", Counter.reset()),
  );
  gives<GenServer.Replies<number>, Unsendable | BadArg>()(
    GenServer.multiCall(["kate@localhost"], "Counter", Counter.get()),
  );
  gives<GenServer.Replies<Term>, Unsendable | BadArg>()(
    GenServer.multiCall(["kate@localhost"], "Counter", atom("get"), 500),
  );
  gives<Atom<"ok">, Met>()(GenServer.stop(counter));
  gives<Atom<"ok">, Met>()(GenServer.stop(counter, "shutdown", "1 second"));
  gives<Option.Option<Pid | readonly [name: string, node: string]>, BadArg>()(GenServer.whereis("Counter"));
};

/** Starting: what `init` is given is what it asks for. */
export const starting = (): void => {
  gives<Pid, NotUp>()(GenServer.startLink(Counter, 0));
  gives<Pid, NotUp>()(GenServer.start(Counter, 0, { name: "Counter", timeout: "1 second" }));
  gives<Pid, NotUp, Db | Clock>()(GenServer.startLink(Shop, { stock: 3 }));
};

interface Stock {
  readonly count: number;
  readonly waiting: ReadonlyArray<GenServer.From<boolean>>;
}

/** All callbacks, with Effects and services, replies that come later, and every kind of result. */
export const Shop = GenServer.define("Shop", {
  init: ({ stock }: { readonly stock: number }) =>
    Effect.gen(function* () {
      const { rows } = yield* Db;
      if (stock < 0) return ["stop", "no stock"];
      if (rows.length === 0) return "ignore";
      const first: Stock = { count: stock, waiting: [] };
      return ["ok", first, ["continue", "load"]];
    }),
  handleCall: {
    rows: (_, _from, stock) => Effect.map(Db, ({ rows }) => ["reply", rows, stock]),
    order: (_item: string, from: GenServer.From<boolean>, stock) => [
      "noreply",
      { ...stock, waiting: [...stock.waiting, from] },
    ],
    close: (_, _from, stock) => ["stop", "normal", "bye" as string, stock],
    count: (_, _from, stock) =>
      stock.count > 0 ? ["reply", stock.count, stock, 500] : ["stop", "sold out", stock],
    put: (count: number, _from, stock) =>
      Effect.gen(function* () {
        for (const from of stock.waiting) yield* GenServer.reply(from, true);
        const { now } = yield* Clock;
        return ["reply", now, { ...stock, count }, "hibernate"];
      }),
    maybe: (count: number | undefined, _from, stock) => ["reply", count ?? 0, stock],
  },
  handleInfo: (message: Term, stock) =>
    message === atom("timeout") ? ["stop", "idle", stock] : ["noreply", stock],
  handleContinue: (_what, stock) => ["noreply", stock, "1 second"],
  terminate: (_reason, stock) => Effect.logInfo(stock.count),
  formatStatus: (status) => ({ ...status, state: status.state.count }),
});

/** What the shop is asked. */
export const shopping = (): void => {
  gives<ReadonlyArray<string>, Met>()(GenServer.call("Shop", Shop.rows()));
  gives<boolean, Met>()(GenServer.call("Shop", Shop.order("cup")));
  gives<string, Met>()(GenServer.call("Shop", Shop.close()));
  gives<number, Met>()(GenServer.call("Shop", Shop.count()));
  gives<number, Met>()(GenServer.call("Shop", Shop.put(2)));
  gives<number, Met>()(GenServer.call("Shop", Shop.maybe()));
};

/** Checked by Schema where that is given. */
export const Checked = GenServer.define("Checked", {
  schemas: {
    state: Schema.Number,
    calls: { add: { request: Schema.Number, reply: Schema.Number }, wait: { request: Schema.Duration } },
    casts: { set: Schema.Number },
  },
  init: (start: number) => ["ok", start],
  handleCall: {
    add: (amount: number, _from, count) => ["reply", count + amount, count + amount],
    wait: (_time: Duration.Duration, _from, count) => ["reply", atom("ok"), count],
  },
  handleCast: { set: (count: number) => ["noreply", count] },
});

/** A server of any request, as one of another program would be asked. */
export const Echo = GenServer.define("Echo", {
  init: () => ["ok", null],
  handleCall: { _: (request: Term, _from, state) => ["reply", request, state] },
  handleCast: { _: (_request: Term, state) => ["noreply", state] },
});
