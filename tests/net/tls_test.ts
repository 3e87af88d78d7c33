/**
 * Links inside TLS: certificates that are good, and every kind that is not.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import type { TlsOptions } from "../../src/node/node.ts";
import * as Node from "../../src/node/node.ts";
import * as Process from "../../src/process/process.ts";
import { settingsOf } from "../../src/node/settings.ts";
import { eventually, readToEnd, serves, Tap, type TestNode, withNodes } from "../node/support.ts";
import { makeAuthority } from "./certificates.ts";

const authority = await makeAuthority("The authority");
const stranger = await makeAuthority("Another authority");
const { ca } = authority;
const good: TlsOptions = { ...await authority.issue("localhost"), ca };
const expired: TlsOptions = { ...await authority.issue("localhost", new Date(Date.now() - 3_600_000)), ca };
const ofAnotherHost: TlsOptions = { ...await authority.issue("elsewhere.example"), ca };
const ofAStranger: TlsOptions = { ...await stranger.issue("localhost"), ca };
const trustsAStranger: TlsOptions = { ...await authority.issue("localhost"), ca: stranger.ca };

/** Why `from` cannot be connected to `to`, with the reason's kind. */
const failureOf = async (from: TestNode, to: TestNode): Promise<string> => {
  const { because, message } = await from.fails(Node.connect(to.name));
  return `${because}: ${message}`;
};

Deno.test(
  "with certificates of one authority links stand, and nothing of what goes over them can be read",
  withNodes(async (net) => {
    const tap = new Tap();
    const alex = await net.node("alex@localhost", { tls: good, transport: tap });
    const kate = await net.node("kate@localhost", { tls: good });
    await serves(alex, kate);
    const { pid, messages } = await kate.collector();
    const text = "quite a long text that is easily found";
    await alex.run(Process.send(pid, text));
    await eventually("kate has it", () => messages.length === 1);
    assertEquals(messages, [text]);
    assertEquals(tap.carried(text), false);
    // More than TLS holds at once, in both directions.
    const bytes = crypto.getRandomValues(new Uint8Array(60_000));
    for (let count = 0; count < 100; count++) await alex.run(Process.send(pid, bytes));
    await eventually("kate has them all", () => messages.length === 101);
    assertEquals(messages.at(-1), bytes);
    await kate.stop();
    await eventually("alex is told", () => !alex.kernel.outbound.isConnected(kate.name));
  }),
);

const unverified = /^tls: .*cannot be verified/;
const refusals: ReadonlyArray<
  readonly [what: string, alex: TlsOptions | undefined, kate: TlsOptions | undefined, fails: RegExp]
> = [
  ["a certificate that is over", good, expired, unverified],
  ["a caller's certificate that is over", expired, good, /^tls: .*not trust this node's certificate/],
  ["another host's certificate", good, ofAnotherHost, /^tls: .*elsewhere\.example/],
  ["a certificate of an authority that is not trusted", good, ofAStranger, unverified],
  ["a caller's certificate of one that is not trusted", ofAStranger, good, /^tls: .*not trust this node/],
  ["a node that trusts another authority", trustsAStranger, good, unverified],
  ["a node without TLS", good, undefined, /^tls: .*it may speak no TLS/],
  ["a caller without TLS", undefined, good, /^refused: .*it may ask for TLS/],
];

for (const [what, one, other, fails] of refusals) {
  Deno.test(
    `${what} is refused, and both ends say why`,
    withNodes(async (net) => {
      const alex = await net.node("alex@localhost", one === undefined ? {} : { tls: one });
      const kate = await net.node("kate@localhost", other === undefined ? {} : { tls: other });
      assertMatch(await failureOf(alex, kate), fails);
      await eventually("kate logs it", () => kate.hasLogged(/refused: .*TLS/));
      assertEquals(await kate.run(Node.list("connected")), []);
    }),
  );
}

Deno.test(
  "with verify: none nobody's certificate is looked at",
  withNodes(async (net) => {
    const tls: TlsOptions = { ...ofAnotherHost, verify: "none" };
    const alex = await net.node("alex@localhost", { tls });
    const kate = await net.node("kate@localhost", { tls });
    await serves(alex, kate);
  }),
);

Deno.test(
  "one that speaks TLS and has no certificate is refused",
  withNodes(async (net) => {
    const kate = await net.node("kate@localhost", { tls: good });
    const { port } = await net.addressOf(kate);
    const connection = await Deno.connectTls({ hostname: "localhost", port, caCerts: [ca] });
    assertEquals((await readToEnd(connection)).length, 0);
    connection.close();
    await eventually("kate logs it", () => kate.hasLogged(/refused: .*has no certificate/));
  }),
);

Deno.test("links inside TLS are sealed once more where it proves nobody", () => {
  const wishOf = (tls: TlsOptions | undefined): unknown => {
    const settings = settingsOf("alex@host.example", { cookie: "x", ...tls === undefined ? {} : { tls } });
    return "encryptionWish" in settings ? settings.encryptionWish("kate@host.example") : settings;
  };
  assertEquals(wishOf(undefined), "must_seal");
  assertEquals(wishOf(good), "may_be_plain");
  assertEquals(wishOf({ ...good, verify: "none" }), "must_seal");
});

const wrong: ReadonlyArray<readonly [what: string, tls: TlsOptions, says: RegExp]> = [
  ["a file's name for a certificate", { ...good, cert: "cert.pem" }, /tls\.cert is the text/],
  ["a file's name for a key", { ...good, key: "key.pem" }, /tls\.key is the text/],
  ["a file's name for an authority", { ...good, ca: ["ca.pem"] }, /tls\.ca is the text/],
];

for (const [what, tls, says] of wrong) {
  Deno.test(
    `${what} is a badarg`,
    withNodes(async (net) => assertMatch((await net.refused("alex@localhost", { tls })).message, says)),
  );
}
