/**
 * Tests of who may connect to whom, and of what others on the way can read: cookies, versions, encryption.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertInstanceOf, assertMatch } from "@std/assert";
import { Redacted } from "../../src/deps/effect.ts";
import { shake } from "../../src/net/shake.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import * as Node from "../../src/node/node.ts";
import { runningNode } from "../../src/node/running.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import * as Process from "../../src/process/process.ts";
import { connector } from "../../src/protocol/native/handshake.ts";
import { NoConnection } from "../../src/term/errors.ts";
import { HandClock } from "../process/hand_clock.ts";
import {
  eventually,
  type Net,
  readToEnd,
  seamsOn,
  serves,
  soon,
  Tap,
  type TestNode,
  withNodes,
} from "./support.ts";

Deno.test(
  "two different cookies: both sides say so at once, and both go on serving others",
  withNodes(async (net) => {
    // On clocks that stand, nothing is said because a time is over.
    const alex = await net.node("alex@localhost", { cookie: "one secret", seams: seamsOn() });
    const kate = await net.node("kate@localhost", { cookie: "another secret", seams: seamsOn() });
    const error = await alex.fails(Node.connect("kate@localhost"));
    assertInstanceOf(error, NoConnection);
    assertEquals([error.because, error.node], ["cookie", "kate@localhost"]);
    await eventually("kate logs it", () => kate.hasLogged(/alex@localhost refused: .*cookie/));
    await eventually("alex logs it", () => alex.hasLogged(/kate@localhost refused: .*cookie/));
    assert(kate.logs.every((line) => /warn/i.test(line)));
    assertEquals(await alex.run(Node.list()), []);
    assertEquals(await kate.run(Node.list()), []);
    await serves(alex, await net.node("friend-of-alex@localhost", { cookie: "one secret" }));
    await serves(kate, await net.node("friend-of-kate@localhost", { cookie: "another secret" }));
  }),
);

/** What comes of a handshake with kate by someone who guesses the cookie. */
const guess = async (net: Net, kate: TestNode, name: string, to: string = kate.name): Promise<string> => {
  const machine = connector({
    name,
    creation: 1,
    capabilities: 0,
    encryption: "must_seal",
    randomBytes: systemSeams.randomBytes,
    to,
    cookie: `a guess of ${name}`,
  });
  const connection = await tcpTransport.connect(await net.addressOf(kate));
  // Kept open, so that its end says that kate is through with it.
  const kept = { ...connection, close: () => {} };
  try {
    const shaken = await shake(kept, machine, new HandClock(), 5_000);
    await readToEnd(connection);
    return shaken.tag === "failed" ? shaken.failure.reason : shaken.tag;
  } finally {
    connection.close();
  }
};

Deno.test(
  "who tries 1,000 times with a wrong cookie is slowed down and logged once, and the node serves on",
  withNodes(async (net) => {
    // Time passes only where it is said here.
    const clock = new HandClock();
    const kate = await net.node("kate@localhost", { seams: seamsOn(clock) });
    const moebi = await net.node("moebi@localhost", { seams: seamsOn() });
    await serves(kate, moebi);
    // Three are free, since someone may have mistyped …
    const free = 3;
    for (let times = 0; times < free; times++) {
      assertEquals(await guess(net, kate, "mallory@localhost"), "cookie");
    }
    // … and of all others four have a place where they wait: at one moment no more is guessed.
    const answers: Array<string> = [];
    const guesses: Array<Promise<unknown>> = [];
    const waiting = 4;
    while (free + guesses.length < 1_000) {
      for (let size = 0; size < 100 && free + guesses.length < 1_000; size++) {
        guesses.push(guess(net, kate, "mallory@localhost").then((answer) => answers.push(answer)));
      }
      await eventually("the rest is refused", () => answers.length === guesses.length - waiting);
    }
    assertEquals(answers, Array.from({ length: 1_000 - free - waiting }, () => "busy"));
    clock.advance(24);
    await serves(kate, moebi);
    assertEquals(answers.length, 1_000 - free - waiting);
    clock.advance(1);
    await soon("who waited is heard", Promise.all(guesses));
    assertEquals(answers.slice(-waiting), ["cookie", "cookie", "cookie", "cookie"]);
    assertEquals(kate.logs.length, 1);
    await serves(kate, moebi);
    // An honest one of the same address waits as long as the next guess would: the first strikes fade already.
    const sophie = await net.node("sophie@localhost", { seams: seamsOn() });
    const served = serves(sophie, kate);
    await soon("sophie waits", clock.scheduled(200));
    clock.advance(200);
    await served;
    assertEquals(kate.logs.length, 1);
  }),
);

Deno.test(
  "who is refused under ever new names does not fill the log",
  withNodes(async (net) => {
    const clock = new HandClock();
    const kate = await net.node("kate@localhost", { seams: seamsOn(clock) });
    const refusals = async (minute: number): Promise<void> => {
      for (let number = 0; number < 100; number++) {
        assertEquals(await guess(net, kate, `m${minute}n${number}@localhost`, "nobody@localhost"), "name");
      }
    };
    await refusals(1);
    assertEquals(kate.logs.length, 21);
    assertMatch(kate.logs.at(-1) ?? "", /not logged for a minute/);
    clock.advance(59_999);
    await refusals(2);
    assertEquals(kate.logs.length, 21);
    clock.advance(1);
    await refusals(3);
    assertEquals(kate.logs.length, 42);
    await serves(kate, await net.node("moebi@localhost"));
  }),
);

Deno.test(
  "who has not the cookie and claims to be kate harms neither her nor her link",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    await serves(alex, kate);
    const { pid, messages } = await alex.collector();
    await alex.run(Process.send(pid, "first"));
    const machine = connector({
      name: "kate@localhost",
      creation: kate.kernel.life.creation + 1,
      capabilities: 0,
      encryption: "may_be_plain",
      randomBytes: systemSeams.randomBytes,
      to: alex.name,
      cookie: "not the cookie",
    });
    const connection = await tcpTransport.connect(await net.addressOf(alex));
    const shaken = await shake(connection, machine, systemSeams.clock, 5_000);
    assertEquals(shaken.tag === "failed" && shaken.failure.reason, "cookie");
    assert(alex.kernel.outbound.isConnected(kate.name));
    await kate.run(Process.send(pid, "second"));
    await eventually("alex has both", () => messages.length === 2);
    assertEquals(messages, ["first", "second"]);
  }),
);

Deno.test(
  "a cookie stands in no log, no error, no inspected value and in no byte that is sent",
  withNodes(async (net) => {
    const [right, wrong] = ["sesame-sesame-right", "sesame-sesame-wrong"];
    const tap = new Tap();
    const alex = await net.node("alex@localhost", { cookie: right, transport: tap });
    const kate = await net.node("kate@localhost", { cookie: Redacted.make(wrong), transport: tap });
    const moebi = await net.node("moebi@localhost", { cookie: right, transport: tap });
    const error = await alex.fails(Node.connect("kate@localhost"));
    await eventually("kate logs it", () => kate.logs.length > 0);
    await serves(alex, moebi);
    const shown = [
      ...alex.logs,
      ...kate.logs,
      String(error),
      String(error.stack),
      JSON.stringify(error),
      Deno.inspect(error, { depth: 20, showHidden: true }),
      Deno.inspect(alex.kernel, { depth: 20 }),
      Deno.inspect(runningNode(alex.kernel), { depth: 20, showHidden: true }),
      Deno.inspect(await alex.run(Node.getCookie()), { depth: 20 }),
      String(await alex.run(Node.getCookie())),
      JSON.stringify(await alex.run(Node.getCookie())),
    ].join("\n");
    assertFalse(shown.includes("sesame"));
    assert(tap.carried("alex@localhost"));
    assertFalse(tap.carried("sesame"));
    assertEquals(Redacted.value(await alex.run(Node.getCookie())), right);
  }),
);

Deno.test(
  "a cookie for one node opens the link to that node alone",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { cookie: "own" });
    const kate = await net.node("kate@localhost", { cookie: "of kate" });
    const moebi = await net.node("moebi@localhost", { cookie: "of moebi" });
    await alex.run(Node.setCookie("of kate", "kate@localhost"));
    await serves(alex, kate);
    assertEquals((await alex.fails(Node.connect("moebi@localhost"))).because, "cookie");
    await moebi.run(Node.setCookie("own"));
    await serves(alex, moebi);
  }),
);

Deno.test(
  "a newer protocol version that is unknown here is refused by name",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const future = await net.node("future@localhost", { versions: { lowest: 2, highest: 3 } });
    for (const [from, to] of [[alex, future], [future, alex]] as const) {
      const error = await from.fails(Node.connect(to.name));
      assertEquals(error.because, "incompatible");
      assertMatch(error.message, /versions 2 to 3/);
      assertMatch(error.message, /version 1\b/);
    }
    await eventually("alex logs it", () => alex.hasLogged(/versions 2 to 3/));
    const both = await net.node("both@localhost", { versions: { lowest: 1, highest: 3 } });
    await serves(alex, both);
    await serves(future, both);
  }),
);

const plaintext = "a text that is easily recognized";

for (
  const [one, other, isSealed] of [
    ["auto", "auto", false],
    ["never", "never", false],
    ["auto", "never", false],
    ["always", "auto", true],
    ["auto", "always", true],
    ["always", "always", true],
  ] as const
) {
  Deno.test(
    `between loopback nodes a link of ${one} and ${other} is ${isSealed ? "sealed" : "plain"}`,
    withNodes(async (net) => {
      const tap = new Tap();
      const alex = await net.node("alex@localhost", { encryption: one, transport: tap });
      const kate = await net.node("kate@localhost", { encryption: other });
      const { pid, messages } = await kate.collector();
      await alex.run(Process.send(pid, plaintext));
      await eventually("kate has it", () => messages.length === 1);
      assertEquals(messages, [plaintext]);
      assertEquals(tap.carried(plaintext), !isSealed);
      await serves(alex, kate);
    }),
  );
}

Deno.test(
  "a node that always seals and one that never does refuse each other by name",
  withNodes(async (net) => {
    const always = await net.node("always@localhost", { encryption: "always" });
    const never = await net.node("never@localhost", { encryption: "never" });
    for (const [from, to] of [[always, never], [never, always]] as const) {
      const error = await from.fails(Node.connect(to.name));
      assertEquals(error.because, "incompatible");
      assertMatch(error.message, /must_seal/);
      assertMatch(error.message, /must_be_plain/);
      assertMatch(error.message, new RegExp(to.name));
    }
    await eventually("both log it", () => always.logs.length > 0 && never.logs.length > 0);
    await serves(never, await net.node("kate@localhost"));
    await serves(always, await net.node("moebi@localhost"));
  }),
);
