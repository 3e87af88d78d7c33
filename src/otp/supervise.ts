/**
 * The loop of a supervisor's process, whichever kind it is: what comes is a question, a cast, the end of a
 * process, a system message, or nothing that a supervisor knows.
 *
 * @module
 */
import { Context, Effect } from "../deps/effect.ts";
import { unsendableIn } from "../process/dispatch.ts";
import type { AnyFiber } from "../deps/fiber.ts";
import type { Entry } from "../process/entry.ts";
import { exit } from "../process/exit.ts";
import { log } from "../process/log.ts";
import { receive } from "../process/receive.ts";
import { atom } from "../term/atom.ts";
import { BadArg, type Exit } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple } from "../term/tuple.ts";
import type { AnyChildSpec } from "./child_spec.ts";
import { type FullSpec, fullSpec } from "./children.ts";
import { answerFrom, CALL, type Caller, CAST, refuseFrom } from "./gen_reply.ts";
import { badArgument, readQuestion } from "./supervisor_protocol.ts";
import { handleSystemMessage, isFrom, isSystemMessage, type SystemView, trace } from "./system_messages.ts";

/** What follows for the supervisor itself: it goes on, or ends with `shutdown`. */
export type Verdict = "goes on" | "ends";

/** What a supervisor does, whichever kind it is; a registry is one that starts nobody. */
export interface Supervising {
  /** Answers a question; `undefined` for what is none, {@link isAnswered} where it is not for this to answer. */
  readonly answer: (message: unknown, from: Caller) => Effect.Effect<unknown> | undefined;
  /** Carries out a cast. */
  readonly cast: (message: unknown) => Effect.Effect<Verdict>;
  /** A process has ended. */
  readonly ended: (pid: Pid, reason: unknown) => Effect.Effect<Verdict>;
  /** Takes all children down. */
  readonly stopAll: () => Effect.Effect<void>;
  /** Its state, as `Sys.getState` shows it. */
  readonly state: () => unknown;
}

const ANSWERED = Symbol("answered");

/** What a question comes to that was refused, or whose answer is another's. */
export const isAnswered: Effect.Effect<unknown> = Effect.succeed(ANSWERED);

const EXIT = atom("EXIT");

/**
 * Runs a supervisor until it ends.
 *
 * @param self Its process.
 * @param parent Whose EXIT ends it.
 * @param server What it does.
 * @returns When it ends with `normal`; fails with `exit` for every other reason, once all children are down.
 */
export const supervise = (self: Entry, parent: Pid, server: Supervising): Effect.Effect<void, Exit> =>
  Effect.gen(function* () {
    const view: SystemView = { self, parent, state: () => server.state(), isTraced: false };
    for (;;) {
      const message = yield* receive();
      if (isSystemMessage(message)) {
        const after = yield* handleSystemMessage(view, message);
        if (after.tag === "stop") return yield* end(server, after.reason);
        continue;
      }
      const [tag, first, second] = isTuple(message) ? message : [];
      trace(
        view,
        () => `got ${tag === CALL && isFrom(first) ? `call ${inspect(second)}` : inspect(message)}`,
      );
      if (tag === EXIT && first instanceof Pid) {
        if (first === parent) return yield* end(server, second);
        if ((yield* server.ended(first, second)) === "ends") return yield* end(server, "shutdown");
      } else if (tag === CALL && isFrom(first)) {
        yield* answerQuestion(self, server, first, second);
      } else if (tag === CAST) {
        if ((yield* server.cast(first)) === "ends") return yield* end(server, "shutdown");
      } else {
        const who = `${self.initialCall ?? "Supervisor"} ${self.pid}`;
        log(self.kernel, "error", `${who} received a message that it does not know: ${inspect(message)}`);
      }
    }
  });

const end = (server: Supervising, reason: unknown): Effect.Effect<void, Exit> =>
  Effect.andThen(server.stopAll(), reason === "normal" ? Effect.void : exit(reason));

const answerQuestion = (
  self: Entry,
  server: Supervising,
  from: Caller,
  message: unknown,
): Effect.Effect<void> => {
  const { kernel } = self;
  const answer = server.answer(message, from);
  if (answer === undefined) return Effect.sync(() => answerStranger(self, from, message));
  return Effect.map(answer, (value) => {
    if (value === ANSWERED) return;
    try {
      answerFrom(kernel, from, value);
    } catch (error) {
      refuseFrom(kernel, from, unsendableIn(`the answer to ${inspect(message)}`, error));
    }
  });
};

/** Anyone may ask anything: what is none of its questions ends no supervisor, and leaves nobody waiting. */
const answerStranger = (
  { kernel, initialCall = "supervisor" }: Entry,
  from: Caller,
  message: unknown,
): void => {
  const [name] = readQuestion(message) ?? [];
  if (name === undefined) return refuseFrom(kernel, from, "badarg");
  const problem = `it is a ${initialCall.replace(/\.init.*/, "")}, which does not know ${name}`;
  answerFrom(kernel, from, badArgument(new BadArg({ operation: "", problem })));
};

/**
 * How specifications are filled in for that supervisor: a module's function has the services that were given to
 * the node, and those of who started the supervisor.
 */
export const specsFor = (self: Entry, fiber: AnyFiber): (spec: AnyChildSpec) => FullSpec => {
  const { kernel } = self;
  // Whoever gives a specification has these services, by its type.
  const context = Context.merge(kernel.context, fiber.context) as Context.Context<unknown>;
  return (spec) => fullSpec(kernel, spec, (start) => Effect.provideContext(start, context));
};
