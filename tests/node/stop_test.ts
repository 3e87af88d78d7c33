/**
 * Tests of a node's end in order: others know at once, whatever was under way is answered once, and nothing is
 * left.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Effect, type Fiber } from "../../src/deps/effect.ts";
import { names } from "../../src/epmd/client.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import * as Node from "../../src/node/node.ts";
import * as Task from "../../src/otp/task.ts";
import { Down, ExitMessage, NodeDown } from "../../src/process/messages.ts";
import { defmodule } from "../../src/process/modules.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import { type Transport, TransportError } from "../../src/process/seams.ts";
import * as Process from "../../src/process/process.ts";
import { BadArg, NoConnection } from "../../src/term/errors.ts";
import {
  cookie,
  eventually,
  freePort,
  Net,
  readToEnd,
  seamsOn,
  serves,
  soon,
  Tap,
  type TestNode,
  ties,
  withNodes,
} from "./support.ts";

const Idle = defmodule("Idle", { wait: () => Effect.never, twice: (number: number) => 2 * number });

const within = { after: "6 seconds" } as const;

const startTasks = async (node: TestNode): Promise<void> => {
  await node.process(Effect.gen(function* () {
    yield* Process.trapExit(true);
    yield* Task.Supervisor.startLink({ name: "Tasks" });
    yield* Effect.never;
  }));
  await eventually("the tasks' supervisor is up", () => node.kernel.names.has("Tasks"));
};

Deno.test(
  "the others see a node that stops go down at once, and it is a node no more",
  withNodes(async (net) => {
    // On clocks that stand, no tick can be missed.
    const [alex, kate, moebi] = await Promise.all(
      ["alex@localhost", "kate@localhost", "moebi@localhost"].map((name) =>
        net.node(name, { seams: seamsOn() })
      ),
    );
    assert(alex !== undefined && kate !== undefined && moebi !== undefined);
    const watching = [alex, moebi].map((node) =>
      node.run(Effect.gen(function* () {
        yield* Node.connect("kate@localhost");
        yield* Node.monitor("kate@localhost");
        return yield* Process.receive(NodeDown, within);
      }))
    );
    await eventually(
      "kate has both",
      () => ["alex@localhost", "moebi@localhost"].every((name) => kate.kernel.outbound.isConnected(name)),
    );
    assertEquals(String(await kate.run(Node.stop())), ":ok");
    for (const down of await Promise.all(watching)) assertEquals(down[1], "kate@localhost");
    assertEquals(await kate.run(Node.isAlive()), false);
    assertEquals(await kate.run(Node.self()), "nonode@nohost");
    assertEquals((await alex.fails(Node.connect("kate@localhost"))).because, "absent");
    assertEquals((await kate.fails(Node.connect("alex@localhost"))).because, "not_alive");
    assertInstanceOf(await kate.fails(Node.stop()), BadArg);
    await serves(alex, moebi);
  }),
);

Deno.test(
  "what was sent before a node stops arrives",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const { messages } = await alex.collector("inbox");
    const kate = await net.node("kate@localhost");
    await kate.run(Effect.gen(function* () {
      yield* Node.connect("alex@localhost");
      for (let number = 0; number < 1_000; number++) {
        yield* Process.send(["inbox", "alex@localhost"], number);
      }
      yield* Node.stop();
    }));
    await eventually("all is there", () => messages.length === 1_000);
  }),
);

Deno.test(
  "links and monitors break with noconnection at both ends when one node stops, and its processes run on",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const theirs = await kate.process(Effect.andThen(Process.trapExit(true), Effect.never));
    const seen: Array<string> = [];
    const watch = (who: string, pid: typeof theirs): Effect.Effect<unknown, unknown> =>
      Effect.gen(function* () {
        yield* Process.trapExit(true);
        yield* Process.link(pid);
        yield* Process.monitor(pid);
        const exit = yield* Process.receive(ExitMessage, within);
        const down = yield* Process.receive(Down, within);
        seen.push(`${who} ${exit[2]} ${down[4]}`);
      });
    const ours = await alex.process(Effect.andThen(Process.trapExit(true), Effect.never));
    await alex.process(watch("alex", theirs));
    await kate.process(watch("kate", ours));
    await eventually("both watch", () => [alex, kate].every(({ kernel }) => ties(kernel)["watchers"] === 1));
    await kate.run(Node.stop());
    await eventually("both are told", () => seen.length === 2);
    assertEquals(seen.toSorted(), ["alex noconnection noconnection", "kate noconnection noconnection"]);
    assertEquals(await kate.run(Process.isAlive(theirs)), true);
  }),
);

Deno.test(
  "a node that starts, works and stops 20 times is what it was at first",
  withNodes(async (net) => {
    const tap = new Tap();
    const kate = await net.node("kate@localhost", { transport: tap });
    await startTasks(kate);
    const alex = await net.node("alex@localhost");
    await alex.run(Node.stop());
    const sizes: Array<string> = [];
    for (let time = 0; time < 20; time++) {
      await alex.run(Effect.gen(function* () {
        yield* Node.start("alex@localhost", { cookie, epmd: { port: net.mapperPort } });
        const task = yield* Task.Supervisor.async(["Tasks", "kate@localhost"], Idle.twice, [time]);
        assertEquals(yield* Task.await(task), 2 * time);
        const [child] = yield* Node.spawnMonitor("kate@localhost", Idle.wait, []);
        yield* Process.exit(child, "over");
        yield* Process.receive(Down, within);
        yield* Node.stop();
      }));
      await eventually("kate has seen it", () => !kate.kernel.outbound.isConnected("alex@localhost"));
      await eventually(
        "kate has only its own connection to the mapper",
        () => tap.open.size === 1,
      );
      const own = [alex, kate].map(({ kernel }) => ({
        ...ties(kernel),
        table: kernel.table.size,
        names: [...kernel.names.keys()].toSorted(),
        remotes: kernel.remotes.size,
        queue: kernel.queue.length,
      }));
      sizes.push(JSON.stringify(own));
    }
    assertEquals(new Set(sizes).size, 1, sizes.join("\n"));
  }),
);

/** What one fiber came to, in a word. */
const outcomeOf = (fiber: Fiber.Fiber<unknown, unknown>): string | undefined => {
  const exit = fiber.pollUnsafe();
  if (exit === undefined) return undefined;
  return exit._tag === "Success" ? `success ${exit.value}` : `failure ${String(exit.cause.reasons[0])}`;
};

for (const who of ["the asking", "the asked"] as const) {
  Deno.test(
    `when ${who} node stops, each task, link, monitor, spawn and call under way is answered, once`,
    withNodes(async (net) => {
      const alex = await net.node("alex@localhost");
      const kate = await net.node("kate@localhost");
      await startTasks(kate);
      const tasks = ["Tasks", "kate@localhost"] as const;
      const pid = await kate.process(Effect.andThen(Process.trapExit(true), Effect.never));
      const mute = await kate.process(Effect.never, "mute");
      const answers: Array<string> = [];
      const count = 20;
      const fibers = Array.from({ length: count }, (_, number) => [
        alex.fork(Effect.gen(function* () {
          const task = yield* Task.Supervisor.async(tasks, Idle.wait, []);
          const failure = yield* Effect.flip(Task.await(task));
          answers.push(`task ${failure._tag}`);
        })),
        alex.fork(Effect.gen(function* () {
          yield* Process.trapExit(true);
          yield* Process.link(pid);
          answers.push(`link ${(yield* Process.receive(ExitMessage))[2]}`);
          // Nothing comes twice.
          yield* Process.receive();
          answers.push("link again");
        })),
        alex.fork(Effect.gen(function* () {
          yield* Process.monitor(number % 2 === 0 ? pid : ["mute", "kate@localhost"]);
          answers.push(`monitor ${(yield* Process.receive(Down))[4]}`);
          yield* Process.receive();
          answers.push("monitor again");
        })),
        alex.fork(Effect.gen(function* () {
          yield* Process.trapExit(true);
          // Its reply may be under way: then the spawn itself fails.
          const spawned = yield* Effect.result(Node.spawnLink("kate@localhost", Idle.wait, []));
          if (spawned._tag === "Failure") {
            return yield* Effect.sync(() => answers.push(`spawn ${spawned.failure._tag}`));
          }
          answers.push(`spawn ${(yield* Process.receive(ExitMessage))[2]}`);
          yield* Process.receive();
          answers.push("spawn again");
        })),
      ]).flat();
      await eventually("all of it is under way", () => {
        const there = ties(kate.kernel);
        return there["answering"] === count && there["watchers"] === count && there["linked"] === count + 1;
      });
      await (who === "the asking" ? alex : kate).run(Node.stop());
      await eventually("all are answered", () => answers.length >= 4 * count);
      const sorted = Object.groupBy(answers, (one) => one);
      assertEquals(
        Object.fromEntries(Object.entries(sorted).map(([text, all]) => [text, all?.length])),
        {
          "task noconnection": count,
          "link noconnection": count,
          "monitor noconnection": count,
          "spawn noconnection": count,
        },
      );
      // Those that wait for what must not come are still there.
      assert(fibers.filter((fiber) => outcomeOf(fiber) === undefined).length >= 2 * count);
      for (const fiber of fibers) fiber.interruptUnsafe();
      await eventually("all have ended", () => fibers.every((fiber) => outcomeOf(fiber) !== undefined));
      assert(kate.kernel.table.has(mute.number));
    }),
  );
}

Deno.test(
  "spawns and tasks that are asked for at the very moment of the stop are answered",
  withNodes(async (net) => {
    for (let time = 0; time < 10; time++) {
      const alex = await net.node("alex@localhost");
      const kate = await net.node("kate@localhost");
      await startTasks(kate);
      await alex.run(Node.connect("kate@localhost"));
      const asked = Array.from({ length: 10 }, () => [
        alex.run(Effect.result(Node.spawn("kate@localhost", Idle.wait, []))),
        alex.run(Effect.result(Effect.flatMap(
          Task.Supervisor.async(["Tasks", "kate@localhost"], Idle.twice, [1]),
          (task) => Task.await(task),
        ))),
        alex.run(Effect.result(Task.Supervisor.children(["Tasks", "kate@localhost"]))),
      ]).flat();
      await Promise.all([(time % 2 === 0 ? kate : alex).run(Node.stop())]);
      for (const outcome of await soon("all are answered", Promise.all(asked))) {
        assert(outcome._tag === "Success" || outcome.failure._tag === "noconnection");
      }
      await kate.stop();
      await alex.stop();
    }
  }),
);

Deno.test(
  "a connection that is being made when the node stops fails typed, and is closed at once",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const asked: Array<Promise<unknown>> = [];
    const port = net.server((connection) => void asked.push(readToEnd(connection)));
    // On a clock that stands, the handshake is never given up by itself.
    const kate = await net.node("kate@localhost", {
      addresses: { "mute@localhost": `127.0.0.1:${port}` },
      seams: seamsOn(),
    });
    const waiting = kate.fails(Node.connect("mute@localhost"));
    await eventually("the silent one is asked", () => asked.length === 1);
    await kate.run(Node.stop());
    const error = await soon("connecting fails", waiting);
    assertInstanceOf(error, NoConnection);
    assertEquals(error.because, "not_alive");
    await soon("the connection is closed", Promise.all(asked));
    await serves(alex, await net.node("moebi@localhost"));
  }),
);

Deno.test(
  "a question to a silent port mapper is given up at once when the node stops",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { seams: seamsOn() });
    const asked: Array<Promise<unknown>> = [];
    net.server((connection) => void asked.push(readToEnd(connection)), {
      hostname: "127.0.0.5",
      port: net.mapperPort,
    });
    const waiting = alex.fails(Node.connect("kate@127.0.0.5"));
    await eventually("the silent one is asked", () => asked.length === 1);
    await alex.run(Node.stop());
    assertEquals((await soon("connecting fails", waiting)).because, "not_alive");
    await soon("the question is given up", Promise.all(asked));
  }),
);

const seams = { transport: tcpTransport, clock: systemSeams.clock };

Deno.test("when the node that serves the port mapper stops, the others take over and stay known", async () => {
  const net = new Net(freePort());
  try {
    const first = await net.node("first@localhost");
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    await first.stop();
    const listed = async (): Promise<string> => {
      const answer = await names(seams, { host: "127.0.0.1", port: net.mapperPort });
      return answer.tag === "names" ? answer.nodes.map(({ name }) => name).toSorted().join() : answer.tag;
    };
    let now = "";
    const asking = async (): Promise<void> => {
      while (now !== "alex,kate") now = await listed();
    };
    await soon("both are known again", asking());
    await serves(alex, kate);
  } finally {
    await net.end();
  }
});

Deno.test("nodes that stop one right after the other leave nothing, whoever serves the port mapper", async () => {
  for (const isReversed of [false, true]) {
    const net = new Net(freePort());
    const nodes = [
      await net.node("first@localhost"),
      await net.node("alex@localhost"),
      await net.node("kate@localhost"),
    ];
    await serves(nodes[0] as TestNode, nodes[1] as TestNode);
    for (const node of isReversed ? nodes.toReversed() : nodes) await node.stop();
  }
});

Deno.test("nodes that all stop at the same moment leave nothing", async () => {
  const net = new Net(freePort());
  const nodes = [
    await net.node("first@localhost"),
    await net.node("alex@localhost"),
    await net.node("kate@localhost"),
  ];
  await Promise.all(nodes.map((node) => node.stop()));
});

Deno.test(
  "a connect that nobody answers ends with its node, and with its time",
  withNodes(async (net) => {
    // One whose queue is full answers no further connect.
    const full = Deno.listen({ hostname: "127.0.0.1", port: 0, tcpBacklog: 1 });
    const to = { host: "127.0.0.1", port: full.addr.port };
    const [filling, connected] = [new AbortController(), new Set<Deno.Conn>()];
    const fillers = Array.from({ length: 8 }, async () => {
      const options = { hostname: to.host, port: to.port, signal: filling.signal };
      await Deno.connect(options).then((one) => connected.add(one), () => {});
    });
    net.onEnd(async () => {
      filling.abort();
      await Promise.all(fillers);
      for (const one of connected) one.close();
      full.close();
    });
    await eventually("it is full", () => connected.size >= 2);
    const ended: Array<unknown> = [];
    const transport: Transport = {
      ...tcpTransport,
      connect: async (at, name, signal) => {
        const connecting = tcpTransport.connect(at, name, signal);
        if (at.port === to.port) await connecting.catch((error: unknown) => ended.push(error));
        return await connecting;
      },
    };
    const addresses = { "kate@localhost": `${to.host}:${to.port}` };
    const slow = await net.node("slow@localhost", { transport, addresses, connectTime: 50 });
    const failure = await slow.fails(Node.connect("kate@localhost"));
    assertEquals(failure._tag === "noconnection" && failure.because, "timeout");
    await eventually("it is taken back", () => ended.length === 1);
    const alex = await net.node("alex@localhost", { transport, addresses, seams: seamsOn() });
    const pinging = alex.run(Node.ping("kate@localhost"));
    await alex.stop();
    await pinging;
    await eventually("it is taken back too", () => ended.length === 2);
    assertEquals(ended.map((error) => error instanceof TransportError && error.kind), ["closed", "closed"]);
  }),
);
