/**
 * What the tests and the nodes that they stop and kill have both defined.
 *
 * @module
 */
import { Effect } from "../../src/deps/effect.ts";
import { defmodule } from "../../src/process/modules.ts";
import * as Process from "../../src/process/process.ts";
import type { Pid } from "../../src/term/identifier.ts";

/** The cookie of the nodes in OS processes of their own. */
export const cookie = "a cookie of the faults";

/** The functions that the nodes call on each other. */
export const Faults = defmodule("Faults", {
  wait: () => Effect.never,
  twice: (number: number) => 2 * number,
  /** Gives 42 once it is sent something. */
  held: () => Effect.as(Process.receive(), 42),
  /** Gives that many bytes. */
  blob: (size: number) => new Uint8Array(size).fill(7),
  /** Sends its pid, and then each message that comes. */
  relay: (to: Pid) =>
    Effect.gen(function* () {
      yield* Process.trapExit(true);
      yield* Process.send(to, yield* Process.self());
      for (;;) yield* Process.send(to, yield* Process.receive());
    }),
});

/** Milliseconds of silence after which a peer that is stopped is down: long enough for a busy machine. */
export const shortTick = 2_000;
