/**
 * Tests of links between nodes: made on first use, crossing, lost and made again, and the order of what goes
 * over them.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import { Down, ExitMessage } from "../../src/process/messages.ts";
import * as Process from "../../src/process/process.ts";
import { nodeLife, type Pid } from "../../src/term/identifier.ts";
import * as Task from "../../src/otp/task.ts";
import { defmodule } from "../../src/process/modules.ts";
import { crossing } from "../soak/crossing.ts";
import { eventually, Hostile, serves, soon, Tap, ties, withNodes } from "./support.ts";

const Numbers = defmodule("Node connections", { twice: (number: number) => 2 * number });

Deno.test(
  "10,000 messages sent before the connection stands arrive, in their order",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const { messages } = await kate.collector("inbox");
    const count = 10_000;
    const isFirst = await alex.run(Effect.gen(function* () {
      const wasConnected = (yield* Node.list()).length > 0;
      for (let number = 0; number < count; number++) {
        yield* Process.send(["inbox", "kate@localhost"], number);
      }
      return !wasConnected;
    }));
    assert(isFirst);
    await eventually("all are there", () => messages.length === count);
    assertEquals(messages, Array.from({ length: count }, (_, number) => number));
  }),
);

Deno.test(
  "two processes' messages to one, each in its own order",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const { messages } = await kate.collector("inbox");
    for (const name of ["one", "other"]) {
      await alex.process(Effect.gen(function* () {
        for (let number = 0; number < 1_000; number++) {
          yield* Process.send(["inbox", "kate@localhost"], [name, number]);
          if (number % 7 === 0) yield* Effect.yieldNow;
        }
      }));
    }
    await eventually("all are there", () => messages.length === 2_000);
    for (const name of ["one", "other"]) {
      const numbers = messages.flatMap((one) => Array.isArray(one) && one[0] === name ? [one[1]] : []);
      assertEquals(numbers, Array.from({ length: 1_000 }, (_, number) => number));
    }
  }),
);

Deno.test(
  "a message is what it was when it was sent, whatever its sender does to it while connecting",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const { messages } = await kate.collector("inbox");
    await alex.run(Effect.gen(function* () {
      const list: Array<number> = [1];
      for (let number = 2; number < 5; number++) {
        yield* Process.send(["inbox", "kate@localhost"], list);
        list.push(number);
      }
    }));
    await eventually("all are there", () => messages.length === 3);
    assertEquals(messages, [[1], [1, 2], [1, 2, 3]]);
  }),
);

Deno.test(
  "two nodes that connect to each other at the same instant have one link, and lose nothing: 100 times",
  withNodes((net) => crossing(net, 100)),
);

Deno.test(
  "links and monitors that are made while two nodes' connections cross, work",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    for (let time = 0; time < 30; time++) {
      const [ofAlex, ofKate] = [await alex.process(Effect.never), await kate.process(Effect.never)];
      const seen: Array<string> = [];
      const watch = (pid: Pid): Effect.Effect<unknown, unknown> =>
        Effect.gen(function* () {
          yield* Process.trapExit(true);
          yield* Process.link(pid);
          yield* Process.monitor(pid);
          const [, , , , reason] = yield* Process.receive(Down);
          seen.push(`down ${reason}`);
          const [, , why] = yield* Process.receive(ExitMessage);
          seen.push(`exit ${why}`);
        });
      await alex.process(watch(ofKate));
      await kate.process(watch(ofAlex));
      await eventually(
        "both watch",
        () => [alex, kate].every(({ kernel }) => ties(kernel)["watchers"] === 1),
      );
      await kate.run(Process.exit(ofKate, "over"));
      await alex.run(Process.exit(ofAlex, "over"));
      await eventually("all is told", () => seen.length === 4);
      assertEquals(seen.toSorted(), ["down over", "down over", "exit over", "exit over"]);
      await alex.run(Node.disconnect("kate@localhost"));
      await eventually("kate has seen it", () => !kate.kernel.outbound.isConnected(alex.name));
    }
  }),
);

Deno.test(
  "tasks that both nodes start on each other while their connections cross, come back",
  withNodes(async (net) => {
    const nodes = [await net.node("alex@localhost"), await net.node("kate@localhost")] as const;
    for (
      const { process, kernel } of nodes.map((node) => ({
        process: node.process.bind(node),
        kernel: node.kernel,
      }))
    ) {
      await process(Effect.andThen(Task.Supervisor.startLink({ name: "Tasks" }), Effect.never));
      await eventually("the tasks' supervisor is up", () => kernel.names.has("Tasks"));
    }
    const [alex, kate] = nodes;
    const ask = (other: string): Effect.Effect<unknown, unknown> =>
      Effect.gen(function* () {
        const tasks = [];
        for (let number = 0; number < 5; number++) {
          tasks.push(yield* Task.Supervisor.async(["Tasks", other], Numbers.twice, [number]));
        }
        return yield* Task.awaitMany(tasks);
      });
    for (let time = 0; time < 30; time++) {
      const results = await soon(
        "both have their results",
        Promise.all([alex.run(ask("kate@localhost")), kate.run(ask("alex@localhost"))]),
      );
      assertEquals(results, [[0, 2, 4, 6, 8], [0, 2, 4, 6, 8]]);
      await kate.run(Node.disconnect("alex@localhost"));
      await eventually("alex has seen it", () => !alex.kernel.outbound.isConnected(kate.name));
    }
  }),
);

Deno.test(
  "a peer that has lost its link without our noticing connects again at once",
  withNodes(async (net) => {
    const tap = new Tap();
    // So long that no missed tick ends the old link.
    const netTickTime = "1 hour";
    const alex = await net.node("alex@localhost", { transport: tap, netTickTime });
    const kate = await net.node("kate@localhost", { netTickTime });
    await serves(alex, kate);
    const lost = await alex.collector();
    const watching = await alex.process(Effect.gen(function* () {
      yield* Node.monitor("kate@localhost");
      yield* Process.send(lost.pid, yield* Process.receive());
    }));
    assert(watching !== undefined);
    const task = await kate.process(Effect.never);
    const waiting = alex.fork(Effect.gen(function* () {
      yield* Process.monitor(task);
      return yield* Process.receive();
    }));
    await eventually("kate is monitored", () => ties(kate.kernel)["watchers"] === 1);
    tap.isBlind = true;
    await kate.run(Node.disconnect("alex@localhost"));
    assert(alex.kernel.outbound.isConnected("kate@localhost"));
    await soon("kate connects", kate.run(Node.connect("alex@localhost")));
    tap.isBlind = false;
    await eventually("alex is told of the loss", () => lost.messages.length === 1);
    await eventually("so is the monitor", () => waiting.pollUnsafe() !== undefined);
    assertEquals(await alex.run(Node.list()), ["kate@localhost"]);
    await serves(alex, kate);
  }),
);

Deno.test(
  "a node that comes back under its name is connected anew, though the loss was not noticed",
  withNodes(async (net) => {
    const tap = new Tap();
    const alex = await net.node("alex@localhost", { transport: tap });
    const former = await net.node("kate@localhost");
    await serves(alex, former);
    tap.isBlind = true;
    await former.stop();
    const kate = await net.node("kate@localhost");
    assert(alex.kernel.outbound.isConnected("kate@localhost"));
    await kate.run(Node.connect("alex@localhost"));
    tap.isBlind = false;
    await serves(alex, kate);
  }),
);

Deno.test(
  "an old pid of a node's former life is never the new process: send, link, monitor, exit, group leader",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const { pid, messages } = await kate.collector();
    await serves(alex, kate);
    // The same number, in a life that is over.
    const old = nodeLife("kate@localhost", kate.kernel.life.creation + 1).pid(pid.number);
    const seen = await alex.run(Effect.gen(function* () {
      yield* Process.trapExit(true);
      yield* Process.send(old, "for the dead");
      yield* Process.exit(old, "kill");
      yield* Process.setGroupLeader(old, yield* Process.self());
      yield* Process.link(old);
      const exit = yield* Process.receive(ExitMessage, { after: "5 seconds" });
      yield* Process.monitor(old);
      const down = yield* Process.receive(Down, { after: "5 seconds" });
      yield* Process.send(pid, "for the living");
      return [exit[2], down[4], exit[1] === old, down[3] === old];
    }));
    assertEquals(seen, ["noproc", "noproc", true, true]);
    await eventually("the living one has its message", () => messages.length > 0);
    assertEquals(messages, ["for the living"]);
    assert(kate.kernel.table.get(pid.number)?.leader !== undefined);
    assertEquals(kate.kernel.table.get(pid.number)?.leader.node, "kate@localhost");
  }),
);

Deno.test(
  "a task supervisor's old pid is not asked in its node's new life",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const supervisor = await kate.process(
      Effect.andThen(Task.Supervisor.startLink({ name: "Tasks" }), Effect.never),
    );
    await eventually("the tasks' supervisor is up", () => kate.kernel.names.has("Tasks"));
    const number = kate.kernel.names.get("Tasks")?.pid.number ?? supervisor.number;
    const old = nodeLife("kate@localhost", kate.kernel.life.creation + 1).pid(number);
    // Once while connecting, once over the link that stands.
    for (let times = 0; times < 2; times++) {
      const error = await alex.fails(Effect.gen(function* () {
        const task = yield* Task.Supervisor.async(old, Numbers.twice, [1]);
        return yield* Task.await(task);
      }));
      assertEquals(error._tag, "noproc");
      assertEquals((await alex.fails(Task.Supervisor.children(old)))._tag, "noproc");
    }
  }),
);

Deno.test(
  "messages to an old pid that are sent while its node is connected anew, do not reach the new process",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const { pid, messages } = await kate.collector();
    const old = nodeLife("kate@localhost", kate.kernel.life.creation + 1).pid(pid.number);
    const seen = await alex.run(Effect.gen(function* () {
      yield* Process.send(old, "for the dead");
      yield* Process.exit(old, "kill");
      yield* Process.monitor(old);
      yield* Process.send(pid, "for the living");
      return yield* Process.receive(Down, { after: "5 seconds" });
    }));
    assertEquals(seen[4], "noproc");
    await eventually("the living one has its message", () => messages.length > 0);
    assertEquals(messages, ["for the living"]);
  }),
);

Deno.test(
  "a hidden node is connected, and stands in no plain list",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const shade = await net.node("shade@localhost", { hidden: true });
    await serves(alex, shade);
    for (const [node, other] of [[alex, "shade@localhost"], [shade, "alex@localhost"]] as const) {
      assertEquals(await node.run(Node.list()), []);
      assertEquals(await node.run(Node.list("hidden")), [other]);
      assertEquals(await node.run(Node.list("connected")), [other]);
      assertEquals(await node.run(Node.list("known")), [node.name, other]);
    }
  }),
);

Deno.test(
  "send with noconnect makes no connection, and says so",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const { messages } = await kate.collector("inbox");
    const to = ["inbox", "kate@localhost"] as const;
    assertEquals(String(await alex.run(Process.send(to, 1, { noconnect: true }))), ":noconnect");
    assertEquals(await alex.run(Node.list()), []);
    await alex.run(Node.connect("kate@localhost"));
    assertEquals(String(await alex.run(Process.send(to, 2, { noconnect: true }))), ":ok");
    await eventually("it has come", () => messages.length > 0);
    assertEquals(messages, [2]);
  }),
);

Deno.test(
  "a node with this node's own name is refused, and nothing else comes of it",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const twin = Hostile.connect(net, alex, { name: "alex@localhost" });
    assertEquals(await twin.then(() => "in", (error: Error) => error.message.includes("same_name")), true);
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "a connection that is lost while messages wait for it is made again, or the loss is told",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const { messages } = await kate.collector("inbox");
    for (let time = 0; time < 20; time++) {
      await alex.run(Node.connect("kate@localhost"));
      await kate.run(Node.disconnect("alex@localhost"));
      // Alex may not know it yet: the monitor is answered all the same.
      const reason = await soon(
        "the monitor is answered",
        alex.run(Effect.gen(function* () {
          const reference = yield* Process.monitor(["nobody", "kate@localhost"]);
          const down = yield* Process.receive(Down);
          return down[1] === reference ? down[4] : "another monitor's";
        })),
      );
      assert(reason === "noproc" || reason === "noconnection", String(reason));
    }
    await alex.run(Process.send(["inbox", "kate@localhost"], "still"));
    await eventually("a message comes", () => messages.length === 1);
  }),
);
