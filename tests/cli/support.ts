/**
 * Programs of this repository as child processes: what was typed, what was shown, how they ended.
 *
 * @module
 */
import { linesOf } from "../../src/cli/lines.ts";

export { freePort } from "../free_port.ts";

const top = new URL("../../", import.meta.url);

/** The address of a file of this repository. */
export const fileOf = (path: string): string => new URL(path, top).href;

/** The chat's program. */
export const chat = fileOf("examples/chat/main.ts");

/** Runs `body` with a listener on a free port of loopback that does with each connection what is said. */
export const withListener = async (
  serve: (connection: Deno.TcpConn) => Promise<void>,
  body: (port: number) => Promise<void>,
): Promise<void> => {
  const listener = Deno.listen({ hostname: "127.0.0.1", port: 0 });
  const connections: Array<Deno.TcpConn> = [];
  const serving = (async () => {
    for await (const connection of listener) {
      connections.push(connection);
      await serve(connection).catch(() => {});
    }
  })();
  try {
    await body(listener.addr.port);
  } finally {
    listener.close();
    await serving;
    for (const connection of connections) connection.close();
  }
};

/** An address of loopback that is this test's own: there the port mapper has its usual port. */
export const ownAddress = (): string =>
  `127.${[...crypto.getRandomValues(new Uint8Array(3))].map((byte) => 1 + byte % 254).join(".")}`;

/** How a program is run. */
export interface RunOptions {
  /** What is typed, a line each; then the input ends. */
  readonly lines?: ReadonlyArray<string>;
  /** Variables beside, or instead of, those of this test. */
  readonly env?: Readonly<Record<string, string>>;
  /** Deno's flags: all permissions as a rule. */
  readonly flags?: ReadonlyArray<string>;
  /** The folder in which it runs. */
  readonly cwd?: string;
}

/** What became of it. */
export interface Outcome {
  readonly code: number;
  /** The lines of standard output. */
  readonly out: ReadonlyArray<string>;
  /** The lines of standard error. */
  readonly err: ReadonlyArray<string>;
}

const commandOf = (program: string, args: ReadonlyArray<string>, options: RunOptions): Deno.Command =>
  new Deno.Command(Deno.execPath(), {
    args: ["run", "--no-check", "--quiet", ...options.flags ?? ["-A"], program, ...args],
    env: { NO_COLOR: "1", ...options.env },
    ...options.cwd === undefined ? {} : { cwd: options.cwd },
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  });

/** Runs a program to its end. */
export const run = async (
  program: string,
  args: ReadonlyArray<string>,
  options: RunOptions = {},
): Promise<Outcome> => {
  await using child = start(program, args, options);
  for (const line of options.lines ?? []) await child.type(line);
  await child.endInput();
  return await child.end();
};

/** A program that runs longer, in milliseconds, hangs: it is killed, and the test fails. */
const hanging = 30_000;

/** A program that runs. */
export class Running implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #out: Array<string> = [];
  readonly #err: Array<string> = [];
  readonly #read: Promise<unknown>;
  readonly #watchers = new Set<() => void>();
  #isEnded = false;

  constructor(child: Deno.ChildProcess) {
    this.#child = child;
    this.#input = child.stdin.getWriter();
    this.#read = Promise.all([this.#follow(child.stdout, this.#out), this.#follow(child.stderr, this.#err)]);
    const guard = setTimeout(() => child.kill("SIGKILL"), hanging);
    void this.#read.then(() => {
      clearTimeout(guard);
      this.#isEnded = true;
      this.#tell();
    });
  }

  /** Types a line. */
  async type(line: string): Promise<void> {
    // A program that has ended takes no more.
    await this.#input.write(new TextEncoder().encode(`${line}\n`)).catch(() => {});
  }

  /** Ends its input. */
  async endInput(): Promise<void> {
    await this.#input.close().catch(() => {});
  }

  /** Waits for a line of standard output, or of standard error. */
  async sees(what: string | RegExp, where: "out" | "err" = "out"): Promise<string> {
    const lines = where === "out" ? this.#out : this.#err;
    for (;;) {
      const line = lines.find((one) => typeof what === "string" ? one === what : what.test(one));
      if (line !== undefined) return line;
      if (this.#isEnded) {
        throw new Error(`it ended and did not show ${what}: ${JSON.stringify([this.#out, this.#err])}`);
      }
      await new Promise<void>((resolve) => this.#watchers.add(resolve));
    }
  }

  /** Sends a signal. */
  signal(signal: Deno.Signal): void {
    this.#child.kill(signal);
  }

  /** Waits until it has ended. */
  async end(): Promise<Outcome> {
    const { code } = await this.#child.status;
    await this.#read;
    await this.endInput();
    return { code, out: this.#out, err: this.#err };
  }

  /** Ends it, where it has not ended by itself. */
  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isEnded) {
      try {
        this.#child.kill("SIGKILL");
      } catch {
        // It ended in this moment.
      }
    }
    await this.end();
  }

  async #follow(stream: ReadableStream<Uint8Array>, into: Array<string>): Promise<void> {
    for await (const line of linesOf(stream)) {
      into.push(line);
      this.#tell();
    }
  }

  #tell(): void {
    for (const watcher of this.#watchers) watcher();
    this.#watchers.clear();
  }
}

/** Starts a program. */
export const start = (program: string, args: ReadonlyArray<string>, options: RunOptions = {}): Running =>
  new Running(commandOf(program, args, options).spawn());

/** Starts a node, and waits until it is up; without an end of its input it evaluates what is typed. */
export const startNode = async (
  name: string,
  port: number,
  more: ReadonlyArray<string> = [],
  program: string = chat,
): Promise<Running> => {
  const child = start(program, ["--sname", name, "--cookie", "secret_token", ...more], {
    env: { ERL_EPMD_PORT: String(port) },
  });
  await child.type("Node.self()");
  await child.sees(JSON.stringify(name));
  return child;
};
