/**
 * Settings and configurations: what counts, when, and what a wrong one is answered with.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { Effect } from "npm:effect@^4.1.0";
import { Application, atom, BadArg, Config } from "../../mod.ts";
import { runProcess } from "../process/support.ts";

const environment = Application.environment("config_test", {
  place: "default",
  retries: 3,
  double: (number: number) => number * 2,
});

/** A file of the configuration. */
const file = (settings: Config.Settings | ReadonlyArray<Config.Settings>) => () =>
  Promise.resolve({ default: settings });

const config = Config.importConfig({
  dev: file(Config.config(environment, { place: "dev", retries: 1 })),
  test: file(Config.config(environment, { place: "test" })),
  broken: () => Promise.reject(new Error("no such file")),
});

const application = Application.make({ name: "config_test", environment, config });

const place = Application.getEnv(application, "place");

Deno.test("a setting is its default, then what the configuration says, then what the program sets", () =>
  runProcess(() =>
    Effect.gen(function* () {
      assertEquals(yield* place, "default");
      yield* Application.start(application, { env: "dev" });
      assertEquals([yield* place, yield* Application.getEnv(environment, "retries")], ["dev", 1]);
      assertEquals((yield* Application.getEnv(environment, "double"))(4), 8);
      assertEquals(yield* Application.putEnv(application, "place", "put"), atom("ok"));
      assertEquals(yield* Application.getEnv(environment, "place"), "put");
    })
  ));

Deno.test("a start after a stop keeps what the program has set; another configuration begins anew", () =>
  runProcess(() =>
    Effect.gen(function* () {
      yield* Application.start(application, { env: "dev" });
      yield* Application.putEnv(environment, "place", "put");
      yield* Application.stop(application);
      yield* Application.start(application);
      assertEquals(yield* place, "put");
      yield* Application.stop(application);
      yield* Application.start(application, { env: "test" });
      assertEquals([yield* place, yield* Application.getEnv(environment, "retries")], ["test", 3]);
    })
  ));

Deno.test("each node of an OS process has settings of its own", async () => {
  await runProcess(() => Application.putEnv(environment, "place", "there"));
  assertEquals(await runProcess(() => place), "default");
});

Deno.test("under deno test the configuration is test, unless something is said", () =>
  runProcess(() =>
    Effect.gen(function* () {
      assertEquals(yield* Config.configEnv(), "test");
      yield* Application.start(application);
      assertEquals(yield* place, "test");
      yield* Application.stop(application);
      yield* Application.start(application, { env: "dev" });
      assertEquals(yield* Config.configEnv(), "dev");
    })
  ));

Deno.test("a configuration can say settings of several applications", () =>
  runProcess(() =>
    Effect.gen(function* () {
      const other = Application.environment("config_test_other", { on: false });
      const both = [Config.config(environment, { place: "both" }), Config.config(other, { on: true })];
      const several = Application.make({
        name: "config_test",
        environment,
        config: { test: file(both) },
      });
      yield* Application.start(several);
      assertEquals([yield* place, yield* Application.getEnv(other, "on")], ["both", true]);
    })
  ));

Deno.test("a configuration that is not there, or cannot be, starts nothing, and one line says why", () =>
  runProcess((kernel) =>
    Effect.gen(function* () {
      const plain = (values: object): typeof application => ({
        ...application,
        config: { test: file({ of: environment, values }), odd: () => Promise.resolve({}) as never },
      });
      const cases = [
        [application, "staging", 'there is no "staging": there is dev, test and broken'],
        [application, "constructor", 'there is no "constructor"'],
        [application, "broken", "broken cannot be imported: no such file"],
        [plain({ plase: 1 }), "test", '"plase" stands where there is to be a setting of config_test: it has'],
        [plain({}), "odd", "its default export is to be Config.config(environment, { … })"],
      ] as const;
      for (const [one, env, said] of cases) {
        const failure = yield* Effect.flip(Application.start(one, { env }));
        assert(failure instanceof BadArg);
        assertStringIncludes(String(failure), `badarg: the configuration of config_test: `);
        assertStringIncludes(String(failure), said);
        assert(!String(failure).includes("\n"));
      }
      assertEquals(yield* place, "default");
      assertEquals([...kernel.names.keys()], ["user"]);
    })
  ));

Deno.test("a shell can read a setting by the application's name; a wrong one is told which there are", () =>
  runProcess(() =>
    Effect.gen(function* () {
      const untyped: (of: unknown, key: unknown) => Effect.Effect<unknown> = Application.getEnv as never;
      assertEquals(yield* untyped("config_test", "place"), "default");
      for (
        const [of, key, said] of [
          ["config_test", "plase", 'a setting of config_test: it has "place", "retries", "double"'],
          ["nobody", "place", "an application's environment, or its application, belongs"],
          [3, "place", "an application's environment"],
        ]
      ) {
        const exit = yield* Effect.exit(untyped(of, key));
        assert(exit._tag === "Failure");
        assertStringIncludes(String(exit.cause), String(said));
      }
    })
  ));

/** What a program of its own says that its configuration is. */
const envOfProgram = async (
  flags: ReadonlyArray<string>,
  env: Readonly<Record<string, string>>,
): Promise<string> => {
  const mod = new URL("../../mod.ts", import.meta.url).href;
  const text = `import { Config } from ${JSON.stringify(mod)};
import { Effect } from "npm:effect@^4.1.0";
console.log(await Effect.runPromise(Config.configEnv()));`;
  const path = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(path, text);
    const { stdout, stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["run", "--no-check", "--quiet", "--no-lock", ...flags, path],
      env: { NO_COLOR: "1", SPAWNLINK_ENV: "", ...env },
    }).output();
    return new TextDecoder().decode(stdout).trim() + new TextDecoder().decode(stderr).trim();
  } finally {
    await Deno.remove(path);
  }
};

Deno.test("a program's configuration is dev, or what SPAWNLINK_ENV says where it may be read; nothing asks", async () => {
  assertEquals(
    await Promise.all([
      envOfProgram(["-A"], {}),
      envOfProgram(["-A"], { SPAWNLINK_ENV: "prod" }),
      envOfProgram(["--allow-env=SPAWNLINK_ENV"], { SPAWNLINK_ENV: "test" }),
      envOfProgram([], { SPAWNLINK_ENV: "prod" }),
    ]),
    ["dev", "prod", "test", "dev"],
  );
});
