/**
 * The README is true: its programs print what stands below them, its commands do what it says.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { linesOf } from "../../src/cli/lines.ts";

const root = new URL("../../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", root));

interface Block {
  readonly language: string;
  readonly text: string;
}

const blocks: ReadonlyArray<Block> = [...readme.matchAll(/^```(\w+)(?: ignore)?\n([\s\S]*?)^```$/gm)].map(
  ([, language = "", text = ""]) => ({ language, text }),
);

const freePort = (): string => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return String(port);
};

/** Runs a command of the README as it stands, but for where Deno is. */
const shell = (command: string, port: string): Deno.Command =>
  new Deno.Command("sh", {
    args: ["-c", command.replaceAll(/\bdeno run\b/g, `exec ${Deno.execPath()} run`).replace("| exec", "|")],
    cwd: root,
    env: { ERL_EPMD_PORT: port, NO_COLOR: "1" },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });

const programs = blocks.flatMap((block, index) =>
  block.language === "ts" ? [{ block, output: blocks[index + 1] }] : []
);

for (const [index, { block, output }] of programs.entries()) {
  Deno.test(`program ${index + 1} of the README type-checks and prints what stands below it`, async () => {
    const folder = await Deno.makeTempDir();
    try {
      const file = `${folder}/program.ts`;
      await Deno.writeTextFile(
        file,
        block.text.replaceAll('"./mod.ts"', JSON.stringify(new URL("mod.ts", root).href)),
      );
      const run = await new Deno.Command(Deno.execPath(), {
        args: ["run", "--check", "--no-lock", "-A", file],
        env: { ERL_EPMD_PORT: freePort(), NO_COLOR: "1" },
      }).output();
      const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes);
      assertEquals(run.code, 0, decode(run.stderr));
      assertEquals(output?.language, "text");
      assertEquals(decode(run.stdout), output?.text);
    } finally {
      await Deno.remove(folder, { recursive: true });
    }
  });
}

Deno.test("nothing in the README is still to be filled in", () => {
  assertEquals(readme.match(/@[A-Z]+@/g), null);
});

Deno.test("the tasks that the README names are there", async () => {
  const { default: config } = await import("../../deno.json", { with: { type: "json" } });
  const named = [...readme.matchAll(/deno(?:@[\d.]+)? task (\w+)/g)].map(([, name = ""]) => name);
  assert(named.length >= 2);
  for (const name of named) assert(name in config.tasks, name);
});

Deno.test("the chat commands of the README chat", async () => {
  const port = freePort();
  const commands = blocks.filter((block) => block.language === "sh" && block.text.includes("examples/chat"));
  const [kateCommand = "", alexCommand = "", echoCommand = ""] = commands.map((block) => block.text.trim());
  const kate = shell(kateCommand, port).spawn();
  const kateLines = linesOf(kate.stdout);
  const input = kate.stdin.getWriter();
  await input.write(new TextEncoder().encode("Node.self()\n"));
  assertEquals((await kateLines.next()).value, '"kate@localhost"');

  const alex = shell(alexCommand, port).spawn();
  const alexLines = linesOf(alex.stdout);
  const typing = alex.stdin.getWriter();
  const transcript = blocks.find((block) => block.text.startsWith("iex(alex@localhost)1> "));
  const [typed = "", shown] = transcript?.text.split("\n") ?? [];
  await typing.write(new TextEncoder().encode(`${typed.replace("iex(alex@localhost)1> ", "")}\n`));
  assertEquals((await alexLines.next()).value, shown);
  assertEquals((await kateLines.next()).value, "hi");
  await typing.close();
  assertEquals((await alex.status).code, 0);
  await alex.stderr.cancel();
  await alexLines.return();

  const echoing = shell(echoCommand, port).spawn();
  await echoing.stdin.close();
  const echoed = await echoing.output();
  assertEquals(new TextDecoder().decode(echoed.stdout), ":ok\n");
  assertEquals((await kateLines.next()).value, "hi");

  await input.close();
  assertEquals((await kate.status).code, 0);
  await kateLines.return();
  await kate.stderr.cancel();
});

Deno.test("what the README shows of a dead node is what is shown", async () => {
  const failure = blocks.find((block) => block.text.startsWith("** noconnection"))?.text ?? "";
  const command = blocks.find((block) => block.language === "sh" && block.text.startsWith("echo"))?.text ??
    "";
  const run = shell(command.trim(), freePort()).spawn();
  await run.stdin.close();
  const { stdout } = await run.output();
  assertStringIncludes(new TextDecoder().decode(stdout), failure);
});
