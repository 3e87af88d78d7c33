/**
 * The OS processes that measure for one row: started, asked for figures line by line, and ended together.
 *
 * @module
 */
import type { End, Pinning } from "./cores.ts";
import { linesOf } from "./lines.ts";

/** What one round measured, by name: `rate` is per second, times are milliseconds. */
export type Figure = Readonly<Record<string, number>>;

/** An OS process that does a round when it is told to. */
export interface Peer {
  /** What it said when it was ready. */
  readonly ready: Figure;
  /** Sends one command, and waits for the figure that it answers with. */
  ask(command: string): Promise<Figure>;
}

/** No answer takes longer, in milliseconds. */
const patience = 60_000;
/** A peer ends by itself when its standard input ends; it is killed when it takes longer than so many ms. */
const endTime = 2_000;

const folder = import.meta.dirname ?? ".";

/** Erlang's side of a row: how its programs are started. */
export interface Beam {
  /** Such as `Erlang/OTP 25, Elixir 1.14.0`. */
  readonly version: string;
  /** The port of the mapper that its nodes register with. */
  readonly mapperPort: number;
}

/** How peers are started. */
export interface CrewOptions {
  /** Where Erlang is installed. */
  readonly beam: Beam | undefined;
  readonly pinning: Pinning;
  /** A folder for CPU profiles of all that runs on Deno. */
  readonly profiles: string | undefined;
}

/** The peers of one row. */
export class Crew {
  readonly #options: CrewOptions;
  readonly #ends: Array<() => Promise<void>> = [];

  constructor(options: CrewOptions) {
    this.#options = options;
  }

  /** Starts a program of `peers/` on Deno. */
  deno(end: End, file: string, ...args: ReadonlyArray<string>): Promise<Peer> {
    const { profiles } = this.#options;
    const flags = ["run", "-A", "--no-check", "--v8-flags=--expose-gc"];
    if (profiles !== undefined) flags.push("--cpu-prof", `--cpu-prof-dir=${profiles}`);
    return this.#start(end, [Deno.execPath(), ...flags, `${folder}/peers/${file}`, ...args]);
  }

  /** Starts a script of `peers/` on the BEAM; with a name it is a node. */
  beam(end: End, file: string, args: ReadonlyArray<string>, node?: string): Promise<Peer> {
    const { beam } = this.#options;
    if (beam === undefined) throw new Error("no Elixir here");
    const named = node === undefined ? [] : ["--sname", node, "--cookie", "bench"];
    const flags = [...named, "--erl", "-start_epmd false"];
    return this.#start(end, ["elixir", ...flags, `${folder}/peers/${file}`, ...args], {
      ERL_EPMD_PORT: String(beam.mapperPort),
    });
  }

  /** Ends all of them. */
  async end(): Promise<void> {
    await Promise.all(this.#ends.map((end) => end()));
  }

  async #start(
    end: End,
    command: ReadonlyArray<string>,
    env: Readonly<Record<string, string>> = {},
  ): Promise<Peer> {
    const [program = "", ...args] = [...this.#options.pinning(end), ...command];
    const child = new Deno.Command(program, {
      args,
      env: { ...env },
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const input = child.stdin.getWriter();
    const lines = linesOf(child.stdout);
    this.#ends.push(async () => {
      await input.close().catch(() => {});
      const kill = setTimeout(() => child.kill("SIGKILL"), endTime);
      await lines.return(undefined);
      await child.status;
      clearTimeout(kill);
    });
    const next = (): Promise<Figure> => nextFigure(lines, args.join(" "));
    return {
      ready: await next(),
      ask: async (command) => {
        await input.write(new TextEncoder().encode(`${command}\n`));
        return await next();
      },
    };
  }
}

const nextFigure = async (lines: AsyncGenerator<string>, who: string): Promise<Figure> => {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const late = new Promise<never>((_, reject) => {
    timer = setTimeout(() => reject(new Error(`no answer from ${who}`)), patience);
  });
  try {
    for (;;) {
      const line = await Promise.race([lines.next(), late]);
      if (line.done) throw new Error(`${who} has ended`);
      const figure = readFigure(line.value);
      if (figure !== undefined) return figure;
      // What else a peer prints is for whoever looks at the bench.
      console.error(line.value);
    }
  } finally {
    clearTimeout(timer);
  }
};

const readFigure = (line: string): Figure | undefined => {
  if (!line.startsWith("{")) return undefined;
  const value: unknown = JSON.parse(line);
  if (typeof value !== "object" || value === null) return undefined;
  return Object.fromEntries(Object.entries(value).filter(([, one]) => typeof one === "number"));
};
