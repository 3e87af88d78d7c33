/**
 * The shell as a program reads it from a pipe: `deno task iex`, and a user's own program with the shell, also
 * from a URL.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { fileOf, freePort, ownAddress, run, start, startNode } from "../cli/support.ts";
import { denoDir } from "./at_terminal.ts";
import { withFolder, withServer } from "../examples/file_server.ts";

const iex = fileOf("src/iex/iex.ts");

Deno.test("deno task iex opens a shell on a named node; lines that belong together are one, in a pipe too", async () => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["task", "--quiet", "iex", "--sname", "alex@localhost", "--cookie", "secret_token"],
    cwd: new URL("../../", import.meta.url),
    env: { NO_COLOR: "1", ERL_EPMD_PORT: String(freePort()) },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const lines = [
    "Node.self()",
    "const add = (x: number, y: number): number => {",
    "  const sum = x + y;",
    "",
    "  return sum",
    "}",
    "add(",
    "  1,",
    "  await Effect.succeed(2),",
    ")",
    "send(self(), tuple(atom('hi'), self())) && await flush()",
    "const [hi, ...rest] = await send(self(), [1, 2, 3])",
    "rest",
    "add(",
  ];
  await new Blob([lines.join("\n")]).stream().pipeTo(child.stdin);
  const { code, stdout, stderr } = await child.output();
  assertEquals([code, new TextDecoder().decode(stderr)], [0, ""]);
  assertEquals(new TextDecoder().decode(stdout).trimEnd().split("\n"), [
    '"alex@localhost"',
    "[Function (anonymous)]",
    "3",
    ":ok",
    "[ 1, 2, 3 ]",
    "[ 2, 3 ]",
    // What the end of the input cuts off is no less an error.
    "** SyntaxError: Unexpected end of input",
  ]);
});

Deno.test("a module that is defined again is the new one for callers on other nodes, too", async () => {
  const port = freePort();
  await using kate = await startNode("kate@localhost", port, [], iex);
  await using alex = await startNode("alex@localhost", port, [], iex);
  for (const text of ["first", "second"]) {
    await kate.type(`defmodule("Kate", { say: () => IO.puts("the ${text}") }) && "${text} is defined"`);
    await kate.sees(`"${text} is defined"`);
    await alex.type('Node.spawnLink("kate@localhost", capture("Kate", "say"), [])');
    await alex.sees(`the ${text}`);
  }
});

Deno.test("what fails with nobody to see it ends no shell in a pipe either", async () => {
  await using shell = start(iex, []);
  await shell.type("void Promise.reject(new TypeError('lost'))");
  await shell.sees("** (nobody awaits it) TypeError: lost");
  await shell.type("Effect.die(new RangeError('defect'))");
  await shell.type("1");
  await shell.endInput();
  const { code, out } = await shell.end();
  assertEquals([code, out.slice(-2)], [0, ["** RangeError: defect", "1"]]);
});

Deno.test("a user's own main.ts of three lines has flags, cookie, application and shell, from a URL with --allow-net", () =>
  withServer((origin) =>
    withFolder(async (folder) => {
      const program = `${folder}/main.ts`;
      const address = ownAddress();
      await Deno.writeTextFile(
        program,
        `import { main } from "${origin}/src/iex/main.ts";
import { Application, defmodule, IO, Task } from "${origin}/mod.ts";
await main(Application.make({ name: "shop", version: "1.2.3", modules: [defmodule("Shop.Till", { ring: () => IO.puts("ding") })], children: [Task.Supervisor.childSpec({ name: "Shop.Tasks" })] }));
`,
      );
      const flags = ["--no-config", "--no-lock", "--no-prompt", "--allow-net", "--allow-import"];
      // Modules from URLs are new to it; the packages it has.
      await Deno.mkdir(`${folder}/cache`);
      await Deno.symlink(`${denoDir()}/npm`, `${folder}/cache/npm`);
      const env = { DENO_DIR: `${folder}/cache` };
      await using shop = start(program, ["--sname", `shop@${address}`, "--cookie", "secret_token"], {
        flags,
        env,
      });
      await shop.type(
        "Task.Supervisor.async(['Shop.Tasks', Node.self()], Shop.Till.ring, []).pipe(Effect.flatMap(Task.await))",
      );
      await shop.type("h(Node.ping)");
      await shop.endInput();
      const { code, out, err } = await shop.end();
      assertEquals([code, out.slice(0, 2), err], [0, ["ding", ":ok"], []]);
      // From a URL help reads the sources there.
      assertMatch(out[2] ?? "", /^Node\.ping\(node: string\): /);
      const help = await run(program, ["--version"], { flags, env });
      assertEquals([help.code, help.out], [0, ["1.2.3"]]);
    })
  ));
