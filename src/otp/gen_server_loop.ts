/**
 * The server's process: runs the callbacks of a definition, one message after another (OTP's `gen_server`).
 *
 * @module
 */
import { Cause, Effect, Exit } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import { exit } from "../process/exit.ts";
import { crashOf, exitReasonOf, normalizeReason } from "../process/exit_reason.ts";
import { receive } from "../process/receive.ts";
import { atom } from "../term/atom.ts";
import type { Exit as ExitFailure } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import { answerFrom, CALL, CAST } from "./gen_reply.ts";
import { checkState, handleCall, handleCast, handleContinue, handleInfo } from "./gen_server_clauses.ts";
import type { Definition, From } from "./gen_server_define.ts";
import { readCall, readInit, readNoReply, type Reply, type Step, type Wait } from "./gen_server_results.ts";
import type { Up } from "./start_process.ts";
import {
  handleSystemMessage,
  isExitOf,
  isFrom,
  isSystemMessage,
  type SystemView,
  trace,
} from "./system_messages.ts";

/** What a callback came to: what it gave, or the reason with which it ends the server. */
type Outcome = { readonly given: unknown } | { readonly reason: unknown };

/** A server that runs. */
interface Server {
  readonly definition: Definition;
  readonly self: Entry;
  readonly parent: Pid;
  readonly view: SystemView;
  state: unknown;
}

/** Runs `init`; what the process runs from then on, if it comes up. */
export const beginServer = (
  definition: Definition,
  argument: unknown,
  self: Entry,
  parent: Pid,
): Effect.Effect<Up<never>> =>
  Effect.map(run(() => Reflect.apply(definition.init, undefined, [argument])), (outcome): Up<never> => {
    if ("reason" in outcome) return { tag: "stop", reason: outcome.reason };
    const begin = readInit(outcome.given);
    if (begin === undefined) return { tag: "stop", reason: badReturn(outcome.given) };
    if (begin.tag === "ignore") return begin;
    if (begin.tag === "stop") return { tag: "stop", reason: normalizeReason(begin.reason) };
    const wrong = problemOf(() => checkState(definition, begin.state));
    if (wrong !== undefined) return { tag: "stop", reason: wrong.reason };
    return { tag: "up", run: serve(makeServer(definition, self, parent, begin.state), begin.wait) };
  });

const makeServer = (definition: Definition, self: Entry, parent: Pid, state: unknown): Server => {
  const view: SystemView = {
    self,
    parent,
    state: () => server.state,
    replaceState: (other) => void (server.state = other),
    isTraced: false,
  };
  const server: Server = { definition, self, parent, view, state };
  return server;
};

/** Takes messages until the server ends. */
const serve = (server: Server, begin: Wait): Effect.Effect<never, ExitFailure> =>
  Effect.gen(function* () {
    const { definition, parent, view } = server;
    for (let wait = begin;;) {
      let message: unknown;
      if (wait.tag === "message") {
        message = yield* nextMessage(wait.milliseconds);
        if (isTuple(message)) {
          if (isSystemMessage(message)) {
            const after = yield* handleSystemMessage(view, message);
            if (after.tag === "go") continue;
            return yield* end(server, normalizeReason(after.reason));
          }
          if (isExitOf(message, parent)) return yield* end(server, message[2]);
        }
      }
      const from = fromOf(message);
      const returned = attempt(callbackFor(server, wait, message, from));
      const outcome = Effect.isEffect(returned) ? yield* settle(returned) : returned;
      const step = stepOf(outcome, from);
      if (step.tag === "stop") {
        if ("state" in step) server.state = step.state;
        return yield* answeredAfter(server, end(server, normalizeReason(step.reason)), from, step.reply);
      }
      server.state = step.state;
      const wrong = problemOf(() => {
        checkState(definition, step.state);
        answer(server, from, step.reply);
      });
      if (wrong !== undefined) return yield* end(server, wrong.reason);
      wait = step.wait;
    }
  });

const TIMEOUT = atom("timeout");
const nextForEver = receive();

/** The next message, or `:timeout`. */
const nextMessage = (milliseconds: number): Effect.Effect<unknown> =>
  milliseconds === Infinity
    ? nextForEver
    : Effect.catchTag(receive({ after: milliseconds }), "timeout", () => Effect.succeed(TIMEOUT));

/** Whom a message is to be answered to, when it is a call. */
const fromOf = (message: unknown): From | undefined =>
  isTuple(message) && message.length === 3 && message[0] === CALL && isFrom(message[1])
    ? message[1] as From
    : undefined;

/** The callback for what has come. */
const callbackFor = (
  { definition, self, state, view }: Server,
  wait: Wait,
  message: unknown,
  from: From | undefined,
): () => unknown => {
  if (wait.tag === "continue") {
    trace(view, () => `continues with ${inspect(wait.what)}`);
    return () => handleContinue(definition, wait.what, state);
  }
  if (isTuple(message)) {
    if (from !== undefined) {
      trace(view, () => `got call ${inspect(message[2])} from ${inspect(from[0])}`);
      return () => handleCall(definition, message[2], from, state);
    }
    if (message.length === 2 && message[0] === CAST) {
      trace(view, () => `got cast ${inspect(message[1])}`);
      return () => handleCast(definition, message[1], state);
    }
  }
  trace(view, () => `got ${inspect(message)}`);
  return () => handleInfo(definition, self, message, state);
};

/** What the server does after a callback; one that failed ends it with the state that it had. */
const stepOf = (
  outcome: Outcome,
  from: From | undefined,
): Step | { readonly tag: "stop"; readonly reason: unknown; readonly reply: undefined } => {
  if ("reason" in outcome) return { tag: "stop", reason: outcome.reason, reply: undefined };
  const read = from === undefined ? readNoReply : readCall;
  return read(outcome.given) ?? { tag: "stop", reason: badReturn(outcome.given), reply: undefined };
};

/** Sends a reply, if there is one. Throws what keeps it from travelling. */
const answer = (server: Server, from: From | undefined, reply: Reply): void => {
  const { view, self } = server;
  if (from === undefined || reply === undefined) {
    return trace(view, () => `new state ${inspect(server.state)}`);
  }
  answerFrom(self.kernel, from, reply.value);
  trace(view, () => {
    return `sent ${inspect(reply.value)} to ${inspect(from[0])}, new state ${inspect(server.state)}`;
  });
};

/** The reply of a result `stop` goes out after `terminate`, whatever came of that. */
const answeredAfter = (
  server: Server,
  ended: Effect.Effect<never, ExitFailure>,
  from: From | undefined,
  reply: Reply,
): Effect.Effect<never, ExitFailure> =>
  reply === undefined
    ? ended
    : Effect.onExit(ended, () => Effect.sync(() => void problemOf(() => answer(server, from, reply))));

/** Runs `terminate`, and ends the process: with its failure, if it fails. */
const end = (server: Server, reason: unknown): Effect.Effect<never, ExitFailure> =>
  Effect.gen(function* () {
    const { terminate } = server.definition;
    trace(server.view, () => `terminates with ${inspect(reason)}`);
    if (terminate === undefined) return yield* exit(reason);
    const outcome = yield* run(() => Reflect.apply(terminate, undefined, [reason, server.state]));
    return yield* exit("reason" in outcome ? outcome.reason : reason);
  });

/** Runs a callback, whether it gives its result or an Effect of it. */
const run = (callback: () => unknown): Effect.Effect<Outcome> =>
  Effect.suspend(() => {
    const returned = attempt(callback);
    return Effect.isEffect(returned) ? settle(returned) : Effect.succeed(returned);
  });

/** Calls a callback: its Effect, or what it came to. */
const attempt = (callback: () => unknown): Outcome | Effect.Effect<unknown, unknown> => {
  try {
    const given = callback();
    return Effect.isEffect(given) ? given as Effect.Effect<unknown, unknown> : { given };
  } catch (thrown) {
    return outcomeOfThrown(thrown);
  }
};

const settle = (effect: Effect.Effect<unknown, unknown>): Effect.Effect<Outcome> =>
  Effect.map(Effect.exit(effect), (ended): Outcome => {
    if (Exit.isSuccess(ended)) return { given: ended.value };
    const defect = ended.cause.reasons.find(Cause.isDieReason);
    const hasFailed = ended.cause.reasons.some(Cause.isFailReason);
    return defect === undefined || hasFailed
      ? { reason: exitReasonOf(ended) }
      : outcomeOfThrown(defect.defect);
  });

/** As in OTP, a thrown value that is no error counts as what the callback gave. */
const outcomeOfThrown = (thrown: unknown): Outcome =>
  thrown instanceof Error ? { reason: exitReasonOf(Exit.die(thrown)) } : { given: thrown };

const badReturn = (given: unknown): unknown => tuple("bad_return_value", given);

/** The exit reason of what was thrown, if something was. */
const problemOf = (action: () => void): { readonly reason: unknown } | undefined => {
  try {
    action();
    return undefined;
  } catch (error) {
    return { reason: error instanceof Error && "_tag" in error ? error : crashOf(error) };
  }
};
