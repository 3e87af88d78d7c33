/**
 * A node in an OS process of its own, as a user at a terminal has it: lines are typed, output is read.
 *
 * @module
 */
import { linesOf } from "../../src/cli/lines.ts";

/** What was observed is not what was expected. */
export class Unexpected extends Error {
  override readonly name = "Unexpected";
}

/** How a node is started. */
export interface TerminalOptions {
  readonly name: string;
  readonly cookie: string;
  /** The port mapper's port. */
  readonly mapperPort: number;
}

/** Long enough for a slow machine: a scene ends when its facts are there, not after this. */
const patience = 8000;

/** A node's terminal. */
export class Terminal {
  readonly name: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  /** What came and was not expected yet. */
  readonly #unread: Array<string> = [];
  readonly #output: Promise<unknown>;
  #onLine: () => void = () => {};

  constructor(options: TerminalOptions) {
    this.name = options.name;
    const program = new URL("./node.ts", import.meta.url).href;
    const args = ["run", "-A", "--no-check", program, "--sname", options.name, "--cookie", options.cookie];
    this.#child = new Deno.Command(Deno.execPath(), {
      args,
      env: { ERL_EPMD_PORT: String(options.mapperPort), NO_COLOR: "1" },
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#output = Promise.all([this.#follow(this.#child.stdout), this.#follow(this.#child.stderr)]);
  }

  /** Types a line. */
  async type(line: string): Promise<void> {
    console.log(`[${this.name}] > ${line}`);
    await this.#input.write(new TextEncoder().encode(`${line}\n`));
  }

  /** Waits for a line of output, whatever stands before it; the line. */
  async sees(what: string | RegExp): Promise<string> {
    const deadline = Date.now() + patience;
    for (;;) {
      const at = this.#unread.findIndex((line) => typeof what === "string" ? line === what : what.test(line));
      const found = this.#unread[at];
      if (found !== undefined) {
        this.#unread.splice(at, 1);
        return found;
      }
      const left = deadline - Date.now();
      if (left <= 0) {
        throw new Unexpected(`${this.name} did not show ${what}; it showed ${JSON.stringify(this.#unread)}`);
      }
      await this.#nextLine(left);
    }
  }

  /** Says that a line has not come: to be asked once the facts that would bring it are there. */
  hasNotSeen(what: string): void {
    if (this.#unread.includes(what)) throw new Unexpected(`${this.name} showed ${what}`);
  }

  /** Ends the node at once, as a crash of its machine would. */
  async kill(): Promise<void> {
    this.#child.kill("SIGKILL");
    await this.#end();
  }

  /** Ends the node's input, and waits until it has stopped. */
  async stop(): Promise<void> {
    await this.#input.close().catch(() => {});
    const stuck = setTimeout(() => this.#child.kill("SIGKILL"), patience);
    await this.#end();
    clearTimeout(stuck);
  }

  async #end(): Promise<void> {
    await this.#child.status;
    await this.#output;
    await this.#input.close().catch(() => {});
  }

  async #follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const line of linesOf(stream)) {
      console.log(`[${this.name}] ${line}`);
      this.#unread.push(line);
      this.#onLine();
    }
  }

  #nextLine(milliseconds: number): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(resolve, milliseconds);
      this.#onLine = () => {
        clearTimeout(timer);
        resolve();
      };
    });
  }
}
