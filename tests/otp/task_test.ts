/**
 * Tasks beside what the oracle holds: streams that are lazy, bounded and left early, tasks that are let go, and who
 * asked for them.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertStringIncludes } from "@std/assert";
import {
  BadArg,
  defmodule,
  exit,
  GenServer,
  NoConnection,
  NoProc,
  PartitionSupervisor,
  type Pid,
  Process,
  Registry,
  Supervisor,
  Task,
} from "../../mod.ts";
import { Deferred, Effect, Fiber, Option, Result } from "../deps.ts";
import { Cause, Data, Exit, Stream } from "../../src/deps/effect.ts";
import { eventually, type TestNode, withNodes } from "../node/support.ts";
import { onBothFibers } from "../process/support.ts";

class TooBig extends Data.TaggedError("TooBig")<{ readonly size: number }> {}

const Work = defmodule("Tests.Otp.Work", {
  wait: () => Effect.never,
  twice: (value: number) =>
    value > 100 ? Effect.fail(new TooBig({ size: value })) : Effect.succeed(value * 2),
  add: (value: number, more: number) => value + more,
  waitAs: (name: string) =>
    Effect.gen(function* () {
      yield* Effect.orDie(Process.register(yield* Process.self(), name));
      yield* Process.receive();
    }),
  callers: () => Task.callers(),
  /** The callers that a task of a task has. */
  callersOfTask: (supervisor: readonly [string, string]) =>
    Task.Supervisor.async(supervisor, Work.callers, []).pipe(Effect.flatMap(Task.await)) as Task.Result<
      ReadonlyArray<Pid>
    >,
}, { errors: [TooBig] });

onBothFibers(
  "a stream of tasks runs so many at a time, and reads no more items than it runs",
  () =>
    Effect.gen(function* () {
      let [running, most, read] = [0, 0, 0];
      const full = yield* Deferred.make<void>();
      const items = function* () {
        for (let item = 1;; item++) {
          read = item;
          yield item;
        }
      };
      const stream = Task.asyncStream(items(), (item) =>
        Effect.gen(function* () {
          most = Math.max(most, ++running);
          if (running === 3) yield* Deferred.succeed(full, undefined);
          yield* Deferred.await(full);
          yield* Effect.yieldNow;
          running--;
          return item;
        }), { maxConcurrency: 3 });
      const results = yield* Stream.runCollect(Stream.take(stream, 10));
      assertEquals(results.map(Result.getOrThrow), [1, 2, 3, 4, 5, 6, 7, 8, 9, 10]);
      assertEquals(most, 3);
      assert(read <= 12, `${read} items were read`);
    }),
);

onBothFibers(
  "a slow item keeps none of those behind it waiting, and the results come in order all the same",
  () =>
    Effect.gen(function* () {
      const last = yield* Deferred.make<void>();
      const stream = Task.asyncStream([1, 2, 3, 4], (item) => {
        if (item === 1) return Effect.as(Deferred.await(last), item);
        return item === 4 ? Effect.as(Deferred.succeed(last, undefined), item) : Effect.succeed(item);
      }, { maxConcurrency: 2 });
      assertEquals((yield* Stream.runCollect(stream)).map(Result.getOrThrow), [1, 2, 3, 4]);
    }),
);

onBothFibers(
  "a stream that is left early, interrupted or failed by its items kills the tasks that run",
  () =>
    Effect.gen(function* () {
      const [begun, left]: [Array<number>, Array<number>] = [[], []];
      const block = (item: number) =>
        Effect.onInterrupt(
          Effect.andThen(Effect.sync(() => begun.push(item)), Effect.never),
          () => Effect.sync(() => left.push(item)),
        );
      const runs = (item: number) =>
        Effect.promise(() => eventually(`task ${item} runs`, () => begun.includes(item)));
      const early = Task.asyncStream([1, 2], (item) => item === 1 ? Effect.succeed(1) : block(2), {
        maxConcurrency: 2,
      });
      yield* Stream.runCollect(Stream.take(early, 1));
      yield* Effect.promise(() => eventually("the second was killed", () => left.includes(2)));

      const waiting = yield* Effect.forkChild(Stream.runCollect(Task.asyncStream([3], block)));
      yield* runs(3);
      yield* Fiber.interrupt(waiting);
      yield* Effect.promise(() => eventually("the third was killed", () => left.includes(3)));

      const items = Stream.concat(
        Stream.make(4),
        Stream.fromEffect(Effect.andThen(runs(4), Effect.fail("no more" as const))),
      );
      const failed = yield* Effect.flip(
        Stream.runCollect(Task.asyncStream(items, block, { maxConcurrency: 2 })),
      );
      assertEquals(failed, "no more");
      yield* Effect.promise(() => eventually("the fourth was killed", () => left.includes(4)));
    }),
);

onBothFibers("options of a stream that cannot be are badarg", () =>
  Effect.gen(function* () {
    for (const options of [{ maxConcurrency: 0 }, { maxConcurrency: NaN }, { timeout: "soon" as never }]) {
      const failure = yield* Effect.flip(Stream.runCollect(Task.asyncStream([1], (item) => item, options)));
      assertInstanceOf(failure, BadArg, JSON.stringify(options));
    }
  }));

onBothFibers(
  "what is no stream, no array of tasks or no option is badarg, and says what belongs there",
  () =>
    Effect.gen(function* () {
      const wrong = (value: unknown): never => value as never;
      const calls: ReadonlyArray<readonly [says: string, call: () => Effect.Effect<unknown, unknown>]> = [
        ["an iterable or a Stream", () => Stream.runCollect(Task.asyncStream(wrong(5), (item) => item))],
        [
          "{ maxConcurrency: 2 }",
          () => Stream.runCollect(Task.asyncStream([1], (item) => item, wrong(null))),
        ],
        ["an array of tasks", () => Task.awaitMany(wrong(undefined))],
        ["an array of tasks", () => Task.yieldMany(wrong("all"))],
        ["an array of arguments", () => Task.Supervisor.async("Tasks", Work.twice, wrong(5))],
        [
          '"permanent"',
          () => Task.Supervisor.startChild("Tasks", Work.twice, [1], { restart: wrong("ever") }),
        ],
        ["a pid", () => Task.Supervisor.terminateChild("Tasks", wrong("me"))],
        ["a server", () => Task.Supervisor.children(wrong(7))],
        ['{ name: "Tasks" }', () => Task.Supervisor.startLink(wrong(null))],
        ["a whole number", () => Task.Supervisor.startLink({ maxChildren: wrong("many") })],
        ["a whole number", () => Task.Supervisor.startLink({ maxRestarts: -1 })],
        ["a text or Registry.via", () => Task.Supervisor.startLink({ name: wrong(5) })],
      ];
      for (const [says, call] of calls) {
        const end = yield* Effect.exit(Effect.suspend(call));
        assert(Exit.isFailure(end), says);
        const error = Cause.squash(end.cause);
        assertInstanceOf(error, BadArg, says);
        assertStringIncludes(error.message, says);
      }
    }),
);

onBothFibers(
  "a task supervisor is found by way of a registry and of a partition supervisor",
  () =>
    Effect.gen(function* () {
      yield* Registry.startLink({ keys: "unique", name: "Names" });
      const name = Registry.via("Names", "tasks");
      const supervisor = yield* Task.Supervisor.startLink({ name });
      assertEquals(yield* GenServer.whereis(name), Option.some(supervisor));
      yield* PartitionSupervisor.startLink({
        name: "Parts",
        childSpec: Task.Supervisor.childSpec(),
        partitions: 2,
      });
      for (const via of [name, PartitionSupervisor.via("Parts", yield* Process.self())]) {
        const task = yield* Task.Supervisor.async(via, Work.twice, [4]);
        assertEquals(yield* Task.await(task), 8);
        const stream = Task.Supervisor.asyncStream(via, [1, 2], Work.twice, []);
        assertEquals((yield* Stream.runCollect(stream)).map(Result.getOrThrow), [2, 4]);
        assertEquals(yield* Task.Supervisor.children(via), []);
      }
      // Nobody has that name: as of any other supervisor that is not there.
      const nobody = Registry.via("Names", "nobody");
      const task = yield* Task.Supervisor.async(nobody, Work.twice, [1]);
      assertInstanceOf(yield* Effect.flip(Task.await(task)), NoProc);
      assertInstanceOf(yield* Effect.flip(Task.shutdown(task)), NoProc);
      assertInstanceOf(yield* Effect.flip(Task.Supervisor.children(nobody)), NoProc);
      const unknown = yield* Effect.flip(Task.Supervisor.async(Registry.via("None", 1), Work.twice, [1]));
      assertInstanceOf(unknown, BadArg);
    }),
);

onBothFibers("awaitMany says of all tasks which are late", () =>
  Effect.gen(function* () {
    const late = yield* Task.async(Effect.never);
    const done = yield* Task.async(Work.twice, [4]);
    const tasks = [late, yield* Task.async(Work.wait, []), done];
    yield* Task.await(done);
    const failure = yield* Effect.flip(Task.awaitMany(tasks, 0));
    assertEquals(
      String(failure),
      "timeout: Task.awaitMany of 3 tasks, of which 2 are not done: " +
        "Task.async(…), Task.async(Tests.Otp.Work.wait/0): no answer within 0 ms",
    );
  }));

onBothFibers(
  "yieldMany gives a typed failure as a result, and what is not done as nothing",
  () =>
    Effect.gen(function* () {
      const tasks = [
        yield* Task.async(Work.twice, [4]),
        yield* Task.async(Work.twice, [400]),
        yield* Task.async(Effect.never),
        yield* Task.completed("done"),
      ] as const;
      const [four, tooBig, never, done] = yield* Task.yieldMany(tasks, 20);
      assertEquals(four, Option.some(Result.succeed(8)));
      assertInstanceOf(Option.getOrThrow(Option.flatMap(tooBig, Result.getFailure)), TooBig);
      assertEquals(never, Option.none());
      assertEquals(done, Option.some(Result.succeed("done")));
    }),
);

onBothFibers(
  "a task that is completed has a result for everyone, and no process to end",
  () =>
    Effect.gen(function* () {
      const task = yield* Task.completed(7);
      assertEquals(yield* Task.await(task), 7);
      assertEquals(yield* Task.yield(task), Option.some(7));
      assertEquals(yield* Task.ignore(task), Option.some(7));
      assertEquals((yield* Effect.flip(Task.shutdown(task)))._tag, "badarg");
      assertEquals((yield* Effect.flip(Task.pid(task)))._tag, "noproc");
    }),
);

onBothFibers(
  "what runs as a task is told by whom it was asked for, and an inner task by whom before",
  () =>
    Effect.gen(function* () {
      const me = yield* Process.self();
      assertEquals(yield* Task.callers(), []);
      const task = yield* Task.async(Effect.gen(function* () {
        const self = yield* Process.self();
        const inner = yield* Task.async(Task.callers());
        return [self, yield* Task.callers(), yield* Task.await(inner)] as const;
      }));
      const [outer, callers, innerCallers] = yield* Task.await(task);
      assertEquals(callers, [me]);
      assertEquals(innerCallers, [outer, me]);
    }),
);

onBothFibers(
  "a task runs once under a supervisor, by its child specification",
  (kernel) =>
    Effect.gen(function* () {
      let runs = 0;
      yield* Process.trapExit(true);
      yield* Supervisor.startLink([Task.childSpec(Effect.sync(() => void runs++))], {
        strategy: "one_for_one",
      });
      yield* Effect.promise(() => eventually("it has run", () => runs === 1 && kernel.queue.length === 0));
      assertEquals(runs, 1);
    }),
);

const startTasks = (node: TestNode, name: string): Promise<Pid> =>
  node.process(Effect.andThen(Task.Supervisor.startLink({ name }), Effect.never), `${name}.Keeper`);

Deno.test(
  "a stream of tasks on another node gives results, typed failures as instances, and further arguments",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    await startTasks(kate, "Tasks");
    const tasks = ["Tasks", kate.name] as const;
    const sums = await alex.run(
      Stream.runCollect(Task.Supervisor.asyncStream(tasks, [1, 2, 3], Work.add, [10])),
    );
    assertEquals(sums.map(Result.getOrThrow), [11, 12, 13]);
    const [, failed] = await alex.run(
      Stream.runCollect(
        Task.Supervisor.asyncStreamNolink(tasks, [1, 200], Work.twice, [], { zipInputOnExit: true }),
      ),
    );
    assert(failed !== undefined && Result.isFailure(failed));
    assertEquals(failed.failure[0], 200);
    assertInstanceOf(failed.failure[1], TooBig);
    const absent = await alex.fails(
      Stream.runCollect(
        Task.Supervisor.asyncStream(["Tasks", "moebi@localhost"] as const, [1], Work.twice, []),
      ),
    );
    assertInstanceOf(absent, NoConnection);
  }),
);

Deno.test(
  "when the owner of a stream dies, linked tasks on another node go with it, and the others run on",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    await startTasks(kate, "Tasks");
    const tasks = ["Tasks", kate.name] as const;
    const linked = await alex.process(
      Stream.runDrain(Task.Supervisor.asyncStream(tasks, ["linked"], Work.waitAs, [])),
    );
    const alone = await alex.process(
      Stream.runDrain(Task.Supervisor.asyncStreamNolink(tasks, ["alone"], Work.waitAs, [])),
    );
    await eventually("both run", () => kate.kernel.names.has("linked") && kate.kernel.names.has("alone"));
    await alex.run(Process.exit(linked, "kill"));
    await alex.run(Process.exit(alone, "kill"));
    await eventually("the linked one has ended", () => !kate.kernel.names.has("linked"));
    assert(kate.kernel.names.has("alone"));
    await kate.run(Process.send("alone", "go"));
    await eventually("the other has ended", () => !kate.kernel.names.has("alone"));
  }),
);

Deno.test(
  "a task on another node that is ignored runs on without its owner, and its failure is logged there",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    await startTasks(kate, "Tasks");
    const tasks = ["Tasks", kate.name] as const;
    const ignoring = await alex.process(Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(tasks, Work.waitAs, ["ignored"]);
      yield* Effect.promise(() => eventually("it runs", () => kate.kernel.names.has("ignored")));
      assertEquals(yield* Task.ignore(task), Option.none());
      yield* Process.receive();
      return yield* exit("boom");
    }));
    await eventually("it runs", () => kate.kernel.names.has("ignored"));
    await eventually("nothing ties it to its owner", () => alex.kernel.pending.size === 0);
    await alex.run(Process.send(ignoring, "go"));
    await eventually("the owner has ended", () => alex.kernel.find(ignoring) === undefined);
    assert(kate.kernel.names.has("ignored"));
    await kate.run(Process.send("ignored", "go"));
    await eventually("it has ended", () => !kate.kernel.names.has("ignored"));

    await alex.run(Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(tasks, Work.twice, [101]);
      yield* Task.ignore(task);
    }));
    await eventually("someone says so", () => [alex, kate].some((node) => node.hasLogged(/TooBig/)));
  }),
);

Deno.test(
  "callers are known across nodes, through a task of a task",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    await startTasks(kate, "Tasks");
    await startTasks(alex, "Tasks");
    const [me, callers] = await alex.run(Effect.gen(function* () {
      const me = yield* Process.self();
      const task = yield* Task.Supervisor.async(["Tasks", kate.name], Work.callersOfTask, [
        ["Tasks", alex.name],
      ]);
      return [me, yield* Task.await(task)] as const;
    }));
    assertEquals(callers.map(({ node }) => node), [kate.name, alex.name]);
    assertEquals(callers[1], me);
  }),
);
