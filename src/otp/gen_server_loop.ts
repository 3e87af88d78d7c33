/**
 * The server's process: runs the callbacks of a definition, one message after another (OTP's `gen_server`).
 *
 * @module
 */
import { Cause, Effect, Exit } from "../deps/effect.ts";
import type { Crashed } from "../process/crash_report.ts";
import { unsendableIn } from "../process/dispatch.ts";
import type { Entry } from "../process/entry.ts";
import { exit } from "../process/exit.ts";
import { crashOf, exitReasonOf, isNormalEnd, normalizeReason } from "../process/exit_reason.ts";
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
import { shownStatus } from "./gen_server_status.ts";
import {
  handleSystemMessage,
  isExitOf,
  isFrom,
  isSystemMessage,
  type SystemView,
  trace,
} from "./system_messages.ts";

/** What a callback came to: what it gave, or the reason with which it ends the server, and why. */
type Outcome = { readonly given: unknown } | Failed;

/** Why a callback ends the server. */
interface Failed {
  readonly reason: unknown;
  /** As Effect has it. */
  readonly cause?: Cause.Cause<unknown> | undefined;
}

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
    const fail = (failed: Failed): Up<never> => {
      const reason = normalizeReason(failed.reason);
      if (!isNormalEnd(reason)) {
        const { cause } = failed;
        self.crashed = { kind: kindOf(definition), what: "failed to start", isBehaviour: true, cause };
      }
      return { tag: "stop", reason };
    };
    if ("reason" in outcome) return fail(outcome);
    const begin = readInit(outcome.given);
    if (begin === undefined) return fail({ reason: badReturn(outcome.given) });
    if (begin.tag === "ignore") return begin;
    if (begin.tag === "stop") return fail(begin);
    const wrong = problemOf(() => checkState(definition, begin.state));
    if (wrong !== undefined) return fail(wrong);
    return { tag: "up", run: serve(makeServer(definition, self, parent, begin.state), begin.wait) };
  });

const makeServer = (definition: Definition, self: Entry, parent: Pid, state: unknown): Server => {
  const view: SystemView = {
    self,
    parent,
    state: () => server.state,
    shown: () => shownStatus(definition, { state: server.state }).state,
    replaceState: (other) => void (server.state = other),
    isTraced: false,
  };
  const server: Server = { definition, self, parent, view, state };
  return server;
};

/** Takes messages until the server ends. */
const serve = (server: Server, begin: Wait): Effect.Effect<never, ExitFailure> =>
  Effect.gen(function* () {
    const { parent, view } = server;
    for (let wait = begin;;) {
      let message: unknown;
      if (wait.tag === "message") {
        message = yield* nextMessage(wait.milliseconds);
        if (isTuple(message)) {
          if (isSystemMessage(message)) {
            const after = yield* handleSystemMessage(view, message);
            if (after.tag === "go") continue;
            return yield* end(server, { reason: normalizeReason(after.reason) });
          }
          if (isExitOf(message, parent)) return yield* end(server, { reason: message[2] });
        }
      }
      const from = fromOf(message);
      const returned = attemptOn(server, wait, message, from);
      const outcome = "effect" in returned ? yield* settle(returned.effect) : returned;
      const step = stepOf(outcome, from);
      if (step.tag === "stop") {
        if ("state" in step) server.state = step.state;
        return yield* answeredAfter(
          server,
          end(server, step, lastMessageOf(wait, message, from)),
          from,
          step.reply,
        );
      }
      server.state = step.state;
      const wrong = problemAfter(server, from, step.reply);
      if (wrong !== undefined) return yield* end(server, wrong, lastMessageOf(wait, message, from));
      wait = step.wait;
    }
  });

const TIMEOUT = atom("timeout");
const CONTINUE = atom("continue");
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

/** What was handled, as a crash report shows it. */
type LastMessage = NonNullable<Crashed["lastMessage"]>;

const lastMessageOf = (wait: Wait, message: unknown, from: From | undefined): LastMessage => {
  if (wait.tag === "continue") return { value: tuple(CONTINUE, wait.what) };
  return from !== undefined && isTuple(message) ? { value: message[2], from: from[0] } : { value: message };
};

/** Runs the callback for what has come: its Effect, or what it came to. */
const attemptOn = (
  server: Server,
  wait: Wait,
  message: unknown,
  from: From | undefined,
): Outcome | Begun => {
  try {
    return begun(callBack(server, wait, message, from));
  } catch (thrown) {
    return outcomeOfThrown(thrown);
  }
};

const callBack = (
  { definition, self, state, view }: Server,
  wait: Wait,
  message: unknown,
  from: From | undefined,
): unknown => {
  if (wait.tag === "continue") {
    trace(view, () => `continues with ${inspect(wait.what)}`);
    return handleContinue(definition, wait.what, state);
  }
  if (isTuple(message)) {
    if (from !== undefined) {
      trace(view, () => `got call ${inspect(message[2])} from ${inspect(from[0])}`);
      return handleCall(definition, message[2], from, state);
    }
    if (message.length === 2 && message[0] === CAST) {
      trace(view, () => `got cast ${inspect(message[1])}`);
      return handleCast(definition, message[1], state);
    }
  }
  trace(view, () => `got ${inspect(message)}`);
  return handleInfo(definition, self, message, state);
};

/** What the server does after a callback; one that failed ends it with the state that it had. */
const stepOf = (
  outcome: Outcome,
  from: From | undefined,
): Step | Failed & { readonly tag: "stop"; readonly reply: undefined } => {
  if ("reason" in outcome) return { ...outcome, tag: "stop", reply: undefined };
  const read = from === undefined ? readNoReply : readCall;
  return read(outcome.given) ?? { tag: "stop", reason: badReturn(outcome.given), reply: undefined };
};

/** Sends a reply, if there is one. Throws what keeps it from travelling. */
const answer = (server: Server, from: From | undefined, reply: Reply): void => {
  const { view, self } = server;
  if (from === undefined || reply === undefined) {
    return trace(view, () => `new state ${inspect(server.state)}`);
  }
  try {
    answerFrom(self.kernel, from, reply.value);
  } catch (error) {
    throw unsendableIn(`the reply of ${kindOf(server.definition)} to ${inspect(from[0])}`, error);
  }
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
const end = (server: Server, failed: Failed, lastMessage?: LastMessage): Effect.Effect<never, ExitFailure> =>
  Effect.gen(function* () {
    const { definition, self, state, view } = server;
    const { terminate } = definition;
    const reason = normalizeReason(failed.reason);
    trace(view, () => `terminates with ${inspect(reason)}`);
    let last: Failed = { reason, cause: failed.cause };
    if (terminate !== undefined) {
      const outcome = yield* run(() => Reflect.apply(terminate, undefined, [reason, state]));
      if ("reason" in outcome) last = outcome;
    }
    if (!isNormalEnd(last.reason)) {
      self.crashed = crashedAs(definition, state, last, lastMessage);
    }
    return yield* exit(last.reason);
  });

/** What is told of the crash, as the definition's `formatStatus` shows it. */
const crashedAs = (
  definition: Definition,
  state: unknown,
  { reason, cause }: Failed,
  lastMessage: LastMessage | undefined,
): Crashed => {
  const shown = shownStatus(definition, { state, reason, message: lastMessage?.value });
  return {
    kind: kindOf(definition),
    isBehaviour: true,
    // Another reason is shown alone: the cause tells of the real one.
    ...Object.is(shown.reason, reason) ? { cause } : { reason: { value: shown.reason } },
    lastMessage: lastMessage === undefined ? undefined : { ...lastMessage, value: shown.message },
    state: { value: shown.state },
  };
};

const kindOf = ({ name }: Definition): string => `GenServer ${name}`;

/** Runs a callback, whether it gives its result or an Effect of it. */
const run = (callback: () => unknown): Effect.Effect<Outcome> =>
  Effect.suspend(() => {
    try {
      const returned = begun(callback());
      return "effect" in returned ? settle(returned.effect) : Effect.succeed(returned);
    } catch (thrown) {
      return Effect.succeed(outcomeOfThrown(thrown));
    }
  });

/** A callback that is to be gone on with. */
interface Begun {
  readonly effect: Effect.Effect<unknown, unknown>;
}

/** What a callback gave, or the Effect of it. Most give rows, of which it is seen at once that they are no Effects. */
const begun = (given: unknown): { readonly given: unknown } | Begun =>
  !Array.isArray(given) && Effect.isEffect(given)
    ? { effect: given as Effect.Effect<unknown, unknown> }
    : { given };

const settle = (effect: Effect.Effect<unknown, unknown>): Effect.Effect<Outcome> =>
  Effect.map(Effect.exit(effect), (ended): Outcome => {
    if (Exit.isSuccess(ended)) return { given: ended.value };
    const defect = ended.cause.reasons.find(Cause.isDieReason);
    const hasFailed = ended.cause.reasons.some(Cause.isFailReason);
    if (defect === undefined || hasFailed) return { reason: exitReasonOf(ended), cause: ended.cause };
    return outcomeOfThrown(defect.defect);
  });

/** As in OTP, a thrown value that is no error counts as what the callback gave. */
const outcomeOfThrown = (thrown: unknown): Outcome =>
  thrown instanceof Error
    ? { reason: exitReasonOf(Exit.die(thrown)), cause: Cause.die(thrown) }
    : { given: thrown };

const badReturn = (given: unknown): unknown => tuple("bad_return_value", given);

/** Why the server ends after a callback that was well: its state is none, or the reply cannot travel. */
const problemAfter = (server: Server, from: From | undefined, reply: Reply): Failed | undefined => {
  try {
    checkState(server.definition, server.state);
    answer(server, from, reply);
    return undefined;
  } catch (error) {
    return failedBy(error);
  }
};

/** The exit reason of what was thrown, if something was. */
const problemOf = (action: () => void): Failed | undefined => {
  try {
    action();
    return undefined;
  } catch (error) {
    return failedBy(error);
  }
};

const failedBy = (error: unknown): Failed => ({
  reason: error instanceof Error && "_tag" in error ? error : crashOf(error),
});
