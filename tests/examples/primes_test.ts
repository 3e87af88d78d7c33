/**
 * The primes: the parts are whole, the count is right, also when a peer is lost, and the program says so.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { Effect } from "npm:effect@^4.1.0";
import { countPrimes } from "../../examples/primes/job.ts";
import { bar, busyness, partsOf } from "../../examples/primes/plan.ts";
import { Primes } from "../../examples/primes/primes.ts";
import { Node } from "../../mod.ts";
import { Peer } from "../../src/testing/mod.ts";
import { fileOf, run } from "../cli/support.ts";

Deno.test("primes are counted, the borders as they should", () => {
  assertEquals(Primes.count(0, 2), 0);
  assertEquals(Primes.count(0, 3), 1);
  assertEquals(Primes.count(2, 11), 4);
  assertEquals(Primes.count(11, 11), 0);
  assertEquals(Primes.count(0, 10_000), 1229);
});

Deno.test("parts cover every number once, the dearest first", () => {
  for (const [limit, count] of [[1, 1], [10, 3], [7, 64], [100, 32], [101, 32]] as const) {
    const parts = partsOf(limit, count).toReversed();
    assertEquals(parts[0]?.[0], 0);
    assertEquals(parts.at(-1)?.[1], limit);
    for (const [index, [from, to]] of parts.entries()) {
      assertEquals(from < to, true);
      assertEquals(parts[index + 1]?.[0] ?? limit, to);
    }
  }
});

Deno.test("the bar shows nothing, half, and all", () => {
  assertEquals(bar(0, 8), "[..............................]   0 %");
  assertEquals(bar(4, 8), "[###############...............]  50 %");
  assertEquals(bar(8, 8), "[##############################] 100 %");
});

Deno.test("a busy machine is spoken of, and an idle one is not", () => {
  assertEquals(busyness(0.2, 2), undefined);
  assertEquals(
    busyness(1.96, 2),
    "other programs use this machine (load 2.0 on 2 cores): peers share what is left",
  );
});

Deno.test("a peer that is lost in the middle costs nothing but time; without peers the job fails typed", () =>
  Effect.runPromise(
    Effect.scoped(Effect.gen(function* () {
      const options = { program: fileOf("examples/primes/peer.ts") };
      const peers = yield* Effect.all([Peer.start(options), Peer.start(options)], { concurrency: 2 });
      const [first] = peers;
      const nodes = peers.map(({ node }) => node);
      let isKilled = false;
      const job = countPrimes(1_000_000, nodes, () => {
        if (isKilled) return;
        isKilled = true;
        Effect.runFork(Peer.kill(first));
      });
      assertEquals(yield* job, 78_498);
      yield* Peer.kill(first);
      const failure = yield* Effect.flip(countPrimes(1000, [first.node], () => {}));
      assertEquals(failure._tag, "noconnection");
    })).pipe(Effect.provide(Node.layer("primes-test@localhost", { cookie: "secret_token", epmd: false }))),
  ));

Deno.test("the program shows its progress, the count, and what was gained", async () => {
  const { code, out, err } = await run(fileOf("examples/primes/main.ts"), ["200000", "2"]);
  assertEquals([code, err], [0, []]);
  assertEquals(out.filter((line) => line.endsWith("100 %")), [
    "1 peer  [##############################] 100 %",
    "2 peers [##############################] 100 %",
  ]);
  assertEquals(out.at(-2), "17984 primes below 200000");
  assertMatch(out.at(-1) ?? "", /^1 peer: \d+\.\d\d s; 2 peers: \d+\.\d\d s; \d+\.\d\d times as fast$/);
});

Deno.test("what is no number, or too many, is refused in one line", async () => {
  for (const args of [["many"], ["100", "65"], ["100", "1", "1"]]) {
    const { code, err } = await run(fileOf("examples/primes/main.ts"), args);
    assertEquals([code, err], [1, [
      "usage: main.ts [LIMIT [PEERS]], as 5000000 2: a limit up to 1000000000, up to 64 peers",
    ]]);
  }
});
