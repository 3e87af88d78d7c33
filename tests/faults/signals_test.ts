/**
 * Tests of nodes in OS processes of their own that are killed, stopped and continued: whoever waits is told, and
 * the others go on.
 *
 * @module
 */
import { assert, assertEquals, assertInstanceOf } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import { defaultLimits } from "../../src/net/link.ts";
import * as Node from "../../src/node/node.ts";
import * as Task from "../../src/otp/task.ts";
import { Down, NodeDown } from "../../src/process/messages.ts";
import * as Process from "../../src/process/process.ts";
import { NoConnection } from "../../src/term/errors.ts";
import { Pid } from "../../src/term/identifier.ts";
import { eventually, serves, soon, Tap, type TestNode, withNodes } from "../node/support.ts";
import { cookie, Faults } from "./modules.ts";
import { roundKinds, signalRounds } from "./signals.ts";
import { nodeProcess } from "./support.ts";
import { tasksOn, tiesTo, toldOf } from "./ties.ts";

/** So long that no missed tick tells of an end within a test. */
const netTickTime = "1 hour";

const twice = (alex: TestNode, name: string): Promise<number> =>
  alex.run(
    Effect.flatMap(Task.Supervisor.async(tasksOn(name), Faults.twice, [21]), (task) => Task.await(task)),
  );

Deno.test(
  "a node that is killed: await, link, monitor and node monitor are told at once, and it can come back",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { cookie, netTickTime });
    const kate = await net.node("kate@localhost", { cookie });
    const child = await nodeProcess(net, alex, "child@localhost");
    const [ready, told] = tiesTo(alex, child.name);
    await ready;
    const old = await alex.run(Node.spawn(child.name, Faults.wait, []));
    child.kill("SIGKILL");
    assertEquals(await soon("all is told", told), toldOf(child.name));
    await serves(alex, kate);
    await child.status;
    const again = await nodeProcess(net, alex, child.name);
    assertEquals(await twice(alex, again.name), 42);
    // A pid of the life that is over is nobody's.
    const reason = await alex.run(Effect.gen(function* () {
      yield* Process.monitor(old);
      return (yield* Process.receive(Down, { after: "5 seconds" }))[4];
    }));
    assertEquals(reason, "noproc");
  }),
);

Deno.test(
  "a node that is stopped: await, link, monitor and node monitor are told within 10 seconds by default",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { cookie });
    const kate = await net.node("kate@localhost", { cookie });
    const child = await nodeProcess(net, alex, "child@localhost");
    const [ready, told] = tiesTo(alex, child.name);
    const closed = alex.run(Effect.gen(function* () {
      yield* Node.monitorNodes(true, { nodedownReason: true });
      return yield* Process.receive(NodeDown);
    }));
    await ready;
    child.kill("SIGSTOP");
    assertEquals(await told, toldOf(child.name));
    assertEquals((await soon("why is told", closed))[2], { nodedownReason: "net_tick_timeout" });
    assertEquals(defaultLimits.netTickTime, 10_000);
    await serves(alex, kate);
    child.kill("SIGCONT");
    assertEquals(await twice(alex, child.name), 42);
  }),
);

Deno.test(
  "a node that is stopped and goes on: who was suspended on it goes on, and it is connected anew",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { cookie, netTickTime: 600, connectTime: 1_000 });
    const kate = await net.node("kate@localhost", { cookie });
    const child = await nodeProcess(net, alex, "child@localhost");
    const reports = await alex.collector();
    const pid = await alex.run(Node.spawn(child.name, Faults.relay, [reports.pid]));
    await eventually("the relay is there", () => reports.messages.length === 1);
    child.kill("SIGSTOP");
    let sent = 0;
    let isOver = false;
    const chunk = new Uint8Array(256 * 1024);
    const sender = await alex.process(Effect.whileLoop({
      while: () => !isOver,
      body: () => Process.send(["nobody", child.name], chunk),
      step: () => void sent++,
    }));
    await eventually("the link is down", () => alex.hasLogged(/nothing came from it for 600 ms/));
    isOver = true;
    await eventually("the sender goes on", () => !alex.kernel.table.has(sender.number));
    assert(sent > 0);
    await serves(alex, kate);
    child.kill("SIGCONT");
    const connecting = async (): Promise<void> => {
      while (String(await alex.run(Node.ping(child.name))) !== ":pong");
    };
    await soon("it is connected anew", connecting());
    await alex.run(Process.send(pid, "are you there still?"));
    await eventually("it is", () => reports.messages.includes("are you there still?"));
    await alex.run(Process.exit(pid, "kill"));
  }),
);

Deno.test(
  "a node that dies in the middle of a large message: nothing of it arrives, and who awaits it is told",
  withNodes(async (net) => {
    const tap = new Tap({ keepsBytes: false });
    const alex = await net.node("alex@localhost", { cookie, transport: tap });
    const kate = await net.node("kate@localhost", { cookie });
    const child = await nodeProcess(net, alex, "child@localhost");
    const before = tap.received;
    const waiting = alex.fails(Effect.flatMap(
      Task.Supervisor.async(tasksOn(child.name), Faults.blob, [60_000_000]),
      (task) => Task.await(task, "20 seconds"),
    ));
    await eventually("some of it has come", () => tap.received - before > 1_000_000);
    child.kill("SIGKILL");
    assertInstanceOf(await soon("await fails", waiting), NoConnection);
    assert(tap.received - before < 60_000_000);
    await serves(alex, kate);
  }),
);

Deno.test(
  "a node that dies while a large message is sent to it: the sender goes on",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { cookie });
    const kate = await net.node("kate@localhost", { cookie });
    const child = await nodeProcess(net, alex, "child@localhost");
    // Stopped first, so that the message cannot be through before the kill.
    child.kill("SIGSTOP");
    const sent: Array<string> = [];
    await alex.process(Effect.gen(function* () {
      yield* Process.send(["nobody", child.name], new Uint8Array(100_000_000));
      sent.push("first");
      yield* Process.send(["nobody", child.name], new Uint8Array(100_000_000));
      sent.push("second");
    }));
    await serves(alex, kate);
    assert(sent.length < 2);
    child.kill("SIGKILL");
    await eventually("the sender goes on", () => sent.length === 2);
    await serves(alex, kate);
  }),
);

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  Deno.test(
    `a node of the command line that gets ${signal} stops in order: the others are told at once, and it exits 0`,
    withNodes(async (net) => {
      const alex = await net.node("alex@localhost", { cookie, netTickTime });
      const program = new URL("../../examples/chat/main.ts", import.meta.url).href;
      const child = await nodeProcess(net, alex, "child@localhost", program);
      const down = alex.run(Effect.gen(function* () {
        yield* Node.monitor(child.name);
        return (yield* Process.receive(NodeDown))[1];
      }));
      const target = alex.run(Effect.gen(function* () {
        yield* Process.monitor(["Chat.TaskSupervisor", child.name]);
        yield* Process.trapExit(true);
        return (yield* Process.receive(Down))[4];
      }));
      await alex.run(Node.connect(child.name));
      child.kill(signal);
      assertEquals(await soon("nodedown", down), child.name);
      const reason = await soon("the monitor is told", target);
      assert(reason === "noconnection" || reason === "shutdown", String(reason));
      assertEquals((await child.status).code, 0);
      assertEquals(await child.errors, "");
      // Its name is free again.
      assertEquals((await alex.fails(Node.connect(child.name))).because, "absent");
    }),
  );
}

Deno.test(
  "a process that traps exits is told when the node of one that linked to it stops in order",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { cookie });
    const child = await nodeProcess(net, alex, "child@localhost");
    const reports = await alex.collector();
    const relay = await alex.run(Node.spawn(child.name, Faults.relay, [reports.pid]));
    await eventually("the relay is there", () => reports.messages[0] instanceof Pid);
    // The relay's link to a process of a node that stops.
    const moebi = await net.node("moebi@localhost", { cookie });
    const linked = await moebi.run(Effect.gen(function* () {
      yield* Node.connect(child.name);
      return yield* Process.spawn(Effect.andThen(Process.link(relay), Effect.never));
    }));
    assertEquals(linked.node, "moebi@localhost");
    await eventually(
      "moebi is linked",
      () => (moebi.kernel.table.get(linked.number)?.links?.size ?? 0) === 1,
    );
    // Behind the link on the same connection.
    await moebi.run(Process.send(relay, "linked"));
    await eventually("so is the relay", () => reports.messages.includes("linked"));
    await moebi.run(Node.stop());
    await eventually("the relay is told", () => reports.messages.length === 3);
    assertEquals(String(reports.messages[2]).replace(/#PID<[\d.]+>/, "pid"), '{:EXIT, pid, "noconnection"}');
    await alex.run(Process.exit(relay, "kill"));
  }),
);

Deno.test(
  "a peer is killed, stopped for long, and for a moment, with much outstanding: all is answered, and nothing twice",
  withNodes(async (net) => {
    const each = 5;
    const figures = await signalRounds(net, { rounds: 3, each });
    assertEquals([...figures.keys()], [...roundKinds]);
    for (const [what, { outstanding, answered, lost }] of figures) {
      assert(outstanding > 9 * each, `${what}: ${outstanding} outstanding`);
      if (what === "stopped for long") assertEquals([answered, lost], [0, outstanding]);
      // All but the node monitor, which has nothing to tell.
      if (what === "stopped for a moment") assertEquals([answered, lost], [outstanding - 1, 0]);
    }
  }),
);
