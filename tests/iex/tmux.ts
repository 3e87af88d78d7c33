/**
 * Terminals side by side, in a tmux server of this test's own: keys are pressed, and the screen is looked at as a
 * user sees it.
 *
 * @module
 */
import { eventually } from "../waiting.ts";
import { atHome } from "./at_terminal.ts";

/** Whether there is a tmux. */
export const hasTmux = (): boolean => {
  try {
    return new Deno.Command("tmux", { args: ["-V"], stdout: "null", stderr: "null" }).outputSync().success;
  } catch {
    return false;
  }
};

/** What is not on the screen after so many milliseconds never will be. */
const patience = 20_000;

/** A tmux server; its programs end with it. */
export class Tmux implements AsyncDisposable {
  readonly #folder: string;
  readonly #env: Readonly<Record<string, string>>;

  /**
   * @param port The port mapper's, for the nodes at these terminals.
   */
  constructor(port: number) {
    this.#folder = Deno.makeTempDirSync();
    this.#env = { ...atHome(`${this.#folder}/home`, port), TERM: "screen" };
  }

  /** Opens a terminal with a program of Deno's, `deno run` and all. */
  async open(name: string, command: ReadonlyArray<string>): Promise<Screen> {
    const quoted = [Deno.execPath(), ...command].map((part) => `'${part}'`).join(" ");
    // The terminal outlives its program, and says how that ended: tmux itself misses the end of one now and then.
    const lived = `${quoted}; echo "ended with $?"; exec cat`;
    await this.tell("new-session", "-d", "-s", name, "-x", "200", "-y", "50", lived);
    return new Screen(this, name);
  }

  /** Tells the server something; its answer. */
  async tell(...args: ReadonlyArray<string>): Promise<string> {
    const { success, stdout, stderr } = await new Deno.Command("tmux", {
      args: ["-S", `${this.#folder}/socket`, "-f", "/dev/null", ...args],
      env: this.#env,
    }).output();
    if (!success) throw new Error(`tmux ${args.join(" ")}: ${new TextDecoder().decode(stderr)}`);
    return new TextDecoder().decode(stdout);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    // There is none where nothing was opened.
    await this.tell("kill-server").catch(() => {});
    await Deno.remove(this.#folder, { recursive: true });
  }
}

/** One terminal. */
export class Screen {
  readonly #server: Tmux;
  readonly #name: string;

  constructor(server: Tmux, name: string) {
    this.#server = server;
    this.#name = name;
  }

  /** Types lines, as a user would who waits for nothing. */
  async enter(...lines: ReadonlyArray<string>): Promise<void> {
    for (const line of lines) {
      // A semicolon at the end would be tmux's own.
      await this.#server.tell("send-keys", "-t", this.#name, "-l", "--", line.replace(/;$/, "\\;"));
      await this.press("Enter");
    }
  }

  /** Presses a key, as tmux names it. */
  async press(key: string): Promise<void> {
    await this.#server.tell("send-keys", "-t", this.#name, key);
  }

  /** Kills the program, as a crash of its machine would; its terminal goes, too. */
  async kill(): Promise<void> {
    const pid = await this.#server.tell("display-message", "-p", "-t", this.#name, "#{pane_pid}");
    // All that runs at the terminal: they are one group.
    await new Deno.Command("kill", { args: ["-9", "--", `-${pid.trim()}`] }).output();
  }

  /** The lines on the screen, up to the last one that is not empty; one that is too long for it is one all the same. */
  async lines(): Promise<ReadonlyArray<string>> {
    const text = await this.#server.tell("capture-pane", "-p", "-t", this.#name, "-J");
    return text.trimEnd().split("\n").map((line) => line.trimEnd());
  }

  /**
   * Waits until the screen is as expected, from its first line to its last.
   *
   * @param expected A line as it is, or what it matches.
   */
  async shows(...expected: ReadonlyArray<string | RegExp>): Promise<void> {
    const fits = (lines: ReadonlyArray<string>): boolean =>
      lines.length === expected.length &&
      expected.every((one, at) => typeof one === "string" ? lines[at] === one : one.test(lines[at] ?? ""));
    await this.#until(fits, () => expected.join("\n"));
  }

  /** Waits until the last line is that. */
  async endsWith(last: string): Promise<void> {
    await this.#until((lines) => lines.at(-1) === last, () => `… ${last}`);
  }

  /** Waits until the program has ended well. */
  async ends(): Promise<void> {
    await this.#until(
      (lines) => lines.at(-1) === "ended with 0",
      () => "its end, with code 0",
    );
  }

  async #until(fits: (lines: ReadonlyArray<string>) => boolean, expected: () => string): Promise<void> {
    let lines: ReadonlyArray<string> = [];
    await eventually(
      () => `${this.#name} shows\n${lines.join("\n")}\n\nand not\n${expected()}`,
      async () => fits(lines = await this.lines()),
      patience,
    );
  }
}
