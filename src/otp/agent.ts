/**
 * `Agent`: a process that keeps a state, and lets functions see and change it (Elixir's `Agent`).
 *
 * A function runs in the agent's process, one after another, and gives a value or an Effect. A closure stays on its
 * node; to an agent on another node travels a module's function by its name: `Agent.get(there, Shop.count, ["cup"])`
 * calls `Shop.count(state, "cup")` there.
 *
 * @module
 */
import { type Duration, Effect } from "../deps/effect.ts";
import { closureGiven, wrongArgument } from "../process/arguments.ts";
import { findFunction, nameOfFunction, type Success } from "../process/modules.ts";
import { toEffect } from "../process/spawn.ts";
import { type Atom, atom } from "../term/atom.ts";
import { Capture, type ModuleFunction } from "../term/capture.ts";
import { BadArg, Undef, Unsendable } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { tuple } from "../term/tuple.ts";
import type { ChildSpec } from "./child_spec.ts";
import * as GenServer from "./gen_server.ts";
import { callAs, castAs } from "./gen_server_ask.ts";
import { stopServer } from "./stop_server.ts";

export type { CallError, ChildOptions, ServerRef, StartError, StartOptions } from "./gen_server.ts";

declare const stateType: unique symbol;

/** An agent's pid, which knows the type of its state. */
export type Agent<State> = Pid & {
  /** Only the compiler sees it. */
  readonly [stateType]?: State;
};

/** Who is asked: an agent's pid, or whatever addresses a server; the functions say the state's type then. */
export type AgentRef<State> = Agent<State> | GenServer.ServerRef;

/** A function gives its result, or an Effect of it. */
export type Gives<A> = A | Effect.Effect<A, unknown>;

/** What is asked, as it lies in a message: a closure, or a function's name with more arguments. */
type Work = ((state: unknown) => unknown) | readonly [Capture, ReadonlyArray<unknown>];

const Server = GenServer.define("Agent", {
  init: (first: Effect.Effect<unknown, unknown>) => Effect.map(first, (state) => ["ok", state]),
  handleCall: {
    get: (work: Work, _from, state) => Effect.map(apply(work, state), (answer) => ["reply", answer, state]),
    update: (work: Work, _from, state) =>
      Effect.map(apply(work, state), (next) => ["reply", atom("ok"), next]),
    get_and_update: (work: Work, _from, state) =>
      Effect.map(apply(work, state), (pair) => {
        if (Array.isArray(pair) && pair.length === 2) return ["reply", pair[0], pair[1]];
        // As in Elixir: what is no pair is a bad return.
        return ["stop", tuple("bad_return_value", pair), state];
      }),
  },
  handleCast: {
    cast: (work: Work, state) => Effect.map(apply(work, state), (next) => ["noreply", next]),
  },
  handleInfo: (_message, state) => ["noreply", state],
});

/** Runs a function on the state, in the agent. */
const apply = (work: Work, state: unknown): Effect.Effect<unknown, unknown> => {
  if (typeof work === "function") return Effect.suspend(() => toEffect(work(state)));
  const [capture, args] = work;
  return Effect.suspend(() => {
    const { module, function: name } = capture;
    const found = findFunction(module, name);
    const arity = args.length + 1;
    if (found !== undefined) return toEffect(found(state, ...args));
    const operation = `${module}.${name}/${arity}`;
    return Effect.fail(new Undef({ operation, module, function: name, arity, node: "the agent's node" }));
  });
};

/**
 * Starts an agent, linked to the caller (`Agent.start_link/2`).
 *
 * @param first Makes the first state, in the agent; a value or an Effect.
 * @param options Its name, how long the first state may take.
 * @returns Its pid. Fails as `GenServer.startLink` does.
 */
export const startLink = <State, R = never>(
  first: () => State | Effect.Effect<State, unknown, R>,
  options: GenServer.StartOptions = {},
): Effect.Effect<Agent<State>, GenServer.StartError, R> =>
  GenServer.startLink(Server, begin(first), options) as Effect.Effect<Agent<State>, GenServer.StartError, R>;

/**
 * The same, without a link (`Agent.start/2`).
 *
 * @param first Makes the first state, in the agent; a value or an Effect.
 * @param options Its name, how long the first state may take.
 * @returns Its pid. Fails as `GenServer.start` does.
 */
export const start = <State, R = never>(
  first: () => State | Effect.Effect<State, unknown, R>,
  options: GenServer.StartOptions = {},
): Effect.Effect<Agent<State>, GenServer.StartError, R> =>
  GenServer.start(Server, begin(first), options) as Effect.Effect<Agent<State>, GenServer.StartError, R>;

/** The agent's process runs it with the caller's services, whose type says that it has them. */
const begin = (first: () => unknown): Effect.Effect<unknown, unknown> =>
  Effect.suspend(() => toEffect(first()));

/**
 * A child specification, to put an agent under a supervisor.
 *
 * @param first Makes the first state.
 * @param options Its name, `id` (`Agent` by default), `restart`, `shutdown`.
 * @returns The specification.
 */
export const childSpec = <State, R = never>(
  first: () => State | Effect.Effect<State, unknown, R>,
  options: GenServer.ChildOptions = {},
): ChildSpec<GenServer.StartError, R> =>
  GenServer.childSpec(Server, begin(first), options) as ChildSpec<GenServer.StartError, R>;

/** The time-out of what is asked, in milliseconds. */
const defaultTimeout = 5000;

/** Makes a work of what the caller gave; the problem when it is nothing that can be run. */
const workOf = (operation: string, body: unknown, args: unknown): Work | BadArg => {
  const name = nameOfFunction(body);
  if (name !== undefined) {
    if (!Array.isArray(args)) return wrongArgument(operation, args, "an array of more arguments");
    return tuple(new Capture(name.module, name.function), args) as Work;
  }
  if (typeof body === "function") return (state) => Reflect.apply(body, undefined, [state]);
  return wrongArgument(operation, body, "a function");
};

/** Asks an agent. What follows the function is its arguments, where it has a name, and the time-out. */
const ask = (
  name: "get" | "update" | "get_and_update",
  operation: string,
  agent: AgentRef<never>,
  body: unknown,
  others: ReadonlyArray<unknown>,
): Effect.Effect<unknown, GenServer.CallError> => {
  const [args, timeout] = nameOfFunction(body) === undefined ? [[], others[0]] : others;
  const work = workOf(operation, body, args);
  if (work instanceof BadArg) return Effect.fail(work);
  // What is no time is refused by the call.
  const within = (timeout ?? defaultTimeout) as Duration.Input | "infinity";
  return noClosure(work, callAs(operation, agent, Server[name](work), within));
};

/**
 * To an agent on another node no closure goes: said in words that say what does. Of a function with a name it is its
 * arguments that cannot, which lie in the request `{get, {capture, args}}`.
 */
const noClosure = <A, E>(
  work: Work,
  asked: Effect.Effect<A, E | Unsendable>,
): Effect.Effect<A, E | Unsendable | BadArg> =>
  Effect.catchIf(
    asked,
    (error): error is Unsendable => error instanceof Unsendable,
    ({ operation, path, found }) =>
      Effect.fail<Unsendable | BadArg>(
        typeof work === "function"
          ? closureGiven(operation)
          : new Unsendable({ operation, path: path.replace(/^request(\[1\]\[1\])?/, "args"), found }),
      ),
  );

/**
 * What a function sees in the state (`Agent.get/3`).
 *
 * @param agent An agent's pid, a name, `[name, node]`, or a registry's `via`.
 * @param body Is given the state; its result is the answer.
 * @param timeout How long to wait, 5 seconds by default; a number is milliseconds.
 * @returns The answer. Fails as `GenServer.call` does; a function that fails ends the agent, and this with `exit`.
 */
export function get<State, A>(
  agent: AgentRef<State>,
  body: (state: State) => Gives<A>,
  timeout?: Duration.Input | "infinity",
): Effect.Effect<A, GenServer.CallError>;
/** The same with a module's function, on whatever node the agent is: it is given the state and `args`. */
export function get<State, Args extends ReadonlyArray<unknown>, Returns>(
  agent: AgentRef<State>,
  body: ModuleFunction<[state: State, ...others: Args], Returns>,
  args: Readonly<NoInfer<Args>>,
  timeout?: Duration.Input | "infinity",
): Effect.Effect<Success<Returns>, GenServer.CallError>;
export function get(
  agent: AgentRef<never>,
  body: unknown,
  ...others: ReadonlyArray<unknown>
): Effect.Effect<unknown, GenServer.CallError> {
  return ask("get", "Agent.get", agent, body, others);
}

/**
 * Changes the state (`Agent.update/3`).
 *
 * @param agent An agent's pid, a name, `[name, node]`, or a registry's `via`.
 * @param body Is given the state; its result is the new state.
 * @param timeout How long to wait, 5 seconds by default; a number is milliseconds.
 * @returns `:ok`, once it is changed. Fails as {@link get} does.
 */
export function update<State>(
  agent: AgentRef<State>,
  body: (state: State) => Gives<NoInfer<State>>,
  timeout?: Duration.Input | "infinity",
): Effect.Effect<Atom<"ok">, GenServer.CallError>;
/** The same with a module's function, on whatever node the agent is. */
export function update<State, Args extends ReadonlyArray<unknown>>(
  agent: AgentRef<State>,
  body: ModuleFunction<[state: State, ...others: Args], Gives<State>>,
  args: Readonly<NoInfer<Args>>,
  timeout?: Duration.Input | "infinity",
): Effect.Effect<Atom<"ok">, GenServer.CallError>;
export function update(
  agent: AgentRef<never>,
  body: unknown,
  ...others: ReadonlyArray<unknown>
): Effect.Effect<Atom<"ok">, GenServer.CallError> {
  return Effect.as(ask("update", "Agent.update", agent, body, others), atom("ok"));
}

/**
 * Answers and changes the state in one step (`Agent.get_and_update/3`).
 *
 * @param agent An agent's pid, a name, `[name, node]`, or a registry's `via`.
 * @param body Is given the state; its result is `[answer, newState]`.
 * @param timeout How long to wait, 5 seconds by default; a number is milliseconds.
 * @returns The answer. Fails as {@link get} does.
 */
export function getAndUpdate<State, A>(
  agent: AgentRef<State>,
  body: (state: State) => Gives<readonly [answer: A, state: NoInfer<State>]>,
  timeout?: Duration.Input | "infinity",
): Effect.Effect<A, GenServer.CallError>;
/** The same with a module's function, on whatever node the agent is. */
export function getAndUpdate<State, Args extends ReadonlyArray<unknown>, A>(
  agent: AgentRef<State>,
  body: ModuleFunction<[state: State, ...others: Args], Gives<readonly [answer: A, state: State]>>,
  args: Readonly<NoInfer<Args>>,
  timeout?: Duration.Input | "infinity",
): Effect.Effect<A, GenServer.CallError>;
export function getAndUpdate(
  agent: AgentRef<never>,
  body: unknown,
  ...others: ReadonlyArray<unknown>
): Effect.Effect<unknown, GenServer.CallError> {
  return ask("get_and_update", "Agent.getAndUpdate", agent, body, others);
}

/**
 * Changes the state some time, without waiting for it (`Agent.cast/2`).
 *
 * @param agent An agent's pid, a name, `[name, node]`, or a registry's `via`.
 * @param body Is given the state; its result is the new state.
 * @returns `:ok`, also when there is no such agent. Fails with `unsendable`, or with `badarg` for no function.
 */
export function cast<State>(
  agent: AgentRef<State>,
  body: (state: State) => Gives<NoInfer<State>>,
): Effect.Effect<Atom<"ok">, Unsendable | BadArg>;
/** The same with a module's function, on whatever node the agent is. */
export function cast<State, Args extends ReadonlyArray<unknown>>(
  agent: AgentRef<State>,
  body: ModuleFunction<[state: State, ...others: Args], Gives<State>>,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<Atom<"ok">, Unsendable | BadArg>;
export function cast(
  agent: AgentRef<never>,
  body: unknown,
  args?: unknown,
): Effect.Effect<Atom<"ok">, Unsendable | BadArg> {
  const work = workOf("Agent.cast", body, nameOfFunction(body) === undefined ? [] : args);
  if (work instanceof BadArg) return Effect.fail(work);
  return noClosure(work, castAs("Agent.cast", agent, Server.cast(work)));
}

/**
 * Stops an agent in order, and waits until it has ended (`Agent.stop/3`).
 *
 * @param agent An agent's pid, a name, `[name, node]`, or a registry's `via`.
 * @param reason The exit reason, `normal` by default.
 * @param timeout How long to wait, for ever by default; a number is milliseconds.
 * @returns `:ok`. Fails as `GenServer.stop` does.
 */
export const stop = (
  agent: GenServer.ServerRef,
  reason: unknown = "normal",
  timeout: Duration.Input | "infinity" = "infinity",
): Effect.Effect<Atom<"ok">, GenServer.CallError> => stopServer("Agent.stop", agent, reason, timeout);
