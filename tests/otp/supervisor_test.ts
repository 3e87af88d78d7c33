/**
 * Supervisors beyond the oracle's cases: automatic shutdown, children that are restarting, modules, services,
 * supervisors on another node. What is expected was seen of OTP 25 and Elixir 1.14.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Context, Effect, Fiber } from "../deps.ts";
import {
  atom,
  defmodule,
  Down,
  DynamicSupervisor,
  Exit,
  exit,
  ExitMessage,
  FailedToStartChild,
  GenServer,
  Ignore,
  isTuple,
  Pid,
  Process,
  Registry,
  Supervisor,
  type Term,
  tuple,
} from "../../mod.ts";
import type { Kernel } from "../../src/process/kernel.ts";
import { eventually, withNodes } from "../node/support.ts";
import { onBothFibers } from "../process/support.ts";

type Spec = Supervisor.ChildSpec;
type Overrides = Supervisor.ChildSpecOverrides;

/** A process that ends with the first message for its reason. */
const clerk = Effect.flatMap(Process.receive(), exit);
const spec = (id: string, overrides: Overrides = {}): Spec => ({
  id,
  start: Process.spawnLink(clerk),
  ...overrides,
});

const flags = { strategy: "one_for_one" } as const;

/** The pid of a child that runs. */
const pidOf = (supervisor: Pid, id: string) =>
  Effect.flatMap(Supervisor.whichChildren(supervisor), (children) => {
    const child = children.find(([name]) => name === id)?.[1];
    return child instanceof Pid
      ? Effect.succeed(child)
      : Effect.die(new Error(`${id} does not run: ${child}`));
  });

/** Ends a child, and waits until the supervisor has met that. */
const end = (supervisor: Pid, id: string, reason: string) =>
  Effect.gen(function* () {
    const child = yield* pidOf(supervisor, id);
    const reference = yield* Process.monitor(child);
    yield* Process.send(child, reason);
    yield* Process.receive((message): message is Term => isTuple(message) && message[1] === reference);
    // What it is asked now is asked behind the child's EXIT.
    yield* Effect.ignore(Supervisor.countChildren(supervisor));
  });

/** The exit reason of a process that ends by itself. */
const reasonOf = (pid: Pid) =>
  Effect.gen(function* () {
    yield* Process.monitor(pid);
    return (yield* Process.receive(Down))[4];
  });

const significant = (autoShutdown: Supervisor.AutoShutdown, restart: Supervisor.Restart) =>
  Effect.gen(function* () {
    yield* Process.trapExit(true);
    const children = [
      spec("a", { significant: true, restart }),
      spec("b", { significant: true, restart: "temporary" }),
      spec("c"),
    ];
    return yield* Supervisor.startLink(children, { ...flags, autoShutdown });
  });

for (const restart of ["temporary", "transient"] as const) {
  onBothFibers(
    `any_significant: the end of one ${restart} significant child ends the supervisor`,
    () =>
      Effect.gen(function* () {
        const supervisor = yield* significant("any_significant", restart);
        const other = yield* pidOf(supervisor, "c");
        yield* end(supervisor, "a", "normal");
        assertEquals([...yield* Process.receive(ExitMessage)].slice(1), [supervisor, "shutdown"]);
        assertEquals(yield* Process.isAlive(other), false);
      }),
  );

  onBothFibers(
    `all_significant: the end of the last significant child does, ${restart} ones`,
    () =>
      Effect.gen(function* () {
        const supervisor = yield* significant("all_significant", restart);
        yield* end(supervisor, "a", "normal");
        assertEquals((yield* Supervisor.countChildren(supervisor)).active, 2);
        yield* end(supervisor, "b", "boom");
        assertEquals([...yield* Process.receive(ExitMessage)].slice(1), [supervisor, "shutdown"]);
      }),
  );
}

onBothFibers(
  "a significant child that is restarted, terminated or stopped beside another ends nobody",
  () =>
    Effect.gen(function* () {
      const supervisor = yield* significant("any_significant", "transient");
      yield* end(supervisor, "a", "boom");
      yield* Supervisor.terminateChild(supervisor, "a");
      yield* Supervisor.terminateChild(supervisor, "b");
      assertEquals((yield* Supervisor.countChildren(supervisor)).active, 1);
      const children = [spec("a", { significant: true, restart: "temporary" }), spec("c")];
      const all = yield* Supervisor.startLink(children, {
        strategy: "one_for_all",
        autoShutdown: "any_significant",
      });
      yield* end(all, "c", "boom");
      assertEquals((yield* Supervisor.whichChildren(all)).map(([id]) => id), ["c"]);
    }),
);

onBothFibers(
  "a supervisor that ended by itself is a transient child that is not restarted",
  () =>
    Effect.gen(function* () {
      const inner = Supervisor.startLink([spec("a", { significant: true, restart: "temporary" })], {
        ...flags,
        autoShutdown: "any_significant",
      });
      const outer = yield* Supervisor.startLink(
        [{ id: "inner", start: inner, restart: "transient", type: "supervisor" }],
        flags,
      );
      const pid = yield* pidOf(outer, "inner");
      const child = yield* pidOf(pid, "a");
      yield* Process.send(child, "normal");
      assertEquals(yield* reasonOf(pid), "shutdown");
      assertEquals([...(yield* Supervisor.whichChildren(outer))[0] ?? []], [
        "inner",
        undefined,
        "supervisor",
        [],
      ]);
    }),
);

/** A start that succeeds once and fails from then on, until it may again. */
const unreliable = () => {
  const state = { mayStart: true };
  const start = Effect.suspend(() =>
    state.mayStart
      ? Process.spawnLink(clerk)
      : Effect.fail(new Exit({ operation: "start", reason: "closed" }))
  );
  return { state, start };
};

onBothFibers(
  "a child whose start fails again and again is restarting, and can be terminated",
  () =>
    Effect.gen(function* () {
      const { state, start } = unreliable();
      const patient = { ...flags, maxRestarts: 1_000_000, maxSeconds: 1 };
      const supervisor = yield* Supervisor.startLink([{ id: "a", start }], patient);
      state.mayStart = false;
      yield* end(supervisor, "a", "boom");
      assertEquals([...(yield* Supervisor.whichChildren(supervisor))[0] ?? []], [
        "a",
        "restarting",
        "worker",
        [],
      ]);
      assertEquals((yield* Supervisor.countChildren(supervisor)).active, 0);
      assertEquals((yield* Effect.flip(Supervisor.restartChild(supervisor, "a")))._tag, "restarting");
      assertEquals((yield* Effect.flip(Supervisor.deleteChild(supervisor, "a")))._tag, "restarting");
      assertEquals(
        (yield* Effect.flip(Supervisor.startChild(supervisor, spec("a"))))._tag,
        "already_present",
      );
      assertEquals(yield* Supervisor.terminateChild(supervisor, "a"), atom("ok"));
      const failure = yield* Effect.flip(Supervisor.restartChild(supervisor, "a"));
      assertStringIncludes(
        String(failure),
        "failed_to_start_child: Supervisor.restartChild(#PID<",
      );
      state.mayStart = true;
      assert((yield* Supervisor.restartChild(supervisor, "a")) instanceof Pid);
    }),
);

onBothFibers(
  "a dynamic child that is restarting is terminated by its last pid",
  () =>
    Effect.gen(function* () {
      const { state, start } = unreliable();
      const supervisor = yield* DynamicSupervisor.startLink({ maxRestarts: 1_000_000, maxSeconds: 1 });
      const child = yield* DynamicSupervisor.startChild(supervisor, { id: "a", start });
      state.mayStart = false;
      yield* Process.send(child, "boom");
      yield* reasonOf(child);
      const { active, specs } = yield* DynamicSupervisor.countChildren(supervisor);
      assertEquals([active, specs], [0, 1]);
      yield* DynamicSupervisor.terminateChild(supervisor, child);
      assertEquals(yield* DynamicSupervisor.whichChildren(supervisor), []);
      const again = yield* Effect.flip(DynamicSupervisor.terminateChild(supervisor, child));
      assertStringIncludes(
        String(again),
        `not_found: DynamicSupervisor.terminateChild(${supervisor}, ${child})`,
      );
    }),
);

onBothFibers("a failure names the child, in each supervisor on the way up", () =>
  Effect.gen(function* () {
    const broken = {
      id: "broken",
      start: Effect.fail(new Exit({ operation: "Shop.start", reason: "closed" })),
    };
    const inner = { id: "inner", start: Supervisor.startLink([broken], flags) };
    const failure = yield* Effect.flip(Supervisor.startLink([spec("a"), inner], flags));
    assert(failure instanceof FailedToStartChild && failure.reason instanceof FailedToStartChild);
    assertEquals([failure.child, failure.reason.child], ["inner", "broken"]);
    assertStringIncludes(String(failure), 'the child "broken" failed to start: exit: Shop.start');
  }));

onBothFibers(
  "a supervisor that does not come up leaves nothing behind",
  (kernel: Kernel) =>
    Effect.gen(function* () {
      const before = kernel.table.size;
      yield* Effect.flip(Supervisor.startLink([spec("a"), { id: "b", start: Effect.die("no") }], flags));
      const hanging = { id: "c", start: Effect.never };
      const starting = yield* Effect.forkChild(Supervisor.startLink([spec("a"), hanging], flags));
      while (kernel.table.size < before + 2) yield* Effect.yieldNow;
      yield* Fiber.interrupt(starting);
      while (kernel.table.size > before) yield* Effect.yieldNow;
    }),
);

class Db extends Context.Service<Db, { readonly rows: ReadonlyArray<string> }>()("Db") {}

onBothFibers(
  "children have the services of who started or added them, after a restart, too",
  () =>
    Effect.gen(function* () {
      const rows: Array<string> = [];
      const start = Effect.flatMap(Db, (db) => {
        rows.push(...db.rows);
        return Process.spawnLink(clerk);
      });
      const supervisor = yield* Effect.provideService(
        Supervisor.startLink([{ id: "a", start }], flags),
        Db,
        { rows: ["cup"] },
      );
      yield* Effect.provideService(Supervisor.startChild(supervisor, { id: "b", start }), Db, {
        rows: ["mug"],
      });
      yield* end(supervisor, "a", "boom");
      yield* end(supervisor, "b", "boom");
      assertEquals(rows, ["cup", "mug", "cup", "mug"]);
    }),
);

onBothFibers(
  "a supervisor as a module: its children follow from an argument, or it is ignored",
  () =>
    Effect.gen(function* () {
      const Shop = {
        init: (ids: ReadonlyArray<string>) =>
          ids.length === 0
            ? Effect.succeed(atom("ignore"))
            : Supervisor.init(ids.map((id) => spec(id)), { strategy: "rest_for_one" }),
      };
      const supervisor = yield* Supervisor.startLink(Shop, ["a", "b"], { name: "Shop" });
      assertEquals((yield* Supervisor.whichChildren("Shop")).map(([id]) => id), ["b", "a"]);
      yield* end(supervisor, "a", "boom");
      assertEquals((yield* Supervisor.countChildren("Shop")).active, 2);
      assert((yield* Effect.flip(Supervisor.startLink(Shop, []))) instanceof Ignore);
    }),
);

onBothFibers("a supervisor that is killed takes its children with it", () =>
  Effect.gen(function* () {
    yield* Process.trapExit(true);
    const supervisor = yield* Supervisor.startLink([spec("a")], flags);
    const child = yield* pidOf(supervisor, "a");
    yield* Process.exit(supervisor, "kill");
    assertEquals(yield* reasonOf(child), "killed");
  }));

/** Starts that any node can be asked for. */
const Clerks = defmodule("Clerks", {
  start: (..._order: Array<number>) => Process.spawnLink(clerk),
  tell: (order: number) => Effect.map(Process.spawnLink(clerk), (pid) => tuple(pid, order)),
  fail: () => Effect.fail(new Exit({ operation: "Clerks.fail", reason: "closed" })),
});

/** A node with a supervisor and a dynamic supervisor, seen from another node. */
const withSupervisors = (body: Effect.Effect<void, unknown>) =>
  withNodes(async (net) => {
    const kate = await net.node("kate@localhost");
    const alex = await net.node("alex@localhost");
    await kate.process(Effect.gen(function* () {
      yield* Supervisor.startLink([spec("a")], { ...flags, name: "Shop" });
      yield* DynamicSupervisor.startLink({ name: "Sessions", extraArguments: [1], maxChildren: 1 });
      yield* Effect.never;
    }));
    await eventually("the supervisors are up", () => kate.kernel.names.has("Sessions"));
    await alex.run(body);
  });

const shop = ["Shop", "kate@localhost"] as const;
const sessions = ["Sessions", "kate@localhost"] as const;

Deno.test(
  "a supervisor on another node is given a module's function, and answers as here",
  withSupervisors(
    Effect.gen(function* () {
      const child = yield* Supervisor.startChild(shop, { id: "b", start: [Clerks.start, []] });
      assertEquals(child.node, "kate@localhost");
      const order = yield* Supervisor.startChild(shop, {
        id: "c",
        start: [Clerks.tell, [80]],
        shutdown: "1 second",
      });
      assertEquals(order[1], 80);
      const failure = yield* Effect.flip(Supervisor.startChild(shop, { id: "d", start: [Clerks.fail, []] }));
      assert(failure instanceof FailedToStartChild && failure.reason instanceof Exit);
      assertEquals([failure.child, failure.reason.reason], ["d", "closed"]);
      const twice = yield* Effect.flip(Supervisor.startChild(shop, { id: "b", start: [Clerks.start, []] }));
      assertStringIncludes(
        String(twice),
        `already_started: Supervisor.startChild({Shop, "kate@localhost"}, "b"): the id "b" is taken by ${child}`,
      );
      assertEquals((yield* Supervisor.whichChildren(shop)).map(([id]) => id), ["c", "b", "a"]);
      assertEquals(yield* Supervisor.terminateChild(shop, "b"), atom("ok"));
      assertEquals(yield* Supervisor.deleteChild(shop, "b"), atom("ok"));
      assertEquals((yield* Effect.flip(Supervisor.restartChild(shop, "b")))._tag, "not_found");
      assertEquals(yield* Supervisor.countChildren(shop), {
        specs: 2,
        active: 2,
        supervisors: 0,
        workers: 2,
      });
    }),
  ),
);

Deno.test(
  "an Effect cannot travel: the failure says what can",
  withSupervisors(
    Effect.gen(function* () {
      const failure = yield* Effect.flip(Supervisor.startChild(shop, spec("b")));
      assertEquals(
        String(failure),
        'unsendable: Supervisor.startChild({Shop, "kate@localhost"}, "b"): start cannot travel to another node: ' +
          "it is an Effect; a supervisor on another node is given [Module.function, args]",
      );
      const wrong = { id: "b", start: [Clerks.tell, [(() => 80) as never]] } as const;
      const argument = yield* Effect.flip(Supervisor.startChild(shop, wrong));
      assertStringIncludes(String(argument), '"b"): spec.start[1][0] cannot travel to another node');
    }),
  ),
);

Deno.test(
  "a dynamic supervisor on another node: extra arguments, its limit, its children",
  withSupervisors(
    Effect.gen(function* () {
      const start = { id: "session", start: [Clerks.start, [2]] } as const;
      const child = yield* DynamicSupervisor.startChild(sessions, start);
      const full = yield* Effect.flip(DynamicSupervisor.startChild(sessions, start));
      assertStringIncludes(String(full), "the supervisor has its 1 children already");
      assertEquals([...(yield* DynamicSupervisor.whichChildren(sessions))[0] ?? []], [
        undefined,
        child,
        "worker",
        ["Clerks"],
      ]);
      yield* DynamicSupervisor.terminateChild(sessions, child);
      assertEquals((yield* DynamicSupervisor.countChildren(sessions)).specs, 0);
      yield* DynamicSupervisor.stop(sessions);
      assertEquals((yield* Effect.flip(DynamicSupervisor.countChildren(sessions)))._tag, "noproc");
    }),
  ),
);

Deno.test(
  "what is no question is refused, and ends no supervisor",
  withSupervisors(
    Effect.gen(function* () {
      const wrong = { id: "b", start: [Clerks.start, []], restart: "bogus" };
      const failure = yield* Effect.flip(Supervisor.startChild(shop, wrong as unknown as Spec));
      assertStringIncludes(String(failure), 'restart: "bogus" was given');
      yield* Process.send(shop, tuple(atom("$gen_cast"), "nonsense"));
      yield* Process.send(shop, "nonsense");
      assertEquals((yield* Supervisor.countChildren(shop)).active, 1);
    }),
  ),
);

const Listed = GenServer.define("Listed", { init: (state: number) => ["ok", state] });

onBothFibers(
  "a child's modules are those of its start, where its specification says none",
  () =>
    Effect.gen(function* () {
      const supervisor = yield* Supervisor.startLink(
        [GenServer.childSpec(Listed, 1), {
          ...GenServer.childSpec(Listed, 2, { id: "b" }),
          modules: ["Other"],
        }],
        { strategy: "one_for_one" },
      );
      assertEquals((yield* Supervisor.whichChildren(supervisor)).map((child) => child[3]), [["Other"], [
        "Listed",
      ]]);
    }),
);

onBothFibers(
  "what a supervisor is asked and does not know is answered so, and ends nobody",
  () =>
    Effect.gen(function* () {
      const dynamic = yield* DynamicSupervisor.startLink();
      const failure = yield* Effect.flip(Supervisor.restartChild(dynamic, "a"));
      assertEquals(
        String(failure),
        `badarg: Supervisor.restartChild(${dynamic}, "a"): it is a DynamicSupervisor, which does not know restart_child`,
      );
      const strange = yield* Effect.flip(GenServer.call(dynamic, "what?"));
      assertEquals([strange._tag, strange instanceof Exit && strange.reason], ["exit", "badarg"]);
      const registry = yield* Registry.startLink({ keys: "unique", name: "Rooms" });
      assertEquals(yield* Supervisor.whichChildren(registry), []);
      assertEquals(yield* Supervisor.countChildren(registry), {
        specs: 0,
        active: 0,
        supervisors: 0,
        workers: 0,
      });
      const none = yield* Effect.flip(Supervisor.countChildren("Nobody"));
      assertStringIncludes(String(none), 'noproc: Supervisor.countChildren("Nobody"): no process');
      assertEquals((yield* DynamicSupervisor.countChildren(dynamic)).specs, 0);
    }),
);

onBothFibers(
  "a start that failed is told by the supervisor's name, or else by its children's",
  () =>
    Effect.gen(function* () {
      const failing: Spec = { id: "b", start: Effect.fail("no") as never };
      const texts: Array<string> = [];
      for (const options of [flags, { ...flags, name: "Shop" }]) {
        texts.push(String(yield* Effect.flip(Supervisor.startLink([spec("a"), failing], options))));
      }
      const many = ["a", "b", "c", "d", "e", "f"].map((id) => spec(id, { restart: "ever" as never }));
      texts.push(String(yield* Effect.flip(Supervisor.startLink(many, flags))));
      assertEquals(texts, [
        'failed_to_start_child: Supervisor.startLink(["a", "b"]): the child "b" failed to start: no',
        'failed_to_start_child: Supervisor.startLink("Shop"): the child "b" failed to start: no',
        'badarg: Supervisor.startLink(["a", "b", "c", "d", "e", …]), child "a", restart: ' +
        '"ever" was given where "permanent", "transient" or "temporary" belongs',
      ]);
    }),
);
