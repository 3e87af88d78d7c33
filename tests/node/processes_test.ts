/**
 * Tests of what ties processes to each other, each with the other process on this node and on another: links,
 * monitors, exits, names, group leaders and output.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Effect, Option } from "../../src/deps/effect.ts";
import * as IO from "../../src/io/io.ts";
import * as Node from "../../src/node/node.ts";
import { exit } from "../../src/process/exit.ts";
import { Down, ExitMessage } from "../../src/process/messages.ts";
import { capture, defmodule } from "../../src/process/modules.ts";
import * as Process from "../../src/process/process.ts";
import { Exit, NoConnection, Undef } from "../../src/term/errors.ts";
import { nodeLife, Pid } from "../../src/term/identifier.ts";
import { isTuple, tuple } from "../../src/term/tuple.ts";
import { eventually, type Net, serves, soon, type TestNode, withNodes } from "./support.ts";

const isPid = (message: unknown): message is Pid => message instanceof Pid;

const Acts = defmodule("Acts", {
  wait: () => Effect.never,
  end: () => Effect.void,
  exit: (reason: unknown) => exit(reason),
  crash: () => Effect.die(new TypeError("a defect")),
  throws: (): number => {
    throw new RangeError("thrown");
  },
  exitWithoutForm: () => exit({ why: () => "a function", list: [1, Symbol("s")] }),
  promise: (value: number) => Promise.resolve(value + 1),
  trap: (owner: Pid) =>
    Effect.gen(function* () {
      yield* Process.trapExit(true);
      yield* Process.send(owner, yield* Process.self());
      for (;;) yield* Process.send(owner, yield* Process.receive());
    }),
  say: (text: string) => IO.puts(text),
  /** Says what comes, and tells whether it could. */
  sayOnDemand: (owner: Pid) =>
    Effect.gen(function* () {
      yield* Process.send(owner, yield* Process.self());
      for (;;) {
        const text = yield* Process.receive();
        const outcome = yield* Effect.result(IO.puts(text));
        yield* Process.send(owner, outcome._tag === "Success" ? "ok" : outcome.failure._tag);
      }
    }),
  /** Sends the pid that it is linked to back to where that is. */
  returnLinked: () =>
    Effect.gen(function* () {
      const info = yield* Process.info(yield* Process.self());
      const [linked] = Option.isSome(info) ? info.value.links : [];
      if (linked !== undefined) yield* Process.send(linked, tuple("you are", linked));
    }),
});

/** A test with the other process on this node, and one with it on another. */
const onBoth = (name: string, body: (alex: TestNode, there: TestNode, net: Net) => Promise<void>): void => {
  for (const where of ["this node", "another node"] as const) {
    Deno.test(
      `${name}, on ${where}`,
      withNodes(async (net) => {
        const alex = await net.node("alex@localhost");
        const there = where === "this node" ? alex : await net.node("kate@localhost");
        await body(alex, there, net);
        if (there !== alex) await serves(alex, there);
      }),
    );
  }
};

const within = { after: "6 seconds" } as const;

/** What a process that traps exits is told of the end of a process that it is linked to and monitors. */
const endOf = (pid: Pid, then: Effect.Effect<unknown, unknown>) =>
  Effect.gen(function* () {
    yield* Process.trapExit(true);
    yield* Process.link(pid);
    const reference = yield* Process.monitor(pid);
    yield* then;
    const exit = yield* Process.receive(ExitMessage, within);
    const down = yield* Process.receive(Down, within);
    assert(exit[1] === pid && down[3] === pid && down[1] === reference);
    return [exit[2], down[4]] as const;
  });

for (
  const [reason, seen] of [
    ["shutdown", "shutdown"],
    ["kill", "killed"],
    [tuple("shutdown", 1), tuple("shutdown", 1)],
    ["any text", "any text"],
  ] as const
) {
  onBoth(
    `an exit signal ${String(reason)} ends a process, and links and monitors tell`,
    async (alex, there) => {
      const pid = await there.process(Effect.never);
      assertEquals(await alex.run(endOf(pid, Process.exit(pid, reason))), [seen, seen]);
    },
  );
}

onBoth("an exit signal normal is ignored by another process", async (alex, there) => {
  const pid = await there.process(Effect.never);
  assertEquals(
    await alex.run(endOf(pid, Effect.andThen(Process.exit(pid, "normal"), Process.exit(pid, "then")))),
    ["then", "then"],
  );
});

onBoth("a process that traps exits gets a message instead, but for kill", async (alex, there) => {
  const seen = await alex.run(Effect.gen(function* () {
    const self = yield* Process.self();
    const [pid] = yield* Node.spawnMonitor(there.name, Acts.trap, [self]);
    yield* Process.receive(isPid, within);
    yield* Process.exit(pid, "please");
    const got = yield* Process.receive(ExitMessage, within);
    yield* Process.exit(pid, "kill");
    const down = yield* Process.receive(Down, within);
    return [got[1] === self, got[2], down[4]];
  }));
  assertEquals(seen, [true, "please", "killed"]);
});

onBoth(
  "the end of a linked process ends one that does not trap exits, and normal does not",
  async (alex, there) => {
    for (const [reason, survives] of [["normal", true], ["over", false]] as const) {
      const pid = await there.process(Effect.flatMap(Process.receive(), () => exit(reason)));
      const body = Effect.andThen(Process.link(pid), Effect.never);
      const [linked, down] = await alex.run(Effect.gen(function* () {
        const [linked, ref] = yield* Process.spawnMonitor(body);
        yield* Effect.promise(() =>
          eventually("it is linked", () => (alex.kernel.table.get(linked.number)?.links?.size ?? 0) === 1)
        );
        const end = yield* Process.monitor(pid);
        yield* Process.send(pid, "end");
        yield* Process.receive(
          (one) => isTuple(one) && one[1] === end ? Option.some(one) : Option.none(),
          within,
        );
        if (survives) yield* Process.exit(linked, "survived");
        const told = yield* Process.receive(
          (one) => isTuple(one) && one[1] === ref ? Option.some(one[4]) : Option.none(),
          within,
        );
        return [linked, told] as const;
      }));
      assert(linked !== undefined);
      assertEquals(down, survives ? "survived" : "over");
    }
  },
);

onBoth("after unlink and demonitor nothing of a process's end is told", async (alex, there) => {
  const pid = await there.process(Effect.never);
  const left = await alex.run(Effect.gen(function* () {
    yield* Process.trapExit(true);
    yield* Process.link(pid);
    const reference = yield* Process.monitor(pid);
    yield* Process.unlink(pid);
    assertEquals(yield* Process.demonitor(reference, { info: true }), true);
    const again = yield* Process.monitor(pid);
    yield* Process.exit(pid, "over");
    const down = yield* Process.receive(Down, within);
    assertEquals(down[1] === again, true);
    const info = yield* Process.info(yield* Process.self());
    return Option.isSome(info) ? info.value.messages : undefined;
  }));
  assertEquals(left, []);
});

onBoth("a dead process: link and monitor tell noproc, exit and send do nothing", async (alex, there) => {
  const pid = await there.process(Effect.void);
  await eventually("it has ended", () => !there.kernel.table.has(pid.number));
  const nothing = Effect.andThen(Process.send(pid, 1), Process.exit(pid, "kill"));
  assertEquals(await alex.run(endOf(pid, nothing)), ["noproc", "noproc"]);
});

onBoth("a monitor by name tells the name and the node", async (alex, there) => {
  const pid = await there.process(Effect.never, "named");
  const seen = await alex.run(Effect.gen(function* () {
    const reference = yield* Process.monitor(["named", there.name]);
    yield* Process.exit(pid, "over");
    const down = yield* Process.receive(Down, within);
    yield* Process.monitor(["nobody", there.name]);
    const none = yield* Process.receive(Down, within);
    return [down[1] === reference, String(down[3]), down[4], String(none[3]), none[4]];
  }));
  assertEquals(seen, [true, `{"named", "${there.name}"}`, "over", `{"nobody", "${there.name}"}`, "noproc"]);
});

onBoth("spawnMonitor of each kind of end tells its reason", async (alex, there) => {
  const reasons: Array<unknown> = [];
  for (
    const spawned of [
      Node.spawnMonitor(there.name, Acts.end, []),
      Node.spawnMonitor(there.name, Acts.promise, [1]),
      Node.spawnMonitor(there.name, Acts.exit, ["over"]),
      Node.spawnMonitor(there.name, Acts.exit, [tuple("a", 1)]),
      Node.spawnMonitor(there.name, Acts.crash, []),
      Node.spawnMonitor(there.name, Acts.throws, []),
    ]
  ) {
    reasons.push(
      await alex.run(Effect.gen(function* () {
        const [pid, reference] = yield* spawned;
        const down = yield* Process.receive(Down, within);
        assert(down[1] === reference && down[3] === pid && pid.node === there.name);
        return down[4];
      })),
    );
  }
  const [end, promise, over, row, crash, thrown] = reasons;
  assertEquals([end, promise, over, String(row)], ["normal", "normal", "over", '{"a", 1}']);
  assertEquals((crash as { error: unknown }).error, { name: "TypeError", message: "a defect" });
  assertEquals((thrown as { error: unknown }).error, { name: "RangeError", message: "thrown" });
});

onBoth("spawnLink links: the end of either ends the other", async (alex, there) => {
  const seen = await alex.run(Effect.gen(function* () {
    yield* Process.trapExit(true);
    const pid = yield* Node.spawnLink(there.name, Acts.exit, ["over"]);
    const told = yield* Process.receive(ExitMessage, within);
    return [told[1] === pid, told[2]];
  }));
  assertEquals(seen, [true, "over"]);
  const reports = await alex.collector();
  await alex.process(Effect.gen(function* () {
    yield* Process.send(reports.pid, yield* Node.spawnLink(there.name, Acts.wait, []));
    yield* exit("parent is over");
  }));
  await eventually("the child is known", () => reports.messages.length === 1);
  const [child] = reports.messages;
  assertInstanceOf(child, Pid);
  await eventually("the child has ended", () => !there.kernel.table.has(child.number));
});

onBoth("an exit reason always arrives: what in it cannot travel becomes text", async (alex, there) => {
  const reason = await alex.run(Effect.gen(function* () {
    yield* Node.spawnMonitor(there.name, Acts.exitWithoutForm, []);
    return (yield* Process.receive(Down, within))[4];
  }));
  assertEquals((reason as { list: ReadonlyArray<unknown> }).list[0], 1);
  if (there !== alex) assertEquals(typeof (reason as { why: unknown }).why, "string");
  const pid = await there.process(Effect.never);
  const sent = await alex.run(endOf(pid, Process.exit(pid, { why: () => 1, cause: "text" })));
  assertEquals((sent[1] as { cause: unknown }).cause, "text");
});

const missing: ReadonlyArray<readonly [module: string, name: string]> = [
  ["No such module", "work"],
  ["Acts", "noSuchFunction"],
  ["Acts", "constructor"],
  ["Acts", "toString"],
  ["Acts", "__proto__"],
  ["Acts", "hasOwnProperty"],
  ["constructor", "constructor"],
  ["__proto__", "toString"],
  ["toString", "call"],
];

for (const [module, name] of missing) {
  onBoth(`a spawn of ${module}.${name}, which is not defined, ends with undef`, async (alex, there) => {
    const reason = await alex.run(Effect.gen(function* () {
      yield* Node.spawnMonitor(there.name, capture(module, name), [1, 2]);
      return (yield* Process.receive(Down, within))[4];
    }));
    assertInstanceOf(reason, Undef);
    assertEquals([reason.module, reason.function, reason.arity, reason.node], [module, name, 2, there.name]);
  });
}

onBoth("__proto__ as a key in a message arrives as an own key, and pollutes nothing", async (alex, there) => {
  const { pid, messages } = await there.collector();
  const message: unknown = JSON.parse(
    '{"__proto__":{"polluted":true},"constructor":{"prototype":{"polluted":true}},"a":1}',
  );
  await alex.run(Process.send(pid, message));
  await eventually("it has come", () => messages.length === 1);
  const [arrived] = messages;
  assert(typeof arrived === "object" && arrived !== null);
  assertEquals(Object.keys(arrived), ["__proto__", "constructor", "a"]);
  assertEquals(Object.getPrototypeOf(arrived), Object.prototype);
  assertEquals(Object.getOwnPropertyDescriptor(arrived, "__proto__")?.value, { polluted: true });
  assertEquals(Reflect.get({}, "polluted"), undefined);
  assertEquals(Reflect.get(Object, "polluted"), undefined);
});

const untravelled: ReadonlyArray<readonly [what: string, value: unknown]> = [
  ["a function", () => 1],
  ["a symbol", Symbol("s")],
  [
    "an instance of a class",
    new (class Thing {
      size = 1;
    })(),
  ],
  ["a promise", Promise.resolve()],
];

for (const [what, value] of untravelled) {
  Deno.test(
    `${what} within a message, or within a spawn's arguments, is unsendable, and its path is said`,
    withNodes(async (net) => {
      const alex = await net.node("alex@localhost");
      const kate = await net.node("kate@localhost");
      const { pid, messages } = await kate.collector("inbox");
      const message = { list: [1, { deep: value }] };
      // Once while there is no connection, once over the link.
      for (let times = 0; times < 2; times++) {
        for (const to of [pid, ["inbox", "kate@localhost"]] as const) {
          const error = await alex.fails(Process.send(to, message));
          assert(error._tag === "unsendable");
          assertEquals(error.path, "message.list[1].deep");
        }
        const error = await alex.fails(Node.spawn("kate@localhost", Acts.exit, [message]));
        assert(error._tag === "unsendable");
        assertEquals(error.path, "args[0].list[1].deep");
        await alex.run(Process.send(pid, "fine"));
      }
      await eventually("what can travel has come", () => messages.length === 2);
      assertEquals(messages, ["fine", "fine"]);
      await serves(alex, kate);
    }),
  );
}

Deno.test(
  "a cycle is unsendable",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const { pid } = await kate.collector();
    const cycle: Array<unknown> = [1];
    cycle.push({ cycle });
    assertEquals((await alex.fails(Process.send(pid, cycle)))._tag, "unsendable");
    await serves(alex, kate);
  }),
);

onBoth("a message to the wire and back is what it was", async (alex, there) => {
  const echo = await there.process(Effect.gen(function* () {
    for (;;) {
      const message = yield* Process.receive();
      if (isTuple(message) && message[0] instanceof Pid) yield* Process.send(message[0], message[1]);
    }
  }));
  const terms = [
    null,
    true,
    -0,
    Number.NaN,
    Infinity,
    12345678901234567890n,
    "text \u{1f600}",
    Uint8Array.of(1, 2, 3),
    [1, [2, []]],
    { a: { b: undefined } },
    new Map<unknown, unknown>([[1, "one"], ["two", [2]]]),
    new Set([1, "two"]),
    new Date(12345),
    tuple("a", tuple(1)),
    Option.some(1),
    Option.none(),
  ];
  for (const term of terms) {
    const back = await alex.run(Effect.gen(function* () {
      yield* Process.send(echo, tuple(yield* Process.self(), term));
      return yield* Process.receive(within);
    }));
    assertEquals<unknown>(back, term);
  }
  const self = await alex.run(Effect.gen(function* () {
    const self = yield* Process.self();
    yield* Process.send(echo, tuple(self, tuple(self, echo)));
    const back = yield* Process.receive(within);
    return isTuple(back) && back[0] === self && back[1] === echo;
  }));
  assert(self);
});

onBoth(
  "a pid that another process sends back is the same object, also when it went there with a link",
  async (alex, there) => {
    const isSame = await alex.run(Effect.gen(function* () {
      const child = yield* Effect.flatMap(Process.self(), (self) =>
        Effect.andThen(
          Process.trapExit(true),
          Effect.as(Node.spawnLink(there.name, Acts.returnLinked, []), self),
        ));
      const message = yield* Process.receive(
        (one) => isTuple(one) && one[0] === "you are" ? Option.some(one[1]) : Option.none(),
        within,
      );
      return message === child;
    }));
    assert(isSame);
  },
);

onBoth("the output of a process goes to the group leader of who spawned it", async (alex, there) => {
  const reason = await alex.run(Effect.gen(function* () {
    yield* Node.spawnMonitor(there.name, Acts.say, ["hi"]);
    return (yield* Process.receive(Down, within))[4];
  }));
  assertEquals(reason, "normal");
  assertEquals(alex.written, ["hi\n"]);
  if (there !== alex) assertEquals(there.written, []);
});

onBoth("a process can be given another group leader from any node", async (alex, there) => {
  const other = await alex.collector();
  await alex.run(Effect.gen(function* () {
    const pid = yield* Node.spawn(there.name, Acts.sayOnDemand, [other.pid]);
    yield* Process.setGroupLeader(pid, there.kernel.user.pid.home.publish(there.kernel.user.pid));
    yield* Process.send(pid, "over there");
  }));
  await eventually("it is said", () => other.messages.includes("ok"));
  assertEquals(there.written, ["over there\n"]);
  const [pid] = other.messages;
  assertInstanceOf(pid, Pid);
  await alex.run(Process.exit(pid, "kill"));
});

Deno.test(
  "output fails typed when the group leader's node is gone, and the process goes on",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const reports = await kate.collector();
    const pid = await alex.run(Node.spawn("kate@localhost", Acts.sayOnDemand, [reports.pid]));
    await alex.run(Process.send(pid, "one"));
    await eventually("it is said", () => reports.messages.includes("ok"));
    assertEquals(alex.written, ["one\n"]);
    await alex.stop();
    const speaker = reports.messages[0];
    assertInstanceOf(speaker, Pid);
    await kate.run(Process.send(speaker, "two"));
    await eventually("it has failed", () => reports.messages.length === 3);
    assertEquals(reports.messages[2], "noconnection");
    assert(kate.kernel.table.has(speaker.number));
    await kate.run(Process.exit(speaker, "kill"));
    await serves(kate, await net.node("moebi@localhost"));
  }),
);

Deno.test(
  "output waits for a remote leader's answer, and fails typed when its node goes down meanwhile",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    // A leader that never answers.
    const mute = await kate.process(Effect.never);
    const outcome = alex.run(Effect.gen(function* () {
      yield* Process.setGroupLeader(yield* Process.self(), mute);
      return yield* Effect.flip(IO.puts("hello?"));
    }));
    await eventually("it has been asked", () => kate.kernel.table.get(mute.number)?.messageCount === 1);
    await kate.run(Node.disconnect("alex@localhost"));
    assertInstanceOf(await soon("the output fails", outcome), NoConnection);
  }),
);

Deno.test(
  "a dead group leader is noproc, on this node and another",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    for (const node of [alex, kate]) {
      const dead = await node.process(Effect.void);
      await eventually("it has ended", () => !node.kernel.table.has(dead.number));
      const error = await alex.fails(Effect.gen(function* () {
        yield* Process.setGroupLeader(yield* Process.self(), dead);
        yield* IO.puts("hello?");
      }));
      assertEquals(error._tag, "noproc");
    }
  }),
);

Deno.test(
  "when a link is lost, links break, monitors fire and nodedown comes, each once, and what comes anew is new",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const pid = await kate.process(Effect.andThen(Process.trapExit(true), Effect.never));
    const seen = await alex.run(Effect.gen(function* () {
      yield* Process.trapExit(true);
      yield* Node.monitor("kate@localhost");
      yield* Node.monitorNodes(true);
      yield* Process.link(pid);
      yield* Process.monitor(pid);
      yield* Process.monitor(["nobody", "kate@localhost"]);
      const none = yield* Process.receive(Down, within);
      assertEquals(none[4], "noproc");
      yield* Node.disconnect("kate@localhost");
      yield* Process.monitor(pid);
      yield* Process.exit(pid, "kill");
      const messages: Array<string> = [];
      for (;;) {
        const one = yield* Process.receive(within);
        messages.push(isTuple(one) ? `${one[0]} ${one[4] ?? one[2] ?? one[1]}` : String(one));
        if (String(messages.at(-1)).endsWith("killed")) return messages;
      }
    }));
    assertEquals(seen.filter((one) => !one.includes("nodeup")).toSorted(), [
      ":DOWN killed",
      ":DOWN noconnection",
      ":EXIT noconnection",
      ":nodedown kate@localhost",
      ":nodedown kate@localhost",
    ]);
    assertEquals(seen.filter((one) => one.includes("nodeup")).length, 2);
  }),
);

Deno.test(
  "what a process fails with by itself is its own typed failure",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    assertInstanceOf(await alex.fails(exit("over")), Exit);
  }),
);

Deno.test(
  "spawning on an absent node fails with noconnection, and a closure with badarg",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const error = await alex.fails(Node.spawn("nobody@localhost", Acts.wait, []));
    assertEquals(
      error.message,
      'Node.spawn("nobody@localhost", Acts.wait/0): no connection to nobody@localhost',
    );
    const closure = (() => Effect.void) as unknown as typeof Acts.end;
    assertEquals((await alex.fails(Node.spawn("nobody@localhost", closure, [])))._tag, "badarg");
  }),
);

Deno.test(
  "a process of an earlier life of this very node is dead: noproc, at once",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const dead = nodeLife("alex@localhost", alex.kernel.life.creation ^ 1).pid(200);
    const [exited, down] = await alex.run(Effect.gen(function* () {
      yield* Process.trapExit(true);
      yield* Process.send(dead, "nobody hears it");
      yield* Process.link(dead);
      const exited = yield* Process.receive(ExitMessage, within);
      yield* Process.monitor(dead);
      return [exited, yield* Process.receive(Down, within)] as const;
    }));
    assertEquals([exited[2], down[4]], ["noproc", "noproc"]);
    assertEquals(alex.kernel.remotes.size, 0);
  }),
);
