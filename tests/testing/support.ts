/**
 * Test files of made-up projects, run by `deno test` as a user runs them.
 *
 * @module
 */

/** What a run of tests came to. */
export interface TestRun {
  readonly code: number;
  /** All that was shown. */
  readonly text: string;
  /** The outcome of each test, by its name. */
  readonly outcomes: Readonly<Record<string, string>>;
}

/** How tests are run. */
export interface TestRunOptions {
  /** Deno's flags. */
  readonly flags?: ReadonlyArray<string>;
  /** What stands behind `--`. */
  readonly args?: ReadonlyArray<string>;
  readonly env?: Readonly<Record<string, string>>;
}

/** Runs the tests of files, by their addresses. */
export const denoTest = async (
  files: ReadonlyArray<string>,
  options: TestRunOptions = {},
): Promise<TestRun> => {
  const { flags = ["-A"], args = [], env = {} } = options;
  const { code, stdout, stderr } = await new Deno.Command(Deno.execPath(), {
    args: ["test", "--no-check", ...flags, ...files, ...args.length > 0 ? ["--", ...args] : []],
    env: { NO_COLOR: "1", ...env },
    stdin: "null",
  }).output();
  const text = [stdout, stderr].map((bytes) => new TextDecoder().decode(bytes)).join("");
  // `./a.ts => name ... ok (1ms)`; the file only where several run at the same time.
  const lines = text.matchAll(/^(?:\.\S+ => )?(.+?) \.\.\. (?:[-\w ]*-----)?(ok|FAILED|ignored)\b/gm);
  const outcomes = Object.fromEntries([...lines].map(([, name = "", outcome = ""]) => [name, outcome]));
  return { code, text, outcomes };
};

/** The address of a made-up project's file. */
export const program = (name: string): string => new URL(`./programs/${name}.ts`, import.meta.url).href;
