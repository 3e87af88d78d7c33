/**
 * The README is true: its programs print what stands below them, its commands do what it says.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import * as library from "../../mod.ts";
import { linesOf } from "../../src/cli/lines.ts";
import { differences } from "../oracle/differences.ts";

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

const isProgram = ({ language, text }: Block): boolean => language === "ts" && text.includes('"./mod.ts"');
const programs = blocks.flatMap((block, index) =>
  isProgram(block) ? [{ block, output: blocks[index + 1] }] : []
);

/** All files of the examples, as one text without indentation. */
const examples = async (folder: URL): Promise<string> => {
  let text = "";
  for await (const entry of Deno.readDir(folder)) {
    const path = new URL(`${entry.name}${entry.isDirectory ? "/" : ""}`, folder);
    text += entry.isDirectory ? await examples(path) : await Deno.readTextFile(path);
  }
  return text.replaceAll(/^ +/gm, "");
};

Deno.test("what the README shows of the examples stands in them, line by line", async () => {
  const source = await examples(new URL("examples/", root));
  const excerpts = blocks.filter((block) => block.language === "ts" && !isProgram(block));
  assert(excerpts.length > 3);
  for (const { text } of excerpts) {
    for (const line of text.split("\n")) assert(source.includes(line.trim()), line);
  }
});

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

Deno.test("a script can type to the chat, as the README's command does", async () => {
  const port = freePort();
  const commands = blocks.filter((block) => block.language === "sh").map((block) => block.text.trim());
  const kateCommand = commands.find((command) => /examples\/chat.*--sname kate/.test(command)) ?? "";
  const echoCommand = commands.find((command) => command.startsWith("echo")) ?? "";
  const kate = shell(kateCommand, port).spawn();
  const kateLines = linesOf(kate.stdout);
  const input = kate.stdin.getWriter();
  await input.write(new TextEncoder().encode("Node.self()\n"));
  assertEquals((await kateLines.next()).value, '"kate@localhost"');
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

Deno.test("the README's new project is made as it shows", async () => {
  const command = blocks.findIndex((block) => block.text.includes("src/cli/new.ts"));
  const [{ text = "" } = {}, shown] = blocks.slice(command, command + 2);
  const folder = await Deno.makeTempDir();
  try {
    const args = text.trim().split(" ").slice(2).map((part) =>
      part.startsWith("src/") ? new URL(part, root).href : part
    );
    const { stdout } = await new Deno.Command(Deno.execPath(), { args: ["run", ...args], cwd: folder })
      .output();
    assertEquals(new TextDecoder().decode(stdout).trimEnd(), shown?.text.trimEnd());
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
});

/** The rows of the table below a heading, without its head, as their cells. */
const tableBelow = (heading: string): ReadonlyArray<ReadonlyArray<string>> => {
  const section = readme.split(`\n## ${heading}\n`)[1]?.split("\n## ")[0] ?? "";
  const rows = section.split("\n").filter((line) => line.startsWith("|")).slice(2);
  return rows.map((row) => row.split("|").slice(1, -1).map((cell) => cell.trim()));
};

Deno.test("the README's table of what there is has every function, and nothing else", () => {
  const namespaces = Object.entries(library).filter(([name, value]) =>
    /^[A-Z]/.test(name) && typeof value === "object"
  );
  const rows = tableBelow("What there is");
  const listed = (name: string): ReadonlyArray<string> => {
    const [, functions = ""] = rows.find(([module = ""]) => module.includes(`\`${name}\``)) ?? [];
    const all = [...functions.matchAll(/`([\w.]+)`/g)].map(([, one = ""]) => one);
    const own = all.filter((one) => one.startsWith(`${name}.`)).map((one) => one.slice(name.length + 1));
    return (own.length > 0 ? own : all).toSorted();
  };
  for (const [name, value] of namespaces) {
    assertEquals(listed(name), Object.keys(value).filter((key) => /^[a-z]/.test(key)).toSorted(), name);
  }
  assertEquals(listed("Task.Supervisor"), Object.keys(library.Task.Supervisor).toSorted());
});

Deno.test("the README has every rule by which we differ from the BEAM", () => {
  assertEquals(
    tableBelow("Differences from Elixir").map(([what]) => what),
    differences.map(({ what }) => what),
  );
});
