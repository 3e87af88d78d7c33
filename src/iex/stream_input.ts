/**
 * Standard input that is no terminal, as the shell's input.
 *
 * @module
 */
import { linesOf } from "../cli/lines.ts";
import { Effect } from "../deps/effect.ts";
import type { Input } from "./session.ts";

/** A stream as the shell's input: no prompt, and nobody who interrupts. */
export const streamInput = (stream: ReadableStream<Uint8Array>): Input => {
  const lines = linesOf(stream);
  let asked: Promise<string | undefined> | undefined;
  return {
    next: () => asked ??= lines.next().then(({ value }) => value ?? undefined),
    taken: () => asked = undefined,
    interrupted: Effect.never,
  };
};
