/**
 * Partition supervisors: which partition a key falls to, and what each partition is. What is expected was seen of
 * Elixir 1.14.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Effect, Option } from "../deps.ts";
import {
  atom,
  defmodule,
  DynamicSupervisor,
  GenServer,
  PartitionSupervisor,
  Pid,
  Process,
  Supervisor,
  type Term,
  tuple,
} from "../../mod.ts";
import { onBothFibers } from "../process/support.ts";

const Counter = GenServer.define("Counter", {
  init: (count: number) => ["ok", count],
  handleCall: { get: (_, _from, count) => ["reply", count, count] },
});

const Counters = defmodule("Counters", { start: (count: number) => GenServer.startLink(Counter, count) });

const childSpec = { id: "counter", start: GenServer.startLink(Counter, 1), modules: ["Counter"] };
const partitionOf = (key: Term) =>
  Effect.map(GenServer.whereis(PartitionSupervisor.via("Counters", key)), Option.getOrNull);

onBothFibers(
  "numbers are shared out by their remainder, other keys always to the same partition",
  () =>
    Effect.gen(function* () {
      yield* PartitionSupervisor.startLink({ name: "Counters", childSpec, partitions: 3 });
      assertEquals(yield* PartitionSupervisor.partitions("Counters"), 3);
      const counts = { specs: 3, active: 3, supervisors: 0, workers: 3 };
      assertEquals(yield* PartitionSupervisor.countChildren("Counters"), counts);
      const children = (yield* PartitionSupervisor.whichChildren("Counters")).toReversed();
      assertEquals(children.map(([id, , type, modules]) => [id, type, modules]), [
        [0, "worker", ["Counter"]],
        [1, "worker", ["Counter"]],
        [2, "worker", ["Counter"]],
      ]);
      const pids = children.map(([, pid]) => pid);
      for (const [key, partition] of [[0, 0], [4, 1], [5, 2], [-1, 1], [-2, 2], [7n, 1], [-5n, 2]] as const) {
        assert((yield* partitionOf(key)) === pids[partition], String(key));
      }
      for (const key of ["user", atom("user"), tuple("user", { id: 80 }), 1.5]) {
        const pid = yield* partitionOf(key);
        assert(pids.includes(pid as Pid));
        assertEquals(yield* partitionOf(key), pid);
      }
      const met = new Set<unknown>();
      for (let user = 0; user < 200; user++) met.add(yield* partitionOf(`user ${user}`));
      assertEquals(met, new Set(pids));
    }),
);

onBothFibers("each partition can have arguments of its own", () =>
  Effect.gen(function* () {
    yield* PartitionSupervisor.startLink({
      name: "Counters",
      childSpec: { id: "counter", start: [Counters.start, [10]] },
      partitions: 2,
      withArguments: ([count], partition) => [Number(count) + partition],
    });
    for (const partition of [0, 1]) {
      const via = PartitionSupervisor.via("Counters", partition);
      assertEquals(yield* GenServer.call(via, Counter.get()), 10 + partition);
    }
  }));

onBothFibers("a partition that was restarted is found again", () =>
  Effect.gen(function* () {
    const supervisor = yield* PartitionSupervisor.startLink({ name: "Counters", childSpec, partitions: 2 });
    const before = yield* partitionOf(1);
    assert(before instanceof Pid);
    const reference = yield* Process.monitor(before);
    yield* Process.exit(before, "kill");
    yield* Process.receive((message): message is Term => Array.isArray(message) && message[1] === reference);
    yield* PartitionSupervisor.countChildren(supervisor);
    const after = yield* partitionOf(1);
    assert(after instanceof Pid && after !== before);
    assertEquals(yield* GenServer.call(PartitionSupervisor.via("Counters", 1), Counter.get()), 1);
  }));

onBothFibers("dynamic supervisors as partitions, under a supervisor", () =>
  Effect.gen(function* () {
    const partitions = PartitionSupervisor.childSpec({
      name: "Sessions",
      childSpec: DynamicSupervisor.childSpec(),
    });
    yield* Supervisor.startLink([partitions], { strategy: "one_for_one" });
    assertEquals(yield* PartitionSupervisor.partitions("Sessions"), navigator.hardwareConcurrency);
    const mine = PartitionSupervisor.via("Sessions", "user 80");
    yield* DynamicSupervisor.startChild(mine, { id: "session", start: Process.spawnLink(Effect.never) });
    assertEquals((yield* DynamicSupervisor.countChildren(mine)).active, 1);
    assertEquals(
      (yield* PartitionSupervisor.countChildren("Sessions")).supervisors,
      navigator.hardwareConcurrency,
    );
  }));

onBothFibers("when it has stopped nobody is found", () =>
  Effect.gen(function* () {
    yield* PartitionSupervisor.startLink({ name: "Counters", childSpec, partitions: 2 });
    assertEquals(yield* PartitionSupervisor.stop("Counters"), atom("ok"));
    assertEquals(yield* partitionOf(1), null);
    assertEquals((yield* Effect.flip(PartitionSupervisor.partitions("Counters")))._tag, "noproc");
    const call = yield* Effect.flip(GenServer.call(PartitionSupervisor.via("Counters", 1), Counter.get()));
    assertStringIncludes(String(call), '{:via, PartitionSupervisor, {"Counters", 1}}');
    assertEquals(call._tag, "noproc");
  }));

onBothFibers("a partition that does not start is named by its number", () =>
  Effect.gen(function* () {
    const broken = { id: "broken", start: Effect.fail("no") };
    const failure = yield* Effect.flip(
      PartitionSupervisor.startLink({ name: "Counters", childSpec: broken, partitions: 2 }),
    );
    assertStringIncludes(String(failure), 'the child "0" failed to start: no');
    assertEquals((yield* Effect.flip(PartitionSupervisor.partitions("Counters")))._tag, "noproc");
  }));

const optionsThatAreNone: ReadonlyArray<readonly [options: object | undefined, said: string]> = [
  [undefined, "undefined was given"],
  [{ name: undefined }, "name: undefined was given"],
  [{ childSpec: null }, "childSpec: null was given"],
  [{ childSpec: { id: "a" } }, "start: undefined was given"],
  [{ partitions: 0 }, "partitions: 0 was given where a whole number of 1 or more belongs"],
  [{ partitions: NaN }, "partitions: NaN was given"],
  [{ withArguments: 1 }, "withArguments: 1 was given"],
  [{ strategy: "bogus" }, 'strategy: "bogus" was given'],
  [{ maxRestarts: -1 }, "maxRestarts: -1 was given"],
];

for (const [options, said] of optionsThatAreNone) {
  onBothFibers(
    `PartitionSupervisor.startLink refuses ${Deno.inspect(options)}`,
    () =>
      Effect.gen(function* () {
        const given = options === undefined ? options : { name: "Counters", childSpec, ...options };
        const failure = yield* Effect.flip(
          PartitionSupervisor.startLink(
            given as PartitionSupervisor.PartitionSupervisorOptions<typeof childSpec>,
          ),
        );
        assertStringIncludes(String(failure), "badarg: ");
        assertStringIncludes(String(failure), said);
      }),
  );
}

onBothFibers(
  "what fails is said of the partition supervisor, and a partition's modules are its start's",
  () =>
    Effect.gen(function* () {
      const start = Effect.fail("no");
      const failed = yield* Effect.flip(
        PartitionSupervisor.startLink({ name: "Failing", childSpec: { id: "x", start }, partitions: 2 }),
      );
      assertEquals(
        String(failed),
        'failed_to_start_child: PartitionSupervisor.startLink("Failing"): the child "0" failed to start: no',
      );
      const childSpec = { id: "x", start: Process.spawnLink(Effect.never) };
      const wrong = yield* Effect.flip(
        PartitionSupervisor.startLink({ name: "Failing", childSpec, maxRestarts: -1 }),
      );
      assertStringIncludes(String(wrong), "badarg: PartitionSupervisor.startLink, maxRestarts: -1");
      const Idle = defmodule("Tests.Otp.Idle", { start: () => Process.spawnLink(Effect.never) });
      const spec = { id: "x", start: [Idle.start, []] as const };
      const partitions = yield* PartitionSupervisor.startLink({
        name: "Idle",
        childSpec: spec,
        partitions: 1,
      });
      const [info] = yield* PartitionSupervisor.whichChildren(partitions);
      assertEquals(info?.[3], ["Tests.Otp.Idle"]);
    }),
);
