/**
 * A terminal that a user types at, on `node:repl`: its line editor, its lines that go on and its commands
 * (`.break`, `.editor`, `.exit`, `.help`); with the prompts of IEx, output of other processes that does not
 * tear what is being typed, and lines that wait for the one before them.
 *
 * @module
 */
import process from "node:process";
import { clearScreenDown, cursorTo, moveCursor } from "node:readline";
import { Recoverable, type REPLServer, start } from "node:repl";
import type { Screen } from "../cli/screen.ts";
import { Effect } from "../deps/effect.ts";
import type { History } from "./history.ts";
import { Keyboard } from "./keyboard.ts";
import type { Input, Prompt } from "./session.ts";
import { entriesOf, isUnfinished } from "./unfinished.ts";

/** A terminal, as the shell's input and as the node's screen. */
export interface Terminal extends Input, Screen {
  /** Gives the terminal back as it was. */
  close(): void;
}

/** What a terminal is used with. */
export interface TerminalOptions {
  /** The lines of earlier sessions. */
  readonly history: History;
  /** What the end of a line can become, and that end. */
  readonly complete: (line: string) => readonly [completions: ReadonlyArray<string>, end: string];
}

/** Whether a user sits at standard input and reads standard output. */
export const isAtTerminal = (): boolean => Deno.stdin.isTerminal() && Deno.stdout.isTerminal();

/** Takes the terminal over. */
export const openTerminal = (options: TerminalOptions): Terminal => new NodeTerminal(options);

class NodeTerminal implements Terminal {
  readonly interrupted: Effect.Effect<void>;
  readonly #options: TerminalOptions;
  readonly #output = process.stdout;
  readonly #keyboard: Keyboard;
  /** Made with the first prompt, which it shows. */
  #editor: REPLServer | undefined;
  #prompt: Prompt = { first: "", next: "" };
  /** Whether the line is typed at that goes on from others. */
  #goesOn = false;
  #isPrompting = false;
  /** Whether output has left the cursor within a line. */
  #isWithinLine = false;
  #isEnded = false;
  /** What was typed and is to be evaluated. */
  readonly #entries: Array<string> = [];
  #asked: Promise<string | undefined> | undefined;
  #answer: ((entry: string | undefined) => void) | undefined;
  /** Tells the editor that its line has been evaluated. */
  #finish: (() => void) | undefined;
  #onInterrupt: (() => void) | undefined;

  constructor(options: TerminalOptions) {
    this.#options = options;
    this.#keyboard = new Keyboard(process.stdin, () => this.#onInterrupt?.());
    this.interrupted = Effect.callback((resume) => {
      this.#onInterrupt = () => resume(Effect.void);
      return Effect.sync(() => this.#onInterrupt = undefined);
    });
  }

  next(prompt: Prompt): Promise<string | undefined> {
    this.#prompt = prompt;
    if (this.#asked !== undefined) {
      // A shell process has ended, and another asks: the prompt stands already.
      if (this.#isPrompting) this.#showPrompt();
      return this.#asked;
    }
    this.#asked = new Promise((resolve) => this.#answer = resolve);
    this.#give();
    if (this.#answer !== undefined) this.#readLine();
    return this.#asked;
  }

  taken(): void {
    this.#asked = undefined;
  }

  write(action: () => void, text?: string): void {
    const rows = this.#isPrompting ? this.#editor?.getCursorPos().rows ?? 0 : 0;
    if (this.#isPrompting) {
      moveCursor(this.#output, 0, -rows);
      cursorTo(this.#output, 0);
      clearScreenDown(this.#output);
    }
    action();
    this.#isWithinLine = text !== undefined && text !== "" && !text.endsWith("\n");
    if (this.#isPrompting) this.#showPrompt(rows);
  }

  close(): void {
    this.#editor?.close();
  }

  /**
   * Shows the prompt with what has been typed behind it.
   *
   * @param rows In how many rows above the cursor's the editor takes itself to be.
   */
  #showPrompt(rows: number = 0): void {
    if (this.#isWithinLine) this.#output.write("\n");
    this.#isWithinLine = false;
    // It goes up by so many before it writes.
    this.#output.write("\n".repeat(rows));
    this.#editor?.displayPrompt(true);
  }

  /** Lets the user type. */
  #readLine(): void {
    this.#isPrompting = true;
    if (this.#isWithinLine) this.#output.write("\n");
    this.#isWithinLine = false;
    const finish = this.#finish;
    this.#finish = undefined;
    if (this.#editor === undefined) this.#editor = this.#makeEditor();
    else finish?.();
    this.#keyboard.release();
  }

  #give(): void {
    if (this.#answer === undefined || (this.#entries.length === 0 && !this.#isEnded)) return;
    this.#isPrompting = false;
    this.#answer(this.#entries.shift());
    this.#answer = undefined;
  }

  #makeEditor(): REPLServer {
    const { history, complete } = this.#options;
    const editor = start({
      prompt: this.#prompt.first,
      input: this.#keyboard,
      output: this.#output,
      terminal: true,
      useColors: false,
      // What an evaluation gives is shown by who evaluates.
      ignoreUndefined: true,
      completer: (line: string) => complete(line),
      eval: (text, _context, _file, done) => this.#evaluate(text, done),
    });
    // Newest first, as the editor keeps it.
    Reflect.set(editor, "history", history.lines.toReversed());
    const { clearBufferedCommand } = editor;
    editor.clearBufferedCommand = () => {
      this.#goesOn = false;
      clearBufferedCommand.call(editor);
    };
    editor.displayPrompt = (keepsCursor) => {
      if (!this.#isPrompting) return;
      editor.setPrompt(this.#goesOn ? this.#prompt.next : this.#prompt.first);
      editor.prompt(keepsCursor);
    };
    editor.on("line", (line) => history.add(line));
    editor.on("exit", () => {
      this.#isEnded = true;
      this.#give();
    });
    return editor;
  }

  /** Takes what has been typed: to be evaluated, or to be gone on from. */
  #evaluate(text: string, done: (error: Error | null, result: undefined) => void): void {
    if (isUnfinished(text, this.#keyboard.ahead)) {
      this.#goesOn = true;
      return done(new Recoverable(new SyntaxError("it goes on")), undefined);
    }
    this.#goesOn = false;
    this.#keyboard.hold();
    this.#finish = () => done(null, undefined);
    this.#entries.push(...entriesOf(text.replace(/\n+$/, "")));
    this.#give();
  }
}
