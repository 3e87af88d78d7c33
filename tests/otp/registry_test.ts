/**
 * Registries: unique and duplicate keys, names by way of them, and what ends take with them. What is expected was
 * seen of Elixir 1.14.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Effect, Option } from "../deps.ts";
import {
  AlreadyRegistered,
  AlreadyStarted,
  atom,
  Down,
  GenServer,
  Pid,
  Process,
  Registry,
  Supervisor,
  Sys,
  Task,
  type Term,
  tuple,
} from "../../mod.ts";
import type { Kernel } from "../../src/process/kernel.ts";
import { onBothFibers } from "../process/support.ts";

const unique = Registry.startLink({ keys: "unique", name: "Rooms" });
const duplicate = Registry.startLink({ keys: "duplicate", name: "Topics" });

/** Rows as arrays, since a tuple is another class. */
const rows = (entries: ReadonlyArray<ReadonlyArray<unknown>>): ReadonlyArray<ReadonlyArray<unknown>> =>
  entries.map((entry) => [...entry]);

/** A process that registers, and then waits to be ended. */
const registered = (registry: string, key: Term, value?: Term) =>
  Effect.gen(function* () {
    const self = yield* Process.self();
    const pid = yield* Process.spawn(Effect.gen(function* () {
      yield* Registry.register(registry, key, value);
      yield* Process.send(self, "registered");
      yield* Effect.never;
    }));
    yield* Process.receive((message): message is Term => message === "registered");
    return pid;
  });

const ended = (pid: Pid, reason: string) =>
  Effect.gen(function* () {
    const reference = yield* Process.monitor(pid);
    yield* Process.exit(pid, reason);
    return (yield* Process.receive((message): message is Down & Term =>
      Array.isArray(message) && message[1] === reference
    ))[4];
  });

onBothFibers(
  "a key of a unique registry is had by one process, and said to be taken to all, itself too",
  () =>
    Effect.gen(function* () {
      const registry = yield* unique;
      const self = yield* Process.self();
      assertEquals(yield* Registry.register("Rooms", "lobby", 1), registry);
      const again = yield* Effect.flip(Registry.register("Rooms", "lobby", 2));
      assert(again instanceof AlreadyRegistered);
      assertEquals(
        String(again),
        `already_registered: Registry.register("Rooms", "lobby"): the key "lobby" is taken by ${self}`,
      );
      const [other] = yield* Process.spawnMonitor(Effect.gen(function* () {
        const taken = yield* Effect.flip(Registry.register("Rooms", "lobby", 2));
        assert(taken instanceof AlreadyRegistered && taken.pid === self);
        // What is another's is neither taken back nor changed.
        assertEquals(yield* Registry.unregister("Rooms", "lobby"), atom("ok"));
        assertEquals(yield* Registry.updateValue("Rooms", "lobby", () => 9), Option.none());
      }));
      const down = yield* Process.receive(Down);
      assertEquals([down[3], down[4]], [other, "normal"]);
      assertEquals(rows(yield* Registry.lookup("Rooms", "lobby")), [[self, 1]]);
      const updated = yield* Registry.updateValue("Rooms", "lobby", (value) => Number(value) + 10);
      assertEquals(rows(Option.toArray(updated)), [[11, 1]]);
      assertEquals(yield* Registry.keys("Rooms", self), ["lobby"]);
      assertEquals(yield* Registry.values("Rooms", "lobby", self), [11]);
      assertEquals(yield* Registry.count("Rooms"), 1);
      assertEquals(yield* Registry.unregister("Rooms", "lobby"), atom("ok"));
      assertEquals(yield* Registry.lookup("Rooms", "lobby"), []);
      assertEquals(yield* Registry.count("Rooms"), 0);
    }),
);

onBothFibers(
  "a key of a duplicate registry is had by as many as register under it, also by one twice",
  () =>
    Effect.gen(function* () {
      yield* duplicate;
      const self = yield* Process.self();
      for (const value of [1, 2, 1]) yield* Registry.register("Topics", "news", value);
      const other = yield* registered("Topics", "news", 3);
      assertEquals(rows(yield* Registry.lookup("Topics", "news")), [[self, 1], [self, 2], [self, 1], [
        other,
        3,
      ]]);
      assertEquals(yield* Registry.keys("Topics", self), ["news", "news", "news"]);
      assertEquals(yield* Registry.values("Topics", "news", self), [1, 2, 1]);
      yield* Registry.unregisterMatch("Topics", "news", (value) => value === 1);
      assertEquals(rows(yield* Registry.lookup("Topics", "news")), [[self, 2], [other, 3]]);
      yield* Registry.unregister("Topics", "news");
      assertEquals(rows(yield* Registry.lookup("Topics", "news")), [[other, 3]]);
      const failure = yield* Effect.flip(Registry.updateValue("Topics", "news", () => 1));
      assertStringIncludes(String(failure), "badarg: Registry.updateValue");
    }),
);

onBothFibers("keys are compared by what they hold", () =>
  Effect.gen(function* () {
    yield* unique;
    const self = yield* Process.self();
    const key = (): Term => tuple(atom("room"), { floor: 2, tags: ["quiet", new Date(0)] });
    yield* Registry.register("Rooms", key(), "here");
    assertEquals(rows(yield* Registry.lookup("Rooms", key())), [[self, "here"]]);
    assertEquals((yield* Effect.flip(Registry.register("Rooms", key())))._tag, "already_registered");
    assertEquals(yield* Registry.lookup("Rooms", tuple(atom("room"), { floor: 3 })), []);
  }));

onBothFibers(
  "a tuple, a list and what lies within them are keys of their own",
  () =>
    Effect.gen(function* () {
      yield* unique;
      const self = yield* Process.self();
      const keys: ReadonlyArray<() => Term> = [
        () => tuple("a", 1),
        () => ["a", 1],
        () => ({ in: tuple(1) }),
        () => ({ in: [1] }),
        () => new Map([["in", tuple(1)]]),
        () => new Map([["in", [1]]]),
        () => new Set([1, 2]),
        () => new Uint8Array([1, 2]),
        () => [1, 2],
        () => tuple("tuple", "a", 1),
        () => 0,
        () => "0",
        () => atom("0"),
        () => 0n,
        () => null,
        () => self,
      ];
      for (const [value, key] of keys.entries()) yield* Registry.register("Rooms", key(), value);
      assertEquals(yield* Registry.count("Rooms"), keys.length);
      for (const [value, key] of keys.entries()) {
        assertEquals(rows(yield* Registry.lookup("Rooms", key())), [[self, value]]);
        yield* Registry.unregister("Rooms", key());
      }
      yield* Registry.register("Rooms", -0, "zero");
      assertEquals(rows(yield* Registry.lookup("Rooms", 0)), [[self, "zero"]]);
    }),
);

onBothFibers("a registry takes partitions, which have no effect", () =>
  Effect.gen(function* () {
    yield* Registry.startLink({ keys: "duplicate", name: "Topics", partitions: 4 });
    const self = yield* Process.self();
    yield* Registry.register("Topics", "news", 1);
    const other = yield* registered("Topics", "news", 2);
    const seen: Array<number> = [];
    yield* Registry.dispatch(
      "Topics",
      "news",
      (entries) => Effect.sync(() => void seen.push(entries.length)),
    );
    assertEquals(seen, [2]);
    assertEquals(rows(yield* Registry.lookup("Topics", "news")), [[self, 1], [other, 2]]);
    for (const partitions of [0, 1.5, "many" as never]) {
      const failure = yield* Effect.flip(Registry.startLink({ keys: "unique", name: "Rooms", partitions }));
      assertStringIncludes(String(failure), "badarg: Registry.startLink, partitions: ");
    }
  }));

onBothFibers(
  "dispatch calls with all entries at once, where there are any, and fails as what it calls",
  () =>
    Effect.gen(function* () {
      yield* duplicate;
      const self = yield* Process.self();
      yield* Registry.register("Topics", "news", 1);
      const other = yield* registered("Topics", "news", 2);
      const seen: Array<ReadonlyArray<ReadonlyArray<unknown>>> = [];
      const look = (entries: ReadonlyArray<Registry.Entered>) =>
        Effect.sync(() => void seen.push(rows(entries)));
      assertEquals(yield* Registry.dispatch("Topics", "news", look), atom("ok"));
      assertEquals(yield* Registry.dispatch("Topics", "sports", look), atom("ok"));
      assertEquals(seen, [[[self, 1], [other, 2]]]);
      assertEquals(yield* Effect.flip(Registry.dispatch("Topics", "news", () => Effect.fail("no"))), "no");
    }),
);

onBothFibers(
  "match, countMatch, select and countSelect look for values and entries",
  () =>
    Effect.gen(function* () {
      yield* duplicate;
      const self = yield* Process.self();
      yield* Registry.register("Topics", "news", 1);
      yield* Registry.register("Topics", "news", "two");
      yield* Registry.register("Topics", "sports", 3);
      const isNumber = (value: Term): value is number => typeof value === "number";
      const numbers: ReadonlyArray<readonly [Pid, number]> = yield* Registry.match(
        "Topics",
        "news",
        isNumber,
      );
      assertEquals(rows(numbers), [[self, 1]]);
      assertEquals(yield* Registry.countMatch("Topics", "news", isNumber), 1);
      const picked = yield* Registry.select(
        "Topics",
        ({ key, value }) => isNumber(value) ? Option.some(`${key} ${value}`) : Option.none(),
      );
      assertEquals(picked.toSorted(), ["news 1", "sports 3"]);
      assertEquals(yield* Registry.countSelect("Topics", ({ key }) => key === "news"), 2);
    }),
);

onBothFibers(
  "entries are gone when their process has ended, and its name is free",
  () =>
    Effect.gen(function* () {
      yield* unique;
      for (const reason of ["boom", "kill"]) {
        const pid = yield* registered("Rooms", "lobby");
        assertEquals(yield* ended(pid, reason), reason === "kill" ? "killed" : reason);
        assertEquals(yield* Registry.lookup("Rooms", "lobby"), []);
        assertEquals(yield* Registry.keys("Rooms", pid), []);
      }
      assertEquals(yield* Registry.count("Rooms"), 0);
    }),
);

onBothFibers(
  "who is registered ends with the registry; who has unregistered does not",
  () =>
    Effect.gen(function* () {
      yield* Process.trapExit(true);
      const registry = yield* unique;
      const inside = yield* registered("Rooms", "inside");
      const outside = yield* Process.spawn(Effect.gen(function* () {
        yield* Registry.register("Rooms", "outside");
        yield* Registry.unregister("Rooms", "outside");
        yield* Effect.never;
      }));
      const reference = yield* Process.monitor(inside);
      yield* Process.exit(registry, "shutdown");
      const down = yield* Process.receive((message): message is Down & Term =>
        Array.isArray(message) && message[1] === reference
      );
      assertEquals(down[4], "shutdown");
      assertEquals(yield* Process.isAlive(outside), true);
      const unknown = yield* Effect.flip(Registry.lookup("Rooms", "inside"));
      assertEquals(
        String(unknown),
        'badarg: Registry.lookup("Rooms"): there is no registry "Rooms" on this node: start it first',
      );
    }),
);

onBothFibers(
  "who started a registry stays linked to it after it has unregistered",
  (kernel: Kernel) =>
    Effect.gen(function* () {
      const registry = yield* unique;
      const self = yield* Process.self();
      yield* Registry.register("Rooms", "lobby");
      yield* Registry.unregister("Rooms", "lobby");
      assertEquals(kernel.find(self)?.links?.has(registry), true);
      assertEquals(kernel.monitors.size, 2);
    }),
);

const Counter = GenServer.define("Counter", {
  init: (count: number) => ["ok", count],
  handleCall: { get: (_, _from, count) => ["reply", count, count] },
});

onBothFibers(
  "a server is started, called, cast and stopped by way of a registry",
  () =>
    Effect.gen(function* () {
      yield* unique;
      const via = Registry.via("Rooms", "counter", atom("mine"));
      assertEquals(String(via), '{:via, Registry, {"Rooms", "counter"}}');
      const pid = yield* GenServer.startLink(Counter, 7, { name: via });
      assertEquals(yield* GenServer.call(via, Counter.get()), 7);
      assertEquals(yield* GenServer.whereis(via), Option.some(pid));
      assertEquals(rows(yield* Registry.lookup("Rooms", "counter")), [[pid, atom("mine")]]);
      const taken = yield* Effect.flip(GenServer.startLink(Counter, 1, { name: via }));
      assert(taken instanceof AlreadyStarted && taken.pid === pid);
      yield* GenServer.stop(via);
      assertEquals((yield* Effect.flip(GenServer.call(via, Counter.get())))._tag, "noproc");
      assertEquals(yield* GenServer.cast(via, "hello"), atom("ok"));
    }),
);

const Hanging = GenServer.define("Hanging", { init: (_: undefined) => Effect.never });

onBothFibers(
  "the name of a server that was killed while it came up is free when its starter is told",
  () =>
    Effect.gen(function* () {
      yield* unique;
      const name = Registry.via("Rooms", "counter");
      const failure = yield* Effect.flip(GenServer.startLink(Hanging, undefined, { name, timeout: 5 }));
      assertEquals(failure._tag, "timeout");
      yield* GenServer.startLink(Counter, 7, { name });
      assertEquals(yield* GenServer.call(name, Counter.get()), 7);
    }),
);

onBothFibers("supervisors are named by way of a registry, too", () =>
  Effect.gen(function* () {
    yield* unique;
    const via = Registry.via("Rooms", tuple("shop", 1));
    yield* Supervisor.startLink([], { strategy: "one_for_one", name: via });
    yield* Supervisor.startChild(via, { id: "a", start: Process.spawnLink(Effect.never) });
    assertEquals((yield* Supervisor.countChildren(via)).active, 1);
    assertEquals(yield* Supervisor.stop(via), atom("ok"));
    assertEquals((yield* Effect.flip(Supervisor.countChildren(via)))._tag, "noproc");
  }));

onBothFibers("no name comes of a registry of duplicate keys, or of none", () =>
  Effect.gen(function* () {
    yield* duplicate;
    for (const [name, said] of [["Topics", "gives no names"], ["Nowhere", "there is no registry"]] as const) {
      const via = Registry.via(name, "counter");
      const start = yield* Effect.flip(GenServer.start(Counter, 7, { name: via }));
      const call = yield* Effect.flip(GenServer.call(via, Counter.get()));
      for (const failure of [start, call]) {
        assertStringIncludes(String(failure), "badarg: ");
        assertStringIncludes(String(failure), said);
      }
      // Where the name was used, not the registry's own function.
      const text = `{:via, Registry, {"${name}", "counter"}}`;
      assertStringIncludes(String(start), `GenServer.start(Counter), name ${text}: `);
      assertStringIncludes(String(call), `GenServer.call(${text}): `);
      assertStringIncludes(String(yield* Effect.flip(GenServer.cast(via, 1))), `GenServer.cast(${text}): `);
      assertStringIncludes(String(yield* Effect.flip(GenServer.stop(via))), `GenServer.stop(${text}): `);
      assertStringIncludes(
        String(yield* Effect.flip(GenServer.whereis(via))),
        `GenServer.whereis(${text}): `,
      );
      assertStringIncludes(String(yield* Effect.flip(Sys.getState(via))), `Sys.getState(${text}): `);
      const task = yield* Effect.flip(Task.Supervisor.children(via));
      assertStringIncludes(String(task), `Task.Supervisor.children(${text}): `);
    }
  }));

onBothFibers("a registry holds metadata, and tells its listeners", () =>
  Effect.gen(function* () {
    const self = yield* Process.self();
    yield* Process.register(self, "listener");
    yield* Registry.startLink({
      keys: "unique",
      name: "Rooms",
      metadata: { city: "Riga" },
      listeners: ["listener", "nobody"],
    });
    assertEquals(yield* Registry.meta("Rooms", "city"), Option.some("Riga"));
    assertEquals(yield* Registry.meta("Rooms", "street"), Option.none());
    assertEquals(yield* Registry.putMeta("Rooms", "street", undefined), atom("ok"));
    assertEquals(yield* Registry.meta("Rooms", "street"), Option.some(undefined));
    assertEquals(yield* Registry.deleteMeta("Rooms", "street"), atom("ok"));
    assertEquals(yield* Registry.meta("Rooms", "street"), Option.none());
    yield* Registry.register("Rooms", "lobby", 5);
    yield* Registry.unregister("Rooms", "lobby");
    assertEquals(yield* Process.receive(), tuple(atom("register"), "Rooms", "lobby", self, 5));
    assertEquals(yield* Process.receive(), tuple(atom("unregister"), "Rooms", "lobby", self));
  }));

onBothFibers("a registry under a supervisor is restarted, empty", () =>
  Effect.gen(function* () {
    const supervisor = yield* Supervisor.startLink(
      [Registry.childSpec({ keys: "unique", name: "Rooms" })],
      { strategy: "one_for_one" },
    );
    const pid = yield* registered("Rooms", "lobby");
    const [[, registry]] = yield* Supervisor.whichChildren(supervisor) as Effect.Effect<
      readonly [Supervisor.ChildInfo<string>]
    >;
    assert(registry instanceof Pid);
    const reference = yield* Process.monitor(pid);
    yield* Process.exit(registry, "kill");
    yield* Process.receive((message): message is Term => Array.isArray(message) && message[1] === reference);
    yield* Supervisor.countChildren(supervisor);
    assertEquals(yield* Registry.count("Rooms"), 0);
  }));

const optionsThatAreNone: ReadonlyArray<readonly [options: unknown, said: string]> = [
  [undefined, "undefined was given"],
  [{ keys: "bogus", name: "Rooms" }, 'keys: "bogus" was given where "unique" or "duplicate" belongs'],
  [{ keys: "unique" }, "name: undefined was given where a text belongs"],
  [{ keys: "unique", name: "" }, "a registered name is a text that is not empty"],
  [{ keys: "unique", name: "Rooms", metadata: 3 }, "metadata: 3 was given"],
  [{ keys: "unique", name: "Rooms", listeners: "me" }, 'listeners: "me" was given'],
];

for (const [options, said] of optionsThatAreNone) {
  onBothFibers(`Registry.startLink refuses ${Deno.inspect(options)}`, () =>
    Effect.gen(function* () {
      const failure = yield* Effect.flip(Registry.startLink(options as Registry.RegistryOptions));
      assertStringIncludes(String(failure), "badarg: ");
      assertStringIncludes(String(failure), said);
    }));
}
