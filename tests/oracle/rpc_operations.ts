/**
 * The oracle's operations `rpc` and `erpc`, and the functions that its cases call by them.
 *
 * @module
 */
import { Effect } from "../../src/deps/effect.ts";
import { Atom, atom, capture, defmodule, Erpc, exit, Node, Rpc, tuple } from "../../mod.ts";
import type { Step } from "./differences.ts";
import { type Operation, raise, text } from "./fields.ts";
import { decode, encode, list, nodeName } from "./terms.ts";
import type { Work, World } from "./world.ts";

/** What those do that every node of the BEAM has. */
defmodule("erlang", {
  node: () => Node.self(),
  error: (reason: unknown) => exit(tuple(reason instanceof Atom ? reason.name : reason, atom("stacktrace"))),
  exit: (reason: unknown) => exit(reason),
  throw: (value: unknown) => Effect.sync(() => raise(value)),
});
defmodule("timer", { sleep: (milliseconds: number) => Effect.as(Effect.sleep(milliseconds), atom("ok")) });

const called = (how: typeof Erpc | typeof Rpc): Operation => ({
  run: (step: Step, { names }: World): Work => {
    const args = decode(step["args"] ?? list([]), names);
    const body = capture(text(step, "module"), text(step, "function"));
    const { timeout } = step;
    return how.call(
      nodeName(text(step, "node")),
      body,
      Array.isArray(args) ? args : [],
      typeof timeout === "number" ? timeout : "infinity",
    );
  },
  encode: (value, { names }) => encode(value, names),
});

/** What processes carry out. */
export const rpcOperations: Readonly<Record<string, Operation>> = { rpc: called(Rpc), erpc: called(Erpc) };
