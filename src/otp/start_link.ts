/**
 * Starting a behaviour's process: it is linked to its starter only once it is up, so that a start that fails
 * is a typed failure and kills nobody (`gen:start`, `proc_lib:init_ack`).
 *
 * @module
 */
import { Deferred, Effect } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import { link } from "../process/links.ts";
import { register } from "../process/names.ts";
import { processOf, withProcess } from "../process/own_kernel.ts";
import { AlreadyStarted } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import type { BadArg } from "../term/errors.ts";

/** What a behaviour brings. */
export interface Behaviour<State, E, R> {
  /** How its start is called in errors: `Supervisor.startLink`. */
  readonly operation: string;
  /** The name to register under. */
  readonly name: string | undefined;
  /** What it runs, for `Process.info`. */
  readonly initialCall: string;
  /** Runs first, in the new process; a failure is the starter's. */
  readonly init: (self: Entry, parent: Pid) => Effect.Effect<State, E, R>;
  /** Runs once `init` is through, until the process ends. */
  readonly loop: (self: Entry, parent: Pid, state: State) => Effect.Effect<void, unknown, R>;
}

/** Starts the process, and waits until it is up. */
export const startLinked = <State, E, R>(
  behaviour: Behaviour<State, E, R>,
): Effect.Effect<Pid, E | AlreadyStarted | BadArg, R> =>
  withProcess((parent, fiber) => {
    const { kernel } = parent;
    const isUp = Deferred.makeUnsafe<Pid, E | AlreadyStarted | BadArg>();
    const body = Effect.gen(function* () {
      const self = yield* Effect.withFiber((own) => Effect.succeed(processOf(own)));
      const problem = claimName(behaviour, self);
      if (problem !== undefined) return yield* Deferred.fail(isUp, problem);
      self.trapExit = true;
      const begun = yield* Effect.exit(behaviour.init(self, parent.pid));
      if (begun._tag === "Failure") return yield* Deferred.failCause(isUp, begun.cause);
      // A starter that has died meanwhile is seen as an EXIT of the parent.
      link(kernel, self, parent.pid);
      yield* Deferred.succeed(isUp, self.pid);
      yield* behaviour.loop(self, parent.pid, begun.value);
    });
    const child = kernel.spawn({
      parent: parent.pid,
      leader: parent.leader,
      initialCall: behaviour.initialCall,
    });
    // Its services are those of the caller, whose type says that it has them.
    kernel.start(child, body as Effect.Effect<void, unknown>, fiber.context);
    return Effect.onInterrupt(Deferred.await(isUp), () => Effect.sync(() => child.exit("shutdown")));
  });

const claimName = (
  behaviour: { readonly operation: string; readonly name: string | undefined },
  self: Entry,
): AlreadyStarted | BadArg | undefined => {
  const { name, operation } = behaviour;
  if (name === undefined) return undefined;
  const owner = self.kernel.names.get(name);
  if (owner !== undefined) {
    return new AlreadyStarted({ operation, taken: `the name ${inspect(name)}`, pid: owner.pid });
  }
  return register(self.kernel, self.pid, name);
};
