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
/** How long a node may take to stop by itself. */
const grace = 1000;

/** A node's terminal. */
export class Terminal {
  readonly name: string;
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  /** What came and was not expected yet. */
  readonly #unread: Array<string> = [];
  #marks = 0;
  #isEnded = false;
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
    void this.#child.status.then(() => {
      this.#isEnded = true;
      this.#onLine();
    });
  }

  /** Types a line. */
  async type(line: string): Promise<void> {
    console.log(`[${this.name}] > ${line}`);
    await this.#write(line);
  }

  /** Types a line, waits until the node has evaluated it, and expects a line among what it has shown. */
  async answers(line: string, ...expected: ReadonlyArray<string | RegExp>): Promise<void> {
    await this.type(line);
    await this.#settled();
    for (const what of expected) if (this.#take(what) === undefined) throw this.#unexpected(what);
  }

  /** Expects a line that has been shown by now: what it follows from has been seen already. */
  async hasSeen(what: string | RegExp): Promise<void> {
    await this.#settled();
    if (this.#take(what) === undefined) throw this.#unexpected(what);
  }

  /** Expects that a line has not been shown, once the facts that would bring it are there. */
  async hasNotSeen(what: string): Promise<void> {
    await this.#settled();
    if (this.#unread.includes(what)) throw new Unexpected(`${this.name} showed ${what}`);
  }

  /** Waits for a line of output, whatever stands before it. */
  async sees(what: string | RegExp): Promise<void> {
    const deadline = Date.now() + patience;
    while (this.#take(what) === undefined) {
      const left = deadline - Date.now();
      if (left <= 0 || this.#isEnded) throw this.#unexpected(what);
      await this.#nextLine(left);
    }
  }

  /** Ends the node at once, as a crash of its machine would. */
  async kill(): Promise<void> {
    this.#signal("SIGKILL");
    await this.#end();
  }

  /** Ends the node's input, and waits until it has stopped. */
  async stop(): Promise<void> {
    await this.#input.close().catch(() => {});
    // It may evaluate a line that waits.
    const isStuck = setTimeout(() => this.#signal("SIGTERM"), grace);
    const isDeaf = setTimeout(() => this.#signal("SIGKILL"), patience);
    await this.#end();
    clearTimeout(isStuck);
    clearTimeout(isDeaf);
  }

  async #end(): Promise<void> {
    await this.#child.status;
    await this.#output;
    await this.#input.close().catch(() => {});
  }

  #signal(signal: Deno.Signal): void {
    // It may have ended by itself in this moment.
    if (!this.#isEnded) this.#child.kill(signal);
  }

  async #write(line: string): Promise<void> {
    try {
      await this.#input.write(new TextEncoder().encode(`${line}\n`));
    } catch {
      throw new Unexpected(`${this.name} has ended, and takes no lines`);
    }
  }

  /** Waits until the node has evaluated all that was typed: it answers one more line, which nobody sees. */
  async #settled(): Promise<void> {
    const mark = `mark ${++this.#marks}`;
    await this.#write(JSON.stringify(mark));
    await this.sees(JSON.stringify(mark));
  }

  #take(what: string | RegExp): string | undefined {
    const at = this.#unread.findIndex((line) => typeof what === "string" ? line === what : what.test(line));
    return at < 0 ? undefined : this.#unread.splice(at, 1)[0];
  }

  #unexpected(what: string | RegExp): Unexpected {
    return new Unexpected(`${this.name} did not show ${what}; it showed ${JSON.stringify(this.#unread)}`);
  }

  async #follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const line of linesOf(stream)) {
      if (!/^"mark \d+"$/.test(line)) console.log(`[${this.name}] ${line}`);
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
