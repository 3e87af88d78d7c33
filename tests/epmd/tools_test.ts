/**
 * Tests with Erlang's own tools: our client against the real `epmd`, and `epmd` and `erl` against our server.
 * They are ignored where Erlang is not installed.
 *
 * @module
 */
import { assert, assertEquals, assertNotEquals, assertStringIncludes } from "@std/assert";
import { lookup, names, register } from "../../src/epmd/client.ts";
import { hiddenNode, normalNode } from "../../src/epmd/messages.ts";
import type { Address } from "../../src/process/seams.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import { type Transport, TransportError } from "../../src/process/seams.ts";
import { Net, serves } from "../node/support.ts";
import { HandClock } from "../process/hand_clock.ts";
import { having, randomBytes, real, tcp, withMapper } from "./support.ts";
import { serve } from "../../src/epmd/server.ts";
import { eventually } from "../waiting.ts";

const isInstalled = (command: string): boolean => {
  try {
    return new Deno.Command("which", { args: [command], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
};

const withoutEpmd = { ignore: !isInstalled("epmd") };
const withoutErl = { ignore: !isInstalled("erl") };

/** Reads lines until one holds `text`; gives that line, or `undefined` at the end. */
const lineWith = async (
  lines: ReadableStreamDefaultReader<string>,
  text: string,
): Promise<string | undefined> => {
  let held = "";
  while (true) {
    const { done, value } = await lines.read();
    held += value ?? "";
    const line = held.split(/\r?\n/).slice(0, -1).find((one) => one.includes(text));
    if (line !== undefined || done) return line;
  }
};

/** Ends a child process that may have ended by itself. */
const end = (child: Deno.ChildProcess): void => {
  try {
    child.kill("SIGKILL");
  } catch (error) {
    if (!(error instanceof TypeError)) throw error;
  }
};

/** Runs the real `epmd` on that port of loopback, or a free one, while `body` runs. */
const withRealEpmd = async (
  body: (address: Address, epmd: Deno.ChildProcess) => Promise<void>,
  port = 0,
): Promise<void> => {
  // A port that was free a moment ago may be somebody else's when epmd takes it: so more than one attempt.
  for (let attempt = 0; attempt < 5; attempt++) {
    const free = tcp.listen({ host: "127.0.0.1", port });
    free.close();
    const epmd = new Deno.Command("epmd", {
      args: ["-d", "-d", "-port", String(free.address.port), "-address", "127.0.0.1"],
      stdin: "null",
      stdout: "null",
      stderr: "piped",
    }).spawn();
    const said = epmd.stderr.pipeThrough(new TextDecoderStream()).getReader();
    let rest: Promise<unknown> = Promise.resolve();
    try {
      if (await lineWith(said, "entering the main select() loop") === undefined) continue;
      rest = lineWith(said, "\0");
      return await body(free.address, epmd);
    } finally {
      end(epmd);
      await epmd.status;
      await rest;
      await said.cancel();
    }
  }
  throw new Error("epmd did not start");
};

const run = async (
  command: string,
  args: readonly string[],
  env: Record<string, string> = {},
): Promise<string> => {
  const { stdout, stderr } = await new Deno.Command(command, { args: [...args], env, stdin: "null" })
    .output();
  return new TextDecoder().decode(stdout) + new TextDecoder().decode(stderr);
};

/** What every `erl` of these tests is started with: a home of its own, and no `epmd` left behind. */
const withErl = async (
  { port }: Address,
  body: (args: (name: string, program: string) => string[], env: Record<string, string>) => Promise<void>,
): Promise<void> => {
  const home = await Deno.makeTempDir();
  try {
    await body(
      (
        name,
        program,
      ) => [
        "-noinput",
        "-start_epmd",
        "false",
        "-setcookie",
        "c",
        "-sname",
        `${name}@localhost`,
        "-eval",
        program,
      ],
      { HOME: home, ERL_EPMD_PORT: String(port) },
    );
  } finally {
    await Deno.remove(home, { recursive: true });
  }
};

Deno.test(
  "real epmd: a node registers, is found and listed, and is gone (ignored without epmd)",
  withoutEpmd,
  async () => {
    await withRealEpmd(async (address) => {
      const extra = Uint8Array.of(1, 2, 3);
      const alex = having(
        await register({ ...real, mapper: address, name: "alex", port: 9100, nodeType: hiddenNode, extra }),
        "registered",
      );
      assert(alex.creation > 0);
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
      assertStringIncludes(
        await run("epmd", ["-port", String(address.port), "-names"]),
        "name alex at port 9100\n",
      );
      alex.close();
      await alex.closed;
      while ((await lookup(real, address, "alex")).tag !== "absent");
    });
  },
);

Deno.test("real epmd: the longest name and extra come back (ignored without epmd)", withoutEpmd, async () => {
  await withRealEpmd(async (address) => {
    // Of 255 characters, which it registers, epmd does not tell: it counts one too many when it is asked.
    const name = "🦕".repeat(254);
    const extra = new Uint8Array(1020).fill(7);
    const options = { ...real, mapper: address, name, port: 65535, nodeType: normalNode, extra };
    const alex = having(await register(options), "registered");
    const found = having(await lookup(real, address, name), "found").registration;
    assertEquals([found.name, found.extra], [name, extra]);
    assertEquals(await names(real, address), { tag: "names", nodes: [{ name, port: 65535 }] });
    alex.close();
    await alex.closed;
  });
});

Deno.test("real epmd: a name that another keeps is taken (ignored without epmd)", withoutEpmd, async () => {
  await withRealEpmd(async (address) => {
    const options = { ...real, mapper: address, name: "alex", port: 9100, nodeType: normalNode };
    const first = having(await register(options), "registered");
    const clock = new HandClock();
    const asked = register({ ...options, clock });
    for (let elapsed = 0; elapsed < 1_000; elapsed += 100) {
      await clock.scheduled(100);
      clock.advance(100);
    }
    assertEquals((await asked).tag, "taken");
    first.close();
    await first.closed;
  });
});

Deno.test(
  "real epmd: one that is stopped accepts, and is timed out (ignored without epmd)",
  withoutEpmd,
  async () => {
    await withRealEpmd(async (address, epmd) => {
      epmd.kill("SIGSTOP");
      const clock = new HandClock();
      const connected = Promise.withResolvers<void>();
      const transport = {
        ...tcp,
        connect: async (to: Address) => {
          const connection = await tcp.connect(to);
          connected.resolve();
          return connection;
        },
      };
      const asked = lookup({ transport, clock }, address, "alex");
      await connected.promise;
      clock.advance(2_000);
      assertEquals((await asked).tag, "timeout");
    });
  },
);

Deno.test(
  "real epmd: its end ends the registration, and another port mapper takes over (ignored without epmd)",
  withoutEpmd,
  async () => {
    await withRealEpmd(async (address, epmd) => {
      const options = { ...real, mapper: address, name: "alex", port: 9100, nodeType: normalNode };
      assertEquals(serve({ ...real, randomBytes, hosts: [address.host], port: address.port }).tag, "in_use");
      const alex = having(await register(options), "registered");
      epmd.kill("SIGKILL");
      await alex.closed;
      await epmd.status;
      await withMapper(async () => {
        const again = having(await register(options), "registered");
        assertNotEquals(again.creation, alex.creation);
        again.close();
        await again.closed;
      }, { port: address.port });
    });
  },
);

const listedAt = async (mapper: Address): Promise<string> => {
  const listed = await names(real, mapper);
  return listed.tag === "names" ? listed.nodes.map(({ name }) => name).sort().join(" ") : listed.tag;
};

const becomes = async (mapper: Address, nodes: string): Promise<void> => {
  await eventually("the mapper lists them", async () => await listedAt(mapper) === nodes);
};

Deno.test(
  "real epmd goes and comes: a node takes its place over and gives it back, and all are registered (ignored without epmd)",
  withoutEpmd,
  async () => {
    let mapper: Address = { host: "127.0.0.1", port: 0 };
    const net = new Net(0);
    /** Kept from serving: so that epmd finds the place free. */
    let mayServe = true;
    const transport: Transport = {
      ...tcpTransport,
      listen: (at) => {
        if (at.port === mapper.port && !mayServe) throw new TransportError("in_use", "kept from it");
        return tcpTransport.listen(at);
      },
    };
    try {
      await withRealEpmd(async (address) => {
        mapper = address;
        const options = { epmd: { port: address.port }, transport };
        await net.node("alex@localhost", options);
        await net.node("kate@localhost", options);
        assertEquals(await listedAt(mapper), "alex kate");
      });
      // epmd has been killed: one of them serves, and both are known.
      await becomes(mapper, "alex kate");
      await net.end();
      const rick = await net.node("rick@localhost", { epmd: { port: mapper.port }, transport });
      const sophie = await net.node("sophie@localhost", { epmd: { port: mapper.port }, transport });
      mayServe = false;
      await rick.stop();
      await withRealEpmd(async () => {
        await becomes(mapper, "sophie");
        await serves(sophie, await net.node("tom@localhost", { epmd: { port: mapper.port }, transport }));
      }, mapper.port);
      mayServe = true;
      await becomes(mapper, "sophie tom");
    } finally {
      await net.end();
    }
  },
);

Deno.test("epmd -names lists the nodes of our port mapper (ignored without epmd)", withoutEpmd, async () => {
  await withMapper(async ({ address }) => {
    const options = { ...real, mapper: address, nodeType: normalNode };
    const alex = having(await register({ ...options, name: "alex", port: 9100 }), "registered");
    const kate = having(await register({ ...options, name: "kate", port: 9200 }), "registered");
    assertEquals(
      await run("epmd", ["-port", String(address.port), "-names"]),
      `epmd: up and running on port ${address.port} with data:\nname alex at port 9100\nname kate at port 9200\n`,
    );
    for (const node of [alex, kate]) {
      node.close();
      await node.closed;
    }
  });
});

Deno.test(
  "epmd -kill and -stop change nothing in our port mapper (ignored without epmd)",
  withoutEpmd,
  async () => {
    await withMapper(async (mapper) => {
      const { address } = mapper;
      const options = { ...real, mapper: address, name: "alex", port: 9100, nodeType: normalNode };
      const alex = having(await register(options), "registered");
      assertStringIncludes(
        await run("epmd", ["-port", String(address.port), "-kill"]),
        "Killing not allowed",
      );
      await run("epmd", ["-port", String(address.port), "-stop", "alex"]);
      assertEquals(mapper.names(), [{ name: "alex", port: 9100 }]);
      alex.close();
      await alex.closed;
    });
  },
);

Deno.test(
  "erl registers with our port mapper, asks it, and is gone when it ends (ignored without erl)",
  withoutErl,
  async () => {
    await withMapper(async (mapper) => {
      const { address } = mapper;
      const options = { ...real, mapper: address, name: "alex", port: 9100, nodeType: normalNode };
      const alex = having(await register(options), "registered");
      await withErl(address, async (args, env) => {
        const program = `
        {ok, Names} = erl_epmd:names({127,0,0,1}),
        io:format("~p~n", [{erlang:system_info(creation), lists:sort(Names),
          erl_epmd:port_please("alex", {127,0,0,1}), erl_epmd:port_please("olga", {127,0,0,1})}]),
        halt().`.replaceAll(/\s+/g, " ");
        const said = await run("erl", args("kate", program), env);
        const [, creation, port] =
          /^\{(\d+),\[\{"alex",9100\},\{"kate",(\d+)\}\],/.exec(said.replaceAll(/\s/g, "")) ?? [];
        assertNotEquals(creation, undefined, said);
        assert(Number(creation) > 3 && Number(port) > 0);
        assertStringIncludes(said.replaceAll(/\s/g, ""), "{port,9100,6},noport}");
      });
      while ((await lookup(real, address, "kate")).tag !== "absent");
      assertEquals(mapper.names(), [{ name: "alex", port: 9100 }]);
      alex.close();
      await alex.closed;
    });
  },
);

Deno.test("erl is told that its name is taken (ignored without erl)", withoutErl, async () => {
  await withMapper(async (mapper) => {
    const options = { ...real, mapper: mapper.address, name: "kate", port: 9100, nodeType: normalNode };
    const kate = having(await register(options), "registered");
    await withErl(mapper.address, async (args, env) => {
      assertStringIncludes(await run("erl", args("kate", "halt()."), env), "seems to be in use");
    });
    assertEquals(mapper.names(), [{ name: "kate", port: 9100 }]);
    kate.close();
    await kate.closed;
  });
});
