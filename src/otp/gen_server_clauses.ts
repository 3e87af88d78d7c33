/**
 * Which clause of a definition a message is for, and what it is given. Pure, but for what the clauses do.
 *
 * @module
 */
import { Option, Schema } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import { log } from "../process/log.ts";
import { Atom } from "../term/atom.ts";
import { inspect } from "../term/inspect.ts";
import type { Term } from "../term/term.ts";
import { isTuple, toTuple } from "../term/tuple.ts";
import { replyBy } from "./gen_reply.ts";
import type { Checked, Definition, From } from "./gen_server_define.ts";

/** No clause takes what has come (Elixir's FunctionClauseError). */
class FunctionClauseError extends Error {
  override readonly name = "FunctionClauseError";

  constructor(definition: Definition, callback: string, given: unknown, why: string) {
    const what = inspect(given).slice(0, 200);
    super(`no function clause matching in ${definition.name}.${callback}: ${what} (${why})`);
  }
}

/** Why a request has no clause: there is none of its name, or its Schema refuses what stands behind the name. */
const whyNone = (clauses: ReadonlyMap<string, unknown>, found: Found<unknown> | undefined): string => {
  if (found !== undefined) return `it is not as the Schema of ${found.name} says`;
  return clauses.size === 0 ? "it has none" : `it has ${[...clauses.keys()].join(", ")}`;
};

/** The catch-all clause. */
const anyRequest = "_";

/** A request's name and what stands behind it: `:get`, `{:add, 2}`, `{:put, "key", 1}`. */
const namesIn = (request: unknown): { readonly name: string; readonly payload: unknown } | undefined => {
  if (request instanceof Atom) return { name: request.name, payload: undefined };
  if (!isTuple(request) || request.length < 2 || !(request[0] instanceof Atom)) return undefined;
  // Erlang's own requests often hold more than two elements.
  const payload = request.length === 2 ? request[1] : toTuple(request.slice(1));
  return { name: request[0].name, payload };
};

interface Found<Clause> {
  readonly clause: Clause;
  readonly name: string;
  readonly payload: unknown;
}

const find = <Clause>(clauses: ReadonlyMap<string, Clause>, request: unknown): Found<Clause> | undefined => {
  const named = namesIn(request);
  const clause = named === undefined || named.name === anyRequest ? undefined : clauses.get(named.name);
  if (named !== undefined && clause !== undefined) {
    return { clause, name: named.name, payload: named.payload };
  }
  const any = clauses.get(anyRequest);
  return any === undefined ? undefined : { clause: any, name: anyRequest, payload: request };
};

/** What came, as its Schema reads it; nothing when it does not fit. */
const decoded = (schema: Checked<unknown> | undefined, payload: unknown): Option.Option<unknown> =>
  schema === undefined ? Option.some(payload) : Schema.decodeUnknownOption(schema)(payload);

/** Runs the clause of `handleCall` for a request; throws when there is none. */
export const handleCall = (definition: Definition, request: unknown, from: From, state: unknown): unknown => {
  const { calls, schemas } = definition;
  const found = find(calls, request);
  if (found !== undefined && schemas.calls.size === 0) {
    return found.clause(found.payload as never, from, state as never);
  }
  const schema = found === undefined ? undefined : schemas.calls.get(found.name);
  const payload = found === undefined ? Option.none() : decoded(schema?.request, found.payload);
  if (found === undefined || Option.isNone(payload)) {
    throw new FunctionClauseError(definition, "handleCall", request, whyNone(calls, found));
  }
  if (schema?.reply !== undefined) replyBy(from, schema.reply);
  return Reflect.apply(found.clause, undefined, [payload.value, from, state]);
};

/** Runs the clause of `handleCast` for a request; throws when there is none. */
export const handleCast = (definition: Definition, request: unknown, state: unknown): unknown => {
  const { casts, schemas } = definition;
  const found = find(casts, request);
  if (found !== undefined && schemas.casts.size === 0) {
    return found.clause(found.payload as never, state as never);
  }
  const payload = found === undefined ? Option.none() : decoded(schemas.casts.get(found.name), found.payload);
  if (found === undefined || Option.isNone(payload)) {
    throw new FunctionClauseError(definition, "handleCast", request, whyNone(casts, found));
  }
  return Reflect.apply(found.clause, undefined, [payload.value, state]);
};

/** Runs `handleInfo`; a message that nobody handles is logged, as by Elixir's default. */
export const handleInfo = (
  definition: Definition,
  self: Entry,
  message: unknown,
  state: unknown,
): unknown => {
  const { handleInfo: handler, name } = definition;
  if (handler !== undefined) return Reflect.apply(handler, undefined, [message as Term, state]);
  const who = self.name === undefined ? self.pid : inspect(self.name);
  const what = inspect(message).slice(0, 200);
  log(self.kernel, "error", `${name} ${who} received unexpected message in handleInfo: ${what}`);
  return ["noreply", state];
};

/** Runs `handleContinue`; throws when there is none. */
export const handleContinue = (definition: Definition, what: unknown, state: unknown): unknown => {
  const { handleContinue: handler } = definition;
  if (handler === undefined) {
    throw new FunctionClauseError(definition, "handleContinue", what, "it has none");
  }
  return Reflect.apply(handler, undefined, [what as Term, state]);
};

/** A state that the definition's Schema refuses ends the server. */
export const checkState = (definition: Definition, state: unknown): void => {
  const { state: schema } = definition.schemas;
  if (schema === undefined || Schema.is(schema)(state)) return;
  throw new TypeError(
    `${definition.name}: the state is not as its Schema says: ${inspect(state).slice(0, 200)}`,
  );
};
