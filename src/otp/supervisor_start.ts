/**
 * Starting a supervisor with its first children, whichever module asks for it (`supervisor:init/1`).
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { reasonOfFailure } from "../process/exit_reason.ts";
import { type Atom, atom } from "../term/atom.ts";
import { type BadArg, type DuplicateChild, FailedToStartChild } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import type { Term } from "../term/term.ts";
import { tuple } from "../term/tuple.ts";
import type { AnyChildSpec } from "./child_spec.ts";
import type { ServerName } from "./server_name.ts";
import { type StartError as ProcessError, startProcess, type Up } from "./start_process.ts";
import { specsFor, supervise } from "./supervise.ts";
import {
  intensityOf,
  type SupervisorFlags,
  wrongChild,
  wrongChildren,
  wrongNameOption,
  wrongOptions,
} from "./supervisor_options.ts";
import { SupervisorServer } from "./supervisor_server.ts";

/** What starting a supervisor can fail with; `E` is what its children's starts can. */
export type StartError<E> = FailedToStartChild<E | Term> | DuplicateChild | ProcessError;

/** A supervisor's children and how it works, as `Supervisor.init` puts them together. */
export interface SupervisorInit<Spec extends AnyChildSpec> {
  /** Its first children. */
  readonly children: ReadonlyArray<Spec>;
  /** How it works. */
  readonly flags: SupervisorFlags;
}

/** What there is to start a supervisor from. */
export type Plan = Effect.Effect<SupervisorInit<AnyChildSpec> | Atom<"ignore">, unknown, unknown>;

/**
 * Starts a supervisor, linked to the caller.
 *
 * @param operation The start, as errors say it.
 * @param name The name that it claims.
 * @param plan Gives its children and flags; run in its process.
 */
export const startSupervisor = (
  operation: string,
  name: ServerName | undefined,
  plan: Plan,
): Effect.Effect<Pid, StartError<unknown>> =>
  Effect.suspend(() => {
    const wrong = wrongNameOption(operation, name);
    if (wrong !== undefined) return Effect.fail(wrong);
    // What the process ends with is OTP's reason; what the starter meets is the failure itself.
    let failure: FailedToStartChild<unknown> | DuplicateChild | BadArg | undefined;
    const stop = (why: NonNullable<typeof failure>): Up<never> => {
      failure = why;
      return { tag: "stop", reason: reasonOf(why) };
    };
    const started = startProcess<unknown>({
      operation,
      name,
      initialCall: "Supervisor.init/1",
      linked: true,
      init: (self, parent) =>
        Effect.gen(function* () {
          self.trapExit = true;
          const answer = yield* plan;
          if (answer === atom("ignore")) return { tag: "ignore" };
          const { children, flags } = answer as SupervisorInit<AnyChildSpec>;
          const { strategy, autoShutdown = "never" } = flags;
          const problem = wrongOptions(operation, flags) ?? wrongChildren(operation, children, autoShutdown);
          if (problem !== undefined) return stop(problem);
          const full = yield* Effect.withFiber((fiber) => Effect.succeed(specsFor(self, fiber)));
          const server = new SupervisorServer(self, {
            strategy,
            intensity: intensityOf(flags),
            autoShutdown,
            read: (spec) => wrongChild(() => "Supervisor.startChild", spec, autoShutdown) ?? full(spec),
          });
          const begun = yield* Effect.result(server.startAll(operation, children.map(full)));
          return begun._tag === "Failure"
            ? stop(begun.failure)
            : { tag: "up", run: supervise(self, parent, server) } satisfies Up<never>;
        }),
    });
    return Effect.catchTag(started, "exit", (exited) => Effect.fail(failure ?? exited)) as Effect.Effect<
      Pid,
      StartError<unknown>
    >;
  });

/** The exit reason of a supervisor that did not come up, as OTP has it. */
const reasonOf = (why: FailedToStartChild<unknown> | DuplicateChild | BadArg): unknown => {
  if (why instanceof FailedToStartChild) {
    return tuple("shutdown", tuple("failed_to_start_child", why.child, reasonOfFailure(why.reason)));
  }
  if (why._tag === "duplicate_child_name") {
    return tuple("start_spec", tuple("duplicate_child_name", why.child));
  }
  return why;
};
