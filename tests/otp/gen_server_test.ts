/**
 * Tests of servers beyond the oracle's cases: Schemas, names by way of a registry, calls that are given up, many
 * nodes at once, and what is said of failures.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertMatch,
  assertStringIncludes,
  assertThrows,
} from "@std/assert";
import { Duration, Effect, Fiber, Option, Schema } from "../../src/deps/effect.ts";
import * as GenServer from "../../src/otp/gen_server.ts";
import * as Process from "../../src/process/process.ts";
import { exit } from "../../src/process/exit.ts";
import { atom } from "../../src/term/atom.ts";
import {
  AlreadyStarted,
  BadArg,
  Exit,
  Ignore,
  NoConnection,
  NoProc,
  Timeout,
  Unsendable,
} from "../../src/term/errors.ts";
import type { Pid } from "../../src/term/identifier.ts";
import { inspect } from "../../src/term/inspect.ts";
import type { Term } from "../../src/term/term.ts";
import { tuple } from "../../src/term/tuple.ts";
import { eventually, type TestNode, ties, withNodes } from "../node/support.ts";
import { onBothFibers } from "../process/support.ts";

const Counter = GenServer.define("Counter", {
  init: (start: number) => ["ok", start],
  handleCall: {
    get: (_, _from, count) => ["reply", count, count],
    add: (amount: number, _from, count) => ["reply", count + amount, count + amount],
    put: ([key, count]: readonly [string, number]) => ["reply", key, count],
    never: (_: string, _from: GenServer.From<number>, count) => ["noreply", count],
    give: (_, _from, count) => ["reply", () => count, count],
  },
  handleCast: { reset: () => ["noreply", 0] },
});

/** Starts a counter that outlives its starter. */
const startOn = (node: TestNode, start: number, name?: GenServer.ServerName): Promise<Pid> =>
  node.run(
    Effect.map(GenServer.start(Counter, start, name === undefined ? {} : { name }), (pid) =>
      pid.home.publish(pid)),
  );

onBothFibers("a server counts, and is asked by typed requests and by terms", () =>
  Effect.gen(function* () {
    const counter = yield* GenServer.startLink(Counter, 40, { name: "Counter" });
    assertEquals(yield* GenServer.call(counter, Counter.add(2)), 42);
    assertEquals(yield* GenServer.call("Counter", tuple(atom("add"), 1)), 43);
    assertEquals(yield* GenServer.call("Counter", tuple(atom("put"), "cup", 3)), "cup");
    assertEquals(yield* GenServer.cast("Counter", Counter.reset()), atom("ok"));
    assertEquals(yield* GenServer.call("Counter", Counter.get()), 0);
    assertEquals(yield* GenServer.whereis("Counter"), Option.some(counter));
    assertEquals(yield* GenServer.stop("Counter"), atom("ok"));
    assertEquals(yield* GenServer.whereis("Counter"), Option.none());
  }));

onBothFibers(
  "a call that is interrupted, or in vain, leaves nothing behind",
  (kernel) =>
    Effect.gen(function* () {
      const counter = yield* GenServer.start(Counter, 0);
      const before = ties(kernel);
      const waiting = yield* Effect.forkChild(GenServer.call(counter, Counter.never("")), {
        startImmediately: true,
      });
      assertEquals(kernel.aliases.size, 1);
      yield* Fiber.interrupt(waiting);
      assertEquals(ties(kernel), before);
      const late = yield* Effect.flip(GenServer.call(counter, Counter.never(""), 1));
      assertInstanceOf(late, Timeout);
      assertEquals(ties(kernel), before);
      // A process that dies of a signal while it waits.
      const caller = yield* Process.spawn(GenServer.call(counter, Counter.never(""), "infinity"));
      yield* Effect.yieldNow;
      assertEquals(kernel.aliases.size, 1);
      yield* Process.exit(caller, "boom");
      yield* Effect.promise(() => eventually("the caller is gone", () => kernel.find(caller) === undefined));
      assertEquals(ties(kernel), before);
    }),
);

onBothFibers(
  "a caller that gets other messages meanwhile goes on waiting, and keeps them",
  () =>
    Effect.gen(function* () {
      const Late = GenServer.define("Late", {
        init: (to: Pid) => ["ok", to],
        handleCall: {
          ask: (_, _from, to) =>
            Effect.gen(function* () {
              yield* Process.send(to, "one");
              yield* Effect.yieldNow;
              yield* Process.send(to, "two");
              yield* Effect.yieldNow;
              return ["reply", "answer", to];
            }),
        },
      });
      const late = yield* GenServer.startLink(Late, yield* Process.self());
      assertEquals(yield* GenServer.call(late, Late.ask()), "answer");
      assertEquals([yield* Process.receive(), yield* Process.receive()], ["one", "two"]);
    }),
);

onBothFibers(
  "no failing start kills a starter that does not trap exits, and each says why",
  (kernel) =>
    Effect.gen(function* () {
      const Start = GenServer.define("Start", {
        init: (how: string) =>
          Effect.gen(function* () {
            if (how === "ignore") return "ignore";
            if (how === "stop") return ["stop", "no reason"];
            if (how === "wait") yield* Effect.never;
            if (how === "exit") yield* exit("gone");
            if (how === "defect") return yield* Effect.die(new TypeError("a defect"));
            return ["ok", how];
          }),
      });
      const met = (how: string, options?: GenServer.StartOptions) =>
        Effect.flip(GenServer.startLink(Start, how, { name: "Start", ...options }));
      assertInstanceOf(yield* met("ignore"), Ignore);
      for (const [how, reason] of [["stop", "no reason"], ["exit", "gone"]] as const) {
        const failure = yield* met(how);
        assertInstanceOf(failure, Exit);
        assertEquals([failure.reason, failure.operation], [reason, "GenServer.startLink(Start)"]);
      }
      assertMatch(String(yield* met("defect")), /TypeError: a defect/);
      assertInstanceOf(yield* met("wait", { timeout: 1 }), Timeout);
      assertEquals(kernel.names.has("Start"), false);
      yield* GenServer.startLink(Start, "", { name: "Start" });
      const taken = yield* met("");
      assertInstanceOf(taken, AlreadyStarted);
      assertEquals(taken.pid, kernel.names.get("Start")?.pid);
    }),
);

onBothFibers("a start that is interrupted ends what it has begun", (kernel) =>
  Effect.gen(function* () {
    const Slow = GenServer.define("Slow", { init: () => Effect.as(Effect.never, ["ok", 0]) });
    const starting = yield* Effect.forkChild(GenServer.start(Slow, undefined, { name: "Slow" }), {
      startImmediately: true,
    });
    yield* Effect.promise(() => eventually("it has begun", () => kernel.names.has("Slow")));
    yield* Fiber.interrupt(starting);
    yield* Effect.promise(() => eventually("it has ended", () => !kernel.names.has("Slow")));
  }));

/** A registry in a Map, as a program could write one. */
const registry = () => {
  const names = new Map<string, Pid>();
  const via = (key: string): GenServer.Via => ({
    registerName: (pid) =>
      Effect.sync(() => {
        if (names.has(key)) return false;
        names.set(key, pid);
        return true;
      }),
    unregisterName: () => Effect.sync(() => void names.delete(key)),
    whereisName: () => Effect.sync(() => Option.fromUndefinedOr(names.get(key))),
    toString: () => `via ${key}`,
  });
  return { names, via };
};

onBothFibers("a server is named and found by way of a registry", () =>
  Effect.gen(function* () {
    const { names, via } = registry();
    const counter = yield* GenServer.start(Counter, 1, { name: via("cup") });
    assertEquals(names.get("cup"), counter);
    assertEquals(yield* GenServer.call(via("cup"), Counter.add(1)), 2);
    assertEquals(yield* GenServer.cast(via("cup"), Counter.reset()), atom("ok"));
    assertEquals(yield* GenServer.whereis(via("cup")), Option.some(counter));
    const taken = yield* Effect.flip(GenServer.start(Counter, 1, { name: via("cup") }));
    assertInstanceOf(taken, AlreadyStarted);
    assertStringIncludes(taken.message, "via cup is taken by #PID<");
    const nobody = yield* Effect.flip(GenServer.call(via("saucer"), Counter.get()));
    assertInstanceOf(nobody, NoProc);
    assertStringIncludes(nobody.message, "GenServer.call(via saucer, :get)");
    assertEquals(yield* GenServer.cast(via("saucer"), Counter.reset()), atom("ok"));
    assertEquals(yield* GenServer.stop(via("cup")), atom("ok"));
  }));

const Wait = GenServer.define("Wait", {
  schemas: {
    state: Schema.Number,
    calls: {
      wait: { request: Schema.DurationFromMillis, reply: Schema.DurationFromMillis },
      later: { reply: Schema.DurationFromMillis },
      lie: { reply: Schema.Number },
    },
    casts: { set: Schema.Number },
  },
  init: (start: number) => ["ok", start],
  handleCall: {
    wait: (time: Duration.Duration, _from, count) => ["reply", Duration.sum(time, time), count],
    later: (_: undefined, from: GenServer.From<Duration.Duration>, count) =>
      Effect.as(GenServer.reply(from, Duration.seconds(1)), ["noreply", count]),
    lie: (_, _from, count) => ["reply", "no number" as unknown as number, count],
  },
  handleCast: { set: (count: number) => ["noreply", count] },
});

onBothFibers("requests and replies are encoded and decoded by their Schemas", () =>
  Effect.gen(function* () {
    const server = yield* GenServer.start(Wait, 0);
    const doubled = yield* GenServer.call(server, Wait.wait(Duration.millis(20)));
    assertEquals(Duration.toMillis(doubled), 40);
    // So it travels.
    assertEquals(yield* GenServer.call(server, tuple(atom("wait"), 20)), 40);
    assertEquals(Duration.toMillis(yield* GenServer.call(server, Wait.later())), 1000);
  }));

onBothFibers(
  "what a Schema refuses fails at the caller, and ends a server that is asked for it",
  () =>
    Effect.gen(function* () {
      const server = yield* GenServer.start(Wait, 0);
      const wrong = yield* Effect.flip(
        GenServer.call(server, Wait.wait("soon" as unknown as Duration.Duration)),
      );
      assertInstanceOf(wrong, BadArg);
      assertStringIncludes(wrong.message, "the Schema of wait");
      assertInstanceOf(
        yield* Effect.flip(GenServer.cast(server, Wait.set("x" as unknown as number))),
        BadArg,
      );
      assert(yield* Process.isAlive(server));
      const refused = yield* Effect.flip(GenServer.call(server, tuple(atom("wait"), "soon")));
      assertInstanceOf(refused, Exit);
      assertStringIncludes(
        refused.message,
        'FunctionClauseError: no function clause matching in Wait.handleCall: {:wait, "soon"} ' +
          "(it is not as the Schema of wait says)",
      );
      const second = yield* GenServer.start(Wait, 0);
      assertMatch(
        String(yield* Effect.flip(GenServer.call(second, Wait.lie()))),
        /exit: .*the reply is not as its Schema says: "no number": Expected number/s,
      );
    }),
);

onBothFibers(
  "a state that its Schema refuses ends the server, or does not let it start",
  () =>
    Effect.gen(function* () {
      const Odd = GenServer.define("Odd", {
        schemas: { state: Schema.Number },
        init: (state: number) => ["ok", state],
        handleCall: { break: () => ["reply", 1, "text" as unknown as number] },
      });
      const unborn = yield* Effect.flip(GenServer.start(Odd, "text" as unknown as number));
      assertMatch(String(unborn), /exit: .*the state is not as its Schema says: "text"/s);
      const odd = yield* GenServer.start(Odd, 1);
      assertMatch(
        String(yield* Effect.flip(GenServer.call(odd, Odd.break()))),
        /the state is not as its Schema/,
      );
    }),
);

onBothFibers(
  "requests and continuations that no clause takes end the server with a clear reason",
  () =>
    Effect.gen(function* () {
      const asked = function* (request: Term) {
        const counter = yield* GenServer.start(Counter, 0);
        return String(yield* Effect.flip(GenServer.call(counter, request)));
      };
      for (
        const request of [atom("subtract"), tuple(atom("subtract"), 1), atom("_"), atom("toString"), "get", 1]
      ) {
        assertMatch(
          yield* asked(request),
          /FunctionClauseError: no function clause matching in Counter.handleCall: .* \(it has get, add, put/,
        );
      }
      const counter = yield* GenServer.start(Counter, 0);
      const ref = yield* Process.monitor(counter);
      yield* GenServer.cast(counter, atom("nothing"));
      const down = yield* Process.receive();
      assertMatch(Deno.inspect(down), /FunctionClauseError[^]*Counter.handleCast: :nothing \(it has reset\)/);
      assert(Array.isArray(down) && down[1] === ref);
      const Continue = GenServer.define("Continue", { init: () => ["ok", 0, ["continue", "load"]] });
      yield* Process.trapExit(true);
      yield* GenServer.startLink(Continue, undefined);
      assertMatch(Deno.inspect(yield* Process.receive()), /Continue.handleContinue: "load" \(it has none\)/);
    }),
);

Deno.test(
  "a message that nobody handles is logged, and the server goes on",
  withNodes(async (net) => {
    const kate = await net.node("kate@localhost");
    const counter = await startOn(kate, 3, "Counter");
    await kate.run(Process.send(counter, tuple(atom("what"), 1)));
    assertEquals(await kate.run(GenServer.call("Counter", Counter.get())), 3);
    await eventually(
      "it is logged",
      () =>
        kate.hasLogged(/^Error .*Counter "Counter" received unexpected message in handleInfo: \{:what, 1\}/),
    );
    await kate.run(GenServer.stop("Counter"));
  }),
);

Deno.test(
  "a reply that cannot travel ends the server, and the caller is told which",
  withNodes(async (net) => {
    const [alex, kate] = [await net.node("alex@localhost"), await net.node("kate@localhost")];
    await startOn(kate, 3, "Counter");
    const there = ["Counter", "kate@localhost"] as const;
    const failure = await alex.fails(GenServer.call(there, Counter.give()));
    assertMatch(String(failure), /exit: .*unsendable.*cannot travel to another node: it is a function/);
    await startOn(kate, 4, "Counter");
    const request = { back: () => 1 } as unknown as Term;
    assertMatch(String(await alex.fails(GenServer.call(there, request))), /unsendable: .*back.*a function/);
    assertMatch(String(await alex.fails(GenServer.cast(there, request))), /unsendable: GenServer.cast\(/);
    assertEquals(await alex.run(GenServer.call(there, Counter.get())), 4);
    await alex.run(GenServer.stop(there));
  }),
);

Deno.test("a definition reads as its name, and what it can be asked", () => {
  const text = "#GenServer<Counter: call get, add, put, never, give; cast reset>";
  assertEquals(inspect(Counter), text);
  assertEquals(inspect([Counter]), `[ ${text} ]`);
  assertEquals(Deno.inspect(Counter), text);
  assertEquals(inspect(GenServer.define("Bare", { init: () => ["ok", 0] })), "#GenServer<Bare>");
  assertEquals(Object.keys(Counter), ["get", "add", "put", "never", "give", "reset"]);
});

const Echo = GenServer.define("Echo", {
  init: () => ["ok", 0],
  handleCall: {
    closure: (_: Term, _from, state) => ["reply", [1, { back: () => 1 }], state],
    later: (_: Term, from: GenServer.From<ReadonlyArray<unknown>>, state) =>
      Effect.as(
        Effect.catch(GenServer.reply(from, [1, { back: () => 1 }]), (error) =>
          GenServer.reply(from, [error.message])),
        ["noreply", state],
      ),
  },
  handleCast: { put: (_: Term, state) => ["noreply", state] },
});

Deno.test(
  "what cannot travel is told by its place in what the caller gave",
  withNodes(async (net) => {
    const [alex, kate] = [await net.node("alex@localhost"), await net.node("kate@localhost")];
    await kate.run(GenServer.start(Echo, undefined, { name: "Echo" }));
    const there = ["Echo", "kate@localhost"] as const;
    const payload = { a: [0, () => 1] } as never;
    const term = tuple(atom("other"), payload) as unknown as Term;
    // Once while there is no connection, once over the link.
    for (let times = 0; times < 2; times++) {
      const failures: ReadonlyArray<readonly [Effect.Effect<unknown, unknown>, string]> = [
        [GenServer.call(there, payload), "request.a[1]"],
        [GenServer.cast(there, payload), "request.a[1]"],
        [GenServer.call(there, term), "request[1].a[1]"],
        [GenServer.call(there, Echo.closure(payload)), "request[1].a[1]"],
        [GenServer.cast(there, Echo.put(payload)), "request[1].a[1]"],
        [GenServer.abcast(["kate@localhost"], "Echo", Echo.put(payload)), "request[1].a[1]"],
        [GenServer.multiCall(["kate@localhost"], "Echo", Echo.closure(payload)), "request[1].a[1]"],
        [Process.send(there, payload), "message.a[1]"],
      ];
      for (const [asked, path] of failures) {
        const failure = await alex.fails(asked);
        assertInstanceOf(failure, Unsendable);
        assertEquals(failure.path, path, String(failure));
      }
    }
    const huge = await alex.fails(GenServer.cast(there, "x".repeat(200_000_000)));
    assertInstanceOf(huge, Unsendable);
    assertEquals(huge.path, "request");
    const [said] = await alex.run(GenServer.call(there, Echo.later(1)));
    assertMatch(String(said), /: reply\[1\]\.back cannot travel to another node/);
    const reply = await alex.fails(GenServer.call(there, Echo.closure(1)));
    assertMatch(String(reply), /: reply\[1\]\.back cannot travel to another node/);
  }),
);

Deno.test(
  "a multiCall whose request is not as its Schema says is refused, and makes no node a bad one",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const failure = await alex.fails(
      GenServer.multiCall(["kate@localhost"], "Wait", Wait.wait("two" as never)),
    );
    assertInstanceOf(failure, BadArg);
    assertMatch(String(failure), /GenServer\.multiCall of Wait: "two" is not as the Schema of wait says/);
  }),
);

Deno.test(
  "abcast reaches the nodes that have the name, and multiCall tells which have not",
  withNodes(async (net) => {
    const [alex, kate, mona] = [
      await net.node("alex@localhost"),
      await net.node("kate@localhost"),
      await net.node("mona@localhost"),
    ];
    await startOn(alex, 1, "Counter");
    await startOn(kate, 2, "Counter");
    const nodes = [...[alex, mona, kate].map(({ name }) => name), "nobody@localhost"];
    const [replies, bad] = await alex.run(GenServer.multiCall(nodes, "Counter", Counter.get()));
    assertEquals(replies.map(([node, count]) => [node, count]), [["alex@localhost", 1], [
      "kate@localhost",
      2,
    ]]);
    assertEquals(bad, ["mona@localhost", "nobody@localhost"]);
    assertEquals(await alex.run(GenServer.abcast(nodes, "Counter", Counter.reset())), atom("abcast"));
    const [after] = await alex.run(GenServer.multiCall(nodes.slice(0, 3), "Counter", Counter.get()));
    assertEquals(after.map(([, count]) => count), [0, 0]);
    for (const name of ["alex@localhost", "kate@localhost"]) {
      await alex.run(GenServer.stop(["Counter", name]));
    }
  }),
);

Deno.test(
  "a call to a node that cannot be connected says so as Elixir would",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const failure = await alex.fails(GenServer.call(["Counter", "moebi@localhost"], Counter.add(2)));
    assertInstanceOf(failure, NoConnection);
    assertEquals(
      [String(failure).split(" (")[0], failure.because],
      [
        'noconnection: GenServer.call({Counter, "moebi@localhost"}, {:add, 2}): no connection to moebi@localhost',
        "absent",
      ],
    );
    assertInstanceOf(await alex.fails(GenServer.stop(["Counter", "moebi@localhost"])), NoConnection);
    assertEquals(await alex.run(GenServer.cast(["Counter", "moebi@localhost"], Counter.reset())), atom("ok"));
  }),
);

Deno.test(
  "a reply that cannot travel is named, to the caller and in the report",
  withNodes(async (net) => {
    const [alex, kate] = [await net.node("alex@localhost"), await net.node("kate@localhost")];
    const Bad = GenServer.define("Bad", {
      init: () => ["ok", 0],
      handleCall: { get: (_, _from, state) => ["reply", { f: [() => 1] }, state] },
    });
    await kate.run(GenServer.start(Bad, undefined, { name: "Bad" }));
    const failure = await alex.fails(GenServer.call(["Bad", "kate@localhost"], atom("get")));
    assertMatch(
      String(failure),
      /unsendable: the reply of GenServer Bad to #PID<.*>: reply\.f\[0\] cannot travel to another node/,
    );
    await eventually("it is reported", () => kate.logs.length > 0);
    assertMatch(kate.logs[0] ?? "", /\n {2}\*\* unsendable: the reply of GenServer Bad/);
  }),
);

Deno.test("what is no server, no definition, no time, no from is refused in words", async () => {
  const met = (effect: Effect.Effect<unknown, unknown>): Promise<string> =>
    Effect.runPromise(Effect.sandbox(effect)).then(
      (value) => `gave ${Deno.inspect(value)}`,
      (error: unknown) => String(error),
    );
  const wrong = 7 as never;
  assertMatch(
    await met(GenServer.call(wrong, Counter.get())),
    /7 was given where a server, as its pid, its name/,
  );
  assertMatch(await met(GenServer.cast(wrong, Counter.reset())), /7 was given where a server/);
  assertMatch(await met(GenServer.stop(wrong)), /7 was given where a server/);
  assertMatch(await met(GenServer.whereis(wrong)), /7 was given where a server/);
  assertMatch(await met(GenServer.start(wrong, 1)), /7 was given where a server, as GenServer.define/);
  assertMatch(await met(GenServer.reply(wrong, wrong)), /7 was given where what handleCall was given/);
  assertMatch(
    await met(GenServer.call("Nobody", Counter.get(), "a while" as never)),
    /"a while" was given where a time/,
  );
  assertMatch(
    await met(GenServer.call("Nobody", Counter.get(), -1)),
    /-1 was given where a time of 0 or more/,
  );
  assertMatch(
    await met(GenServer.start(Counter, 1, { name: "nil" })),
    /badarg: GenServer\.start\(Counter\), name "nil": a registered name is a text/,
  );
  assertMatch(
    await met(GenServer.abcast("kate@localhost" as never, "Counter", Counter.reset())),
    /GenServer\.abcast: "kate@localhost" was given where an array of nodes/,
  );
  assertMatch(
    await met(GenServer.multiCall("kate@localhost" as never, "Counter", Counter.get())),
    /GenServer\.multiCall: "kate@localhost" was given where an array of nodes/,
  );
  assertMatch(
    await met(GenServer.multiCall(["kate@localhost"], wrong, Counter.get())),
    /GenServer\.multiCall: 7 was given where the servers' name/,
  );
});

Deno.test("what is no definition is refused where it is made", () => {
  const init = (): readonly ["ok", number] => ["ok", 1];
  const refused = (words: string, name: unknown, callbacks: unknown): void => {
    const error = assertThrows(() => GenServer.define(name as never, callbacks as never), BadArg);
    assertStringIncludes(error.message, words);
  };
  refused("GenServer.define: 7 was given where a server's name", 7, { init });
  refused('GenServer.define("X"): 7 was given where an object of callbacks', "X", 7);
  refused('GenServer.define("X"), init: undefined was given where a function', "X", {});
  refused('GenServer.define("X"), handleInfo: 7 was given where a function', "X", { init, handleInfo: 7 });
  refused('GenServer.define("X"), handleCall: 7 was given', "X", { init, handleCall: 7 });
  refused('GenServer.define("X"), handleCast.get: 7 was given', "X", { init, handleCast: { get: 7 } });
});
