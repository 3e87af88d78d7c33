/**
 * What a node needs of Deno's permissions, as child processes that have exactly these.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { chat, ownAddress, run } from "./support.ts";

const cookie = ["--cookie", "secret_token"];

for (const flags of [["--allow-net"], ["--allow-net", "--no-prompt"]]) {
  Deno.test(`a node runs with ${flags.join(" ")} alone`, async () => {
    // The usual port of the mapper, at an address that only this test uses.
    const address = ownAddress();
    assertEquals(
      await run(chat, ["--sname", `alex@${address}`, ...cookie], {
        flags,
        lines: ["Node.self()", `Node.ping("kate@${address}")`, "Chat.receiveMessage('here')"],
      }),
      { code: 0, out: [`"alex@${address}"`, ":pang", "here", ":ok"], err: [] },
    );
  });
}

Deno.test("a node @localhost runs with --allow-net=127.0.0.1,localhost", async () => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  assertEquals(
    await run(chat, ["--sname", "alex@localhost", ...cookie], {
      flags: ["--allow-net=127.0.0.1,localhost", "--allow-env=ERL_EPMD_PORT"],
      env: { ERL_EPMD_PORT: String(port) },
      lines: ["Node.isAlive()"],
    }),
    { code: 0, out: ["true"], err: [] },
  );
});

const missing: ReadonlyArray<
  readonly [title: string, args: ReadonlyArray<string>, flags: ReadonlyArray<string>, line: string]
> = [
  [
    "the network",
    ["--sname", "alex@localhost", ...cookie],
    [],
    "a node needs the network: run it with --allow-net, or with --allow-net=127.0.0.1,localhost",
  ],
  [
    "the network where it listens",
    ["--sname", "alex@localhost", ...cookie, "--listen", "127.0.0.2:9100"],
    ["--allow-net=127.0.0.1"],
    "a node needs the network: run it with --allow-net, or with --allow-net=127.0.0.2:9100,127.0.0.1,localhost",
  ],
  [
    "the host's name",
    ["--sname", "alex", ...cookie],
    ["--allow-net"],
    "--sname without a host needs --allow-sys=hostname: or write the host, as alex@localhost",
  ],
  [
    "a cookie",
    ["--sname", "alex@localhost"],
    ["--allow-net"],
    "there is no cookie: give --cookie TEXT or --cookie-file PATH, set SPAWNLINK_COOKIE with " +
    "--allow-env=SPAWNLINK_COOKIE, or allow ~/.erlang.cookie with --allow-env=HOME --allow-read --allow-write",
  ],
  [
    "the cookie's file",
    ["--sname", "alex@localhost", "--cookie-file", "cookie"],
    ["--allow-net"],
    "reading cookie needs --allow-read=cookie",
  ],
];

for (const [title, args, flags, line] of missing) {
  Deno.test(`a node that lacks ${title} says which flag gives it`, async () => {
    assertEquals(await run(chat, args, { flags }), { code: 1, out: [], err: [line] });
  });
}

Deno.test("--sname without a host takes this host's name, where that is allowed", async () => {
  const { code, out, err } = await run(chat, ["--sname", "alex", ...cookie, "--listen", "127.0.0.1:0"], {
    flags: ["--allow-sys=hostname", "--allow-net=127.0.0.1"],
  });
  const host = Deno.hostname().split(".")[0];
  assertEquals([code, out, err], [1, [], [
    `a node needs the network: run it with --allow-net, or with --allow-net=127.0.0.1,${host}`,
  ]]);
});

Deno.test("without a name nothing is needed", async () => {
  assertEquals(await run(chat, [], { flags: [], lines: ["1 + 1", "Node.self()"] }), {
    code: 0,
    out: ["2", '"nonode@nohost"'],
    err: [],
  });
});
