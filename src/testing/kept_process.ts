/**
 * A peer's OS process as the test has it: what it has shown so far, signals to it, and its end.
 *
 * @module
 */
import { linesOf } from "../cli/lines.ts";
import { Effect } from "../deps/effect.ts";

/** Where a line was written. */
export type Source = "stdout" | "stderr";

/** A process that a keeper keeps, see `keeper.ts`. */
export class KeptProcess {
  /** What it has written so far, in lines. */
  readonly lines: Readonly<Record<Source, Array<string>>> = { stdout: [], stderr: [] };
  /** Its exit code, once it has ended: 128 and the signal's number where a signal has ended it. */
  code: number | undefined = undefined;
  readonly #keeper: Deno.ChildProcess;
  readonly #input: WritableStreamDefaultWriter<Uint8Array>;
  readonly #finished: Promise<void>;
  readonly #watchers = new Set<() => void>();
  /** Signals that the keeper has not answered yet. */
  readonly #sending: Array<() => void> = [];

  private constructor(keeper: Deno.ChildProcess) {
    this.#keeper = keeper;
    this.#input = keeper.stdin.getWriter();
    this.#finished = this.#follow();
  }

  /**
   * Starts one.
   *
   * @param args Deno's arguments.
   * @param env Variables beside those of this program.
   */
  static start(args: ReadonlyArray<string>, env: Readonly<Record<string, string>>): KeptProcess {
    const keeper = new URL("./keeper.ts", import.meta.url).href;
    const deno = Deno.execPath();
    const command = new Deno.Command(deno, {
      args: ["run", "--quiet", "--no-prompt", "--no-lock", "--allow-run", keeper, deno, ...args],
      env,
      stdin: "piped",
      stdout: "piped",
      stderr: "piped",
    });
    return new KeptProcess(command.spawn());
  }

  /**
   * Sends a signal.
   *
   * @param signal Its name.
   * @returns Resolved when it is sent, or the process has ended.
   */
  signal(signal: Deno.Signal): Promise<void> {
    if (this.code !== undefined) return Promise.resolve();
    const sent = new Promise<void>((resolve) => void this.#sending.push(resolve));
    this.#input.write(new TextEncoder().encode(`${signal}\n`)).catch(() => {});
    return sent;
  }

  /**
   * Succeeds with what `find` gives, once that is something: it is asked again whenever there is more output, and
   * when the process has ended.
   *
   * @param find Looks for it.
   */
  until<A>(find: () => A | undefined): Effect.Effect<A> {
    return Effect.callback<A>((resume) => {
      const look = (): void => {
        const found = find();
        if (found === undefined) return;
        this.#watchers.delete(look);
        resume(Effect.succeed(found));
      };
      this.#watchers.add(look);
      look();
      return Effect.sync(() => void this.#watchers.delete(look));
    });
  }

  /**
   * Ends it, where it has not ended by itself: asked first, where it can answer.
   *
   * @param grace How long it may take then, in milliseconds; 0 kills it.
   */
  async end(grace: number): Promise<void> {
    if (this.code === undefined && grace > 0) {
      await this.signal("SIGTERM");
      const timer = setTimeout(() => this.signal("SIGKILL"), grace);
      await this.#finished;
      clearTimeout(timer);
    } else await this.signal("SIGKILL");
    await this.#finished;
    await this.#input.close().catch(() => {});
    await this.#keeper.status;
  }

  async #follow(): Promise<void> {
    const complaints = new Response(this.#keeper.stderr).text();
    for await (const line of linesOf(this.#keeper.stdout)) this.#onLine(line);
    // A keeper that could not start it has not said its code.
    if (this.code === undefined) {
      this.lines.stderr.push(...(await complaints).trimEnd().split("\n"));
      this.code = (await this.#keeper.status).code;
    }
    await complaints;
    this.#tell();
  }

  #onLine(line: string): void {
    const [mark, text] = [line[0], line.slice(1)];
    if (mark === "o") this.lines.stdout.push(text);
    else if (mark === "e") this.lines.stderr.push(text);
    else if (mark === "!") this.#sending.shift()?.();
    else if (mark === "x") this.code = Number(text);
    this.#tell();
  }

  #tell(): void {
    if (this.code !== undefined) { for (const sent of this.#sending.splice(0)) sent(); }
    for (const watcher of [...this.#watchers]) watcher();
  }
}
