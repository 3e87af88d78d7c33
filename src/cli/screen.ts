/**
 * The terminal or the pipe that a node's output goes to: where a prompt stands, it is taken away for the
 * output and comes back behind it.
 *
 * @module
 */
import { Logger } from "../deps/effect.ts";
import { stderrLogger } from "../process/log.ts";

/** Where a program's own output, the log and the shell's answers go. */
export interface Screen {
  /**
   * Lets something be written.
   *
   * @param action Writes it, at once.
   * @param text What it writes to the terminal; a whole line where none is given.
   */
  write(action: () => void, text?: string): void;
}

/** A screen on which no prompt stands. */
export const plainScreen: Screen = { write: (action) => action() };

/** The log, on a screen. */
export const screenLogger = (screen: Screen): Logger.Logger<unknown, void> =>
  Logger.make((options) => screen.write(() => stderrLogger.log(options)));
