/**
 * The shell: evaluates lines one after the other, in one process, until the input ends. When an exit signal
 * ends that process, the next line runs in a new one, with the same names.
 *
 * @module
 */
import type { Screen } from "../cli/screen.ts";
import { Effect, Option } from "../deps/effect.ts";
import * as Node from "../node/node.ts";
import * as Process from "../process/process.ts";
import { atom } from "../term/atom.ts";
import { formatExitReason } from "../term/errors.ts";
import { nonode, type Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple } from "../term/tuple.ts";
import { evaluate, type Evaluated, type Scope } from "./evaluator.ts";
import { textOfValue } from "./text_of_value.ts";

/** What stands before the lines that are typed. */
export interface Prompt {
  /** Before the first one, `iex(alex@localhost)1> `. */
  readonly first: string;
  /** Before those that go on from it, `...(alex@localhost)1> `. */
  readonly next: string;
}

/** Where lines come from. */
export interface Input {
  /**
   * What is to be evaluated next, one line or several that belong together; or `undefined` at the end. Asked
   * again before it has come, it gives the same.
   *
   * @param prompt What a prompt says.
   */
  next(prompt: Prompt): Promise<string | undefined>;
  /** It has been taken: the next question is about what comes behind it. */
  taken(): void;
  /** Succeeds when the user wants no answer to the line that runs (Ctrl-C). */
  readonly interrupted: Effect.Effect<void>;
}

/**
 * Runs the shell.
 *
 * @param input Where lines come from.
 * @param screen Where results go.
 * @param scope The names that lines can use.
 * @returns Succeeds when the input ends.
 */
export const session = (input: Input, screen: Screen, scope: Scope): Effect.Effect<void> =>
  Effect.gen(function* () {
    const print = (text: string): void => screen.write(() => console.log(text));
    let count = 1;
    let isOver = false;
    const shell = Effect.gen(function* () {
      for (;;) {
        const prompt = promptOf(yield* Node.self(), count);
        const line = yield* Effect.promise(() => input.next(prompt));
        input.taken();
        if (line === undefined) {
          isOver = true;
          return;
        }
        count++;
        const text = show(
          yield* Effect.raceFirst(evaluate(line, scope), Effect.as(input.interrupted, halted)),
        );
        if (text !== undefined) print(text);
      }
    });
    while (!isOver) {
      const [pid, reference] = yield* Process.spawnMonitor(shell);
      const reason = yield* Process.receive(reasonIn(reference));
      if (isOver) return;
      print(
        `** (EXIT from ${inspect(pid)}) shell process exited with reason: ${formatExitReason(reason)}`,
      );
    }
  });

const halted: Evaluated = { tag: "failure", text: "interrupted" };

/** IEx's prompt: the node's name, and the number of the evaluation. */
const promptOf = (node: string, count: number): Prompt => {
  const place = node === nonode ? `(${count})> ` : `(${node})${count}> `;
  return { first: `iex${place}`, next: `...${place}` };
};

/** Finds the exit reason in the DOWN message of that monitor. */
const reasonIn = (reference: Reference) => (message: unknown): Option.Option<unknown> =>
  isTuple(message) && message[0] === atom("DOWN") && message[1] === reference
    ? Option.some(message[4])
    : Option.none();

const show = (outcome: Evaluated): string | undefined => {
  switch (outcome.tag) {
    case "value":
      return textOfValue(outcome.value);
    case "failure":
      return `** ${outcome.text}`;
    case "nothing":
      return undefined;
  }
};
