/**
 * The shell at a terminal, by `script`, which makes one: prompt, lines, output of others, Ctrl-C and Ctrl-D.
 * Ignored where there is no `script` of util-linux.
 *
 * @module
 */
import { assert, assertEquals, assertStringIncludes } from "@std/assert";
import { chat, freePort, ownAddress, run } from "../cli/support.ts";

const hasScript = (): boolean => {
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

/** A chat node at a terminal. */
class AtTerminal implements AsyncDisposable {
  readonly #child: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #reading: Promise<void>;
  #shown = "";
  #onText: () => void = () => {};
  #isEnded = false;

  constructor(args: string, port: number, flags: string = "-A") {
    const command = `'${Deno.execPath()}' run ${flags} --no-check --quiet '${chat}' ${args}`;
    this.#child = new Deno.Command("script", {
      args: ["--quiet", "--return", "--command", command, "/dev/null"],
      env: { ERL_EPMD_PORT: String(port), SHELL: "/bin/sh", TERM: "xterm" },
      stdin: "piped",
      stdout: "piped",
      stderr: "null",
    }).spawn();
    this.#input = this.#child.stdin.getWriter();
    this.#reading = this.#follow(this.#child.stdout);
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

const ignore = !hasScript();
const named = "--sname alex@localhost --cookie secret_token";

Deno.test({
  name: "at a terminal a prompt counts the lines up, and Ctrl-D stops the node",
  ignore,
  fn: async () => {
    await using alex = new AtTerminal(named, freePort());
    await alex.sees("iex(alex@localhost)1> ");
    await alex.type("const a = 20 + 1\r");
    await alex.sees("\n21\n");
    await alex.sees("iex(alex@localhost)2> ");
    await alex.type("2 * a\r");
    await alex.sees("\n42\n");
    await alex.sees("iex(alex@localhost)3> ");
    await alex.type("\x04");
    assertEquals(await alex.end(), 0);
  },
});

Deno.test({
  name: "at a terminal without a name the prompt has none, and no permission is asked for",
  ignore,
  fn: async () => {
    await using shell = new AtTerminal("", freePort(), "");
    await shell.sees("iex(1)> ");
    await shell.type("\x04");
    assertEquals(await shell.end(), 0);
  },
});

Deno.test({
  name: "at a terminal a node with --allow-net alone asks for nothing more",
  ignore,
  fn: async () => {
    const name = `alex@${ownAddress()}`;
    await using alex = new AtTerminal(`--sname ${name} --cookie secret_token`, freePort(), "--allow-net");
    await alex.sees(`iex(${name})1> `);
    await alex.type("Node.isAlive()\r");
    await alex.sees("\ntrue\n");
    await alex.type("\x04");
    assertEquals(await alex.end(), 0);
    assert(!alex.text.includes("requests"));
  },
});

Deno.test({
  name: "output of others does not tear what is being typed",
  ignore,
  fn: async () => {
    const port = freePort();
    await using alex = new AtTerminal(named, port);
    await alex.sees("iex(alex@localhost)1> ");
    await alex.type("'typed ");
    await alex.sees("1> 'typed ");
    const { out } = await run(chat, ["--sname", "kate@localhost", "--cookie", "secret_token"], {
      lines: ['Chat.sendMessage("alex@localhost", "from kate")'],
      env: { ERL_EPMD_PORT: String(port) },
    });
    assertEquals(out, [":ok"]);
    // The prompt is taken away, the line comes, and then the prompt with what was typed.
    await alex.sees("from kate\niex(alex@localhost)1> 'typed ");
    await alex.type("on'\r");
    await alex.sees('\n"typed on"\n');
    await alex.type("\x04");
    assertEquals(await alex.end(), 0);
  },
});

Deno.test({
  name: "Ctrl-C ends an evaluation, drops a line, and twice stops the node",
  ignore,
  fn: async () => {
    await using alex = new AtTerminal(named, freePort());
    await alex.sees("iex(alex@localhost)1> ");
    await alex.type("self() && console.log('waiting') || Process.receive()\r");
    await alex.sees("\nwaiting\n");
    await alex.type("\x03");
    await alex.sees("\n** interrupted\n");
    await alex.sees("iex(alex@localhost)2> ");
    await alex.type("dropped");
    await alex.sees("dropped");
    await alex.type("\x03");
    await alex.sees("iex(alex@localhost)2> ", 2);
    await alex.type("'kept'\r");
    await alex.sees('\n"kept"\n');
    await alex.sees("iex(alex@localhost)3> ");
    await alex.type("\x03");
    await alex.sees("(Ctrl-C again, or Ctrl-D, stops the node)");
    await alex.type("\x03");
    assertEquals(await alex.end(), 0);
    assert(!alex.text.includes("ReferenceError"));
    assertStringIncludes(alex.text, "2> dropped");
  },
});
