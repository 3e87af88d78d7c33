/**
 * `Process` as the public sees it: with `flush`, which prints.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { withProcess } from "../process/own_kernel.ts";
import { type Atom, atom } from "../term/atom.ts";
import { inspect } from "../term/inspect.ts";
import { type IoError, puts } from "./io.ts";

export * from "../process/process.ts";

/**
 * Prints each message that lies in the caller's mailbox, and takes it out (IEx's `flush/0`).
 *
 * @returns `:ok`. Fails as `IO.puts` does; the messages that are not printed yet stay.
 */
export const flush = (): Effect.Effect<Atom<"ok">, IoError> =>
  withProcess((entry) => {
    const printNext = (): Effect.Effect<Atom<"ok">, IoError> =>
      entry.messageCount === 0
        ? Effect.succeed(atom("ok"))
        : Effect.flatMap(puts(inspect(entry.mailbox.shift())), printNext);
    return printNext();
  });
