/**
 * A program as a node with a shell: what a user's own `main.ts` calls.
 *
 * @module
 */
import { type Front, main as run, type Program } from "../cli/main.ts";
import { plainScreen } from "../cli/screen.ts";
import { makeScope } from "./scope.ts";
import { session } from "./session.ts";
import { streamInput } from "./stream_input.ts";
import { isAtTerminal, openTerminal } from "./terminal.ts";

export type { Program } from "../cli/main.ts";

/**
 * Runs a program as a node, as its command line says: at a terminal with a shell, else evaluating the lines of
 * standard input; with `--no-halt` until a signal comes. Ends this OS process with its exit code: 0, or 1 with
 * one line on standard error.
 *
 * @param program What to run.
 * @param args The command line; `Deno.args` by default.
 */
export const main = (program: Program, args: ReadonlyArray<string> = Deno.args): Promise<never> =>
  run(program, { args, front: openShell });

const openShell = ({ modules }: Program): Front => {
  const scope = makeScope(modules);
  if (!isAtTerminal()) {
    const life = session(streamInput(Deno.stdin.readable), plainScreen, scope);
    return { screen: plainScreen, life, close: () => {} };
  }
  const terminal = openTerminal();
  return { screen: terminal, life: session(terminal, terminal, scope), close: terminal.close };
};
