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
import { eventually, seamsOn, serves, Tap, withNodes } from "./support.ts";

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

Deno.test(
  "who tries 1,000 times with a wrong cookie is slowed down and logged once, and the node serves on",
  withNodes(async (net) => {
    const kate = await net.node("kate@localhost");
    const moebi = await net.node("moebi@localhost");
    await serves(kate, moebi);
    const address = await net.addressOf(kate);
    const answers = { cookie: 0, busy: 0 };
    for (const [batch, size] of [100, 450, 450].entries()) {
      await Promise.all(Array.from({ length: size }, async (_, index) => {
        const machine = connector({
          name: "mallory@localhost",
          creation: 1,
          capabilities: 0,
          encryption: "must_seal",
          randomBytes: systemSeams.randomBytes,
          to: kate.name,
          cookie: `guess ${batch}.${index}`,
        });
        const connection = await tcpTransport.connect(address);
        const shaken = await shake(connection, machine, systemSeams.clock, 5_000);
        const reason = shaken.tag === "failed" ? shaken.failure.reason : undefined;
        assert(reason === "cookie" || reason === "busy", Deno.inspect(shaken));
        answers[reason]++;
      }));
    }
    // A hundred were under way when the first was seen to be wrong; of the others most were not even begun.
    assert(answers.busy > 600, Deno.inspect(answers));
    assertEquals(kate.logs.length, 1);
    await serves(kate, moebi);
    await serves(kate, await net.node("sophie@localhost"));
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
