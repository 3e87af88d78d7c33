/**
 * Attacks over real sockets: a handshake recorded and played again, one's own words sent back, a mapper that
 * lies, versions and wishes altered on the way, points that are none, and a proven peer that asks for too much.
 *
 * @module
 */
import { assert, assertEquals, assertFalse, assertInstanceOf, assertNotEquals } from "@std/assert";
import { register } from "../../src/epmd/client.ts";
import { normalNode } from "../../src/epmd/fields.ts";
import { shake } from "../../src/net/shake.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import * as Node from "../../src/node/node.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import * as Process from "../../src/process/process.ts";
import type { Connection } from "../../src/process/seams.ts";
import { Op } from "../../src/process/signal.ts";
import { connector } from "../../src/protocol/native/handshake.ts";
import { NoConnection } from "../../src/term/errors.ts";
import { atom } from "../../src/term/atom.ts";
import { tuple } from "../../src/term/tuple.ts";
import {
  closeQuietly,
  cookie,
  eventually,
  freePort,
  Hostile,
  type Net,
  readToEnd,
  serves,
  soon,
  withNodes,
} from "./support.ts";

/** The hello's fields behind its length: magic, lowest and highest version, wish. */
const offsets = { lowest: 11, highest: 12, wish: 13 };
/** Where the point stands in a hello, from its end; the answer ends with one, too. */
const pointBytes = 32;

/** A proxy that lets a peer's bytes through, each chunk as `alter` gives it back. */
const meddler = (
  net: Net,
  port: number,
  alter: (bytes: Uint8Array, direction: "there" | "back", at: number) => Uint8Array,
): number => {
  const pump = async (from: Deno.TcpConn, to: Deno.TcpConn, direction: "there" | "back"): Promise<void> => {
    const buffer = new Uint8Array(65_536);
    try {
      for (let at = 0;;) {
        const count = await from.read(buffer);
        if (count === null) break;
        const bytes = alter(buffer.slice(0, count), direction, at);
        at += count;
        for (let sent = 0; sent < bytes.length;) sent += await to.write(bytes.subarray(sent));
      }
    } catch {
      // The other end is gone.
    }
    [from, to].forEach(closeQuietly);
  };
  return net.server(async (connection) => {
    const onward = await Deno.connect({ hostname: "127.0.0.1", port });
    net.onEnd(() => closeQuietly(onward));
    void pump(connection, onward, "there");
    void pump(onward, connection, "back");
  });
};

/** Tells the mapper that a node listens on that port. */
const claim = async (net: Net, name: string, port: number): Promise<void> => {
  const seams = { transport: tcpTransport, clock: systemSeams.clock };
  const mapper = { host: "127.0.0.1", port: net.mapperPort };
  const registered = await register({ ...seams, mapper, name, port, nodeType: normalNode });
  assert(registered.tag === "registered", Deno.inspect(registered));
  net.onEnd(() => registered.close());
};

for (const encryption of ["must_seal", "may_be_plain"] as const) {
  Deno.test(
    `a handshake that was recorded and is played again proves nothing (${encryption})`,
    withNodes(async (net) => {
      const alex = await net.node("alex@localhost");
      const written: Array<Uint8Array> = [];
      const genuine = await tcpTransport.connect(await net.addressOf(alex));
      const watched: Connection = {
        ...genuine,
        read: (buffer) => genuine.read(buffer),
        close: () => genuine.close(),
        write: (bytes) => {
          written.push(bytes.slice());
          return genuine.write(bytes);
        },
      };
      const machine = connector({
        name: "kate@localhost",
        creation: 7,
        capabilities: 0,
        encryption,
        randomBytes: systemSeams.randomBytes,
        to: alex.name,
        cookie,
      });
      const shaken = await shake(watched, machine, systemSeams.clock, 5_000);
      assertEquals(shaken.tag, "proven");
      await eventually("kate is linked", () => alex.kernel.outbound.isConnected("kate@localhost"));
      genuine.close();
      await eventually("kate is gone", () => !alex.kernel.outbound.isConnected("kate@localhost"));
      assertEquals(written.length, 2);
      for (const glued of [false, true]) {
        const again = await tcpTransport.connect(await net.addressOf(alex));
        const [hello, proof] = written as [Uint8Array, Uint8Array];
        if (glued) await again.write(Uint8Array.of(...hello, ...proof));
        else {
          await again.write(hello);
          await again.read(new Uint8Array(4096));
          await again.write(proof);
        }
        await soon("alex closes", readToEnd(again));
        again.close();
        assertFalse(alex.kernel.outbound.isConnected("kate@localhost"));
      }
      assert(alex.hasLogged(/kate@localhost refused: .*cookie/));
      await serves(alex, await net.node("moebi@localhost"));
    }),
  );
}

Deno.test(
  "one's own words sent back, or led back to oneself, prove nothing",
  withNodes(async (net) => {
    const alexPort = freePort();
    const echo = net.server((connection) =>
      void connection.readable.pipeTo(connection.writable).catch(() => {})
    );
    const mirror = meddler(net, alexPort, (bytes) => bytes);
    const addresses = { "echo@localhost": `127.0.0.1:${echo}`, "mirror@localhost": `127.0.0.1:${mirror}` };
    const alex = await net.node("alex@localhost", { addresses, listen: { port: alexPort } });
    for (const name of ["echo@localhost", "mirror@localhost"]) {
      const error = await alex.fails(Node.connect(name));
      assertInstanceOf(error, NoConnection);
      assertNotEquals(error.because, "timeout");
      assertEquals(await alex.run(Node.list()), []);
    }
    await serves(alex, await net.node("moebi@localhost"));
  }),
);

for (
  const [what, direction, offset, byte] of [
    ["the connector's wish into a plain link", "there", offsets.wish, 2],
    ["the connector's wish into another", "there", offsets.wish, 1],
    ["the connector's versions into older ones", "there", offsets.lowest, 0],
    ["the connector's versions into newer ones", "there", offsets.highest, 2],
    // Behind its length: the kind, the version, the wish.
    ["the acceptor's version into another", "back", 3, 2],
    ["the acceptor's wish into a plain link", "back", 4, 2],
    ["the acceptor's wish into another", "back", 4, 1],
  ] as const
) {
  Deno.test(
    `who alters ${what}, where the mapper has led a node to it, makes no link`,
    withNodes(async (net) => {
      const port = freePort();
      const kate = await net.node("kate@localhost", { encryption: "always", epmd: false, listen: { port } });
      const alex = await net.node("alex@localhost", { encryption: "always" });
      let isAltered = false;
      const liar = meddler(net, port, (bytes, way, at) => {
        if (way !== direction || at > offset || at + bytes.length <= offset) return bytes;
        isAltered = true;
        bytes[offset - at] = byte;
        return bytes;
      });
      await claim(net, "kate", liar);
      const error = await alex.fails(Node.connect("kate@localhost"));
      assertInstanceOf(error, NoConnection);
      assert(isAltered);
      assertEquals(await alex.run(Node.list()), []);
      assertEquals(await kate.run(Node.list()), []);
      await serves(alex, await net.node("moebi@localhost", { encryption: "always" }));
    }),
  );
}

Deno.test(
  "a mapper that leads to a stranger's port gives the stranger no message and no cookie",
  withNodes(async (net) => {
    const heard: Array<Uint8Array> = [];
    const stranger = net.server(async (connection) => void heard.push(await readToEnd(connection)));
    await claim(net, "kate", stranger);
    const alex = await net.node("alex@localhost", { connectTime: 500 });
    const sent = "a text that is easily recognized";
    await alex.run(Process.send(["inbox", "kate@localhost"], sent));
    const error = await alex.fails(Node.connect("kate@localhost"));
    assertInstanceOf(error, NoConnection);
    await eventually("the stranger has heard all", () => heard.length > 0);
    for (const bytes of heard) {
      const text = String.fromCharCode(...bytes);
      assert(text.includes("spawnlink"));
      assertFalse(text.includes(sent));
      assertFalse(text.includes(cookie));
    }
  }),
);

// The identity, and encodings that are none of a group element (draft-irtf-cfrg-cpace, B.3.11).
const badPoints: ReadonlyArray<readonly [what: string, point: string]> = [
  ["the identity", "00".repeat(32)],
  ["what is no point", "2b3c6b8c4f3800e7aef6864025b4ed79bd599117e427c41bd47d93d654b4a51c"],
  ["a point beyond the field", "ff".repeat(32)],
  ["the field's prime", "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f"],
  ["a negative one", "0100000000000000000000000000000000000000000000000000000000000000"],
];

for (const direction of ["there", "back"] as const) {
  for (const [what, hex] of badPoints) {
    Deno.test(
      `${what} in place of the ${direction === "there" ? "connector" : "acceptor"}'s point makes no link`,
      withNodes(async (net) => {
        const kate = await net.node("kate@localhost");
        const { port } = await net.addressOf(kate);
        let isAltered = false;
        const proxy = meddler(net, port, (bytes, way, at) => {
          // The first message of each direction, small enough to come whole, ends with the point.
          if (way !== direction || at > 0) return bytes;
          isAltered = true;
          bytes.set(Uint8Array.fromHex(hex), bytes.length - pointBytes);
          return bytes;
        });
        const addresses = { "kate@localhost": `127.0.0.1:${proxy}` };
        const alex = await net.node("alex@localhost", { addresses });
        const error = await alex.fails(Node.connect("kate@localhost"));
        assertInstanceOf(error, NoConnection);
        assert(isAltered);
        assertEquals([...await alex.run(Node.list()), ...await kate.run(Node.list())], []);
        await serves(kate, await net.node("moebi@localhost"));
      }),
    );
  }
}

Deno.test(
  "a proven peer that asks for too much loses its link, and no other is touched",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    await serves(alex, kate);
    const downs = await alex.collector();
    const { pid } = await alex.collector();
    alex.kernel.maxTies = 1000;
    const mallory = await Hostile.connect(net, alex);
    for (let number = 1; number <= 1001; number++) {
      await mallory.signal([Op.monitor, 1, pid.number, number]).catch(() => {});
    }
    await mallory.isClosed();
    await eventually(
      "alex logs it",
      () => alex.hasLogged(/mallory@localhost closed: it asked for more than 1000/),
    );
    await serves(alex, kate);
    assertEquals(downs.messages, []);
  }),
);

Deno.test(
  "a proven peer that writes without end and reads no answer loses its link",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost", { limits: { answers: 100_000 } });
    const kate = await net.node("kate@localhost");
    await serves(alex, kate);
    const mallory = await Hostile.connect(net, alex);
    const put = tuple(atom("put_chars"), atom("unicode"), "");
    // What it wants to be answered with is large.
    const request = mallory.encode([
      Op.sendName,
      "user",
      tuple(atom("io_request"), alex.kernel.life.pid(1), "x".repeat(50_000), put),
    ]);
    // To a process of its own: the same request, but for who asks.
    const own = mallory.encode([
      Op.sendName,
      "user",
      tuple(atom("io_request"), mallory.pid(1), "x".repeat(50_000), put),
    ]);
    await mallory.frame(request);
    for (let times = 0; times < 2000 && alex.kernel.outbound.isConnected(mallory.name); times++) {
      await mallory.frame(own).catch(() => {});
    }
    await mallory.isClosed();
    await eventually(
      "alex logs it",
      () => alex.hasLogged(/mallory@localhost closed: it does not read its answers/),
    );
    await serves(alex, kate);
  }),
);

Deno.test(
  "fragments that end nowhere, and an atom as long as a book, close the link",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    const fragment = (number: number, size: number): Uint8Array => {
      const body = new Uint8Array(5 + size);
      new DataView(body.buffer).setUint32(1, number);
      return body;
    };
    const small = await Hostile.connect(net, alex);
    await small.frame(fragment(1, 1));
    await small.isClosed();
    const many = await Hostile.connect(net, alex);
    for (let number = 1; number <= 5; number++) await many.frame(fragment(number, 65_536)).catch(() => {});
    await many.isClosed();
    const atoms = await Hostile.connect(net, alex);
    // [REG_SEND, "inbox", :"xxx…"]: the sender's own check would not let it out.
    const name = new Uint8Array(300).fill(0x78);
    await atoms.frame(
      Uint8Array.of(0x83, 6, 0x65, ...new TextEncoder().encode("inbox"), 0xd8, 160, 0x79, 1, 44, ...name),
    );
    await atoms.isClosed();
    await eventually("alex logs the atom", () => alex.hasLogged(/an atom of 300 characters/));
    await serves(alex, kate);
  }),
);
