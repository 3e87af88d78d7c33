/**
 * `Sys`: looking into a behaviour's process, and holding it, while it runs (OTP's `sys`). For debugging: all of
 * these go through the process's mailbox, behind what lies there.
 *
 * @module
 */
import { type Duration, Effect } from "../deps/effect.ts";
import { closureGiven, withBoolean } from "../process/arguments.ts";
import { nameOfFunction } from "../process/modules.ts";
import { type Atom, atom } from "../term/atom.ts";
import { Capture } from "../term/capture.ts";
import { BadArg } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import type { Term } from "../term/term.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import { type CallError, genCall } from "./gen_call.ts";
import { type ServerRef, textOfServer } from "./server_name.ts";
import { stopServer } from "./stop_server.ts";

export type { CallError } from "./gen_call.ts";
export type { ServerRef } from "./server_name.ts";

const defaultTimeout = 5000;
const SYSTEM = atom("system");

const ask = (
  name: string,
  server: ServerRef,
  request: unknown,
  timeout: Duration.Input | "infinity",
): Effect.Effect<unknown, CallError> =>
  genCall({
    name: `Sys.${name}`,
    server,
    label: SYSTEM,
    request,
    timeout,
    // As it was called: the request's name is the operation's.
    text: () => isTuple(request) ? inspect(request[1]) : "",
  });

/** Reads `{ok, value}`; anything else is the process's refusal. */
const okValue = (name: string, server: ServerRef) => (answer: unknown): Effect.Effect<unknown, BadArg> => {
  if (isTuple(answer) && answer[0] === atom("ok")) return Effect.succeed(answer[1]);
  const why = isTuple(answer) && answer[0] === atom("error") ? answer[1] : answer;
  const problem = typeof why === "string" ? why : inspect(why);
  return Effect.fail(new BadArg({ operation: `Sys.${name}(${textOfServer(server)})`, problem }));
};

/**
 * The state of a behaviour's process (`:sys.get_state/2`).
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @param timeout How long to wait, 5 seconds by default; a number is milliseconds.
 * @returns The state. Fails as `GenServer.call` does.
 */
export const getState = (
  server: ServerRef,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<Term, CallError> =>
  Effect.flatMap(
    ask("getState", server, atom("get_state"), timeout),
    okValue("getState", server),
  ) as Effect.Effect<
    Term,
    CallError
  >;

/** A module's function as its name, which travels; all else as it is. */
const namedOr = (change: unknown): unknown => {
  const name = nameOfFunction(change);
  return name === undefined ? change : new Capture(name.module, name.function);
};

/**
 * Gives a behaviour's process another state (`:sys.replace_state/3`).
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @param change Makes the new state of the old one; it runs in the process, which goes on as before if it throws.
 *   For a process of another node it is a module's function, which travels by its name.
 * @param timeout How long to wait, 5 seconds by default; a number is milliseconds.
 * @returns The new state. Fails as `GenServer.call` does, and with `badarg` when the function throws, for a
 *   supervisor, whose state is not for others to make, and for a closure that was to go to another node.
 */
export const replaceState = <State>(
  server: ServerRef,
  change: (state: State) => State,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<State, CallError> =>
  ask("replaceState", server, tuple(atom("replace_state"), namedOr(change)), timeout).pipe(
    Effect.catchTag(
      "unsendable",
      (error) => Effect.fail(typeof change === "function" ? closureGiven(error.operation) : error),
    ),
    Effect.flatMap(okValue("replaceState", server)),
  ) as Effect.Effect<State, CallError>;

/** How a behaviour's process is: whether it is suspended, and its state, of a server as `formatStatus` shows it. */
export type Status = readonly [mode: Atom<"running"> | Atom<"suspended">, state: Term];

/**
 * Whether a behaviour's process is suspended, and its state (`:sys.get_status/2`).
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @param timeout How long to wait, 5 seconds by default; a number is milliseconds.
 * @returns `{:running | :suspended, state}`. Fails as `GenServer.call` does.
 */
export const getStatus = (
  server: ServerRef,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<Status, CallError> =>
  Effect.flatMap(
    ask("getStatus", server, atom("get_status"), timeout),
    okValue("getStatus", server),
  ) as Effect.Effect<Status, CallError>;

const order = (
  name: string,
  server: ServerRef,
  request: unknown,
  timeout: Duration.Input | "infinity",
): Effect.Effect<Atom<"ok">, CallError> => Effect.as(ask(name, server, request, timeout), atom("ok"));

/**
 * Suspends a behaviour's process: it takes system messages only, until it is resumed (`:sys.suspend/2`).
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @param timeout How long to wait, 5 seconds by default; a number is milliseconds.
 * @returns `:ok`. Fails as `GenServer.call` does.
 */
export const suspend = (
  server: ServerRef,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<Atom<"ok">, CallError> => order("suspend", server, atom("suspend"), timeout);

/**
 * Lets a suspended process go on (`:sys.resume/2`).
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @param timeout How long to wait, 5 seconds by default; a number is milliseconds.
 * @returns `:ok`, also when it was not suspended. Fails as `GenServer.call` does.
 */
export const resume = (
  server: ServerRef,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<Atom<"ok">, CallError> => order("resume", server, atom("resume"), timeout);

/**
 * Logs what a behaviour's process gets, replies and becomes, or ceases to (`:sys.trace/3`).
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @param on Whether to log.
 * @param timeout How long to wait, 5 seconds by default; a number is milliseconds.
 * @returns `:ok`. Fails as `GenServer.call` does.
 */
export const trace = (
  server: ServerRef,
  on: boolean,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<Atom<"ok">, CallError> =>
  withBoolean("Sys.trace", on, () => order("trace", server, tuple(atom("trace"), on), timeout));

/**
 * Ends a behaviour's process in order, and waits until it has ended (`:sys.terminate/3`).
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @param reason The exit reason.
 * @param timeout How long to wait, for ever by default; a number is milliseconds.
 * @returns `:ok`. Fails as `GenServer.stop` does.
 */
export const terminate = (
  server: ServerRef,
  reason: unknown,
  timeout: Duration.Input | "infinity" = "infinity",
): Effect.Effect<Atom<"ok">, CallError> => stopServer("Sys.terminate", server, reason, timeout);
