/**
 * Tests of tasks on this node and on another: every row of the truth table, what a supervisor of tasks answers,
 * and awaiting in all its ways.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf, assertMatch } from "@std/assert";
import { Data, Effect, Option } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import * as DynamicSupervisor from "../../src/otp/dynamic_supervisor.ts";
import * as Supervisor from "../../src/otp/supervisor.ts";
import * as Task from "../../src/otp/task.ts";
import { exit } from "../../src/process/exit.ts";
import { Down } from "../../src/process/messages.ts";
import { capture, defmodule } from "../../src/process/modules.ts";
import * as Process from "../../src/process/process.ts";
import {
  Exit,
  MaxChildren,
  NoConnection,
  NoProc,
  Timeout,
  Undef,
  Unsendable,
} from "../../src/term/errors.ts";
import type { Pid } from "../../src/term/identifier.ts";
import { eventually, seamsOn, serves, soon, type TestNode, ties, withNodes } from "./support.ts";

class TooBig extends Data.TaggedError("TooBig")<{ readonly size: number }> {}

let runs = 0;

const Work = defmodule("Work", {
  twice: (number: number) => 2 * number,
  wait: () => Effect.never,
  fail: (size: number): Effect.Effect<never, TooBig> => Effect.fail(new TooBig({ size })),
  crash: (): Effect.Effect<never> => Effect.die(new TypeError("a defect")),
  exit: (reason: unknown) => exit(reason),
  full: () => Effect.fail(new MaxChildren({ operation: "of its own", maxChildren: 1 })),
  give: (): unknown => ({ a: [1, () => 1] }),
  run: () => {
    runs++;
    return Effect.never;
  },
  /** Goes on until it gets `go`, under that name. */
  until: (name: string) =>
    Effect.gen(function* () {
      yield* Effect.orDie(Process.register(yield* Process.self(), name));
      return yield* Process.receive();
    }),
  /** Does not end of itself when asked to. */
  stubborn: (name: string) =>
    Effect.gen(function* () {
      yield* Process.trapExit(true);
      yield* Effect.orDie(Process.register(yield* Process.self(), name));
      for (;;) yield* Process.receive();
    }),
}, { errors: [TooBig] });

interface Stage {
  readonly alex: TestNode;
  readonly there: TestNode;
  /** The supervisor of tasks. */
  readonly tasks: readonly [string, string];
  /** Its pid. */
  readonly supervisor: Pid;
}

/** Starts a supervisor of tasks, in a process that keeps it up. */
const startTasks = async (
  node: TestNode,
  options: Task.Supervisor.TaskSupervisorOptions = { name: "Tasks" },
): Promise<Pid> => {
  let supervisor: Pid | undefined;
  await node.process(Effect.gen(function* () {
    yield* Process.trapExit(true);
    supervisor = yield* Task.Supervisor.startLink(options);
    yield* Effect.never;
  }));
  await eventually("the tasks' supervisor is up", () => supervisor !== undefined);
  assert(supervisor !== undefined);
  return supervisor.home.publish(supervisor);
};

const onBoth = (
  name: string,
  body: (stage: Stage) => Promise<void>,
  options?: Task.Supervisor.TaskSupervisorOptions,
): void => {
  for (const where of ["this node", "another node"] as const) {
    Deno.test(
      `${name}, on ${where}`,
      withNodes(async (net) => {
        const alex = await net.node("alex@localhost");
        const there = where === "this node" ? alex : await net.node("kate@localhost");
        const supervisor = await startTasks(there, { name: "Tasks", ...options });
        await body({ alex, there, tasks: ["Tasks", there.name], supervisor });
        if (there !== alex) await serves(alex, there);
      }),
    );
  }
};

const has = (node: TestNode, name: string): Promise<void> =>
  eventually(`${name} runs`, () => node.kernel.names.has(name));
const hasNot = (node: TestNode, name: string): Promise<void> =>
  eventually(`${name} has ended`, () => !node.kernel.names.has(name));

onBoth(
  "a task's result comes to who awaits it, by the supervisor's name, pid and name on a node",
  async (stage) => {
    const { alex, there, tasks, supervisor } = stage;
    const refs = [tasks, supervisor, ...there === alex ? ["Tasks"] : []];
    for (const ref of refs) {
      const result = await alex.run(
        Effect.flatMap(Task.Supervisor.async(ref, Work.twice, [21]), (task) => Task.await(task)),
      );
      assertEquals(result, 42);
    }
  },
);

for (const start of ["async", "asyncNolink"] as const) {
  onBoth(
    `${start}: a typed failure of the task is what await fails with, as an instance`,
    async ({ alex, tasks }) => {
      const error = await alex.fails(
        Effect.flatMap(Task.Supervisor[start](tasks, Work.fail, [7]), (task) => Task.await(task)),
      );
      assertInstanceOf(error, TooBig);
      assertEquals(error.size, 7);
    },
  );

  onBoth(`${start}: another end of the task is what await fails with, as exit`, async ({ alex, tasks }) => {
    for (const [reason, text] of [["over", /over/], ["normal", /normal/], ["kill", /kill/]] as const) {
      const error = await alex.fails(
        Effect.flatMap(Task.Supervisor[start](tasks, Work.exit, [reason]), (task) => Task.await(task)),
      );
      assertInstanceOf(error, Exit);
      assertEquals(error.reason, reason);
      assertMatch(error.message, text);
    }
    const crashed = await alex.fails(
      Effect.flatMap(Task.Supervisor[start](tasks, Work.crash, []), (task) => Task.await(task)),
    );
    assertInstanceOf(crashed, Exit);
    assertEquals((crashed.reason as { error: unknown }).error, { name: "TypeError", message: "a defect" });
  });

  onBoth(
    `${start}: the owner is not killed by its task, and its mailbox stays empty`,
    async ({ alex, tasks }) => {
      const messages = await alex.run(Effect.gen(function* () {
        const self = yield* Process.self();
        for (const reason of ["over", "kill", "normal"]) {
          const task = yield* Task.Supervisor[start](tasks, Work.exit, [reason]);
          yield* Effect.flip(Task.await(task));
        }
        const value = yield* Task.Supervisor[start](tasks, Work.twice, [1]);
        yield* Task.await(value);
        const info = yield* Process.info(self);
        return Option.isSome(info) ? info.value.messages : undefined;
      }));
      assertEquals(messages, []);
    },
  );

  for (const [reason, runsOn] of [["normal", true], ["over", start === "asyncNolink"]] as const) {
    const what = runsOn ? "runs on" : "gets that reason as an exit signal";
    onBoth(
      `${start}: when the owner ends with ${reason} the task ${what}`,
      async ({ alex, there, tasks }) => {
        const owner = await alex.process(Effect.gen(function* () {
          yield* Task.Supervisor[start](tasks, Work.until, ["task"]);
          yield* Process.receive();
          yield* exit(reason);
        }));
        await has(there, "task");
        const pid = there.kernel.names.get("task")?.pid;
        assert(pid !== undefined);
        pid.home.publish(pid);
        const ended = alex.run(Effect.gen(function* () {
          yield* Process.monitor(pid);
          yield* Process.send(owner, "end");
          return (yield* Process.receive(Down, { after: "6 seconds" }))[4];
        }));
        if (runsOn) {
          await eventually("the owner has ended", () => !alex.kernel.table.has(owner.number));
          await serves(alex, there === alex ? alex : there);
          assert(there.kernel.names.has("task"));
          await there.run(Process.send("task", "go"));
          assertEquals(await ended, "normal");
        } else assertEquals(await ended, "over");
      },
    );
  }
}

for (const start of ["async", "asyncNolink"] as const) {
  Deno.test(
    `${start}: when the task's node goes down, await fails with noconnection`,
    withNodes(async (net) => {
      const alex = await net.node("alex@localhost");
      const kate = await net.node("kate@localhost");
      await startTasks(kate);
      const waiting = alex.fails(Effect.gen(function* () {
        const task = yield* Task.Supervisor[start](["Tasks", "kate@localhost"], Work.until, ["task"]);
        return yield* Task.await(task);
      }));
      await has(kate, "task");
      await kate.stop();
      const error = await soon("await fails", waiting);
      assertInstanceOf(error, NoConnection);
      assertEquals(error.node, "kate@localhost");
    }),
  );

  Deno.test(
    `${start}: when the owner's node goes down, the task ${start === "async" ? "ends" : "runs on"}`,
    withNodes(async (net) => {
      const alex = await net.node("alex@localhost");
      const kate = await net.node("kate@localhost");
      await startTasks(kate);
      await alex.process(Effect.gen(function* () {
        yield* Task.Supervisor[start](["Tasks", "kate@localhost"], Work.until, ["task"]);
        yield* Effect.never;
      }));
      await has(kate, "task");
      const pid = kate.kernel.names.get("task")?.pid;
      assert(pid !== undefined);
      const ended = kate.run(Effect.gen(function* () {
        yield* Process.monitor(pid);
        return (yield* Process.receive(Down, { after: "6 seconds" }))[4];
      }));
      await eventually("it is monitored", () => kate.kernel.monitors.size > 0);
      await alex.stop();
      if (start === "async") assertEquals(await ended, "noconnection");
      else {
        await eventually("kate has seen it", () => !kate.kernel.outbound.isConnected("alex@localhost"));
        assert(kate.kernel.names.has("task"));
        await kate.run(Process.send("task", "go"));
        assertEquals(await ended, "normal");
      }
    }),
  );
}

onBoth(
  "awaiting times out typed while the task runs on, and awaiting again succeeds, and again",
  async (stage) => {
    const { alex, there, tasks } = stage;
    const outcome = await alex.run(Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(tasks, Work.until, ["task"]);
      const late = yield* Effect.flip(Task.await(task, 50));
      assertEquals(yield* Task.yield(task, 10), Option.none());
      yield* Effect.promise(() => has(there, "task"));
      yield* Process.send(["task", there.name], "go");
      return [late, yield* Task.await(task), yield* Task.await(task), yield* Task.yield(task)] as const;
    }));
    assertInstanceOf(outcome[0], Timeout);
    assertEquals(outcome.slice(1), ["go", "go", Option.some("go")]);
  },
);

onBoth("a task that failed fails at each await the same", async ({ alex, tasks }) => {
  const tags = await alex.run(Effect.gen(function* () {
    const task = yield* Task.Supervisor.async(tasks, Work.fail, [1]);
    return [
      (yield* Effect.flip(Task.await(task)))._tag,
      (yield* Effect.flip(Task.await(task)))._tag,
      (yield* Effect.flip(Task.yield(task)))._tag,
    ];
  }));
  assertEquals(tags, ["TooBig", "TooBig", "TooBig"]);
});

onBoth("another process than the owner may await", async ({ alex, there, tasks }) => {
  const results: Array<unknown> = [];
  await alex.run(Effect.gen(function* () {
    const task = yield* Task.Supervisor.async(tasks, Work.until, ["task"]);
    for (let number = 0; number < 3; number++) {
      yield* Process.spawn(Effect.map(Task.await(task), (value) => void results.push(value)));
    }
    yield* Effect.promise(() => has(there, "task"));
    yield* Process.send(["task", there.name], "go");
    yield* Task.await(task);
  }));
  await eventually("all have it", () => results.length === 3);
  assertEquals(results, ["go", "go", "go"]);
});

onBoth(
  "awaitMany gives the results in the order of the tasks, and fails as soon as one does",
  async (stage) => {
    const { alex, tasks } = stage;
    const results = await alex.run(Effect.gen(function* () {
      const started = yield* Effect.forEach(
        [3, 1, 2],
        (number) => Task.Supervisor.async(tasks, Work.twice, [number]),
      );
      return yield* Task.awaitMany(started);
    }));
    assertEquals(results, [6, 2, 4]);
    const error = await alex.run(Effect.gen(function* () {
      const never = yield* Task.Supervisor.async(tasks, Work.wait, []);
      const failing = yield* Task.Supervisor.async(tasks, Work.fail, [3]);
      const failure = yield* Effect.flip(Task.awaitMany([never, failing]));
      yield* Task.shutdown(never, "brutal_kill");
      return failure;
    }));
    assertEquals(error._tag, "TooBig");
  },
);

onBoth(
  "shutdown ends a task, kills a stubborn one, which has failed, and gives a result that came first",
  async (stage) => {
    const { alex, there, tasks } = stage;
    const outcomes = await alex.run(Effect.gen(function* () {
      const waiting = yield* Task.Supervisor.async(tasks, Work.wait, []);
      const stubborn = yield* Task.Supervisor.async(tasks, Work.stubborn, ["stubborn"]);
      const brutal = yield* Task.Supervisor.async(tasks, Work.stubborn, ["brutal"]);
      const done = yield* Task.Supervisor.async(tasks, Work.twice, [2]);
      yield* Task.await(done);
      yield* Effect.promise(() => Promise.all([has(there, "stubborn"), has(there, "brutal")]));
      return [
        yield* Task.shutdown(waiting),
        (yield* Effect.flip(Task.shutdown(stubborn, 50)))._tag,
        yield* Task.shutdown(brutal, "brutal_kill"),
        yield* Task.shutdown(done),
      ];
    }));
    assertEquals<unknown>(outcomes, [Option.none(), "exit", Option.none(), Option.some(4)]);
    await hasNot(there, "stubborn");
    await hasNot(there, "brutal");
  },
);

for (const how of ["brutal_kill", "1 hour"] as const) {
  onBoth(`a task that is shut down at once (${how}) ends, and its supervisor does not`, async (stage) => {
    const { alex, there, tasks, supervisor } = stage;
    const shutting = alex.run(Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(tasks, Work.until, ["task"]);
      return yield* Task.shutdown(task, how);
    }));
    const outcome = await soon("it is shut down", shutting);
    assertEquals(outcome, Option.none());
    await hasNot(there, "task");
    assertEquals(there.kernel.names.get("Tasks")?.pid, supervisor);
  });
}

onBoth("an owner that ends at once takes its task with it, and not the supervisor", async (stage) => {
  const { alex, there, tasks, supervisor } = stage;
  await alex.process(
    Effect.andThen(Task.Supervisor.async(tasks, Work.until, ["task"]), exit("over")),
  );
  await eventually("nothing is left", () => ties(alex.kernel)["pending"] === 0);
  const noneRuns = async (): Promise<void> => {
    while ((await alex.run(Task.Supervisor.children(tasks))).length > 0);
  };
  await soon("no task runs", noneRuns());
  assert(!there.kernel.names.has("task"));
  assertEquals(there.kernel.names.get("Tasks")?.pid, supervisor);
});

onBoth("the pid of a task is its process on its node, and noproc when that has ended", async (stage) => {
  const { alex, there, tasks } = stage;
  const [pid, gone] = await alex.run(Effect.gen(function* () {
    const task = yield* Task.Supervisor.async(tasks, Work.until, ["task"]);
    const pid = yield* Task.pid(task);
    yield* Process.send(pid, "go");
    yield* Task.await(task);
    return [pid, yield* Effect.flip(Task.pid(task))] as const;
  }));
  assertEquals(pid.node, there.name);
  assertInstanceOf(gone, NoProc);
});

onBoth(
  "a supervisor of tasks that is not there is noproc at await, and at once elsewhere",
  async ({ alex, there }) => {
    const nobody = ["Nobody", there.name] as const;
    const errors = await alex.run(Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(nobody, Work.twice, [1]);
      return [
        yield* Effect.flip(Task.await(task)),
        yield* Effect.flip(Task.pid(task)),
        yield* Effect.flip(Task.Supervisor.startChild(nobody, Work.wait, [])),
        yield* Effect.flip(Task.Supervisor.children(nobody)),
        yield* Effect.flip(Task.Supervisor.terminateChild(nobody, yield* Process.self())),
      ];
    }));
    assertEquals(errors.map(({ _tag }) => _tag), Array.from(errors, () => "noproc"));
  },
);

onBoth(
  "a task that ends as a supervisor refuses is no refusal: its own exit and its own failure are met",
  async ({ alex, tasks }) => {
    const [exited, failed] = await alex.run(Effect.gen(function* () {
      const gone = yield* Task.Supervisor.asyncNolink(tasks, Work.exit, ["noproc"]);
      const full = yield* Task.Supervisor.asyncNolink(tasks, Work.full, []);
      return [yield* Effect.flip(Task.await(gone)), yield* Effect.flip(Task.await(full))] as const;
    }));
    assertInstanceOf(exited, Exit);
    assertEquals(exited.reason, "noproc");
    assertInstanceOf(failed, MaxChildren);
    assertEquals(failed.operation, "of its own");
  },
);

onBoth(
  "a task supervisor tells its children to whoever asks as of any supervisor, and nobody waits in vain",
  async ({ alex, tasks }) => {
    const [which, counts, strange] = await alex.run(Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(tasks, Work.wait, []);
      const pid = yield* Task.pid(task);
      const which = yield* DynamicSupervisor.whichChildren(tasks);
      const counts = yield* Supervisor.countChildren(tasks);
      const strange = yield* Effect.flip(Supervisor.restartChild(tasks, "task"));
      assertEquals(which.map(([, child]) => child), [pid]);
      yield* DynamicSupervisor.terminateChild(tasks, pid);
      assertEquals(yield* Task.Supervisor.children(tasks), []);
      return [which, counts, strange] as const;
    }));
    assertEquals(which.map(([id, , type, modules]) => [id, type, modules]), [[undefined, "worker", [
      "Work",
    ]]]);
    assertEquals(counts, { specs: 1, active: 1, supervisors: 0, workers: 1 });
    assertMatch(String(strange), /^badarg: .*it is a Task.Supervisor, which does not know restart_child/);
  },
);

for (
  const [module, name] of [["Nowhere", "work"], ["Work", "constructor"], ["Work", "toString"], [
    "Work",
    "__proto__",
  ]] as const
) {
  onBoth(
    `a task of ${module}.${name}, which is not defined, fails with undef at await`,
    async ({ alex, there, tasks }) => {
      const error = await alex.fails(
        Effect.flatMap(Task.Supervisor.async(tasks, capture(module, name), [1]), (task) => Task.await(task)),
      );
      assertInstanceOf(error, Undef);
      assertEquals([error.module, error.function, error.arity, error.node], [module, name, 1, there.name]);
    },
  );
}

Deno.test(
  "what cannot travel is unsendable: in a task's arguments at async, in its result at await",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    await startTasks(kate);
    const tasks = ["Tasks", "kate@localhost"] as const;
    // Once while there is no connection, once over the link.
    for (let times = 0; times < 2; times++) {
      const args = await alex.fails(Task.Supervisor.async(tasks, Work.exit, [{ a: [Symbol("s")] }]));
      assertInstanceOf(args, Unsendable);
      assertMatch(args.path, /\.a\[0\]$/);
      assertMatch(args.message, /Task\.Supervisor\.async\(.*Work\.exit\/1\)/);
      const result = await alex.fails(
        Effect.flatMap(Task.Supervisor.async(tasks, Work.give, []), (task) => Task.await(task)),
      );
      assertInstanceOf(result, Unsendable);
      assertEquals(result.path, "result.a[1]");
    }
    const child = await alex.fails(Task.Supervisor.startChild(tasks, Work.exit, [() => 1]));
    assertInstanceOf(child, Unsendable);
    assertEquals(await alex.run(Task.Supervisor.children(tasks)), []);
    await serves(alex, kate);
  }),
);

onBoth(
  "more tasks than maxChildren are refused: at await, and at once by startChild",
  async ({ alex, there, tasks }) => {
    const errors = await alex.run(Effect.gen(function* () {
      const first = yield* Task.Supervisor.async(tasks, Work.until, ["task"]);
      const child = yield* Task.Supervisor.startChild(tasks, Work.wait, []);
      const refused = yield* Effect.flip(
        Effect.flatMap(Task.Supervisor.async(tasks, Work.twice, [1]), (task) => Task.await(task)),
      );
      const child2 = yield* Effect.flip(Task.Supervisor.startChild(tasks, Work.wait, []));
      yield* Task.Supervisor.terminateChild(tasks, child);
      // There is room again.
      const third = yield* Task.Supervisor.async(tasks, Work.twice, [4]);
      assertEquals(yield* Task.await(third), 8);
      yield* Effect.promise(() => has(there, "task"));
      yield* Process.send(["task", there.name], "go");
      yield* Task.await(first);
      return [refused, child2];
    }));
    for (const error of errors) {
      assertInstanceOf(error, MaxChildren);
      assertEquals(error.maxChildren, 2);
    }
  },
  { maxChildren: 2 },
);

onBoth(
  "children lists what runs; terminateChild ends one of them, and does not find who is none",
  async ({ alex, there, tasks }) => {
    const outcome = await alex.run(Effect.gen(function* () {
      const first = yield* Task.Supervisor.startChild(tasks, Work.wait, []);
      const second = yield* Task.Supervisor.startChild(tasks, Work.wait, []);
      const both = yield* Task.Supervisor.children(tasks);
      yield* Process.monitor(first);
      const ok = yield* Task.Supervisor.terminateChild(tasks, first);
      const down = yield* Process.receive(Down, { after: "5 seconds" });
      const one = yield* Task.Supervisor.children(tasks);
      const again = yield* Effect.flip(Task.Supervisor.terminateChild(tasks, first));
      return [
        both.length,
        both.includes(first) && both.includes(second),
        String(ok),
        down[4],
        one.length === 1 && one[0] === second,
        again._tag,
        first.node,
      ];
    }));
    assertEquals(outcome, [2, true, ":ok", "shutdown", true, "not_found", there.name]);
  },
);

onBoth(
  "a permanent child is started again whatever it ended with, and a temporary one is not",
  async ({ alex, there, tasks }) => {
    runs = 0;
    const [child] = await alex.run(Effect.all([
      Task.Supervisor.startChild(tasks, Work.run, [], { restart: "permanent" }),
      Task.Supervisor.startChild(tasks, Work.until, ["temporary"]),
    ]));
    await eventually("it runs", () => runs === 1);
    await alex.run(Process.exit(child, "over"));
    await eventually("it runs again", () => runs === 2);
    await has(there, "temporary");
    await alex.run(Process.send(["temporary", there.name], "go"));
    await hasNot(there, "temporary");
    const children = await alex.run(Task.Supervisor.children(tasks));
    assertEquals(children.length, 1);
    assert(!children.includes(child));
  },
);

onBoth(
  "when the supervisor of tasks ends, those who await are told",
  async ({ alex, there, tasks, supervisor }) => {
    for (const [reason, tag] of [["shutdown", "exit"], ["kill", "exit"]] as const) {
      const waiting = alex.fails(Effect.gen(function* () {
        const task = yield* Task.Supervisor.async(tasks, Work.until, [`task ${reason}`]);
        return yield* Task.await(task);
      }));
      await has(there, `task ${reason}`);
      const now = there.kernel.names.get("Tasks")?.pid ?? supervisor;
      await there.run(Process.exit(now, "kill"));
      assertEquals((await soon("await fails", waiting))._tag, tag);
      await eventually("the supervisor has ended", () => !there.kernel.names.has("Tasks"));
      await startTasks(there);
    }
  },
);

Deno.test(
  "a failure that nobody awaits is logged when the owner ends, and one that is awaited is not",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    await startTasks(kate);
    const tasks = ["Tasks", "kate@localhost"] as const;
    await alex.run(Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(tasks, Work.fail, [1]);
      yield* Effect.flip(Task.await(task));
    }));
    await serves(alex, kate);
    assertEquals(alex.logs, []);
    await alex.run(Effect.gen(function* () {
      yield* Task.Supervisor.async(tasks, Work.fail, [2]);
      // Behind the task's end on the same link.
      yield* Effect.flip(
        Effect.flatMap(Task.Supervisor.async(tasks, Work.fail, [3]), (task) => Task.await(task)),
      );
    }));
    await eventually("it is logged", () => alex.hasLogged(/Nobody awaited Task\.Supervisor\.async.*TooBig/));
    assertEquals(alex.logs.length, 1);
  }),
);

Deno.test(
  "starting a task on an absent node fails with noconnection, in Elixir's words",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const error = await alex.fails(Task.Supervisor.async(["Tasks", "moebi@localhost"], Work.twice, [1]));
    assertEquals(
      String(error),
      'noconnection: Task.Supervisor.async({Tasks, "moebi@localhost"}, Work.twice/1): no connection to moebi@localhost',
    );
  }),
);

Deno.test(
  "a local task of Task.async: result, failure, end and shutdown",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const seen = await alex.run(Effect.gen(function* () {
      const value = yield* Task.async(Work.twice, [4]);
      const failing = yield* Task.async(Effect.fail(new TooBig({ size: 1 })));
      const dying = yield* Task.async(Work.crash, []);
      const waiting = yield* Task.async(Effect.never);
      const { node } = yield* Task.pid(waiting);
      return [
        yield* Task.await(value),
        (yield* Effect.flip(Task.await(failing)))._tag,
        (yield* Effect.flip(Task.await(dying)))._tag,
        Option.isNone(yield* Task.shutdown(waiting)),
        node,
      ];
    }));
    assertEquals(seen, [8, "TooBig", "exit", true, "alex@localhost"]);
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "of 500 tasks that both nodes have on each other, each has its own result",
  withNodes(async (net) => {
    const nodes = [await net.node("alex@localhost"), await net.node("kate@localhost")] as const;
    for (const node of nodes) await startTasks(node);
    const ask = (other: string): Effect.Effect<ReadonlyArray<number>, unknown> =>
      Effect.gen(function* () {
        const started = yield* Effect.forEach(Array.from({ length: 500 }, (_, at) => at), (number) =>
          Task.Supervisor.async(["Tasks", other], Work.twice, [number]));
        return yield* Task.awaitMany(started);
      });
    const expected = Array.from({ length: 500 }, (_, at) => 2 * at);
    const results = await Promise.all([nodes[0].run(ask(nodes[1].name)), nodes[1].run(ask(nodes[0].name))]);
    assertEquals(results, [expected, expected]);
    assertEquals(await nodes[0].run(Node.list()), ["kate@localhost"]);
  }),
);

Deno.test(
  "the timeout of async bounds how long connecting may take",
  withNodes(async (net) => {
    const port = net.server(() => {});
    // On a clock that stands, the node itself never gives up.
    const alex = await net.node("alex@localhost", {
      addresses: { "mute@localhost": `127.0.0.1:${port}` },
      seams: seamsOn(),
    });
    const error = await alex.fails(
      Task.Supervisor.async(["Tasks", "mute@localhost"], Work.twice, [1], { timeout: 100 }),
    );
    assertInstanceOf(error, NoConnection);
    assertEquals(error.because, "timeout");
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "a supervisor of an earlier life of this node's own name is nobody, whoever has its number now",
  withNodes(async (net) => {
    const start = async (): Promise<readonly [TestNode, Pid]> => {
      const kate = await net.node("kate@localhost");
      const pid = await kate.process(
        Effect.andThen(Task.Supervisor.startLink({ name: "Tasks" }), Effect.never),
      );
      await eventually("the tasks' supervisor is up", () => kate.kernel.names.has("Tasks"));
      return [kate, kate.kernel.names.get("Tasks")?.pid ?? pid];
    };
    const [before, earlier] = await start();
    await before.stop();
    const [kate, now] = await start();
    assertEquals(earlier.number, now.number);
    assertEquals(await kate.run(Task.Supervisor.children(now)), []);
    assertEquals((await kate.fails(Task.Supervisor.children(earlier)))._tag, "noproc");
  }),
);
