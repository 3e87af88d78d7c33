/**
 * The library and an example from a URL: an empty cache, no lock file, no import map, and the permissions that
 * the network needs alone. What is downloaded comes from the npm registry, and from a file server in this test.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { freePort, ownAddress, type Running, start } from "../cli/support.ts";
import { withFolder, withServer } from "./file_server.ts";

const effectImport = 'import { Effect } from "npm:effect@^4.1.0";';

/** A program that is one of two nodes: `kate` waits to be asked, `alex` asks her. */
const programOf = (origin: string, isEffectFirst: boolean, port: number): string => {
  const own = `import { defmodule, Node, Supervisor, Task } from "${origin}/mod.ts";`;
  const imports = isEffectFirst ? [effectImport, own] : [own, effectImport];
  return `${imports.join("\n")}
const Sum = defmodule("Sum", {
  of: (...numbers: ReadonlyArray<number>) => Effect.succeed(numbers.reduce((sum, one) => sum + one, 0)),
});
const [role] = Deno.args;
const program = Effect.gen(function* () {
  yield* Node.start(\`\${role}@localhost\`, { cookie: "secret_token", epmd: { port: ${port} } });
  yield* Supervisor.startLink([Task.Supervisor.childSpec({ name: "Sums" })], { strategy: "one_for_one" });
  if (role === "kate") {
    console.log("ready");
    yield* Effect.promise(() => Deno.stdin.read(new Uint8Array(1)));
  } else {
    const task = yield* Task.Supervisor.async(["Sums", "kate@localhost"], Sum.of, [20, 22]);
    console.log(yield* Task.await(task, "10 seconds"));
  }
  yield* Node.stop();
});
await Effect.runPromise(program);
Deno.exit(0);
`;
};

const flags = ["--no-config", "--no-lock", "--no-prompt", "--allow-net", "--allow-import"];

const runBoth = async (program: string, cache: string): Promise<void> => {
  const env = { DENO_DIR: cache };
  await using kate: Running = start(program, ["kate"], { flags, env });
  await kate.sees("ready");
  await using alex: Running = start(program, ["alex"], { flags, env });
  const { code, out } = await alex.end();
  assertEquals([code, out], [0, ["42"]]);
  await kate.type("");
  assertEquals((await kate.end()).code, 0);
};

for (const [isEffectFirst, order] of [[true, "before"], [false, "behind"]] as const) {
  Deno.test(`from a URL two nodes run a remote task, with effect imported ${order} mod.ts`, () =>
    withServer((origin) =>
      withFolder(async (folder) => {
        const program = `${folder}/program.ts`;
        await Deno.writeTextFile(program, programOf(origin, isEffectFirst, freePort()));
        await runBoth(program, `${folder}/cache`);
      })
    ));
}

Deno.test("an example runs from its URL with an empty cache, with --allow-net alone", () =>
  withServer((origin) =>
    withFolder(async (folder) => {
      const address = ownAddress();
      await using chat = start(
        `${origin}/examples/chat/main.ts`,
        ["--sname", `alex@${address}`, "--cookie", "secret_token"],
        {
          flags: ["--no-config", "--no-lock", "--no-prompt", "--allow-net"],
          env: { DENO_DIR: `${folder}/cache` },
        },
      );
      await chat.type(`Chat.sendMessage("alex@${address}", "hi")`);
      await chat.type("Node.self()");
      await chat.endInput();
      const { code, out } = await chat.end();
      assertEquals([code, out], [0, ["hi", ":ok", `"alex@${address}"`]]);
    })
  ));
