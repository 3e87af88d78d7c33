/**
 * What a peer is started as.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import { runningNode } from "../../src/node/running.ts";
import { withKernel } from "../../src/process/own_kernel.ts";
import { launchOf } from "../../src/testing/launch.ts";

Deno.test("peers of test files that run in parallel have names of their own", async () => {
  // A worker has its own copy of each module, as this is, and the same OS process.
  const another = `${import.meta.resolve("../../src/testing/launch.ts")}?another`;
  const { launchOf: launchOfAnother }: { launchOf: typeof launchOf } = await import(another);
  const names = await Effect.runPromise(
    withKernel((kernel) =>
      Effect.sync(() => {
        const own = runningNode(kernel);
        if (own === undefined) return [];
        return [launchOf, launchOfAnother, launchOf].map((make) => {
          const launch = make(own, "Peer.start()", {});
          return "args" in launch ? launch.node : String(launch);
        });
      })
    ).pipe(Effect.provide(Node.layer("launch-test@localhost", { cookie: "secret_token", epmd: false }))),
  );
  assertEquals(names.map((name) => /^peer-.+-\d+@localhost$/.test(name)), [true, true, true], names.join());
  assertEquals(new Set(names).size, 3, names.join());
});
