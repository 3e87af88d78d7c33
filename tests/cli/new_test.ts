/**
 * New projects: what is written, that it runs and passes its tests at once, and what is refused.
 *
 * @module
 */
import { assert, assertEquals, assertMatch } from "@std/assert";
import * as library from "../../mod.ts";
import { moduleOf, nameProblem, takenModules } from "../../src/cli/project.ts";
import { fileOf, freePort, run } from "./support.ts";

const program = fileOf("src/cli/new.ts");
const top = new URL("../../", import.meta.url);

/** Runs `body` with a folder of its own that is outside of the repository. */
const withFolder = async (body: (folder: string) => Promise<void>): Promise<void> => {
  const folder = await Deno.makeTempDir();
  try {
    await body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
};

/** What Deno's own tools say in a folder. */
const deno = async (
  cwd: string,
  args: ReadonlyArray<string>,
  env: Readonly<Record<string, string>> = {},
): Promise<string> => {
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: [...args],
    cwd,
    env: { NO_COLOR: "1", SPAWNLINK_ENV: "", ...env },
    stdin: "null",
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("\n");
  assertEquals(code, 0, text);
  return text;
};

const written = [
  "README.md",
  ".gitignore",
  "deno.json",
  "main.ts",
  "application.ts",
  "environment.ts",
  "chat.ts",
  "config/config.ts",
  "config/dev.ts",
  "config/test.ts",
  "config/prod.ts",
  "test/test_helper.ts",
  "test/chat_test.ts",
];

const advice = [
  "",
  "Your project was created successfully. You can run its shell, its tests, and more:",
  "",
  "    cd chat",
  "    deno task iex --sname chat@localhost",
  "    deno task test",
  "",
];

Deno.test("with --sup there is a project that is formatted, lints, passes its tests, and runs", () =>
  withFolder(async (cwd) => {
    const { code, out, err } = await run(program, ["chat", "--sup"], { cwd });
    assertEquals([code, err], [0, []]);
    assertEquals(out, [...written.map((path) => `* creating chat/${path}`), ...advice]);
    const project = `${cwd}/chat`;
    await deno(project, ["fmt", "--check"]);
    await deno(project, ["lint"]);
    // No test imports the node's own program.
    await deno(project, ["check", "main.ts"]);
    // Type-checks all that it imports, the examples in its comments, too.
    const tests = await deno(project, ["task", "test"]);
    assertMatch(tests, /Excluding tags: \[distributed: true\]/);
    assertMatch(tests, /ok \| 3 passed \| 0 failed/);
    const port = freePort();
    const node = await run(`${project}/main.ts`, ["--sname", "chat@localhost", "--cookie", "secret_token"], {
      lines: [
        'Chat.hello("world")',
        '(await Process.whereis("Chat.Supervisor"))._tag',
        'Task.Supervisor.async("Chat.TaskSupervisor", Chat.hello, ["you"]).pipe(Effect.flatMap(Task.await))',
        'Application.stop("chat")',
        '(await Process.whereis("Chat.TaskSupervisor"))._tag',
      ],
      env: { ERL_EPMD_PORT: String(port) },
      cwd: project,
    });
    assertEquals(node, {
      code: 0,
      out: ['"Hello, world!"', '"Some"', '"Hello, you!"', ":ok", '"None"'],
      err: [],
    });
  }));

Deno.test("without --sup there is no supervisor; the folder may lie elsewhere, and its name may be longer", () =>
  withFolder(async (cwd) => {
    const { code, out } = await run(program, ["a b/my_chat/"], { cwd });
    assertEquals([code, out[0]], [0, "* creating a b/my_chat/README.md"]);
    const project = `${cwd}/a b/my_chat`;
    assert(!Deno.readTextFileSync(`${project}/application.ts`).includes("supervisor"));
    await deno(project, ["fmt", "--check"]);
    assertMatch(await deno(project, ["test", "-A", "--no-check", "--doc"]), /ok \| 2 passed \| 0 failed/);
    const { out: answers } = await run(`${project}/main.ts`, [], {
      lines: ["MyChat.hello('x')"],
      cwd: project,
    });
    assertEquals(answers, ['"Hello, x!"']);
  }));

Deno.test("a longer name with --sup is formatted, too", () =>
  withFolder(async (cwd) => {
    const { code } = await run(program, ["a_rather_long_name_of_chat", "--sup"], { cwd });
    assertEquals(code, 0);
    await deno(`${cwd}/a_rather_long_name_of_chat`, ["fmt", "--check"]);
  }));

Deno.test("from its URL, with an empty cache, the project imports from that URL, and passes its tests", () =>
  withFolder(async (cwd) => {
    const server = Deno.serve({ hostname: "127.0.0.1", port: 0, onListen: () => {} }, async (request) => {
      try {
        const text = await Deno.readTextFile(new URL(`.${new URL(request.url).pathname}`, top));
        return new Response(text, { headers: { "content-type": "text/plain" } });
      } catch {
        return new Response("there is no such file", { status: 404 });
      }
    });
    try {
      const origin = `http://127.0.0.1:${server.addr.port}`;
      const env = { DENO_DIR: `${cwd}/cache` };
      const flags = ["--no-config", "--no-lock", "--no-prompt", `--allow-write=${cwd}/chat`];
      const { code, out } = await run(`${origin}/src/cli/new.ts`, ["chat", "--sup"], { cwd, env, flags });
      assertEquals([code, out.length], [0, written.length + advice.length]);
      const text = Deno.readTextFileSync(`${cwd}/chat/deno.json`);
      assert(text.includes(`"spawnlink": "${origin}/mod.ts"`), text);
      const tests = await deno(`${cwd}/chat`, ["test", "-A", "--no-check", "--doc"], env);
      assertMatch(tests, /ok \| 3 passed \| 0 failed/);
    } finally {
      await server.shutdown();
    }
  }));

const refused: ReadonlyArray<readonly [args: ReadonlyArray<string>, said: RegExp]> = [
  [[], /^the project's folder is missing: deno run -A src\/cli\/new\.ts PATH \[--sup\]$/],
  [["--sup"], /^the project's folder is missing/],
  [["Chat"], /^a project's name starts with a lowercase letter.*"Chat" does not; write it like my_chat$/],
  [["1chat"], /"1chat" does not/],
  [["7"], /"7" does not/],
  [["my-chat"], /"my-chat" does not/],
  [["."], /"\." does not/],
  [["main"], /^the name main is that of one of a project's own files: choose another$/],
  [["task"], /^the module name Task is already taken: choose another name than task$/],
  [["gen_server"], /^the module name GenServer is already taken/],
  [["map"], /^the module name Map is already taken/],
  [["chat", "--sub"], /^unknown argument --sub: deno run/],
  [["chat", "shop"], /^one folder is made at a time, and not shop too/],
  [["there"], /^there is there already: choose another folder, or remove it$/],
  [["file/chat"], /^file\/chat cannot be made: /],
];

Deno.test("what cannot be is one line and exit code 1, and nothing is written, or written over", () =>
  withFolder(async (cwd) => {
    await Deno.mkdir(`${cwd}/there`);
    await Deno.writeTextFile(`${cwd}/there/main.ts`, "mine");
    await Deno.writeTextFile(`${cwd}/file`, "mine");
    for (const [args, said] of refused) {
      const { code, out, err } = await run(program, args, { cwd });
      assertEquals([code, out, err.length], [1, [], 1], `${args}: ${err.join("\n")}`);
      assertMatch(err[0] ?? "", said);
    }
    assertEquals(Deno.readTextFileSync(`${cwd}/there/main.ts`), "mine");
    assertEquals([...Deno.readDirSync(cwd)].map(({ name }) => name).sort(), ["file", "there"]);
  }));

Deno.test("without the permission nothing is asked, and one line names the flag", () =>
  withFolder(async (cwd) => {
    const { code, err } = await run(program, ["chat"], { cwd, flags: [] });
    assertEquals([code, err], [1, ["writing chat needs --allow-write=chat"]]);
  }));

Deno.test("--help says what there is", async () => {
  const { code, out } = await run(program, ["--help"]);
  assertEquals(code, 0);
  assertMatch(out.join("\n"), /--sup/);
});

Deno.test("names of modules follow from those of applications", () => {
  assertEquals(["chat", "my_chat", "a1_b2"].map(moduleOf), ["Chat", "MyChat", "A1B2"]);
  assertEquals(["chat", "my_chat", "a1"].map(nameProblem), [undefined, undefined, undefined]);
});

Deno.test("the taken modules are those that a shell knows: what mod.ts exports, and Effect", () => {
  const snake = (name: string): string => name.replaceAll(/(?<!^)[A-Z]/g, "_$&").toLowerCase();
  const exported = Object.keys(library).filter((name) =>
    /^[A-Z]/.test(name) && moduleOf(snake(name)) === name
  );
  assertEquals([...takenModules].sort(), [...exported, "Effect"].sort());
});
