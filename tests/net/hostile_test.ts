/**
 * Tests of what comes in that should not: strangers on the distribution port, peers that are proven and send
 * what is none of the protocol. In each the node goes on serving.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import { busyRefusal } from "../../src/protocol/native/handshake.ts";
import { atom } from "../../src/term/atom.ts";
import * as Node from "../../src/node/node.ts";
import * as Process from "../../src/process/process.ts";
import { Op } from "../../src/process/signal.ts";
import { defmodule } from "../../src/process/modules.ts";
import * as Task from "../../src/otp/task.ts";
import { unprovenSlots } from "../../src/node/running.ts";
import { HandClock } from "../process/hand_clock.ts";
import {
  eventually,
  forward,
  Hostile,
  readToEnd,
  seamsOn,
  serves,
  soon,
  Tap,
  withNodes,
} from "../node/support.ts";
import { HonestCalls, Strangers } from "./strangers.ts";

const utf8 = new TextEncoder();
const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.replaceAll(" ", "").match(/../g) ?? [], (byte) => Number.parseInt(byte, 16));

const strangers: ReadonlyArray<readonly [who: string, bytes: Uint8Array, log: RegExp]> = [
  ["a browser", utf8.encode("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n"), /HTTP/],
  ["TLS", hex("16 03 01 00 f8 01 00 00 f4 03 03"), /TLS/],
  ["random bytes", crypto.getRandomValues(new Uint8Array(512)).fill(0xa5, 0, 4), /refused/],
  // Erlang's send_name since OTP 23: 'N', flags, creation, the name's length, the name.
  [
    "an Erlang node",
    Uint8Array.of(
      0,
      29,
      ...utf8.encode("N"),
      ...hex("0000000d07df7fbd 00000001 000e"),
      ...utf8.encode("erl@localhost1"),
    ),
    /Erlang distribution/,
  ],
  ["one that sends zeros", new Uint8Array(64), /refused/],
];

for (const [who, bytes, log] of strangers) {
  Deno.test(
    `${who} on the distribution port is turned away with a line in the log`,
    withNodes(async (net) => {
      const alex = await net.node("alex@localhost");
      const kate = await net.node("kate@localhost");
      await serves(alex, kate);
      const connection = await tcpTransport.connect(await net.addressOf(alex));
      await connection.write(bytes);
      await soon("alex closes", readToEnd(connection));
      connection.close();
      await eventually("alex logs it", () => alex.hasLogged(log));
      assertEquals(alex.logs.length, 1);
      await serves(alex, kate);
      await serves(alex, await net.node("moebi@localhost"));
    }),
  );
}

Deno.test(
  "a stranger who closes without a word leaves nothing",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const address = await net.addressOf(alex);
    for (let times = 0; times < 20; times++) (await tcpTransport.connect(address)).close();
    await serves(alex, await net.node("kate@localhost"));
    assertEquals(alex.logs, []);
  }),
);

Deno.test(
  "2,000 silent sockets and 500 that trickle: every call is answered, nodes connect, strangers are closed on time",
  withNodes(async (net) => {
    const clock = new HandClock();
    const tap = new Tap({ keepsBytes: false });
    const connectTime = 5_000;
    const alex = await net.node("alex@localhost", { seams: seamsOn(clock), transport: tap, connectTime });
    const kate = await net.node("kate@localhost");
    const calls = await HonestCalls.start(kate, alex);
    await eventually("calls are answered", () => calls.answered > 0);
    const honest = tap.open.size;
    const strangers = await Strangers.start(net, alex, 100);
    await strangers.areAll();
    // Alex's time stands: only who has waited longest gives way, and there are as many as may wait.
    await eventually("the rest have given way", () => strangers.count.open === unprovenSlots);
    assert(strangers.count.trickling > 0 && strangers.count.trickling < unprovenSlots);
    // All places are taken, and yet there is one for who proves himself.
    const moebi = await net.node("moebi@localhost");
    await moebi.run(Node.connect(alex.name));
    await serves(alex, moebi);
    await eventually("a stranger has given way", () => strangers.count.open < unprovenSlots);
    const tricklesOn = async (): Promise<void> => {
      const before = strangers.count.bytes;
      await eventually("they trickle on", () => strangers.count.bytes > before + 2);
    };
    await tricklesOn();
    const held = strangers.count.open;
    assert(held > unprovenSlots / 2, `${held} are open`);
    clock.advance(connectTime - 1);
    // Whatever they sent, their time goes on; and it is not over yet.
    await tricklesOn();
    assertEquals(strangers.count.open, held);
    const before = calls.answered;
    await eventually("calls are still answered", () => calls.answered > before);
    clock.advance(1);
    await eventually("alex closes them all", () => strangers.count.open === 0);
    await calls.stop();
    assertEquals(calls.wrong, []);
    // With moebi's, and nobody else's.
    await eventually("no socket is left", () => tap.open.size === honest + 1);
    assertEquals(alex.logs, []);
  }),
);

Deno.test(
  "a node that gave way to others dials again",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    let isFull = true;
    // Whoever connects first is told that there is no room.
    const port = net.server(async (connection) => {
      if (!isFull) return forward(connection, await net.addressOf(alex));
      isFull = false;
      await connection.write(busyRefusal());
      connection.close();
    });
    const addresses = { "alex@localhost": `127.0.0.1:${port}` };
    const kate = await net.node("kate@localhost", { addresses });
    assertEquals(await kate.run(Node.ping("alex@localhost")), atom("pong"));
    assertEquals(isFull, false);
  }),
);

const Big = defmodule("FrameLimit", {
  take: (bytes: Uint8Array) => bytes.length,
  give: (size: number) => new Uint8Array(size),
});

Deno.test(
  "a frame over the receiver's limit closes the link with a log, and who waits is told",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost", { limits: { frame: 10_000 } });
    await kate.process(Effect.andThen(Task.Supervisor.startLink({ name: "Tasks" }), Effect.never));
    const tasks = ["Tasks", "kate@localhost"] as const;
    await eventually("the tasks' supervisor is up", () => kate.kernel.names.has("Tasks"));
    const error = await alex.fails(Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(tasks, Big.take, [new Uint8Array(20_000)]);
      return yield* Task.await(task);
    }));
    assertEquals(error._tag, "noconnection");
    await eventually("kate logs it", () => kate.hasLogged(/Link to alex@localhost closed: .*10000/));
    await serves(alex, kate);
    const size = await alex.run(Effect.flatMap(
      Task.Supervisor.async(tasks, Big.take, [new Uint8Array(9_000)]),
      (task) => Task.await(task),
    ));
    assertEquals(size, 9_000);
  }),
);

Deno.test(
  "what is over the sender's own limit is a typed failure at who waits, and the node goes on",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { limits: { frame: 10_000 } });
    const kate = await net.node("kate@localhost", { limits: { frame: 10_000 } });
    await kate.process(Effect.andThen(Task.Supervisor.startLink({ name: "Tasks" }), Effect.never));
    const tasks = ["Tasks", "kate@localhost"] as const;
    await eventually("the tasks' supervisor is up", () => kate.kernel.names.has("Tasks"));
    const tooLarge = await alex.fails(Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(tasks, Big.take, [new Uint8Array(20_000)]);
      return yield* Task.await(task);
    }));
    assertEquals(tooLarge._tag, "unsendable");
    const tooLargeBack = await alex.fails(Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(tasks, Big.give, [20_000]);
      return yield* Task.await(task);
    }));
    assertEquals(tooLargeBack._tag, "unsendable");
    const { pid } = await kate.collector("inbox");
    const unsent = await alex.fails(Process.send(pid, new Uint8Array(20_000)));
    assertEquals(unsent._tag, "unsendable");
    assertMatch(unsent.message, /20\d{3} bytes.*10000/);
    assertEquals(await alex.run(Node.list()), ["kate@localhost"]);
    await serves(alex, kate);
  }),
);

Deno.test(
  "a single answer that is larger than what answers may fill is sent, since its peer reads",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost", { limits: { answers: 10_000 } });
    await kate.process(Effect.andThen(Task.Supervisor.startLink({ name: "Tasks" }), Effect.never));
    await eventually("the tasks' supervisor is up", () => kate.kernel.names.has("Tasks"));
    for (let times = 0; times < 3; times++) {
      const bytes = await alex.run(Effect.flatMap(
        Task.Supervisor.async(["Tasks", "kate@localhost"], Big.give, [50_000]),
        (task) => Task.await(task),
      ));
      assertEquals(bytes.length, 50_000);
    }
    await serves(alex, kate);
  }),
);

/** Arrays in arrays, so deep. */
const nested = (depth: number): Uint8Array => new Uint8Array(depth + 1).fill(0x81, 0, depth);

const undecodable: ReadonlyArray<readonly [what: string, body: Uint8Array]> = [
  ["what is no CBOR", hex("ff ff ff ff")],
  ["an array that is cut off", hex("83 02 18")],
  ["an array with bytes behind it", hex("83 02 18 64 01 00")],
  ["a number", hex("01")],
  ["an operation that nobody knows", hex("82 18 f0 01")],
  ["a message without its receiver", hex("81 02")],
  ["a message to a negative number", hex("83 02 20 01")],
  ["a message to a text that is no UTF-8", hex("83 06 62 c3 28 01")],
  ["nesting beyond all measure", nested(100_000)],
  ["an array that says to have four thousand million elements", hex("9a ff ff ff ff")],
  ["a tag that nobody knows", hex("83 02 18 64 d9 ff fe 00")],
  ["an indefinite length", hex("9f 02 18 64 01 ff")],
];

for (const [what, body] of undecodable) {
  for (const encryption of ["may_be_plain", "must_seal"] as const) {
    const how = encryption === "must_seal" ? "sealed" : "plain";
    Deno.test(
      `${what}, ${how}, from a proven peer closes its link and no other`,
      withNodes(async (net) => {
        const alex = await net.node("alex@localhost");
        const kate = await net.node("kate@localhost");
        await serves(alex, kate);
        const downs = await alex.collector();
        const mallory = await Hostile.connect(net, alex, { encryption });
        await mallory.frame(body);
        await mallory.isClosed();
        await eventually("alex logs it", () => alex.hasLogged(/Link to mallory@localhost closed: /));
        await serves(alex, kate);
        assertEquals(downs.messages, []);
      }),
    );
  }
}

Deno.test(
  "a record that was altered closes the link",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const mallory = await Hostile.connect(net, alex, { encryption: "must_seal" });
    await mallory.raw(Uint8Array.of(0, 0, 0, 32, ...crypto.getRandomValues(new Uint8Array(32))));
    await mallory.isClosed();
    await eventually("alex logs it", () => alex.hasLogged(/Link to mallory@localhost closed: /));
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "a length beyond the limit closes the link before a byte of the frame has come",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const mallory = await Hostile.connect(net, alex);
    await mallory.raw(Uint8Array.of(255, 255, 255, 255));
    await mallory.isClosed();
    await eventually("alex logs it", () => alex.hasLogged(/4294967295 bytes/));
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "half a frame and then the end is a node down, and no message",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const { pid, messages } = await alex.collector("inbox");
    const watcher = await alex.collector();
    const mallory = await Hostile.connect(net, alex);
    await alex.run(Process.send(pid, "first"));
    const monitoring = await alex.process(Effect.gen(function* () {
      yield* Node.monitor("mallory@localhost");
      yield* Process.send(watcher.pid, yield* Process.receive());
    }));
    await mallory.signal([Op.sendName, "inbox", "whole"]);
    await eventually("the whole message has come", () => messages.includes("whole"));
    const body = mallory.encode([Op.sendName, "inbox", "half"]);
    await mallory.raw(Uint8Array.of(0, 0, 0, body.length, ...body.subarray(0, body.length - 2)));
    mallory.connection.close();
    await eventually("nodedown", () => watcher.messages.length === 1);
    assertEquals(String(watcher.messages[0]), '{:nodedown, "mallory@localhost"}');
    assertEquals(messages, ["first", "whole"]);
    assert(monitoring !== undefined);
    await serves(alex, await net.node("kate@localhost"));
  }),
);

Deno.test(
  "answers that nobody asked for, and signals for what is not there, change nothing",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const { pid, messages } = await alex.collector();
    const mallory = await Hostile.connect(net, alex);
    // To a request, a monitor, a spawn and a link that alex made to kate: mallory knows the numbers.
    const target = await kate.process(Effect.never, "target");
    const asked = alex.fork(Effect.gen(function* () {
      yield* Process.monitor(target);
      yield* Process.link(target);
      return yield* Process.receive({ after: "10 seconds" });
    }));
    await eventually("the monitor is there", () => alex.kernel.monitors.size === 1);
    const [reference = 0] = alex.kernel.monitors.keys();
    for (let number = 0; number < 200; number++) {
      await mallory.signal([Op.down, reference, "a lie"]);
      await mallory.signal([Op.reply, number, "a lie"]);
      await mallory.signal([Op.requestDown, number, "a lie"]);
      await mallory.signal([Op.requestRefused, number, "a lie"]);
      await mallory.signal([Op.requestHeldBy, number, 1]);
      await mallory.signal([Op.requestExit, number, "kill"]);
      await mallory.signal([Op.requestCancel, number]);
      await mallory.signal([Op.requestHolder, number]);
      await mallory.signal([Op.spawnReply, number, 1]);
      await mallory.signal([Op.exit, target.number, number, "a lie"]);
      await mallory.signal([Op.unlink, number, target.number, number]);
      await mallory.signal([Op.unlinkAck, number, target.number, number]);
      await mallory.signal([Op.demonitor, 1, number, reference]);
    }
    await mallory.signal([Op.send, pid.number, "done"]);
    await eventually("all of it has come", () => messages.includes("done"));
    assertEquals(alex.kernel.monitors.size, 1);
    assertEquals(asked.pollUnsafe(), undefined);
    await kate.run(Process.exit(target, "the truth"));
    await eventually("the end is told", () => asked.pollUnsafe() !== undefined);
    mallory.connection.close();
    await serves(alex, kate);
  }),
);
