/**
 * Applications: what starts and stops with them, in which order, and what becomes of whoever started them.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Context, Deferred, Effect, Layer, Logger, Option, References } from "npm:effect@^4.1.0";
import {
  AlreadyStarted,
  Application,
  atom,
  BadArg,
  defmodule,
  Down,
  FailedToStartChild,
  IO,
  Node,
  NoProc,
  type Pid,
  Process,
  Task,
} from "../../mod.ts";
import { onBothFibers, runProcess } from "../process/support.ts";
import { eventually } from "../waiting.ts";

/** A child that says when it starts and ends. */
const childOf = (id: string, said: Array<string>) => ({
  id,
  start: Effect.gen(function* () {
    const isUp = Deferred.makeUnsafe<void>();
    const up = Effect.suspend(() => Deferred.succeed(isUp, void said.push(`${id} up`)));
    const down = Effect.sync(() => said.push(`${id} down`));
    const pid = yield* Process.spawnLink(Effect.onInterrupt(Effect.andThen(up, Effect.never), () => down));
    yield* Deferred.await(isUp);
    return pid;
  }),
});

/** An application with two children, that says what it does. */
const talkative = (said: Array<string>) =>
  Application.make({
    name: "talkative",
    children: [childOf("a", said), childOf("b", said)],
    supervisor: { strategy: "one_for_one", name: "Talkative.Supervisor", maxRestarts: 0 },
    start: Effect.sync(() => said.push("start")),
    stop: Effect.sync(() => said.push("stop")),
  });

const order = ["start", "a up", "b up", "b down", "a down", "stop"];

/** Waits until it is so. */
const until = (isSo: () => boolean) => Effect.promise(() => eventually("what is awaited", isSo));

const supervisorOf = (name: string): Effect.Effect<Pid> =>
  Effect.flatMap(Process.whereis(name), (found) => Effect.fromOption(found)).pipe(Effect.orDie);

onBothFibers(
  "its start runs, then its children start; they go down in reverse order, then its stop runs",
  () =>
    Effect.gen(function* () {
      const said: Array<string> = [];
      assertEquals(yield* Application.start(talkative(said)), atom("ok"));
      yield* supervisorOf("Talkative.Supervisor");
      assertEquals(said, order.slice(0, 3));
      assertEquals(yield* Application.stop("talkative"), atom("ok"));
      assertEquals(said, order);
      assertEquals(yield* Process.whereis("Talkative.Supervisor"), Option.none());
    }),
);

onBothFibers(
  "it runs on when whoever has started it has ended, and can be stopped and started again",
  () =>
    Effect.gen(function* () {
      const said: Array<string> = [];
      const application = talkative(said);
      for (const end of [Effect.void, Effect.fail("a crash")]) {
        yield* Process.spawnMonitor(Effect.andThen(Application.start(application), end));
        yield* Process.receive(Down);
        yield* supervisorOf("Talkative.Supervisor");
        yield* Application.stop(application);
      }
      assertEquals(said, [...order, ...order]);
    }),
);

onBothFibers(
  "a second start fails typed, also while the first is on its way; so does a stop of what is down",
  () =>
    Effect.gen(function* () {
      const application = talkative([]);
      const starts = yield* Effect.all(
        [Effect.result(Application.start(application)), Effect.result(Application.start(application))],
        { concurrency: "unbounded" },
      );
      const failures = starts.flatMap((one) => one._tag === "Failure" ? [one.failure] : []);
      assertEquals(failures.length, 1);
      assert(failures[0] instanceof AlreadyStarted);
      assertStringIncludes(
        String(failures[0]),
        "already_started: Application.start(talkative): the application name talkative is taken by #PID<",
      );
      yield* Application.stop(application);
      const stopped = yield* Effect.flip(Application.stop(application));
      assert(stopped instanceof NoProc);
      assertStringIncludes(String(stopped), 'the application "talkative" is not alive');
    }),
);

onBothFibers(
  "when a child does not start, all is down again, and the application can be started again",
  () =>
    Effect.gen(function* () {
      const said: Array<string> = [];
      const application = Application.make({
        name: "unlucky",
        children: [childOf("a", said), { id: "failing", start: Effect.fail("no luck") }],
        stop: Effect.sync(() => said.push("stop")),
      });
      for (let round = 0; round < 2; round++) {
        const failure = yield* Effect.flip(Application.start(application));
        assert(failure instanceof FailedToStartChild && failure.child === "failing");
        assertStringIncludes(String(failure), 'the child "failing" failed to start: no luck');
      }
      assertEquals(said, ["a up", "a down", "stop", "a up", "a down", "stop"]);
    }),
);

onBothFibers(
  "when its start fails, no child starts, and its stop does not run",
  () =>
    Effect.gen(function* () {
      const said: Array<string> = [];
      const application = Application.make({
        name: "unlucky",
        children: [childOf("a", said)],
        start: Effect.fail("no luck"),
        stop: Effect.sync(() => said.push("stop")),
      });
      const failure: string | { readonly _tag: string } = yield* Effect.flip(Application.start(application));
      assertEquals(failure, "no luck");
      assertEquals(said, []);
    }),
);

onBothFibers("a start that is interrupted leaves nothing behind", () =>
  Effect.gen(function* () {
    const said: Array<string> = [];
    const hanging = Effect.andThen(Effect.sync(() => said.push("hangs")), Effect.never);
    const application = Application.make({
      name: "slow",
      children: [childOf("a", said), { id: "hanging", start: hanging }],
    });
    const [pid] = yield* Process.spawnMonitor(Application.start(application));
    yield* until(() => said.includes("hangs"));
    yield* Process.exit(pid, "enough");
    yield* Process.receive(Down);
    yield* until(() => said.includes("a down"));
    assert((yield* Effect.flip(Application.stop("slow"))) instanceof NoProc);
  }));

/** Who starts an application that ends so: alive, or ended with that reason. */
const ends: ReadonlyArray<readonly [Application.ApplicationType, reason: string, end: string]> = [
  ["temporary", "killed", "alive"],
  ["temporary", "shutdown", "alive"],
  ["transient", "killed", "killed"],
  ["transient", "shutdown", "shutdown"],
  ["permanent", "killed", "killed"],
  ["permanent", "shutdown", "shutdown"],
];

for (const [type, reason, end] of ends) {
  Deno.test(`when a ${type} application ends with ${reason}, who has started it is ${end}`, () =>
    runProcess((kernel) =>
      Effect.gen(function* () {
        const said: Array<string> = [];
        const logged: Array<string> = [];
        const logger = Logger.make(({ message }) => void logged.push(String(message)));
        kernel.context = Context.add(kernel.context, References.CurrentLoggers, new Set([logger]));
        const [starter] = yield* Process.spawnMonitor(
          Effect.andThen(Application.start(talkative(said), { type }), Process.receive()),
        );
        yield* until(() => said.includes("b up"));
        const supervisor = yield* supervisorOf("Talkative.Supervisor");
        // The master has it by now: it was told of it in the same turn.
        yield* until(() => (kernel.find(starter)?.status ?? "waiting") === "waiting");
        // A supervisor ends with shutdown when its children fail too often, here once.
        const [child] = [...kernel.find(supervisor)?.links ?? []].filter((pid) =>
          pid.number > supervisor.number
        );
        assert(child);
        yield* Process.exit(reason === "killed" ? supervisor : child, "kill");
        yield* until(() => logged.some((line) => line.includes("Application talkative exited")));
        if (end === "alive") assertEquals(yield* Process.isAlive(starter), true);
        else assertEquals((yield* Process.receive(Down))[4], end);
        assertEquals(said.at(-1), "stop");
        assert((yield* Effect.flip(Application.stop("talkative"))) instanceof NoProc);
      })
    ));
}

Deno.test("an application without children has no supervisor, and runs until it is stopped", () =>
  runProcess((kernel) =>
    Effect.gen(function* () {
      const application = Application.make({ name: "library" });
      yield* Application.start(application);
      assertEquals(kernel.names.size, 1);
      assertEquals(yield* Application.stop(application), atom("ok"));
    })
  ));

Deno.test("what its processes print is the node's, whoever has started it", () =>
  runProcess((kernel) =>
    Effect.gen(function* () {
      const [own, other]: [string[], string[]] = [[], []];
      kernel.output = (text) => void own.push(text);
      const leader = kernel.spawn({ parent: undefined, leader: kernel.user.pid });
      leader.handler = (message) => void other.push(String(message));
      yield* Process.setGroupLeader(yield* Process.self(), leader.pid);
      yield* Application.start(Application.make({ name: "printer", start: IO.puts("up") }));
      assertEquals([own.join(""), other], ["up\n", []]);
      kernel.finish(leader, "normal");
    })
  ));

class Db extends Context.Service<Db, { readonly rows: number }>()("tests/Db") {}

const Shop = defmodule("ApplicationTest.Shop", {
  count: () => Effect.map(Db, ({ rows }) => rows),
  tell: (to: Pid) => Effect.flatMap(Db, ({ rows }) => Process.send(to, rows)),
});

const shop = Application.make({
  name: "shop",
  modules: [Shop],
  children: [Task.Supervisor.childSpec({ name: "Shop.Tasks" })],
});

const ask = (name: string) =>
  Effect.gen(function* () {
    const self = yield* Node.self();
    // As another node's request: by name, in a process that the kernel starts.
    const task = yield* Task.Supervisor.async([name, self], Shop.count, []);
    return yield* Effect.exit(Task.await(task));
  });

Deno.test("its modules' functions have the services that it was provided with, until it has stopped", () =>
  runProcess((kernel) =>
    Effect.gen(function* () {
      const said: Array<string> = [];
      const db = Layer.effect(
        Db,
        Effect.acquireRelease(
          Effect.sync(() => {
            said.push("open");
            return { rows: 3 };
          }),
          () => Effect.sync(() => void said.push("closed")),
        ),
      );
      const before = kernel.context;
      const provided = Application.provide(shop, db);
      yield* Application.start(provided);
      assertEquals(said, ["open"]);
      const count = yield* ask("Shop.Tasks");
      assert(count._tag === "Success" && count.value === 3);
      yield* Application.stop(provided);
      assertEquals(said, ["open", "closed"]);
      assertEquals(kernel.context, before);
    })
  ));

Deno.test("they stay when the program becomes a node after that", () =>
  runProcess(() =>
    Effect.gen(function* () {
      yield* Application.start(Application.provide(shop, Layer.succeed(Db, { rows: 5 })));
      yield* Node.start("alex@localhost", { cookie: "secret_token", epmd: false });
      const pid = yield* Node.spawn("alex@localhost", Shop.tell, [yield* Process.self()]);
      assertEquals(yield* Process.receive(), 5);
      assertEquals(pid.node, "alex@localhost");
      yield* Node.stop();
      yield* Application.stop("shop");
    })
  ));

Deno.test("without a layer the services are those of whoever starts it", () =>
  runProcess(() =>
    Effect.gen(function* () {
      yield* Effect.provideService(Application.start(shop), Db, { rows: 4 });
      const count = yield* ask("Shop.Tasks");
      assert(count._tag === "Success" && count.value === 4);
      yield* Application.stop(shop);
    })
  ));

Deno.test("as a layer over a node's it starts on that node, and stops with the scope", async () => {
  const said: Array<string> = [];
  const node = Node.layer("alex@localhost", { cookie: "secret_token", epmd: false });
  const application = Layer.provideMerge(Application.layer(talkative(said)), node);
  const name = Effect.gen(function* () {
    yield* supervisorOf("Talkative.Supervisor");
    assertEquals(said, order.slice(0, 3));
    return yield* Node.self();
  });
  assertEquals(await Effect.runPromise(Effect.provide(name, application)), "alex@localhost");
  assertEquals(said, order);
});

Deno.test("what the compiler would refuse is one line that says what to write", () =>
  runProcess(() =>
    Effect.gen(function* () {
      const good = talkative([]);
      const wrong: ReadonlyArray<readonly [given: object, said: string]> = [
        [{}, 'is no application: write Application.make({ name: "chat" })'],
        [{ ...good, name: "" }, 'an application has a name: write { name: "chat" }'],
        [{ ...good, modules: [{ a: 1 }] }, "is no module: write modules: [Chat], each made by defmodule"],
        [{ ...good, children: 3 }, "its children are a list of child specifications"],
        [{ ...good, environment: {} }, 'is to be Application.environment("talkative", { … })'],
        [{ ...good, name: "other" }, 'its environment is that of "talkative": give both the same name'],
        [{ ...good, start: 3 }, "start and stop are Effects"],
      ];
      for (const [given, said] of wrong) {
        const failure = yield* Effect.flip(Application.start(given as typeof good));
        assert(failure instanceof BadArg);
        assertStringIncludes(String(failure), said);
        assert(!String(failure).includes("\n"));
      }
    })
  ));
