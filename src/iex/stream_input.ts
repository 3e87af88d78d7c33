/**
 * Standard input that is no terminal, as the shell's input.
 *
 * @module
 */
import { linesOf } from "../cli/lines.ts";
import { Effect } from "../deps/effect.ts";
import type { Input } from "./session.ts";
import { isUnfinished } from "./unfinished.ts";

/** A stream as the shell's input: no prompt, and nobody who interrupts. */
export const streamInput = (stream: ReadableStream<Uint8Array>): Input => {
  const lines = linesOf(stream);
  let asked: Promise<string | undefined> | undefined;
  return {
    next: () => asked ??= nextEntry(lines),
    taken: () => asked = undefined,
    interrupted: Effect.never,
  };
};

/** The next line, with those that it goes on in; what the end cuts off is given as it is. */
const nextEntry = async (lines: AsyncIterator<string, void>): Promise<string | undefined> => {
  let entry: string | undefined;
  for (;;) {
    const { value } = await lines.next();
    if (value === undefined) return entry;
    entry = entry === undefined ? value : `${entry}\n${value}`;
    if (!isUnfinished(entry)) return entry;
  }
};
