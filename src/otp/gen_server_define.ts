/**
 * A server's definition: one plain object of functions, and the requests that can be made of it. A request's type
 * says what its reply is.
 *
 * @module
 */
import type { Effect, Schema } from "../deps/effect.ts";
import { wrongArgument } from "../process/arguments.ts";
import { atom } from "../term/atom.ts";
import type { BadArg } from "../term/errors.ts";
import type { Pid, Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import type { Term } from "../term/term.ts";
import { tuple } from "../term/tuple.ts";
import type { CallResult, InitResult, NoReply, Returned } from "./gen_server_results.ts";

/** Says what a request is answered with; nothing is there at run time. */
declare const replyType: unique symbol;

/** Who made a call, and its tag: what `GenServer.reply` answers (Elixir's `GenServer.from/0`). */
export interface From<out Reply = never> extends ReadonlyArray<Pid | Reference> {
  readonly 0: Pid;
  readonly 1: Reference;
  /** Only the compiler sees it. */
  readonly [replyType]?: Reply;
}

/** A request that is answered with a `Reply`; made by a definition's functions, for `GenServer.call`. */
export interface Call<out Reply> extends Request {
  /** Only the compiler sees it. */
  readonly [replyType]: Reply;
}

/** A request that is not answered; made by a definition's functions, for `GenServer.cast`. */
export interface Cast extends Request {
  /** Only the compiler sees it. */
  readonly [castType]: true;
}
declare const castType: unique symbol;

/** One clause of `handleCall`. `never` is a request without anything beside its name. */
export type CallClause<State> = (
  payload: never,
  from: From,
  state: State,
) => Returned<CallResult<unknown, State>, unknown>;

/** One clause of `handleCast`. */
export type CastClause<State> = (payload: never, state: State) => Returned<NoReply<State>, unknown>;

/**
 * A server, as one plain object (the callbacks of Elixir's `GenServer`). Each gives its result, or an Effect of
 * it; what fails or throws ends the server, after `terminate`. As in OTP, a thrown value that is no error counts
 * as the result.
 */
export interface Callbacks<Init, State, Calls, Casts, RInfo, RContinue, RTerminate> {
  /** Makes the first state, in the new process, while the starter waits. Its type is the state's. */
  readonly init: Init;
  /**
   * A clause for each request that is answered, by its name: `get` is asked by `:get`, `add` by `{:add, 2}`, with
   * what stands behind the name. The clause `_` gets all other requests, whole.
   */
  readonly handleCall?: { readonly [Name in keyof Calls]: Calls[Name] & CallClause<State> };
  /** A clause for each request that is not answered. */
  readonly handleCast?: { readonly [Name in keyof Casts]: Casts[Name] & CastClause<State> };
  /** All other messages; without it they are logged and dropped. */
  readonly handleInfo?: (message: Term, state: State) => Returned<NoReply<State>, RInfo>;
  /** What a result `["continue", what]` asks for, before any message. */
  readonly handleContinue?: (
    what: Term,
    state: State,
  ) => Returned<NoReply<State>, RContinue>;
  /**
   * Runs last: when a callback stopped or failed, `GenServer.stop` was called, or the parent ended and the server
   * traps exits. Its result counts for nothing.
   */
  readonly terminate?: (reason: unknown, state: State) => Returned<unknown, RTerminate>;
  /**
   * What crash reports and `Sys.getStatus` show of the server, so that secrets stay in it: given the state, and of a
   * crash the exit reason and the last message, it gives the same with others in their place (OTP's
   * `format_status/1`). Where it fails, that is shown for the state. `Sys.getState` and the exit reason that others
   * get are as they are.
   */
  readonly formatStatus?: (status: Status<State>) => Status<unknown>;
  /** What is checked beyond the compiler's reach. */
  readonly schemas?: Schemas<State, NoInfer<Calls>, NoInfer<Casts>>;
}

/** What is shown of a server. */
export interface Status<out State> {
  /** Its state. */
  readonly state: State;
  /** Why it ends; not while it goes on. */
  readonly reason?: unknown;
  /** The message that it was given last, of a call the request; not while it goes on. */
  readonly message?: unknown;
}

/** A Schema that needs no services. */
export type Checked<Type> = Schema.Codec<Type, Term>;

/**
 * Schemas of what comes from elsewhere. Requests and replies are encoded by who sends them and decoded by who
 * gets them; what does not fit fails with `badarg` at the caller, and ends a server that is asked for it.
 */
export interface Schemas<State, Calls, Casts> {
  /** Each state that a callback gives is checked. */
  readonly state?: Schema.Schema<State>;
  /** By the request's name. */
  readonly calls?: {
    readonly [Name in keyof Calls]?: {
      readonly request?: Checked<Payload<Calls[Name]>>;
      readonly reply?: Checked<ReplyOf<Calls[Name]>>;
    };
  };
  /** By the request's name. */
  readonly casts?: { readonly [Name in keyof Casts]?: Checked<Payload<Casts[Name]>> };
}

/** What stands behind a request's name. */
export type Payload<Clause> = Clause extends (...parameters: infer Parameters) => unknown
  ? Parameters extends readonly [infer First, ...infer _Others] ? First : never
  : never;

/** What an `init` asks for: anything, where it takes nothing. */
export type ArgumentOf<Init> = Init extends (...parameters: infer Parameters) => unknown
  ? Parameters extends readonly [infer First] ? First : unknown
  : never;

/** How a request is made. */
export type RequestArguments<Clause> = [Payload<Clause>] extends [never] ? []
  : undefined extends Payload<Clause> ? [payload?: Payload<Clause>]
  : [payload: Payload<Clause>];

type Plain<Result> = Result extends Effect.Effect<infer A, infer _E, infer _R> ? A : Result;

/** The state that an `init` makes. */
export type StateOf<Init> = Init extends (argument: never) => infer Result ? StateIn<Plain<Result>> : never;

type StateIn<Result> = Result extends readonly ["ok", infer State, ...ReadonlyArray<unknown>] ? Widened<State>
  : never;

/** `["ok", 0]` begins with a number, not with zero for ever. */
type Widened<State> = State extends number ? number : State extends string ? string
: State extends boolean ? boolean
: State extends bigint ? bigint
: State;

type ReplyIn<Result> = Result extends readonly ["reply", infer Reply, unknown, ...ReadonlyArray<unknown>]
  ? Reply
  : Result extends readonly ["stop", unknown, infer Reply, unknown] ? Reply
  : never;

type ReplyLater<Clause> = Clause extends (payload: never, from: infer Given, ...others: never) => unknown
  ? Given extends From<infer Reply> ? Reply : never
  : never;

/** What a clause replies with: in its result, or later, as its `From<…>` says. */
export type ReplyOf<Clause> = Clause extends (...parameters: never) => infer Result
  ? ReplyIn<Plain<Result>> | ReplyLater<Clause>
  : never;

type RequirementsOf<Clauses> = {
  [Name in keyof Clauses]: Clauses[Name] extends (...parameters: never) => infer Result
    ? Result extends Effect.Effect<infer _A, infer _E, infer R> ? R : never
    : never;
}[keyof Clauses];

/** The requests that a definition can make. */
export type Requests<Calls, Casts> =
  & {
    readonly [Name in Exclude<keyof Calls, "_">]: (
      ...payload: RequestArguments<Calls[Name]>
    ) => Call<ReplyOf<Calls[Name]>>;
  }
  & { readonly [Name in Exclude<keyof Casts, "_">]: (...payload: RequestArguments<Casts[Name]>) => Cast };

/** Holds a definition's callbacks, out of the way of its requests. */
export const serverDefinition: unique symbol = Symbol.for("spawnlink/GenServer") as never;

/** A defined server: what starts it needs, and what it needs itself. */
export interface Server<in Argument, out State, out R> {
  /** Its callbacks, whose types are checked where it is defined. */
  readonly [serverDefinition]: Definition & {
    readonly types?: (argument: Argument) => readonly [State, R];
  };
}

/** A server as the loop sees it. */
export interface Definition {
  readonly name: string;
  readonly init: (argument: never) => unknown;
  readonly calls: ReadonlyMap<string, (payload: never, from: From, state: never) => unknown>;
  readonly casts: ReadonlyMap<string, (payload: never, state: never) => unknown>;
  readonly handleInfo: ((message: Term, state: never) => unknown) | undefined;
  readonly handleContinue: ((what: Term, state: never) => unknown) | undefined;
  readonly terminate: ((reason: unknown, state: never) => unknown) | undefined;
  readonly formatStatus: ((status: never) => unknown) | undefined;
  readonly schemas: {
    readonly state: Schema.Schema<unknown> | undefined;
    readonly calls: ReadonlyMap<
      string,
      { readonly request?: Checked<unknown>; readonly reply?: Checked<unknown> }
    >;
    readonly casts: ReadonlyMap<string, Checked<unknown>>;
  };
}

/** A request as a definition makes it: its name, what stands behind it, and the Schemas of both. */
export class Request {
  readonly name: string;
  readonly payload: unknown;
  readonly hasPayload: boolean;
  readonly definition: Definition;

  /** @internal Made by a definition's functions. */
  constructor(definition: Definition, name: string, payload: ReadonlyArray<unknown>) {
    this.definition = definition;
    this.name = name;
    this.payload = payload[0];
    this.hasPayload = payload.length > 0;
  }

  /** As it travels: `:get`, or `{:add, 2}`. */
  toTerm(payload: unknown = this.payload): unknown {
    return this.hasPayload ? tuple(atom(this.name), payload) : atom(this.name);
  }

  /** As it travels, as text. */
  toString(): string {
    return inspect(this.toTerm());
  }

  /** How `Deno.inspect` and `console.log` show it. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }
}

/**
 * Defines a server (Elixir's `use GenServer`).
 *
 * @example
 * ```ts
 * import { Effect } from "npm:effect@^4.1.0";
 * import { GenServer } from "../../mod.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const Counter = GenServer.define("Counter", {
 *   init: (start: number) => ["ok", start],
 *   handleCall: {
 *     get: (_, _from, count) => ["reply", count, count],
 *     add: (amount: number, _from, count) => ["reply", count + amount, count + amount],
 *   },
 *   handleCast: {
 *     reset: () => ["noreply", 0],
 *   },
 * });
 *
 * await Effect.runPromise(Effect.gen(function* () {
 *   const counter = yield* GenServer.startLink(Counter, 40);
 *   assertEquals(yield* GenServer.call(counter, Counter.add(2)), 42);
 *   yield* GenServer.cast(counter, Counter.reset());
 *   assertEquals(yield* GenServer.call(counter, Counter.get()), 0);
 *   yield* GenServer.stop(counter);
 * }));
 * ```
 *
 * @param name The server's name in logs and as its initial call; a registered name is given when it is started.
 * @param callbacks Its callbacks.
 * @returns The definition, for `GenServer.startLink`, with a function for each request: `Counter.add(2)`.
 * @throws `badarg` for an empty name and for callbacks that are no functions, which the types refuse too.
 */
export const define = <
  Init extends (argument: never) => Returned<InitResult<unknown>, unknown>,
  Calls = Record<never, never>,
  Casts = Record<never, never>,
  RInfo = never,
  RContinue = never,
  RTerminate = never,
>(
  name: string,
  callbacks: Callbacks<Init, StateOf<NoInfer<Init>>, Calls, Casts, RInfo, RContinue, RTerminate>,
):
  & Server<
    ArgumentOf<Init>,
    StateOf<Init>,
    | RequirementsOf<{ readonly init: Init }>
    | RInfo
    | RContinue
    | RTerminate
    | RequirementsOf<Calls>
    | RequirementsOf<Casts>
  >
  & Requests<Calls, Casts> => {
  const wrong = wrongCallbacks(name, callbacks);
  if (wrong !== undefined) throw wrong;
  const {
    handleCall = {},
    handleCast = {},
    handleInfo,
    handleContinue,
    terminate,
    formatStatus,
    schemas = {},
  } = callbacks;
  const definition: Definition = {
    name,
    init: callbacks.init,
    calls: clausesOf(handleCall),
    casts: clausesOf(handleCast),
    handleInfo,
    handleContinue,
    terminate,
    formatStatus,
    schemas: {
      state: schemas.state as Schema.Schema<unknown> | undefined,
      calls: clausesOf(schemas.calls ?? {}),
      casts: clausesOf(schemas.casts ?? {}),
    },
  };
  const made: Record<PropertyKey, unknown> = {};
  for (const request of [...definition.calls.keys(), ...definition.casts.keys()]) {
    if (request === "_") continue;
    made[request] = (...payload: ReadonlyArray<unknown>) => new Request(definition, request, payload);
  }
  Object.defineProperty(made, serverDefinition, { value: definition });
  Object.defineProperty(made, Symbol.for("Deno.customInspect"), { value: () => textOf(definition) });
  // The loop above has made each request under its own name.
  return made as never;
};

/** A definition as `Deno.inspect`, `console.log` and the shell show it: its name, and what it can be asked. */
const textOf = ({ name, calls, casts }: Definition): string => {
  const requests = ([["call", calls], ["cast", casts]] as const)
    .filter(([, clauses]) => clauses.size > 0)
    .map(([kind, clauses]) => `${kind} ${[...clauses.keys()].join(", ")}`);
  return `#GenServer<${name}${requests.length === 0 ? "" : `: ${requests.join("; ")}`}>`;
};

/** Why that is no server: a program that defines one cannot go on. */
const wrongCallbacks = (name: unknown, callbacks: unknown): BadArg | undefined => {
  const define = "GenServer.define";
  if (typeof name !== "string" || name === "") return wrongArgument(define, name, "a server's name");
  const operation = `${define}(${inspect(name)})`;
  if (typeof callbacks !== "object" || callbacks === null) {
    return wrongArgument(operation, callbacks, "an object of callbacks");
  }
  const given: Partial<Record<string, unknown>> = { ...callbacks };
  const functions: Array<readonly [name: string, value: unknown]> = [["init", given["init"]]];
  for (const one of ["handleInfo", "handleContinue", "terminate", "formatStatus"]) {
    if (given[one] !== undefined) functions.push([one, given[one]]);
  }
  for (const one of ["handleCall", "handleCast"]) {
    const { [one]: clauses = {} } = given;
    if (typeof clauses !== "object" || clauses === null) {
      return wrongArgument(
        `${operation}, ${one}`,
        clauses,
        "an object of functions, by the requests' names,",
      );
    }
    functions.push(...Object.entries(clauses).map(([key, clause]) => [`${one}.${key}`, clause] as const));
  }
  const wrong = functions.find(([, value]) => typeof value !== "function");
  return wrong === undefined ? undefined : wrongArgument(`${operation}, ${wrong[0]}`, wrong[1], "a function");
};

/** Names come from callers: a Map has no inherited ones. */
const clausesOf = <Clause>(clauses: object): ReadonlyMap<string, Clause> => new Map(Object.entries(clauses));
