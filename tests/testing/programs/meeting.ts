/**
 * A test that passes once the nodes of all three files have met: each says what it knows until each knows all.
 *
 * @module
 */
import { Effect, Schema } from "../../../src/deps/effect.ts";
import * as Node from "../../../src/node/node.ts";
import * as Process from "../../../src/process/process.ts";
import { test } from "../../../src/testing/mod.ts";

const names = ["sophie@localhost", "sophie-1@localhost", "sophie-2@localhost"];
const Greeting = Schema.Struct({ from: Schema.String, met: Schema.Array(Schema.String) });

/** Registers the test. */
export const meet = (): void =>
  test(
    "the nodes meet",
    { async: true },
    Effect.gen(function* () {
      const self = yield* Node.self();
      yield* Process.register(yield* Process.self(), "guest");
      const met = new Set([self]);
      const content = new Set<string>();
      while (content.size < names.length) {
        if (met.size === names.length) content.add(self);
        const others = names.filter((name) => name !== self);
        for (const other of others) yield* Process.send(["guest", other], { from: self, met: [...met] });
        yield* Process.receive(Greeting, { after: 50 }).pipe(
          Effect.map((greeting) => {
            met.add(greeting.from);
            if (greeting.met.length === names.length) content.add(greeting.from);
          }),
          Effect.ignore,
        );
      }
    }),
  );
