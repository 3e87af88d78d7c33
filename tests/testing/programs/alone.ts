/**
 * Tests that need a thing of which there is one: a port.
 *
 * @module
 */
import { Effect } from "../../../src/deps/effect.ts";
import { test } from "../../../src/testing/mod.ts";

const port = Number(Deno.env.get("THE_PORT"));

/** Registers the tests. */
export const alone = (): void => {
  for (let number = 1; number <= 20; number++) {
    test(
      `has the port ${number}`,
      Effect.gen(function* () {
        yield* Effect.acquireRelease(
          Effect.sync(() => Deno.listen({ hostname: "127.0.0.1", port })),
          (listener) => Effect.sync(() => listener.close()),
        );
        yield* Effect.sleep(5);
      }),
    );
  }
};
