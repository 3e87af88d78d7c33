/**
 * Where the cookie comes from, in a home of its own and with exact permissions: its order, and what each
 * source needs.
 *
 * @module
 */
import { assert, assertEquals, assertMatch, assertNotEquals } from "@std/assert";
import { fileOf, run } from "./support.ts";

const program = fileOf("tests/cli/cookie_program.ts");

/** Runs `body` with an empty home. */
const withHome = async (body: (home: Home) => Promise<void>): Promise<void> => {
  const path = await Deno.makeTempDir();
  try {
    await body(new Home(path));
  } finally {
    await Deno.remove(path, { recursive: true });
  }
};

const cacheFolder = (): string => {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"], stderr: "null" })
    .outputSync();
  const { denoDir } = JSON.parse(new TextDecoder().decode(stdout));
  return String(denoDir);
};
// Deno's own cache is below the home as a rule.
const cache = cacheFolder();

class Home {
  readonly path: string;
  readonly file: string;

  constructor(path: string) {
    this.path = path;
    this.file = `${path}/.erlang.cookie`;
  }

  /** What is found with these command line flags, Deno's flags and a cookie in the environment. */
  async find(
    flags: { readonly cookie?: string; readonly cookieFile?: string },
    permissions: ReadonlyArray<string>,
    inEnvironment: string = "",
  ): Promise<string> {
    const { code, out, err } = await run(program, [JSON.stringify(flags)], {
      flags: ["--no-prompt", ...permissions],
      env: { HOME: this.path, DENO_DIR: cache, SPAWNLINK_COOKIE: inEnvironment },
    });
    assertEquals([code, out[1], err], [0, "not shown", []]);
    return out[0] ?? "";
  }
}

Deno.test("--cookie needs no permission, and wins", () =>
  withHome(async (home) => {
    await Deno.writeTextFile(home.file, "secret_of_home");
    assertEquals(await home.find({ cookie: "secret_of_flag" }, []), "cookie: secret_of_flag");
    assertEquals(
      await home.find({ cookie: "secret_of_flag" }, ["-A"], "secret_of_environment"),
      "cookie: secret_of_flag",
    );
  }));

Deno.test("--cookie-file is read, its line's end left out; it wins over environment and home", () =>
  withHome(async (home) => {
    const path = `${home.path}/cookie`;
    await Deno.writeTextFile(path, "secret_of_file\n");
    await Deno.writeTextFile(home.file, "secret_of_home");
    const [all, exact, without, missing, empty] = await Promise.all([
      home.find({ cookieFile: path }, ["-A"], "secret_of_environment"),
      home.find({ cookieFile: path }, [`--allow-read=${path}`]),
      home.find({ cookieFile: path }, ["--allow-env"], "secret_of_environment"),
      home.find({ cookieFile: `${path}2` }, ["--allow-read"]),
      Deno.writeTextFile(`${path}3`, "\n").then(() => home.find({ cookieFile: `${path}3` }, ["-A"])),
    ]);
    assertEquals([all, exact], ["cookie: secret_of_file", "cookie: secret_of_file"]);
    assertEquals(without, `problem: reading ${path} needs --allow-read=${path}`);
    assertMatch(missing, /^problem: the cookie file .*cookie2 cannot be read: /);
    assertEquals(empty, `problem: the cookie file ${path}3 is empty: write the secret into it`);
  }));

Deno.test("SPAWNLINK_COOKIE is read where that is allowed, and wins over the home's file", () =>
  withHome(async (home) => {
    await Deno.writeTextFile(home.file, "secret_of_home");
    const given = "secret_of_environment";
    const [all, exact, empty, denied] = await Promise.all([
      home.find({}, ["-A"], given),
      home.find({}, ["--allow-env=SPAWNLINK_COOKIE"], given),
      home.find({}, ["-A"], ""),
      home.find({}, ["--allow-env=HOME", `--allow-read=${home.file}`], given),
    ]);
    assertEquals([all, exact], [`cookie: ${given}`, `cookie: ${given}`]);
    assertEquals([empty, denied], ["cookie: secret_of_home", "cookie: secret_of_home"]);
  }));

Deno.test("without permissions one line says what to give, and nothing is made", () =>
  withHome(async (home) => {
    const start = "problem: there is no cookie: give --cookie TEXT or --cookie-file PATH, set " +
      "SPAWNLINK_COOKIE with --allow-env=SPAWNLINK_COOKIE, or allow ~/.erlang.cookie with";
    const [none, noRead, noWrite] = await Promise.all([
      home.find({}, [], "secret_of_environment"),
      home.find({}, ["--allow-env=HOME"]),
      home.find({}, ["--allow-env=HOME", `--allow-read=${home.file}`]),
    ]);
    assertEquals(none, `${start} --allow-env=HOME --allow-read --allow-write`);
    assertEquals(noRead, `${start} --allow-read=${home.file}`);
    assertEquals(noWrite, `${start} --allow-write=${home.file}`);
    assertEquals([...Deno.readDirSync(home.path)].length, 0);
  }));

Deno.test("~/.erlang.cookie is made once, random, for its owner alone", async () => {
  const made: Array<string> = [];
  for (let round = 0; round < 2; round++) {
    await withHome(async (home) => {
      const exact = ["--allow-env=HOME", `--allow-read=${home.file}`, `--allow-write=${home.file}`];
      // Two nodes that start at once have the same one.
      const found = await Promise.all([home.find({}, exact), home.find({}, exact)]);
      const cookie = Deno.readTextFileSync(home.file);
      assertMatch(cookie, /^[A-Z]{20}$/);
      assertEquals(found, [`cookie: ${cookie}`, `cookie: ${cookie}`]);
      if (Deno.build.os !== "windows") assertEquals((Deno.statSync(home.file).mode ?? 0) & 0o777, 0o400);
      made.push(cookie);
    });
  }
  assert(made.length === 2);
  assertNotEquals(made[0], made[1]);
});

Deno.test("a home in which nothing can be made is said in one line", () =>
  withHome(async (home) => {
    const nowhere = new Home(`${home.path}/none`);
    assertMatch(await nowhere.find({}, ["-A"]), /^problem: the cookie file .*none.* cannot be made: /);
  }));
