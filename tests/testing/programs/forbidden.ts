/**
 * Tries to start a peer, and says what comes of it.
 *
 * @module
 */
import { Effect } from "../../../src/deps/effect.ts";
import * as Node from "../../../src/node/node.ts";
import { Peer } from "../../../src/testing/mod.ts";

const program = Effect.gen(function* () {
  yield* Node.start("sophie@localhost", { cookie: "secret_token" });
  console.log(String(yield* Effect.flip(Effect.scoped(Peer.start({ name: "moebi" })))));
  yield* Node.stop();
});
await Effect.runPromise(program);
