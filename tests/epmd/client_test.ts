/**
 * Tests of the port mapper's client: against our own port mapper, and against all that is none.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import type { ClientSeams, RegisterOptions } from "../../src/epmd/client.ts";
import { lookup, names, questionTime, register } from "../../src/epmd/client.ts";
import { encodeAlive2Answer, encodePort2Answer, hiddenNode, normalNode } from "../../src/epmd/messages.ts";
import type { Address, Connection, Transport, TransportFailure } from "../../src/process/seams.ts";
import { TransportError } from "../../src/process/seams.ts";
import { HandClock } from "../process/hand_clock.ts";
import { having, real, tcp, withListener, withMapper } from "./support.ts";

const optionsFor = (mapper: Address, parts: Partial<RegisterOptions> = {}): RegisterOptions => ({
  ...real,
  mapper,
  name: "alex",
  port: 9100,
  nodeType: normalNode,
  ...parts,
});

/** The three questions, each reduced to the tag of its result. */
const questions: readonly (readonly [string, (seams: ClientSeams, mapper: Address) => Promise<string>])[] = [
  ["register", async (seams, mapper) => (await register(optionsFor(mapper, seams))).tag],
  ["lookup", async (seams, mapper) => (await lookup(seams, mapper, "alex")).tag],
  ["names", async (seams, mapper) => (await names(seams, mapper)).tag],
];

const failing = (kind: TransportFailure): Transport => ({
  connect: () => Promise.reject(new TransportError(kind, `it is ${kind}`)),
  listen: tcp.listen,
});

Deno.test("a node that registers is found with its port, type and extra until it closes", async () => {
  await withMapper(async ({ address }) => {
    const extra = Uint8Array.of(0, 255, 7);
    const alex = having(await register(optionsFor(address, { nodeType: hiddenNode, extra })), "registered");
    assert(alex.creation > 3);
    assertEquals(having(await lookup(real, address, "alex"), "found").registration, {
      name: "alex",
      port: 9100,
      nodeType: hiddenNode,
      protocol: 0,
      highestVersion: 6,
      lowestVersion: 5,
      extra,
    });
    assertEquals(await lookup(real, address, "kate"), { tag: "absent" });
    assertEquals(await names(real, address), { tag: "names", nodes: [{ name: "alex", port: 9100 }] });
    alex.close();
    alex.close();
    await alex.closed;
  });
});

Deno.test("a registration says that it has ended when the port mapper goes", async () => {
  let ended: Promise<void> = Promise.reject(new Error("not registered"));
  ended.catch(() => {});
  await withMapper(async ({ address }) => {
    ended = having(await register(optionsFor(address)), "registered").closed;
  });
  await ended;
});

Deno.test("a byte on a registration's connection ends it", async () => {
  const success = encodeAlive2Answer({ tag: "ALIVE2_X_RESP", result: 0, creation: 7 });
  const told = Promise.withResolvers<void>();
  await withListener(async (connection) => {
    await connection.read(new Uint8Array(1024));
    await connection.write(success);
    await told.promise;
    await connection.write(Uint8Array.of(0));
  }, async (address) => {
    const alex = having(await register(optionsFor(address)), "registered");
    assertEquals(alex.creation, 7);
    told.resolve();
    await alex.closed;
  });
});

Deno.test("an answer that comes one byte at a time is read, and the creation of an old epmd too", async () => {
  const success = encodeAlive2Answer({ tag: "ALIVE2_RESP", result: 0, creation: 2 });
  await withListener(async (connection) => {
    await connection.read(new Uint8Array(1024));
    for (const byte of success) await connection.write(Uint8Array.of(byte));
    await connection.read(new Uint8Array(1));
  }, async (address) => {
    const alex = having(await register(optionsFor(address)), "registered");
    assertEquals(alex.creation, 2);
    alex.close();
    await alex.closed;
  });
});

Deno.test("a name that another node keeps is asked for again for a second, and then taken", async () => {
  await withMapper(async ({ address }) => {
    const first = having(await register(optionsFor(address)), "registered");
    const clock = new HandClock();
    const asked = register(optionsFor(address, { clock }));
    for (let elapsed = 0; elapsed < 1_000; elapsed += 100) {
      await clock.scheduled(100);
      clock.advance(100);
    }
    assertEquals(await asked.then(({ tag }) => tag), "taken");
    assertEquals(clock.now(), 1_000);
    assertEquals(clock.waiting, 0);
    first.close();
    await first.closed;
  });
});

Deno.test("a node that starts again at once gets its name when its earlier registration has ended", async () => {
  await withMapper(async ({ address }) => {
    const first = having(await register(optionsFor(address)), "registered");
    const clock = new HandClock();
    const asked = register(optionsFor(address, { clock }));
    await clock.scheduled(100);
    first.close();
    await first.closed;
    while ((await lookup(real, address, "alex")).tag !== "absent");
    clock.advance(100);
    const second = having(await asked, "registered");
    assert(second.creation !== first.creation);
    second.close();
    await second.closed;
  });
});

for (const [question, ask] of questions) {
  Deno.test(`${question} has no answer after two seconds from one that accepts and is silent`, async () => {
    const arrived = Promise.withResolvers<void>();
    const ended = Promise.withResolvers<number | null>();
    await withListener(async (connection) => {
      await connection.read(new Uint8Array(1024));
      arrived.resolve();
      ended.resolve(await connection.read(new Uint8Array(1)).catch(() => null));
    }, async (address) => {
      const clock = new HandClock();
      const asked = ask({ transport: tcp, clock }, address);
      await arrived.promise;
      clock.advance(questionTime - 1);
      assertEquals(clock.waiting, 1);
      clock.advance(1);
      assertEquals(await asked, "timeout");
      assertEquals(await ended.promise, null);
      assertEquals(clock.waiting, 0);
    });
  });

  Deno.test(`${question} has no answer after two seconds of half an answer`, async () => {
    const half = question === "register" ? 118 : question === "lookup" ? 119 : 0;
    const sent = Promise.withResolvers<void>();
    await withListener(async (connection) => {
      await connection.read(new Uint8Array(1024));
      await connection.write(Uint8Array.of(half));
      sent.resolve();
      await connection.read(new Uint8Array(1));
    }, async (address) => {
      const clock = new HandClock();
      const asked = ask({ transport: tcp, clock }, address);
      await sent.promise;
      clock.advance(questionTime);
      assertEquals(await asked, "timeout");
    });
  });

  Deno.test(`${question} closes a connection that comes about after its limit`, async () => {
    const clock = new HandClock();
    const connected = Promise.withResolvers<Connection>();
    const closed = Promise.withResolvers<void>();
    const transport: Transport = { connect: () => connected.promise, listen: tcp.listen };
    const asked = ask({ transport, clock }, { host: "far", port: 4369 });
    clock.advance(questionTime);
    assertEquals(await asked, "timeout");
    const local = { host: "near", port: 1 };
    connected.resolve({
      local,
      remote: local,
      read: () => Promise.reject(new Error("read after the limit")),
      write: () => Promise.reject(new Error("written after the limit")),
      close: () => closed.resolve(),
    });
    await closed.promise;
  });

  Deno.test(`${question} finds no port mapper in an HTTP server`, async () => {
    const server = Deno.serve(
      { hostname: "127.0.0.1", port: 0, onListen: () => {} },
      () => new Response("hi"),
    );
    try {
      const asked = await ask(real, { host: "127.0.0.1", port: server.addr.port });
      assertMatch(asked, /^(not_epmd|closed)$/);
    } finally {
      await server.shutdown();
    }
  });

  Deno.test(`${question} finds no port mapper in one that answers in HTTP`, async () => {
    await withListener(async (connection) => {
      await connection.read(new Uint8Array(1024));
      await connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n"));
      connection.close();
    }, async (address) => assertEquals(await ask(real, address), "not_epmd"));
  });

  Deno.test(`${question} says that the connection was closed without an answer`, async () => {
    await withListener(async (connection) => {
      await connection.read(new Uint8Array(1024));
      connection.close();
    }, async (address) => assertEquals(await ask(real, address), "closed"));
  });

  Deno.test(`${question} says that nothing listens`, async () => {
    const listener = tcp.listen({ host: "127.0.0.1", port: 0 });
    listener.close();
    assertEquals(await ask(real, listener.address), "no_mapper");
  });

  Deno.test(`${question} says why the transport did not connect, and leaves no timer`, async () => {
    const expected = [
      ["refused", "no_mapper"],
      ["unreachable", "unreachable"],
      ["in_use", "unreachable"],
      ["denied", "denied"],
      ["closed", "closed"],
    ] as const;
    for (const [kind, tag] of expected) {
      const clock = new HandClock();
      assertEquals(await ask({ transport: failing(kind), clock }, { host: "h", port: 1 }), tag);
      assertEquals(clock.waiting, 0);
    }
  });
}

Deno.test("an answer for another name than the one asked for is none of a port mapper", async () => {
  await withListener(async (connection) => {
    await connection.read(new Uint8Array(1024));
    const registration = {
      name: "kate",
      port: 1,
      nodeType: normalNode,
      protocol: 0,
      highestVersion: 6,
      lowestVersion: 5,
      extra: new Uint8Array(0),
    };
    await connection.write(encodePort2Answer({ tag: "PORT2_RESP", registration }));
    await connection.read(new Uint8Array(1));
  }, async (address) => assertEquals((await lookup(real, address, "alex")).tag, "not_epmd"));
});

Deno.test("a name, a port or an extra that cannot be written is refused before anything is sent", async () => {
  const untouched: Transport = {
    connect: () => Promise.reject(new Error("connected")),
    listen: tcp.listen,
  };
  const seams = { transport: untouched, clock: new HandClock() };
  const mapper = { host: "127.0.0.1", port: 1 };
  assertEquals((await lookup(seams, mapper, "a\nb")).tag, "bad_request");
  assertEquals((await lookup(seams, mapper, "")).tag, "bad_request");
  for (const parts of [{ name: "" }, { port: 65536 }, { extra: new Uint8Array(1021) }]) {
    assertEquals((await register(optionsFor(mapper, { ...seams, ...parts }))).tag, "bad_request");
  }
});
