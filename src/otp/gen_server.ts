/**
 * `GenServer`: a process that keeps a state, and is asked (Elixir's `GenServer`, OTP's `gen_server`).
 *
 * A server is one plain object of functions, see {@link define}. What a call's reply is follows from its request;
 * a request can also be any `Term`, as a node of another program sends it, and its reply is a `Term` then.
 *
 * On the wire a call is OTP's: `{:"$gen_call", {pid, tag}, request}`, answered by `{tag, reply}` to the alias that
 * the tag is, and a cast is `{:"$gen_cast", request}`.
 *
 * @module
 */
import { type Duration, Effect, Option } from "../deps/effect.ts";
import { isNameOnNode, wrongArgument } from "../process/arguments.ts";
import { unsendableIn } from "../process/dispatch.ts";
import { withKernel } from "../process/own_kernel.ts";
import { type Atom, atom } from "../term/atom.ts";
import { BadArg, Unsendable } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import type { Term } from "../term/term.ts";
import { tuple } from "../term/tuple.ts";
import type { ChildSpec, Shutdown } from "./child_spec.ts";
import type { CallError } from "./gen_call.ts";
import { answerFrom } from "./gen_reply.ts";
import { type Call, type Cast, type From, type Server, serverDefinition } from "./gen_server_define.ts";
import { callAs, castAs, encodedCall } from "./gen_server_ask.ts";
import { beginServer } from "./gen_server_loop.ts";
import type { Restart } from "./restart.ts";
import {
  type Address,
  addressOf,
  isServerRef,
  type ServerName,
  type ServerRef,
  wrongServer,
} from "./server_name.ts";
import { type StartError, startProcess } from "./start_process.ts";
import { stopServer } from "./stop_server.ts";
import { isFrom } from "./system_messages.ts";

export { define } from "./gen_server_define.ts";
export type {
  Call,
  Callbacks,
  CallClause,
  Cast,
  CastClause,
  From,
  Requests,
  Schemas,
  Server,
  Status,
} from "./gen_server_define.ts";
export type { CallResult, InitResult, Next, NoReply, Returned } from "./gen_server_results.ts";
export type { CallError } from "./gen_call.ts";
export type { ServerName, ServerRef, Via } from "./server_name.ts";
export type { StartError } from "./start_process.ts";

/** How a server is started. */
export interface StartOptions {
  /** The name to register under: a text, or a registry's `via`. */
  readonly name?: ServerName;
  /** How long `init` may take: for ever by default; a number is milliseconds. The process is killed after that. */
  readonly timeout?: Duration.Input | "infinity";
}

/**
 * Starts a server, linked to the caller, and waits until its `init` is through (`GenServer.start_link/3`).
 *
 * @param server The definition.
 * @param argument What `init` is given.
 * @param options Its name, how long `init` may take.
 * @returns Its pid. Fails with `already_started` when the name is taken, with `ignore` when `init` says that there
 *   is to be no server, with `exit` and the reason when `init` stops or fails, with `timeout`; the caller is not
 *   killed by that, but sees the EXIT when it traps exits.
 */
export const startLink = <Argument, State, R>(
  server: Server<Argument, State, R>,
  argument: NoInfer<Argument>,
  options: StartOptions = {},
): Effect.Effect<Pid, StartError, R> => startWith("GenServer.startLink", server, argument, options, true);

/**
 * The same, without a link: the server lives on when the caller ends (`GenServer.start/3`).
 *
 * @param server The definition.
 * @param argument What `init` is given.
 * @param options Its name, how long `init` may take.
 * @returns Its pid; fails as {@link startLink} does.
 */
export const start = <Argument, State, R>(
  server: Server<Argument, State, R>,
  argument: NoInfer<Argument>,
  options: StartOptions = {},
): Effect.Effect<Pid, StartError, R> => startWith("GenServer.start", server, argument, options, false);

const startWith = <Argument, State, R>(
  operation: string,
  server: Server<Argument, State, R>,
  argument: Argument,
  options: StartOptions,
  linked: boolean,
): Effect.Effect<Pid, StartError, R> => {
  const definition = server?.[serverDefinition];
  if (definition === undefined) {
    return Effect.fail(
      wrongArgument(operation, server, 'a server, as GenServer.define("Name", { … }) makes it,'),
    );
  }
  return startProcess<R>({
    operation: `${operation}(${definition.name})`,
    name: options.name,
    initialCall: `${definition.name}.init/1`,
    linked,
    timeout: options.timeout,
    init: (self, parent) => beginServer(definition, argument, self, parent),
  });
};

/** How a server stands under a supervisor. */
export interface ChildOptions extends StartOptions {
  /** Its name among the supervisor's children: the definition's by default. */
  readonly id?: string;
  /** When it is restarted: `permanent` by default. */
  readonly restart?: Restart;
  /** How long it may take to end: 5 seconds by default. */
  readonly shutdown?: Shutdown;
}

/**
 * A child specification, to put a server under a supervisor (the `child_spec/1` of `use GenServer`).
 *
 * @param server The definition.
 * @param argument What `init` is given.
 * @param options Its name, `id`, `restart`, `shutdown`.
 * @returns The specification.
 */
export const childSpec = <Argument, State, R>(
  server: Server<Argument, State, R>,
  argument: NoInfer<Argument>,
  options: ChildOptions = {},
): ChildSpec<StartError, R> => {
  const { name } = server[serverDefinition];
  const { id = name, restart, shutdown, ...others } = options;
  return {
    id,
    start: startLink(server, argument, others),
    modules: [name],
    ...restart === undefined ? {} : { restart },
    ...shutdown === undefined ? {} : { shutdown },
  };
};

/** The time-out of a call, in milliseconds. */
const defaultTimeout = 5000;

/**
 * Asks a server, and waits for its reply (`GenServer.call/3`). A reply that comes after the time-out reaches
 * nobody.
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @param request A request of a definition: `Counter.add(2)`.
 * @param timeout How long to wait, 5 seconds by default; a number is milliseconds.
 * @returns The reply. Fails with `noproc` when there is no such server, `noconnection` when its node cannot be
 *   connected or is lost, `exit` with the server's exit reason when it ends instead, `timeout`, `unsendable`
 *   when a part of the request cannot travel, `badarg` when the request is not as its Schema says.
 */
export function call<Reply>(
  server: ServerRef,
  request: Call<Reply>,
  timeout?: Duration.Input | "infinity",
): Effect.Effect<Reply, CallError>;
/** Asks a server that can be of another program: any term, answered by any. */
export function call(
  server: ServerRef,
  request: Term,
  timeout?: Duration.Input | "infinity",
): Effect.Effect<Term, CallError>;
export function call(
  server: ServerRef,
  request: unknown,
  timeout: Duration.Input | "infinity" = defaultTimeout,
): Effect.Effect<unknown, CallError> {
  return callAs("GenServer.call", server, request, timeout);
}

/**
 * Sends a server a request that is not answered (`GenServer.cast/2`).
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @param request A request of a definition, `Counter.reset()`; or any term.
 * @returns `:ok`, also when there is no such server. Fails with `unsendable` when a part of the request cannot
 *   travel, with `badarg` when it is not as its Schema says.
 */
export const cast = (
  server: ServerRef,
  request: Cast | Term,
): Effect.Effect<Atom<"ok">, Unsendable | BadArg> => castAs("GenServer.cast", server, request);

/**
 * Casts to the servers of one name on several nodes (`GenServer.abcast/3`).
 *
 * @param nodes The nodes' names.
 * @param name The servers' name.
 * @param request A request of a definition, or any term.
 * @returns `:abcast`, whoever is there. Fails as {@link cast} does.
 */
export const abcast = (
  nodes: ReadonlyArray<string>,
  name: string,
  request: Cast | Term,
): Effect.Effect<Atom<"abcast">, Unsendable | BadArg> =>
  Effect.suspend(() => {
    const operation = "GenServer.abcast";
    const wrong = wrongNodes(operation, nodes, name);
    if (wrong !== undefined) return Effect.fail(wrong);
    const casts = Effect.forEach(nodes, (node) => castAs(operation, [name, node], request), {
      discard: true,
    });
    return Effect.as(casts, atom("abcast"));
  });

/** Why these are no servers of one name on several nodes; `undefined` where they are. */
const wrongNodes = (operation: string, nodes: unknown, name: unknown): BadArg | undefined => {
  if (!Array.isArray(nodes) || nodes.some((node) => typeof node !== "string")) {
    return wrongArgument(operation, nodes, 'an array of nodes, as ["kate@host"],');
  }
  return typeof name === "string" ? undefined : wrongArgument(operation, name, "the servers' name");
};

/** What several servers replied, each with its node; and the nodes that did not. */
export type Replies<Reply> = readonly [
  replies: ReadonlyArray<readonly [node: string, reply: Reply]>,
  badNodes: ReadonlyArray<string>,
];

/**
 * Asks the servers of one name on several nodes at once (`GenServer.multi_call/4`).
 *
 * @param nodes The nodes' names.
 * @param name The servers' name.
 * @param request A request of a definition, or any term.
 * @param timeout How long to wait, for ever by default; a number is milliseconds.
 * @returns `{replies, badNodes}`, in the order of the nodes: whoever did not reply is bad. Fails with
 *   `unsendable` when a part of the request cannot travel, with `badarg` when it is not as its Schema says.
 */
export function multiCall<Reply>(
  nodes: ReadonlyArray<string>,
  name: string,
  request: Call<Reply>,
  timeout?: Duration.Input | "infinity",
): Effect.Effect<Replies<Reply>, Unsendable | BadArg>;
/** Asks with any term. */
export function multiCall(
  nodes: ReadonlyArray<string>,
  name: string,
  request: Term,
  timeout?: Duration.Input | "infinity",
): Effect.Effect<Replies<Term>, Unsendable | BadArg>;
export function multiCall(
  nodes: ReadonlyArray<string>,
  name: string,
  request: unknown,
  timeout: Duration.Input | "infinity" = "infinity",
): Effect.Effect<Replies<unknown>, Unsendable | BadArg> {
  const operation = "GenServer.multiCall";
  const wrong = wrongNodes(operation, nodes, name);
  if (wrong !== undefined) return Effect.fail(wrong);
  const encoded = encodedCall(operation, request);
  if (encoded instanceof BadArg) return Effect.fail(encoded);
  // A request that cannot travel is the caller's failure; any other is its node's.
  const ask = (node: string): Effect.Effect<Option.Option<unknown>, Unsendable> =>
    Effect.catch(
      Effect.asSome(callAs(operation, [name, node], request, timeout)),
      (error) => error instanceof Unsendable ? Effect.fail(error) : Effect.succeedNone,
    );
  return Effect.map(Effect.forEach(nodes, ask, { concurrency: "unbounded" }), (answers) => {
    const replies = nodes.flatMap((node, index) => {
      const answer = answers[index];
      return answer !== undefined && Option.isSome(answer) ? [tuple(node, answer.value)] : [];
    });
    const badNodes = nodes.filter((_, index) => {
      const answer = answers[index];
      return answer === undefined || Option.isNone(answer);
    });
    return tuple(replies, badNodes);
  });
}

/**
 * Replies to a call from elsewhere than its `handleCall`, which gave `noreply` (`GenServer.reply/2`). A caller that
 * has its reply, or waits no more, gets nothing.
 *
 * @param from Who called, as `handleCall` was given it.
 * @param reply The reply.
 * @returns `:ok`. Fails with `unsendable` when a part of the reply cannot travel, with `badarg` when it is not as
 *   its Schema says.
 */
export const reply = <Reply>(
  from: From<Reply>,
  reply: NoInfer<Reply>,
): Effect.Effect<Atom<"ok">, Unsendable | BadArg> =>
  withKernel<Atom<"ok">, Unsendable | BadArg, never>((kernel) => {
    const operation = (): string => `GenServer.reply(${inspect(from)}, ${inspect(reply).slice(0, 200)})`;
    if (!isFrom(from)) {
      return Effect.fail(wrongArgument("GenServer.reply", from, "what handleCall was given"));
    }
    try {
      answerFrom(kernel, from, reply);
      return Effect.succeed(atom("ok"));
    } catch (error) {
      if (!(error instanceof Unsendable)) {
        return Effect.fail(new BadArg({ operation: operation(), problem: String(error) }));
      }
      return Effect.fail(unsendableIn(operation(), error));
    }
  });

/**
 * Stops a server in order, and waits until it has ended: what it was sent before is handled first, and its
 * `terminate` runs (`GenServer.stop/3`).
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @param reason The exit reason, `normal` by default; all but `normal`, `shutdown` and `{shutdown, _}` are logged.
 * @param timeout How long to wait, for ever by default; a number is milliseconds.
 * @returns `:ok`. Fails with `noproc`, `noconnection`, `timeout`, and with `exit` when the server ended with another
 *   reason.
 */
export const stop = (
  server: ServerRef,
  reason: unknown = "normal",
  timeout: Duration.Input | "infinity" = "infinity",
): Effect.Effect<Atom<"ok">, CallError> => stopServer("GenServer.stop", server, reason, timeout);

/**
 * Who a server's name stands for (`GenServer.whereis/1`).
 *
 * @param server A pid, a name, `[name, node]`, or a registry's `via`.
 * @returns The pid, if anyone has the name; a name on another node as it is, since only that node knows. Fails with
 *   `badarg` when the name's registry is not there.
 */
export const whereis = (server: ServerRef): Effect.Effect<Option.Option<Address>, BadArg> =>
  withKernel((kernel) => {
    if (!isServerRef(server)) return Effect.die(wrongServer("GenServer.whereis", server));
    return Effect.map(
      addressOf(kernel, "GenServer.whereis", server),
      Option.flatMap((address): Option.Option<Address> => {
        if (!isNameOnNode(address) || address[1] !== kernel.life.name) return Option.some(address);
        return Option.fromUndefinedOr(kernel.names.get(address[0])?.pid);
      }),
    );
  });
