/**
 * Starts two peers, one that is stopped and one that never yields, says their OS processes, and waits to be killed.
 *
 * @module
 */
import { Effect } from "../../../src/deps/effect.ts";
import * as Node from "../../../src/node/node.ts";
import * as Process from "../../../src/process/process.ts";
import { Peer } from "../../../src/testing/mod.ts";
import { Words } from "./words.ts";

const modules = [import.meta.resolve("./words.ts")];

await Effect.runPromise(Effect.scoped(Effect.gen(function* () {
  yield* Node.start("deserter@localhost", { cookie: "secret_token" });
  const stopped = yield* Peer.start({ modules });
  const busy = yield* Peer.start({ modules });
  for (const { node } of [stopped, busy]) {
    yield* Node.spawn(node, Words.sendOsPid, [yield* Process.self()]);
    console.log(String(yield* Process.receive()));
  }
  yield* Peer.stop(stopped);
  yield* Process.send(yield* Node.spawn(busy.node, Words.spin, []), "now");
  console.log("ready");
  return yield* Effect.never;
})));
