/**
 * A program at a terminal, by util-linux's `script`, which makes one: keys are pressed, what is shown is read.
 *
 * @module
 */
import { chat } from "../cli/support.ts";

/** Whether there is such a `script`. */
export const hasScript = (): boolean => {
  try {
    return new Deno.Command("script", { args: ["--version"], stdout: "null", stderr: "null" }).outputSync()
      .success;
  } catch {
    return false;
  }
};

/** Everything but letters that a terminal is told. */
// deno-lint-ignore no-control-regex -- That is what they are.
const controls = /\x1b\[[0-9;?]*[A-Za-z]|\r/g;

/** Where this test's Deno has its packages: a child with another home finds them there. */
export const denoDir = (): string => {
  const { stdout } = new Deno.Command(Deno.execPath(), { args: ["info", "--json"] }).outputSync();
  const { denoDir }: { readonly denoDir: string } = JSON.parse(new TextDecoder().decode(stdout));
  return denoDir;
};

/** The environment of a user with a home of their own. */
export const atHome = (home: string, port: number): Readonly<Record<string, string>> => ({
  ERL_EPMD_PORT: String(port),
  HOME: home,
  DENO_DIR: denoDir(),
  SHELL: "/bin/sh",
  TERM: "xterm",
  NO_COLOR: "1",
});

/** How a program is run at a terminal. */
export interface AtTerminalOptions {
  /** The chat's node by default. */
  readonly program?: string;
  /** Deno's flags: all permissions by default. */
  readonly flags?: string;
  /** The user's home: by default one that is not there, so that nothing is kept. */
  readonly home?: string;
}

/** What has not been shown after so many milliseconds never will be: the program is killed, the test fails. */
const patience = 20_000;

/** A node at a terminal. */
export class AtTerminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #shown = "";
  #onText: () => void = () => {};
  #isEnded = false;

  constructor(args: string, port: number, options: AtTerminalOptions = {}) {
    const { program = chat, flags = "-A", home = "/nonexistent" } = options;
    const command = `'${Deno.execPath()}' run ${flags} --no-check --quiet '${program}' ${args}`;
    this.#child = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", command, "/dev/null"],
      env: atHome(home, port),
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#reading = this.#follow(this.#child.stdout);
    const guard = setTimeout(() => this.#child.kill("SIGTERM"), patience);
    void this.#reading.then(() => clearTimeout(guard));
  }

  /** Presses keys. */
  type(text: string): Promise<void> {
    return this.#input.write(new TextEncoder().encode(text));
  }

  /** What was shown so far, without the terminal's own codes. */
  get text(): string {
    return this.#shown.replaceAll(controls, "");
  }

  /** Waits until a text has been shown, so often. */
  async sees(text: string, times: number = 1): Promise<void> {
    while (this.text.split(text).length <= times) {
      if (this.#isEnded) throw new Error(`it ended and did not show ${text}: ${this.text}`);
      await new Promise<void>((resolve) => this.#onText = resolve);
    }
  }

  /** Waits until it has ended; its exit code. */
  async end(): Promise<number> {
    const { code } = await this.#child.status;
    await this.#reading;
    await this.#input.close().catch(() => {});
    return code;
  }

  async #follow(stream: ReadableStream<Uint8Array>): Promise<void> {
    for await (const text of stream.pipeThrough(new TextDecoderStream())) {
      this.#shown += text;
      this.#onText();
    }
    this.#isEnded = true;
    this.#onText();
  }

  async [Symbol.asyncDispose](): Promise<void> {
    if (!this.#isEnded) this.#child.kill("SIGTERM");
    await this.end();
  }
}
