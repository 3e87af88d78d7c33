/**
 * A server that every node has under its supervisor: it is asked, casts reach it, and it can be made to end.
 *
 * @module
 */
import { GenServer, Process } from "../../mod.ts";
import { Effect } from "../deps.ts";
import { homeOf } from "./home.ts";
import type { Key } from "./journal.ts";
import type { Ask } from "./scenario.ts";

/** The server's registered name. */
export const ledgerName = "ledger";
/** The dynamic supervisor's. */
export const crewName = "Crew";
/** The registry's. */
export const deskName = "Desk";

/** Whoever is answered later waits so long, in milliseconds. */
const moment = 200;

/** Writes down that it was reached. */
const serve = (from: Key, number: number): Effect.Effect<void> =>
  Effect.map(Process.self(), (pid) => {
    const { run, home } = homeOf(pid);
    run.journal.of(home.life).add({ what: "served", who: run.labels.pid(pid), from, number });
  });

/** The server; it replies with the number that it was asked with. */
export const Ledger = GenServer.define("Simulation.Ledger", {
  init: () => ["ok", 0],
  handleCall: {
    ask: ([from, number, ask]: readonly [Key, number, Ask], caller: GenServer.From<number>, count: number) =>
      Effect.gen(function* () {
        yield* serve(from, number);
        switch (ask) {
          case "reply":
            return ["reply", number, count] as const;
          case "stop":
            return ["stop", "normal", number, count] as const;
          case "crash":
            return yield* Effect.die(new Error("ledger"));
          case "later":
            yield* Process.spawn(Effect.andThen(Effect.sleep(moment), GenServer.reply(caller, number)));
            return ["noreply", count] as const;
          case "never":
            return ["noreply", count] as const;
        }
      }),
  },
  handleCast: {
    note: ([from, number]: readonly [Key, number], count: number) =>
      Effect.as(serve(from, number), ["noreply", count + 1] as const),
  },
});
