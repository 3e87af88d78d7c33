/**
 * An application as a node with a shell: what a user's own `main.ts` calls.
 *
 * @example
 * ```ts ignore
 * import { main } from "./src/iex/main.ts";
 * import application from "./application.ts";
 *
 * await main(application);
 * ```
 *
 * @module
 */
import { textOfError } from "../cli/failure_text.ts";
import { type Front, main as run } from "../cli/main.ts";
import { plainScreen, type Screen } from "../cli/screen.ts";
import type { AnyApplication } from "../otp/application.ts";
import type { AnyModule } from "../process/modules.ts";
import { complete } from "./completion.ts";
import { openHistory } from "./history.ts";
import { makeScope } from "./scope.ts";
import { session } from "./session.ts";
import { streamInput } from "./stream_input.ts";
import { isAtTerminal, openTerminal } from "./terminal.ts";

/**
 * Runs an application as a node, as its command line says: at a terminal with a shell, else evaluating the lines of
 * standard input; with `--no-halt` until a signal comes. Ends this OS process with its exit code: 0, or 1 with
 * one line on standard error.
 *
 * @param application What to run; without one, that of `-S FILE`, where the command line says one.
 * @param args The command line; `Deno.args` by default.
 */
export const main = (
  application?: AnyApplication,
  args: ReadonlyArray<string> = Deno.args,
): Promise<never> => run(application, { args, front: openShell });

const openShell = (modules: ReadonlyArray<AnyModule>): Front => {
  const scope = makeScope(modules);
  if (!isAtTerminal()) {
    const life = session(streamInput(Deno.stdin.readable), plainScreen, scope);
    return { screen: plainScreen, life, close: survive(plainScreen) };
  }
  const terminal = openTerminal({ history: openHistory(), complete: (line) => complete(line, scope) });
  const stopSurviving = survive(terminal);
  const close = (): void => {
    stopSurviving();
    terminal.close();
  };
  return { screen: terminal, life: session(terminal, terminal, scope), close };
};

/**
 * What a line has left behind, and what fails with nobody to see it, ends no shell: it is shown.
 *
 * @param screen Where.
 * @returns Ends this.
 */
const survive = (screen: Screen): () => void => {
  const onRejection = (event: PromiseRejectionEvent): void => show(event, event.reason);
  const onError = (event: ErrorEvent): void => show(event, event.error);
  const show = (event: Event, error: unknown): void => {
    event.preventDefault();
    // The line editor would show it too, across what is being typed.
    event.stopImmediatePropagation();
    screen.write(() => console.log(`** (nobody awaits it) ${textOfError(error)}`));
  };
  globalThis.addEventListener("unhandledrejection", onRejection);
  globalThis.addEventListener("error", onError);
  return () => {
    globalThis.removeEventListener("unhandledrejection", onRejection);
    globalThis.removeEventListener("error", onError);
  };
};
