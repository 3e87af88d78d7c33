/**
 * Makes a new project (Elixir's `mix new`): `deno run -A src/cli/new.ts chat --sup`, also from this file's URL. The
 * project imports Spawnlink from where this file came from.
 *
 * @module
 */
import { basename, dirname, join, relative, resolve } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "../deps/std_cli.ts";
import type { BadFlags } from "./flags.ts";
import { isGranted } from "./permission.ts";
import { filesOf, moduleOf, nameProblem } from "./project.ts";

const usage = "deno run -A src/cli/new.ts PATH [--sup]";

const help = `Makes a new project: ${usage}

  PATH    the project's folder; its last part is the application's name, like chat
  --sup   with a supervision tree, and a task supervisor in it
  --help  this text`;

/** What the command line asks for. */
interface Wish {
  readonly path: string;
  readonly sup: boolean;
}

/** Reads the command line. */
const parse = (args: ReadonlyArray<string>): Wish | "help" | BadFlags => {
  const unknown: Array<string> = [];
  const given = args[0] === "--" ? args.slice(1) : args;
  const { _: paths, sup, help } = parseArgs(given, {
    boolean: ["sup", "help"],
    // A folder may be called 1.
    string: ["_"],
    unknown: (argument, key) => {
      if (key !== undefined) unknown.push(argument);
      return key === undefined;
    },
  });
  if (unknown.length > 0) return { problem: `unknown argument ${unknown[0]}: ${usage}` };
  if (help === true) return "help";
  const [path, more] = paths.map(String);
  if (path === undefined || path === "") return { problem: `the project's folder is missing: ${usage}` };
  if (more !== undefined) return { problem: `one folder is made at a time, and not ${more} too: ${usage}` };
  const problem = nameProblem(basename(path));
  return problem === undefined ? { path, sup: sup === true } : { problem };
};

/** How a file in that folder names the folder of this library. */
const libraryFrom = (folder: string): string => {
  const library = new URL("../../", import.meta.url);
  if (library.protocol !== "file:") return library.href;
  const path = relative(folder, fileURLToPath(library));
  // On another drive there is no way from here to there.
  if (resolve(path) === path) return library.href;
  return `${path.split(/[/\\]/).map(encodeURIComponent).join("/")}/`;
};

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error);

/** Makes a folder that is not there yet, with those above it; what is there is never touched. */
const makeFolder = (folder: string): BadFlags | undefined => {
  const above = dirname(resolve(folder));
  const missing = [folder, above].find((path) => !isGranted({ name: "write", path }));
  try {
    if (missing === folder) return { problem: `writing ${folder} needs --allow-write=${folder}` };
    // Only folders above that are not there need a permission of their own.
    if (missing === undefined) Deno.mkdirSync(above, { recursive: true });
  } catch (error) {
    return { problem: `${folder} cannot be made: ${messageOf(error)}` };
  }
  try {
    Deno.mkdirSync(folder);
  } catch (error) {
    if (error instanceof Deno.errors.AlreadyExists) {
      return { problem: `${folder} is there already: choose another folder, or remove it` };
    }
    return { problem: `${folder} cannot be made: ${messageOf(error)}` };
  }
};

/** Writes files into a new folder; when one cannot be written, none stays. */
const write = (
  folder: string,
  files: ReturnType<typeof filesOf>,
  tell: (path: string) => void,
): BadFlags | undefined => {
  const problem = makeFolder(folder);
  if (problem !== undefined) return problem;
  try {
    for (const [path, text] of files) {
      const file = join(folder, path);
      Deno.mkdirSync(dirname(file), { recursive: true });
      Deno.writeTextFileSync(file, text, { createNew: true });
      tell(file);
    }
  } catch (error) {
    Deno.removeSync(folder, { recursive: true });
    return { problem: `${folder} cannot be made: ${messageOf(error)}` };
  }
};

/**
 * Makes the project that the command line asks for.
 *
 * @param args The command line.
 * @returns The exit code: 0, or 1 with one line on standard error.
 */
export const makeProject = (args: ReadonlyArray<string>): 0 | 1 => {
  const wish = parse(args);
  if (wish === "help") {
    console.log(help);
    return 0;
  }
  if ("problem" in wish) return refuse(wish);
  const { path, sup } = wish;
  const name = basename(path);
  const files = filesOf({ name, module: moduleOf(name), sup, library: libraryFrom(resolve(path)) });
  const problem = write(path, files, (file) => console.log(`* creating ${file}`));
  if (problem !== undefined) return refuse(problem);
  console.log(`
Your project was created successfully. You can run its shell, its tests, and more:

    cd ${path}
    deno task iex --sname ${name}@localhost
    deno task test
`);
  return 0;
};

const refuse = ({ problem }: BadFlags): 1 => {
  console.error(problem.replaceAll(/\s*\n\s*/g, " "));
  return 1;
};

if (import.meta.main) Deno.exit(makeProject(Deno.args));
