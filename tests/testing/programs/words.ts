/**
 * A module that peers define.
 *
 * @module
 */
import { Effect } from "../../../src/deps/effect.ts";
import * as Process from "../../../src/io/process.ts";
import { defmodule } from "../../../src/process/modules.ts";
import type { Pid } from "../../../src/term/identifier.ts";

/** What a peer is asked for. */
export const Words = defmodule("Words", {
  /** Writes where it is asked. */
  write: (text: string, source: "stdout" | "stderr") =>
    source === "stdout" ? console.log(text) : console.error(text),
  /** Sends its OS process's number. */
  sendOsPid: (to: Pid) => Process.send(to, Deno.pid),
  /** Once it is told to, never gives the event loop a turn again. */
  spin: () =>
    Effect.map(Process.receive(), () => {
      for (;;);
    }),
  /** Says each word back that it is sent. */
  echo: (to: Pid) => Effect.forever(Effect.flatMap(Process.receive(), (word) => Process.send(to, word))),
  /** Ends the whole program. */
  leave: (code: number) => Deno.exit(code),
});
