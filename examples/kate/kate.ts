/**
 * The lesson's first module: Kate says her name, and answers a greeting.
 *
 * @module
 */
import { Effect } from "npm:effect@^4.1.0";
import { atom, defmodule, IO, isTuple, Pid, Process, type Term } from "../../mod.ts";

const isGreeting = (message: Term): message is readonly [Term, Pid] =>
  isTuple(message) && message.length === 2 && message[0] === atom("hi") && message[1] instanceof Pid;

/** What Kate can do. */
export const Kate = defmodule("Kate", {
  /** Prints her name: on the terminal of the node that asked. */
  sayName: () => IO.puts("Hi, my name is Kate"),
  /** Waits for `{:hi, pid}` and answers `:sup?`. */
  answer: () => Effect.flatMap(Process.receive(isGreeting), ([, from]) => Process.send(from, atom("sup?"))),
});
