/**
 * Tests of the port mapper inside a node: who may register, what ends a connection, and the limits.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { lookup, names, register } from "../../src/epmd/client.ts";
import type { Registration } from "../../src/epmd/messages.ts";
import { encodeRequest, normalNode } from "../../src/epmd/messages.ts";
import type { PortMapper } from "../../src/epmd/server.ts";
import { maxConnections, serve, silentTime } from "../../src/epmd/server.ts";
import type { Address, Connection, Transport, TransportFailure } from "../../src/process/seams.ts";
import { TransportError } from "../../src/process/seams.ts";
import { HandClock } from "../process/hand_clock.ts";
import { dial, having, present, randomBytes, readToEnd, real, talk, tcp, withMapper } from "./support.ts";

const aliveRequest = (name: string, parts: Partial<Registration> = {}): Uint8Array =>
  encodeRequest({
    tag: "ALIVE2_REQ",
    registration: {
      name,
      port: 9100,
      nodeType: normalNode,
      protocol: 0,
      highestVersion: 6,
      lowestVersion: 5,
      extra: new Uint8Array(0),
      ...parts,
    },
  });

const namesRequest = encodeRequest({ tag: "NAMES_REQ" });
const bytesOf = (text: string): Uint8Array => new TextEncoder().encode(text);

/** Reads exactly that many bytes. */
const readBytes = async (connection: Connection, count: number): Promise<Uint8Array> => {
  const bytes = new Uint8Array(count);
  let held = 0;
  while (held < count) {
    const read = await connection.read(bytes.subarray(held));
    if (read === null) throw new Error(`the connection ended after ${held} bytes`);
    held += read;
  }
  return bytes;
};

/** Registers by hand; the registration is the connection's. */
const hold = async (connection: Connection, name: string): Promise<Uint8Array> => {
  await connection.write(aliveRequest(name));
  return await readBytes(connection, 6);
};

/** Waits for the fact that the port mapper holds exactly these names. */
const untilNames = async (mapper: PortMapper, expected: readonly string[]): Promise<void> => {
  const held = (): string => mapper.names().map(({ name }) => name).join();
  while (held() !== expected.join()) await names(real, mapper.address);
};

/** Real sockets whose accepted connections say that they come from and arrive at these hosts. */
const seeming = (remote: string, local: string): Transport => ({
  connect: tcp.connect,
  listen(at) {
    const listener = tcp.listen(at);
    return {
      ...listener,
      accept: async () => {
        const connection = await listener.accept();
        return { ...connection, remote: { host: remote, port: 1 }, local: { host: local, port: 2 } };
      },
    };
  },
});

Deno.test("a name lives as long as its connection", async () => {
  await withMapper(async (mapper) => {
    const connection = await dial(mapper.address);
    assertEquals((await hold(connection, "alex")).subarray(0, 2), Uint8Array.of(118, 0));
    assertEquals(mapper.names(), [{ name: "alex", port: 9100 }]);
    connection.close();
    await untilNames(mapper, []);
    assertEquals(await lookup(real, mapper.address, "alex"), { tag: "absent" });
  });
});

Deno.test("a name that is held is answered with result 1, and stays with its first holder", async () => {
  await withMapper(async (mapper) => {
    using first = await dial(mapper.address);
    await hold(first, "alex");
    const answer = await talk(mapper.address, aliveRequest("alex", { port: 9200 }));
    assertEquals(answer, Uint8Array.of(118, 1, 0, 0, 0, 99));
    assertEquals(having(await lookup(real, mapper.address, "alex"), "found").registration.port, 9100);
  });
});

Deno.test("names are compared byte for byte", async () => {
  await withMapper(async (mapper) => {
    const alike = ["é", "e\u0301", "alex", "Alex", "\ufeffalex"];
    const connections = await Promise.all(alike.map(() => dial(mapper.address)));
    for (const [at, name] of alike.entries()) {
      assertEquals((await hold(present(connections[at]), name))[1], 0);
    }
    assertEquals(mapper.names().map(({ name }) => name), alike);
    for (const name of alike) {
      assertEquals(having(await lookup(real, mapper.address, name), "found").registration.name, name);
    }
    for (const connection of connections) connection.close();
  });
});

Deno.test("a creation is 32 random bits above 3, and 1 to 3 for a node before OTP 23", async () => {
  for (
    const [bytes, creation] of [[[0, 0, 0, 0], 4], [[0, 0, 0, 3], 7], [
      [255, 255, 255, 255],
      2 ** 32 - 1,
    ]] as const
  ) {
    await withMapper(async ({ address }) => {
      const alex = having(
        await register({ ...real, mapper: address, name: "alex", port: 1, nodeType: normalNode }),
        "registered",
      );
      assertEquals(alex.creation, creation);
      alex.close();
      await alex.closed;
    }, { randomBytes: () => Uint8Array.from(bytes) });
  }
  await withMapper(async ({ address }) => {
    using connection = await dial(address);
    await connection.write(aliveRequest("alex", { highestVersion: 5 }));
    assertEquals(await readBytes(connection, 4), Uint8Array.of(121, 0, 0, 1));
  }, { randomBytes: () => new Uint8Array(4) });
});

Deno.test("a request that comes one byte at a time is answered", async () => {
  await withMapper(async ({ address }) => {
    using connection = await dial(address);
    for (const byte of aliveRequest("alex")) await connection.write(Uint8Array.of(byte));
    assertEquals((await readBytes(connection, 6)).subarray(0, 2), Uint8Array.of(118, 0));
    using asking = await dial(address);
    for (const byte of namesRequest) await asking.write(Uint8Array.of(byte));
    assertEquals((await readToEnd(asking)).subarray(4), bytesOf("name alex at port 9100\n"));
  });
});

const junk: readonly (readonly [string, Uint8Array])[] = [
  ["HTTP", bytesOf("GET / HTTP/1.1\r\nHost: localhost\r\n\r\n")],
  ["TLS", Uint8Array.of(22, 3, 1, 2, 0, 1, 0, 1, 252)],
  ["an unknown tag", Uint8Array.of(0, 1, 97)],
  ["a length of 0", Uint8Array.of(0, 0)],
  ["DUMP_REQ", Uint8Array.of(0, 1, 100)],
  ["STOP_REQ", Uint8Array.of(0, 5, 115, 97, 108, 101, 120)],
  ["two requests at once", Uint8Array.of(...namesRequest, ...namesRequest)],
  ["a name with a line end", Uint8Array.of(0, 4, 122, 97, 10, 98)],
];

for (const [what, bytes] of junk) {
  Deno.test(`${what} closes that connection without an answer, and no other`, async () => {
    await withMapper(async (mapper) => {
      using alex = await dial(mapper.address);
      await hold(alex, "alex");
      assertEquals(await talk(mapper.address, bytes), new Uint8Array(0));
      assertEquals(having(await names(real, mapper.address), "names").nodes.length, 1);
    });
  });

  Deno.test(`${what} on a registration's connection ends that registration, and no other`, async () => {
    await withMapper(async (mapper) => {
      using alex = await dial(mapper.address);
      await hold(alex, "alex");
      using kate = await dial(mapper.address);
      await hold(kate, "kate");
      await alex.write(bytes);
      assertEquals(await readToEnd(alex), new Uint8Array(0));
      await untilNames(mapper, ["kate"]);
    });
  });
}

Deno.test("KILL_REQ is answered with NO, and the port mapper lives", async () => {
  await withMapper(async ({ address }) => {
    assertEquals(await talk(address, encodeRequest({ tag: "KILL_REQ" })), bytesOf("NO"));
    assertEquals(await names(real, address), { tag: "names", nodes: [] });
  });
});

const hosts: readonly (readonly [string, string, boolean])[] = [
  ["127.0.0.1", "127.0.0.1", true],
  ["127.0.1.1", "127.0.0.1", true],
  ["::1", "::1", true],
  ["::ffff:127.0.0.1", "::ffff:127.0.0.1", true],
  ["10.0.0.5", "10.0.0.5", true],
  ["::ffff:10.0.0.5", "10.0.0.5", true],
  ["10.0.0.6", "10.0.0.5", false],
  ["::ffff:10.0.0.6", "::ffff:10.0.0.5", false],
  ["127.evil.example", "10.0.0.5", false],
  ["2001:db8::1", "2001:db8::2", false],
];

for (const [remote, local, may] of hosts) {
  Deno.test(`from ${remote} to ${local} a node ${may ? "may" : "may not"} register, and may ask`, async () => {
    await withMapper(async (mapper) => {
      using connection = await dial(mapper.address);
      await connection.write(aliveRequest("alex"));
      if (may) assertEquals((await readBytes(connection, 6))[1], 0);
      else assertEquals(await readToEnd(connection), new Uint8Array(0));
      assertEquals(having(await names(real, mapper.address), "names").nodes.length, may ? 1 : 0);
      const killed = await talk(mapper.address, encodeRequest({ tag: "KILL_REQ" }));
      assertEquals(killed, may ? bytesOf("NO") : new Uint8Array(0));
    }, { transport: seeming(remote, local) });
  });
}

Deno.test("a connection without a whole request is closed after seven seconds, a registration never", async () => {
  const clock = new HandClock();
  await withMapper(async (mapper) => {
    using silent = await dial(mapper.address);
    using holding = await dial(mapper.address);
    await hold(holding, "alex");
    await clock.holds(1);
    clock.advance(silentTime - 2);
    using slow = await dial(mapper.address);
    await slow.write(namesRequest.subarray(0, 2));
    await clock.scheduled(silentTime);
    clock.advance(2);
    assertEquals(await readToEnd(silent), new Uint8Array(0));
    await slow.write(namesRequest.subarray(2));
    assertEquals((await readToEnd(slow)).subarray(4), bytesOf("name alex at port 9100\n"));
    clock.advance(1_000 * silentTime);
    assertEquals(mapper.names(), [{ name: "alex", port: 9100 }]);
  }, { clock });
  assertEquals(clock.waiting, 0);
});

Deno.test("a connection that trickles has no more time than one that is silent", async () => {
  const clock = new HandClock();
  await withMapper(async (mapper) => {
    using slow = await dial(mapper.address);
    await slow.write(namesRequest.subarray(0, 1));
    await clock.scheduled(silentTime);
    clock.advance(silentTime - 1);
    await slow.write(namesRequest.subarray(1, 2));
    clock.advance(1);
    assertEquals(await readToEnd(slow), new Uint8Array(0));
  }, { clock });
});

Deno.test("over its limit the connection that has asked longest gives way, and no registration does", async () => {
  assertEquals(maxConnections, 1_024);
  await withMapper(async (mapper) => {
    using alex = await dial(mapper.address);
    await hold(alex, "alex");
    using oldest = await dial(mapper.address);
    using second = await dial(mapper.address);
    assertEquals(having(await names(real, mapper.address), "names").nodes.length, 1);
    assertEquals(await readToEnd(oldest), new Uint8Array(0));
    assertEquals((await hold(second, "kate"))[1], 0);
    using third = await dial(mapper.address);
    assertEquals((await hold(third, "olga"))[1], 0);
    using refused = await dial(mapper.address);
    assertEquals(await readToEnd(refused), new Uint8Array(0));
    assertEquals(mapper.names().map(({ name }) => name), ["alex", "kate", "olga"]);
    alex.close();
    await untilNames(mapper, ["kate", "olga"]);
    assertEquals(having(await names(real, mapper.address), "names").nodes.length, 2);
  }, { maxConnections: 3 });
});

/** Real sockets on loopback, whatever the host, that write down where they were asked to listen. */
const noting = (asked: Address[]): Transport => ({
  connect: tcp.connect,
  listen(at) {
    asked.push(at);
    return tcp.listen({ host: "127.0.0.1", port: 0 });
  },
});

Deno.test("a port that is taken is said to be in use", async () => {
  await withMapper(({ address }) => {
    assertEquals(serve({ ...real, randomBytes, hosts: [address.host], port: address.port }).tag, "in_use");
    return Promise.resolve();
  });
});

Deno.test("where one of several addresses is taken, none stays open", async () => {
  const opened: Address[] = [];
  const transport: Transport = {
    connect: tcp.connect,
    listen(at) {
      if (opened.length === 1) throw new TransportError("in_use", "it is in use");
      const listener = tcp.listen(at);
      opened.push(listener.address);
      return listener;
    },
  };
  const served = serve({ ...real, transport, randomBytes, hosts: ["127.0.0.1", "::1"], port: 0 });
  assertEquals(served.tag, "in_use");
  assertEquals((await names(real, present(opened[0]))).tag, "no_mapper");
});

Deno.test("a transport that cannot listen says why", () => {
  const expected = [
    ["in_use", "in_use"],
    ["denied", "denied"],
    ["unreachable", "unreachable"],
    ["refused", "unreachable"],
    ["closed", "unreachable"],
  ] as const;
  for (const [kind, tag] of expected) {
    const transport: Transport = {
      connect: tcp.connect,
      listen: (): never => {
        throw new TransportError(kind satisfies TransportFailure, `it is ${kind}`);
      },
    };
    const served = serve({ ...real, transport, randomBytes, hosts: ["127.0.0.1"], port: 0 });
    assertEquals(served, { tag, detail: `it is ${kind}` });
  }
});

Deno.test("one port mapper serves several addresses on one port, with one table", async () => {
  const asked: Address[] = [];
  await withMapper(async (mapper) => {
    const [first, second] = [present(mapper.addresses[0]), present(mapper.addresses[1])];
    assertEquals(first, mapper.address);
    assertEquals(asked, [{ host: "127.0.0.1", port: 0 }, { host: "::1", port: first.port }]);
    using alex = await dial(second);
    await hold(alex, "alex");
    assertEquals(having(await names(real, first), "names").nodes.length, 1);
  }, { hosts: ["127.0.0.1", "::1"], transport: noting(asked) });
});

Deno.test("close ends registrations, silent connections and the listener, and leaves no timer", async () => {
  const clock = new HandClock();
  const mapper = having(
    serve({ transport: tcp, clock, randomBytes, hosts: ["127.0.0.1"], port: 0 }),
    "serving",
  );
  using silent = await dial(mapper.address);
  using holding = await dial(mapper.address);
  await hold(holding, "alex");
  await clock.holds(1);
  mapper.close();
  mapper.close();
  await mapper.closed;
  assertEquals(await readToEnd(holding), new Uint8Array(0));
  assertEquals(await readToEnd(silent), new Uint8Array(0));
  assertEquals(mapper.names(), []);
  assertEquals(clock.waiting, 0);
  assertEquals((await names(real, mapper.address)).tag, "no_mapper");
});

Deno.test("an accept that fails is tried again, and close ends the wait for it", async () => {
  const clock = new HandClock();
  let failures = 2;
  const transport: Transport = {
    connect: tcp.connect,
    listen(at) {
      const listener = tcp.listen(at);
      return {
        ...listener,
        accept: () =>
          failures-- > 0
            ? Promise.reject(new TransportError("unreachable", "no descriptor left"))
            : listener.accept(),
      };
    },
  };
  await withMapper(async (mapper) => {
    await clock.scheduled(100);
    clock.advance(100);
    await clock.scheduled(100);
    clock.advance(100);
    assertEquals(await names(real, mapper.address), { tag: "names", nodes: [] });
    failures = 1;
    assertEquals(await names(real, mapper.address), { tag: "names", nodes: [] });
    await clock.scheduled(100);
  }, { transport, clock });
  assertEquals(clock.waiting, 0);
});
