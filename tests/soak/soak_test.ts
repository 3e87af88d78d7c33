/**
 * The soak in short: a few things happen to nodes under load, and nothing is wrong or left; the mapper's node is
 * killed three times.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { withNodes } from "../node/support.ts";
import { takeOver } from "./members.ts";
import { soak } from "./soak.ts";

Deno.test(
  "nodes are killed, stopped and cut off under load: every answer is right, and nothing is left",
  withNodes(async (net) => {
    const { tally, happened } = await soak(net, { seed: 3, happenings: 6, seconds: 0, nodes: 2, workers: 4 });
    assertEquals(tally.wrong, []);
    assert(tally.total > 100, `${tally.total} done`);
    assertEquals([...happened.values()].reduce((all, count) => all + count), 6);
  }),
);

Deno.test("the process that serves the mapper is killed, three times: another serves, and the mesh is whole", async () => {
  assertEquals((await takeOver({ nodes: 5, rounds: 3 })).length, 3);
});
