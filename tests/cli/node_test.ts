/**
 * A program as a node, as its user has it: child processes with flags, lines and signals.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import { makeAuthority } from "../net/certificates.ts";
import { chat, fileOf, freePort, run, start, startNode, withListener } from "./support.ts";

const cookie = ["--cookie", "secret_token"];
const demo = fileOf("examples/demo/node.ts");

/** The environment of a node whose port mapper has this port. */
const at = (port: number) => ({ env: { ERL_EPMD_PORT: String(port) } });

/** Runs a node that cannot start, and gives its one line. */
const refusal = async (args: ReadonlyArray<string>, port: number = freePort()): Promise<string> => {
  const { code, out, err } = await run(chat, args, at(port));
  assertEquals([code, out.length, err.length], [1, 0, 1], JSON.stringify([out, err]));
  return err[0] ?? "";
};

Deno.test("a message reaches the terminal of a node that stays up, whose sender shows :ok and stops", async () => {
  const port = freePort();
  await using kate = start(chat, ["--sname", "kate@localhost", ...cookie, "--no-halt"], at(port));
  const alex = async (line: string) =>
    await run(chat, ["--sname", "alex@localhost", ...cookie], { lines: [line], ...at(port) });
  const whenUp =
    'Effect.gen(function* () { while ((yield* Node.ping("kate@localhost")) !== atom("pong")); })';
  assertEquals(await alex(whenUp), { code: 0, out: ["undefined"], err: [] });
  assertEquals(await alex('Chat.sendMessage("kate@localhost","hi")'), { code: 0, out: [":ok"], err: [] });
  kate.signal("SIGTERM");
  assertEquals(await kate.end(), { code: 0, out: ["hi"], err: [] });
});

for (const signal of ["SIGTERM", "SIGINT"] as const) {
  for (const mode of ["--no-halt", "a shell"]) {
    Deno.test(`at ${signal} a node with ${mode} stops with 0, and others see it go down at once`, async () => {
      const port = freePort();
      await using alex = await startNode("alex@localhost", port);
      await using kate = mode === "--no-halt"
        ? start(chat, ["--sname", "kate@localhost", ...cookie, mode], at(port))
        : await startNode("kate@localhost", port);
      await alex.type(
        'Effect.gen(function* () { while ((yield* Node.ping("kate@localhost")) !== atom("pong")); return "linked" })',
      );
      await alex.sees('"linked"');
      await alex.type("Node.monitorNodes(true, { nodedownReason: true })");
      await alex.sees(":ok");
      kate.signal(signal);
      await alex.type("Process.receive()");
      // Not for want of ticks.
      await alex.sees(/^\{:nodedown, "kate@localhost", .*connection_closed/);
      assertEquals((await kate.end()).code, 0);
      await alex.endInput();
      assertEquals((await alex.end()).code, 0);
    });
  }
}

Deno.test("the end of the input stops a node cleanly, and its name is free", async () => {
  const port = freePort();
  for (let round = 0; round < 2; round++) {
    assertEquals(
      await run(chat, ["--sname", "alex@localhost", ...cookie], {
        lines: ["Node.self()", "Node.isAlive()", "Chat.receiveMessage('here')"],
        ...at(port),
      }),
      { code: 0, out: ['"alex@localhost"', "true", "here", ":ok"], err: [] },
    );
  }
});

Deno.test("a failure is shown and the next line runs, in the same process", async () => {
  const { code, out } = await run(chat, ["--sname", "alex@localhost", ...cookie], {
    lines: ["const me = self()", 'Chat.sendMessage("moebi@localhost", "hi")', "me === await self()"],
    ...at(freePort()),
  });
  assertEquals(code, 0);
  assertEquals(out.slice(1), [
    '** noconnection: Task.Supervisor.async({Chat.TaskSupervisor, "moebi@localhost"}, ' +
    "Chat.receiveMessageForMoebi/2): no connection to moebi@localhost",
    "true",
  ]);
});

Deno.test("when an exit signal ends the shell's process, that is said, and the next line runs in another", async () => {
  const { code, out } = await run(chat, [], {
    lines: [
      "const old = await self()",
      "Process.exit(old, 'enough').pipe(Effect.andThen(Effect.never))",
      "old.node",
      "old === await self()",
    ],
  });
  assertEquals(code, 0);
  assertMatch(out[1] ?? "", /^\*\* \(EXIT from #PID<0\.\d+\.0>\) shell process exited with reason: enough$/);
  assertEquals(out.slice(2), ['"nonode@nohost"', "false"]);
});

Deno.test("without a name it is nonode@nohost, and what is sent to other nodes fails typed", async () => {
  assertEquals(
    await run(chat, [], {
      lines: [
        "Node.self()",
        "Node.isAlive()",
        'Node.ping("kate@localhost")',
        'Chat.sendMessage("kate@localhost", "hi")',
      ],
    }),
    {
      code: 0,
      out: [
        '"nonode@nohost"',
        "false",
        ":pang",
        '** noconnection: Task.Supervisor.async({Chat.TaskSupervisor, "kate@localhost"}, Chat.receiveMessage/1): ' +
        "no connection to kate@localhost (this program is no node: Node.start comes first)",
      ],
      err: [],
    },
  );
});

Deno.test("a hidden node is in no plain list of others", async () => {
  const port = freePort();
  await using alex = await startNode("alex@localhost", port);
  await using kate = await startNode("kate@localhost", port, ["--hidden"], demo);
  await kate.type('Node.connect("alex@localhost")');
  await kate.sees("true");
  await alex.type('[await Node.list(), await Node.list("hidden")]');
  await alex.sees('[ [], [ "kate@localhost" ] ]');
});

Deno.test("--listen says where a node listens", async () => {
  const port = freePort();
  const listen = `127.0.0.1:${freePort()}`;
  await using alex = await startNode("alex@localhost", port, ["--listen", listen]);
  assertMatch(
    await refusal(["--sname", "kate@localhost", ...cookie, "--listen", listen], port),
    new RegExp(`^eaddrinuse: .*${listen} is in use by another program: choose another port`),
  );
  await alex.endInput();
  assertEquals((await alex.end()).code, 0);
});

Deno.test("--help and --version answer, and start nothing", async () => {
  const [help, version] = await Promise.all([run(chat, ["--help"]), run(chat, ["--", "--version"])]);
  assertEquals([help.code, help.err, help.out[0]], [0, [], "chat 0.1.0: a Spawnlink node"]);
  assert(help.out.some((line) => line.includes("--no-halt")));
  assertEquals(version, { code: 0, out: ["0.1.0"], err: [] });
});

Deno.test("what cannot be is one line that says what to do", async () => {
  const named = ["--sname", "alex@localhost"];
  assertEquals(
    await Promise.all([
      refusal(["--cooky", "x"]),
      refusal(["--sname", "a/b@localhost", ...cookie]),
      refusal([...named, ...cookie, "--listen", "9100"]),
      refusal([...named, "--cookie-file", "/nowhere/cookie"]).then((line) =>
        line.replace(/read: .*/, "read")
      ),
    ]),
    [
      "unknown argument --cooky: --help lists what there is",
      'a/b@localhost is no node name: before the @ stand letters, digits, "_", "-" and "." alone, as in ' +
      "alex@localhost",
      "--listen 9100 is no address: write HOST:PORT, as 127.0.0.1:9100",
      "the cookie file /nowhere/cookie cannot be read",
    ],
  );
});

Deno.test("a name that is taken is said, and whoever has it goes on", async () => {
  const port = freePort();
  await using alex = await startNode("alex@localhost", port);
  assertEquals(
    await refusal(["--sname", "alex@localhost", ...cookie], port),
    'already_started: Node.start("alex@localhost"): the name alex@localhost is taken: choose another name, or ' +
      "stop who has it",
  );
  await alex.type("1 + 1");
  await alex.sees("2");
});

Deno.test("something else on the mapper's port is said: one that answers, and one that is silent", async () => {
  const answering = (connection: Deno.TcpConn) =>
    connection.write(new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\n\r\n")).then(() => {});
  const silent = () => Promise.resolve();
  await Promise.all([answering, silent].map((serve) =>
    withListener(serve, async (port) => {
      assertMatch(
        await refusal(["--sname", "alex@localhost", ...cookie], port),
        new RegExp(
          `^noconnection: .*port mapper at 127.0.0.1:${port}.*choose another port with ERL_EPMD_PORT`,
        ),
      );
    })
  ));
});

Deno.test("nodes inside TLS that keep a link; the files are read where that is allowed", async () => {
  const authority = await makeAuthority("The authority");
  const { cert, key } = await authority.issue("localhost");
  const folder = await Deno.makeTempDir();
  const options = at(freePort());
  try {
    const files = { "cert.pem": cert, "key.pem": key, "ca.pem": authority.ca };
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    const tls = ["cert", "key", "ca"].flatMap((name) => [`--tls-${name}`, `${folder}/${name}.pem`]);
    await using kate = start(chat, ["--sname", "kate@localhost", ...cookie, ...tls], options);
    await kate.type("Node.monitorNodes(true)");
    await kate.sees(":ok");
    await kate.type("Process.receive()");
    const connect = ["--connect", "kate@localhost", "--no-halt"];
    await using _alex = start(chat, ["--sname", "alex@localhost", ...cookie, ...tls, ...connect], options);
    await kate.sees('{:nodeup, "alex@localhost"}');
    const moebi = ["--sname", "moebi@localhost", ...cookie];
    const absent = await run(chat, [...moebi, "--tls-cert", "no.pem", "--tls-key", "no.pem"], options);
    assertMatch(absent.err.join(), /^the file no\.pem cannot be read: /);
    const flags = ["--allow-net", "--allow-env"];
    const denied = await run(chat, [...moebi, ...tls], { ...options, flags });
    assertMatch(denied.err.join(), /^reading .*cert\.pem needs --allow-read=/);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});
