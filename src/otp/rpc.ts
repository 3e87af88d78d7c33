/**
 * `Rpc`: the older name of calling a function on another node (Erlang's `rpc`). Where Erlang's answers
 * `{badrpc, reason}`, this fails typed, as `Erpc` does.
 *
 * @module
 */
import type { Duration, Effect } from "../deps/effect.ts";
import type { Failure, Success } from "../process/modules.ts";
import type { ModuleFunction } from "../term/capture.ts";
import { callAs, type CallError } from "./remote_call.ts";

export type { CallError } from "./remote_call.ts";

/**
 * Calls a function on a node, and waits for its result (`:rpc.call/5`).
 *
 * @param node The node's name; this node's own works too.
 * @param body A function of a defined module, or a capture of one.
 * @param args Its arguments.
 * @param timeout How long the whole may take: for ever by default; a number is milliseconds. The function runs on
 *   after it. On another node its process ends with what it answered, and so do those that it linked: a server that
 *   is to stay is started by `start`, or by a supervisor.
 * @returns What the function gives. Fails with its own typed failure, and with what {@link CallError} lists:
 *   `noconnection`, `undef`, `exit`, `timeout`, `unsendable`, `badarg`.
 */
export const call = <Args extends ReadonlyArray<unknown>, Returns>(
  node: string,
  body: ModuleFunction<Args, Returns>,
  args: Readonly<NoInfer<Args>>,
  timeout: Duration.Input | "infinity" = "infinity",
): Effect.Effect<Success<Returns>, Failure<Returns> | CallError> =>
  callAs<Success<Returns>, Failure<Returns>>("Rpc.call", node, body, args, timeout);
