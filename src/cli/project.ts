/**
 * A new project's files, as texts: what `src/cli/new.ts` writes.
 *
 * @module
 */

/** What a project is made from. */
export interface Project {
  /** The application's name, `my_chat`. */
  readonly name: string;
  /** Its module's name, `MyChat`. */
  readonly module: string;
  /** Whether it has a supervision tree. */
  readonly sup: boolean;
  /** How its `deno.json` finds Spawnlink's files: a relative path or a URL that ends with a slash. */
  readonly library: string;
}

/** What `mix` asks of an application's name. */
const namePattern = /^[a-z][a-z0-9_]*$/;

/** Files of the project whose names the module's own file may not have. */
const files = ["main", "application", "environment"];

/** Modules that a shell knows already, and whose names a project's module may not have. */
export const takenModules: ReadonlyArray<string> = [
  "AddressInUse",
  "Agent",
  "AlreadyPresent",
  "AlreadyRegistered",
  "AlreadyStarted",
  "Application",
  "Atom",
  "BadArg",
  "Capture",
  "Config",
  "Down",
  "DuplicateChild",
  "DynamicSupervisor",
  "Effect",
  "Erpc",
  "Exit",
  "ExitMessage",
  "FailedToStartChild",
  "ForeignError",
  "GenServer",
  "IO",
  "Ignore",
  "MaxChildren",
  "NoConnection",
  "NoPermission",
  "NoProc",
  "Node",
  "NodeDown",
  "NodeUp",
  "NotFound",
  "PartitionSupervisor",
  "Pid",
  "Process",
  "Reference",
  "Registry",
  "Restarting",
  "Rpc",
  "Running",
  "Supervisor",
  "Sys",
  "Task",
  "Timeout",
  "Undef",
  "Unsendable",
];

/** A name's module, as Elixir's `Macro.camelize` has it: `MyChat` of `my_chat`. */
export const moduleOf = (name: string): string =>
  name.split("_").map((part) => part.slice(0, 1).toUpperCase() + part.slice(1)).join("");

/** What is wrong with a project's name, in one line; `undefined` where nothing is. */
export const nameProblem = (name: string): string | undefined => {
  if (!namePattern.test(name)) {
    return "a project's name starts with a lowercase letter, followed by lowercase letters, digits and " +
      `underscores: ${JSON.stringify(name)} does not; write it like my_chat`;
  }
  const module = moduleOf(name);
  if (files.includes(name)) return `the name ${name} is that of one of a project's own files: choose another`;
  if (takenModules.includes(module) || module in globalThis) {
    return `the module name ${module} is already taken: choose another name than ${name}`;
  }
};

/** A project's files, by their paths within it, in the order in which they are written. */
export const filesOf = (project: Project): ReadonlyArray<readonly [path: string, text: string]> => [
  ["README.md", readme(project)],
  [".gitignore", "/coverage\n"],
  ["deno.json", configuration(project)],
  ["main.ts", main(project)],
  ["application.ts", application(project)],
  ["environment.ts", environment(project)],
  [`${project.name}.ts`, module(project)],
  ["config/config.ts", config],
  ["config/dev.ts", settings("development")],
  ["config/test.ts", settings("tests")],
  ["config/prod.ts", settings("production")],
  ["test/test_helper.ts", helper],
  [`test/${project.name}_test.ts`, test(project)],
];

const configuration = ({ library }: Project): string =>
  `${
    JSON.stringify(
      {
        imports: {
          effect: "npm:effect@^4.1.0",
          spawnlink: `${library}mod.ts`,
          "spawnlink/iex": `${library}src/iex/main.ts`,
          "spawnlink/testing": `${library}src/testing/mod.ts`,
        },
        tasks: {
          start: "deno run -A main.ts --no-halt",
          iex: "deno run -A main.ts",
          test: "deno test -A --doc",
        },
        // config/test.ts holds no tests, whatever it is called.
        test: { exclude: ["config"] },
        // Wide enough for these files, whatever the project is called.
        fmt: { lineWidth: 110 },
        allowScripts: { deny: ["npm:cbor-extract"] },
      },
      undefined,
      2,
    ).replaceAll(/\[\s+("[^"]+")\s+\]/g, "[$1]").replaceAll(
      /\{\s+("(?:deny|exclude|lineWidth)": [^\n]+)\s+\}/g,
      "{ $1 }",
    )
  }\n`;

const main = ({ name, module }: Project): string =>
  `/**
 * ${module} as a node: \`deno task iex --sname ${name}@localhost\`.
 *
 * @module
 */
import { main } from "spawnlink/iex";
import application from "./application.ts";

await main(application);
`;

const application = ({ name, module, sup }: Project): string =>
  `/**
 * ${module}'s application: what is started with it.
 *
 * @module
 */
import { Application${sup ? ", Task" : ""} } from "spawnlink";
import { ${module} } from "./${name}.ts";
import config from "./config/config.ts";
import { environment } from "./environment.ts";

export default Application.make({
  name: "${name}",
  version: "0.1.0",
  modules: [${module}],
${
    sup
      ? `  // Started in this order.
  children: [Task.Supervisor.childSpec({ name: "${module}.TaskSupervisor" })],
  supervisor: { strategy: "one_for_one", name: "${module}.Supervisor" },
`
      : ""
  }  environment,
  config,
});
`;

const environment = ({ name, module }: Project): string =>
  `/**
 * ${module}'s settings, and what they are where config/ says nothing else.
 *
 * @module
 */
import { Application } from "spawnlink";

/** Read by \`Application.getEnv(environment, "greeting")\`. */
export const environment = Application.environment("${name}", {
  greeting: "Hello",
});
`;

const module = ({ name, module }: Project): string =>
  `/**
 * ${module}'s functions: each node that runs this file can be asked for them.
 *
 * @module
 */
import { Effect } from "effect";
import { Application, defmodule } from "spawnlink";
import { environment } from "./environment.ts";

/** The module \`${module}\`. */
export const ${module} = defmodule("${module}", {
  /**
   * Greets.
   *
   * @example
   * \`\`\`ts
   * import assert from "node:assert/strict";
   * import { Effect } from "effect";
   * import { ${module} } from "./${name}.ts";
   *
   * const text = await Effect.runPromise(${module}.hello("world"));
   * assert.equal(text, "Hello, world!");
   * \`\`\`
   */
  hello: (name: string) =>
    Effect.map(
      Application.getEnv(environment, "greeting"),
      (greeting) => \`\${greeting}, \${name}!\`,
    ),
});
`;

const config = `/**
 * Which settings count: those of --env, else of SPAWNLINK_ENV, else of dev; in
 * tests those of test.
 *
 * @module
 */
import { Config } from "spawnlink";

export default Config.importConfig({
  dev: () => import("./dev.ts"),
  test: () => import("./test.ts"),
  prod: () => import("./prod.ts"),
});
`;

const settings = (what: string): string =>
  `/**
 * Settings of ${what}, where they differ from those in environment.ts.
 *
 * @module
 */
import { Config } from "spawnlink";
import { environment } from "../environment.ts";

export default Config.config(environment, {});
`;

const helper = `/**
 * Runs before the tests of a file: the application is started, and tests that
 * need other nodes are left out where this is none.
 *
 * @module
 */
import { Effect } from "effect";
import { Application, Node } from "spawnlink";
import { configure } from "spawnlink/testing";
import application from "../application.ts";

const isAlive = await Effect.runPromise(Node.isAlive());
configure({ exclude: isAlive ? [] : ["distributed"] });

await Effect.runPromise(Application.start(application));
`;

const test = ({ name, module, sup }: Project): string =>
  `/**
 * ${module}'s tests.
 *
 * @module
 */
import "./test_helper.ts";
import assert from "node:assert/strict";
import { Effect } from "effect";
${sup ? 'import { Task } from "spawnlink";\n' : ""}import { test } from "spawnlink/testing";
import { ${module} } from "../${name}.ts";

test(
  "hello",
  { async: true },
  Effect.gen(function* () {
    assert.equal(yield* ${module}.hello("world"), "Hello, world!");
  }),
);
${
    sup
      ? `
test(
  "hello as a supervised task",
  { async: true },
  Effect.gen(function* () {
    const supervisor = "${module}.TaskSupervisor";
    const task = yield* Task.Supervisor.async(supervisor, ${module}.hello, ["you"]);
    assert.equal(yield* Task.await(task), "Hello, you!");
  }),
);
`
      : ""
  }`;

const readme = ({ name, module }: Project): string =>
  `# ${module}

A shell on a node, and the tests:

\`\`\`sh
deno task iex --sname ${name}@localhost --cookie secret_token
deno task test
\`\`\`

In the shell:

\`\`\`text
iex(${name}@localhost)1> ${module}.hello("world")
"Hello, world!"
\`\`\`

A node that stays up, in production:

\`\`\`sh
deno task start --sname ${name}@localhost --cookie-file cookie --env prod
\`\`\`

\`application.ts\` says what is started, \`environment.ts\` which settings there are, \`config/\` what they are in
development, tests and production.
`;
