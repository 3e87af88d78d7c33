/**
 * What is started as a peer, as its options say.
 *
 * @module
 */
import { isGranted } from "../cli/permission.ts";
import { Duration, Option, Redacted } from "../deps/effect.ts";
import type { RunningNode } from "../node/running.ts";
import { BadArg, NoPermission } from "../term/errors.ts";
import { parseNodeName } from "../term/node_name.ts";

/** How a peer is started. */
export interface PeerOptions {
  /** Its name, `moebi@localhost`, or `moebi` on this node's host; one that nobody has by default. */
  readonly name?: string;
  /** The address of its program, as `import.meta.resolve("./main.ts")` gives it: one that calls cli's `main`. */
  readonly program?: string | URL;
  /** Instead of a program: the addresses of modules to import, whose functions it can be asked for then. */
  readonly modules?: ReadonlyArray<string | URL>;
  /** Its program's arguments, beside those that make it a node. */
  readonly args?: ReadonlyArray<string>;
  /** Its environment, beside this program's. */
  readonly env?: Readonly<Record<string, string>>;
  /** Deno's flags: `["-A"]` by default. With others it is granted the environment that it needs. */
  readonly flags?: ReadonlyArray<string>;
  /** Its cookie: this node's by default. */
  readonly cookie?: string | Redacted.Redacted<string>;
  /** The port of its port mapper (`ERL_EPMD_PORT`): this node's, or a free one where this node has none. */
  readonly mapperPort?: number;
  /** How long it may take until it is connected: 30 seconds by default. */
  readonly timeout?: Duration.Input;
}

// Test files that run in parallel are in one OS process, and each counts for itself.
const isolate = crypto.randomUUID().slice(0, 8);
let lastNumber = 0;

/** What is started, and where it is found. */
export interface Launch {
  readonly operation: string;
  readonly node: string;
  readonly args: ReadonlyArray<string>;
  readonly env: Readonly<Record<string, string>>;
  readonly mapperPort: number;
  /** Whether this node does not ask that port mapper by itself. */
  readonly isElsewhere: boolean;
  readonly milliseconds: number;
}

/** Checks and completes a peer's options; a name that nobody has has a number. */
export const launchOf = (
  own: RunningNode,
  operation: string,
  options: PeerOptions,
): Launch | BadArg | NoPermission => {
  const refuse = (problem: string): BadArg => new BadArg({ operation, problem });
  const { settings } = own;
  const { program, modules, flags = ["-A"], cookie = settings.cookies.own, timeout = "30 seconds" } = options;
  const name = options.name ?? `peer-${Deno.pid}-${isolate}-${++lastNumber}`;
  const node = name.includes("@") ? name : `${name}@${settings.name.host}`;
  const parsed = parseNodeName(node);
  if ("problem" in parsed) return refuse(parsed.problem);
  if (program !== undefined && modules !== undefined) {
    return refuse("a program imports its modules itself: give either program or modules");
  }
  const milliseconds = Option.match(Duration.fromInput(timeout), {
    onNone: () => NaN,
    onSome: Duration.toMillis,
  });
  if (!(milliseconds > 0)) return refuse('timeout is a time above 0, as "30 seconds"');
  const deno = Deno.execPath();
  if (!isGranted({ name: "run", command: deno })) {
    return new NoPermission({ operation, flag: `--allow-run=${deno}` });
  }
  const { mapperPort = settings.mapperPort ?? freePort() } = options;
  // Loaded before the program, and so without a permission to read them.
  const preloads = (modules ?? []).map((module) => `--preload=${module}`);
  const run = program ?? new URL("./peer_main.ts", import.meta.url);
  return {
    operation,
    node,
    args: [
      "run",
      "--quiet",
      ...withEnvironment(flags),
      ...preloads,
      String(run),
      "--sname",
      node,
      "--no-halt",
      ...options.args ?? [],
    ],
    env: {
      NO_COLOR: "1",
      ERL_EPMD_PORT: String(mapperPort),
      // Not an argument: those are seen by everyone on the machine.
      SPAWNLINK_COOKIE: typeof cookie === "string" ? cookie : Redacted.value(cookie),
      ...options.env,
    },
    mapperPort,
    isElsewhere: mapperPort !== settings.mapperPort,
    milliseconds,
  };
};

/** Flags that let the peer read what it is told by the environment. */
const withEnvironment = (flags: ReadonlyArray<string>): ReadonlyArray<string> =>
  flags.some((flag) => /^(-\w*[AE]|--allow-all|--allow-env)/.test(flag))
    ? flags
    : [...flags, "--allow-env=ERL_EPMD_PORT,SPAWNLINK_COOKIE"];

/** A port that nobody listens on. */
const freePort = (): number => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const { port } = listener.addr;
  listener.close();
  return port;
};
