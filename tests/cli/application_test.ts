/**
 * A node's application: its configuration, `-S FILE`, and what its end is to the node.
 *
 * @module
 */
import { assertEquals, assertMatch } from "@std/assert";
import { chat, fileOf, run, type RunOptions, start } from "./support.ts";

const iex = fileOf("src/iex/iex.ts");
const cli = fileOf("src/cli/main.ts");
const mod = fileOf("mod.ts");
const effect = "npm:effect@^4.1.0";

/** Runs `body` in a folder that has these files. */
const withFiles = async (
  files: Readonly<Record<string, string>>,
  body: (folder: string) => Promise<void>,
): Promise<void> => {
  const folder = await Deno.makeTempDir();
  try {
    for (const [name, text] of Object.entries(files)) await Deno.writeTextFile(`${folder}/${name}`, text);
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
};

const shell = (args: ReadonlyArray<string>, lines: ReadonlyArray<string>, options: RunOptions = {}) =>
  run(iex, args, { lines, ...options });

Deno.test("-S runs a module's application, from a path and from a URL, with its modules in scope", async () => {
  const url = fileOf("examples/chat/application.ts");
  const lines = ["Chat.receiveMessage('here')", '(await Process.whereis("Chat.Supervisor"))._tag', "Kate"];
  const expected = { code: 0, out: ["here", ":ok", '"Some"'], err: [] };
  for (const file of [url, new URL(url).pathname]) {
    const { out, ...rest } = await shell(["-S", file], lines);
    assertEquals({ ...rest, out: out.slice(0, 3) }, expected);
    assertMatch(out[3] ?? "", /^\*\* ReferenceError: Kate is not defined/);
  }
});

Deno.test("a path is one from the current folder, and a named export that is an application will do", () =>
  withFiles({
    "a #1.ts": `import { Application } from "${mod}";
export const shop = Application.make({ name: "shop", version: "2.0.0" });`,
  }, async (folder) => {
    const { code, out } = await shell(["-S", "a #1.ts"], ['await Application.stop("shop")'], { cwd: folder });
    assertEquals([code, out], [0, [":ok"]]);
  }));

const make = `import { Application, defmodule } from "${mod}";\n`;

const wrong: ReadonlyArray<readonly [text: string, said: RegExp]> = [
  ["export const a = 1;", /exports no application: write export default Application\.make\({ name: "chat"/],
  [
    `${make}export const a = Application.make({ name: "a" }); export const b = Application.make({ name: "b" });`,
    /exports 2 applications, a, b: make one the default export$/,
  ],
  [
    `${make}export default Application.make({ name: "" });`,
    /an application has a name: write { name: "chat" }$/,
  ],
  [
    `${make}export default Application.make({ name: "a", modules: [{ f: () => 1 }] });`,
    /the application a: .* is no module: write modules: \[Chat\], each made by defmodule$/,
  ],
  ["throw new Error('two\\nlines')", /cannot be loaded: two lines$/],
  ["export const", /cannot be loaded: /],
];

for (const [text, said] of wrong) {
  Deno.test(`-S of a module that says ${JSON.stringify(text.replace(make, ""))} is one line`, () =>
    withFiles({ "application.ts": text }, async (folder) => {
      const { code, out, err } = await shell(["-S", `${folder}/application.ts`], []);
      assertEquals([code, out, err.length], [1, [], 1], err.join("\n"));
      assertMatch(err[0] ?? "", said);
    }));
}

Deno.test("-S of nothing, or for a program that has its application, is one line", async () => {
  const nothing = await shell(["-S", "nowhere.ts"], []);
  assertMatch(nothing.err.join("\n"), /^-S nowhere\.ts cannot be loaded: Module not found/);
  assertEquals((await run(chat, ["-S", "nowhere.ts"])).err, [
    "-S nowhere.ts is for a shell alone: this program runs its own application, chat",
  ]);
});

Deno.test("--env and SPAWNLINK_ENV pick the configuration, the flag first; it is dev otherwise", async () => {
  const lines = ['(await Application.getEnv("chat", "remoteSupervisor"))("kate@localhost")'];
  const [remote, local] = ['[ "Chat.TaskSupervisor", "kate@localhost" ]', '"Chat.TaskSupervisor"'];
  const outOf = async (args: ReadonlyArray<string>, env: Readonly<Record<string, string>> = {}) =>
    (await run(chat, args, { lines, env: { SPAWNLINK_ENV: "", ...env } })).out.join();
  assertEquals(
    await Promise.all([
      outOf([]),
      outOf(["--env", "test"]),
      outOf(["--env", "prod"]),
      outOf([], { SPAWNLINK_ENV: "test" }),
      outOf(["--env", "dev"], { SPAWNLINK_ENV: "test" }),
    ]),
    [remote, local, remote, local, remote],
  );
});

Deno.test("a configuration that is not there is one line that says which there are", async () => {
  const { code, out, err } = await run(chat, ["--env", "staging"]);
  assertEquals([code, out], [1, []]);
  assertEquals(err, [
    'badarg: the configuration of chat: there is no "staging": there is dev, test and prod',
  ]);
});

/** A program whose application ends by itself, once a byte comes on standard input. */
const program = `import { main } from "${cli}";
import { Application, Process } from "${mod}";
import { Effect } from "${effect}";
const worker = Effect.gen(function* () {
  yield* Effect.sync(() => console.log("up"));
  yield* Effect.promise(() => Deno.stdin.read(new Uint8Array(1)));
  yield* Effect.fail({ _tag: "broken" } as const);
});
await main(Application.make({
  name: "fragile",
  children: [{ id: "worker", start: Process.spawnLink(worker) }],
  supervisor: { strategy: "one_for_one", maxRestarts: 0 },
  stop: Effect.sync(() => console.log("stopped")),
}));
`;

Deno.test("in production the end of its application ends the node; in development the node goes on", () =>
  withFiles({ "main.ts": program }, async (folder) => {
    await using prod = start(`${folder}/main.ts`, ["--env", "prod"], { flags: ["-A", "--no-lock"] });
    await prod.sees("up");
    await prod.type("");
    const ended = await prod.end();
    assertEquals([ended.code, ended.out], [1, ["up", "stopped"]]);
    assertMatch(ended.err.at(-1) ?? "", /^the node stops: .*exit signal/);

    await using dev = start(`${folder}/main.ts`, [], { flags: ["-A", "--no-lock"] });
    await dev.sees("up");
    await dev.type("");
    await dev.sees(/Application fragile exited: shutdown/, "err");
    dev.signal("SIGTERM");
    assertEquals((await dev.end()).code, 0);
  }));

Deno.test("at SIGTERM the application stops in order before the node does", () =>
  withFiles({ "main.ts": program }, async (folder) => {
    await using node = start(`${folder}/main.ts`, [], { flags: ["-A", "--no-lock"] });
    await node.sees("up");
    node.signal("SIGTERM");
    const { code, out } = await node.end();
    assertEquals([code, out], [0, ["up", "stopped"]]);
  }));
