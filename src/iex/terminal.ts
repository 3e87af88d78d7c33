/**
 * A terminal that a user types at: a prompt with a line editor, that output of other processes does not tear.
 *
 * @module
 */
import process from "node:process";
import { clearScreenDown, createInterface, cursorTo, moveCursor } from "node:readline";
import { Effect } from "../deps/effect.ts";
import type { Screen } from "../cli/screen.ts";
import type { Input } from "./session.ts";

/** A terminal, as the shell's input and as the node's screen. */
export interface Terminal extends Input, Screen {
  /** Gives the terminal back as it was. */
  close(): void;
}

/** Whether a user sits at standard input and reads standard output. */
export const isAtTerminal = (): boolean => Deno.stdin.isTerminal() && Deno.stdout.isTerminal();

/** Takes the terminal over. */
export const openTerminal = (): Terminal => {
  const { stdin: input, stdout: output } = process;
  const editor = createInterface({ input, output, terminal: true, prompt: "" });
  /** Lines that were typed and not asked for yet. */
  const typed: Array<string> = [];
  let isEnded = false;
  let isPrompting = false;
  /** Whether output has left the cursor within a line. */
  let isWithinLine = false;
  let isLeaving = false;
  let asked: Promise<string | undefined> | undefined;
  let answer: ((line: string | undefined) => void) | undefined;
  let onInterrupt: (() => void) | undefined;

  const give = (): void => {
    if (answer === undefined || (typed.length === 0 && !isEnded)) return;
    isPrompting = false;
    answer(typed.shift());
    answer = undefined;
  };
  const say = (text: string): void => void output.write(text);
  const prompt = (): void => {
    if (isWithinLine) say("\n");
    isWithinLine = false;
    isPrompting = true;
    editor.prompt(true);
  };

  editor.on("line", (line) => {
    isLeaving = false;
    typed.push(line);
    give();
  });
  editor.on("close", () => {
    if (isPrompting) say("\n");
    isEnded = true;
    give();
  });
  editor.on("SIGINT", () => {
    if (!isPrompting) return onInterrupt?.();
    if (isLeaving) return editor.close();
    isLeaving = editor.line === "";
    // What was typed is dropped.
    say(isLeaving ? "\n(Ctrl-C again, or Ctrl-D, stops the node)\n" : "\n");
    editor.write(null, { ctrl: true, name: "e" });
    editor.write(null, { ctrl: true, name: "u" });
    prompt();
  });

  return {
    next: (text) => {
      if (asked !== undefined) {
        editor.setPrompt(text);
        // A shell process has ended, and another asks: the prompt stands already.
        if (answer !== undefined) prompt();
        return asked;
      }
      asked = new Promise((resolve) => answer = resolve);
      editor.setPrompt(text);
      if (typed.length === 0 && !isEnded) prompt();
      give();
      return asked;
    },
    taken: () => asked = undefined,
    interrupted: Effect.callback((resume) => {
      onInterrupt = () => resume(Effect.void);
      return Effect.sync(() => onInterrupt = undefined);
    }),
    write: (action, text) => {
      if (isPrompting) {
        moveCursor(output, 0, -editor.getCursorPos().rows);
        cursorTo(output, 0);
        clearScreenDown(output);
      }
      action();
      isWithinLine = text !== undefined && text !== "" && !text.endsWith("\n");
      if (isPrompting) prompt();
    },
    close: () => editor.close(),
  };
};
