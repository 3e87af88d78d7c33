/**
 * `Supervisor`: starts children in order, restarts those that fail, and takes them down with itself (Elixir's
 * `Supervisor`, OTP's `supervisor`). Here with the strategy `one_for_one`.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import { log } from "../process/log.ts";
import { receive } from "../process/receive.ts";
import { atom } from "../term/atom.ts";
import { type AlreadyStarted, BadArg, formatExitReason } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple } from "../term/tuple.ts";
import { exit } from "../process/exit.ts";
import { type ChildSpec, shutdownMilliseconds } from "./child_spec.ts";
import { countRestart, type Intensity, isNormalEnd, isRestarted } from "./restart.ts";
import { shutDownChild } from "./shut_down.ts";
import { startLinked } from "./start_link.ts";

export type { ChildSpec, Shutdown } from "./child_spec.ts";
export type { Restart } from "./restart.ts";

/** How a supervisor works. */
export interface SupervisorOptions {
  /** What happens when a child fails: `one_for_one` restarts that child alone. */
  readonly strategy: "one_for_one";
  /** The name to register under. */
  readonly name?: string;
  /** So many restarts are allowed: 3 by default. */
  readonly maxRestarts?: number;
  /** In so many seconds: 5 by default. */
  readonly maxSeconds?: number;
}

/** A child that is started. */
interface Child<E, R> {
  readonly spec: ChildSpec<E, R>;
  pid: Pid | undefined;
}

/**
 * Starts a supervisor, linked to the caller, with its children in order (`Supervisor.start_link/2`).
 *
 * @param children The children.
 * @param options The strategy, a name, the restart intensity.
 * @returns The supervisor's pid, once all children are up. Fails with the failure of the first child that did
 *   not start, when those before it are down again; with `already_started` when the name is taken, and
 *   `badarg` when two children have one id.
 */
export const startLink = <E = never, R = never>(
  children: ReadonlyArray<ChildSpec<E, R>>,
  options: SupervisorOptions,
): Effect.Effect<Pid, E | AlreadyStarted | BadArg, R> => {
  const operation = options.name === undefined
    ? "Supervisor.startLink"
    : `Supervisor.startLink(${inspect(options.name)})`;
  const twice = children.find((spec, index) => children.findIndex((other) => other.id === spec.id) !== index);
  if (twice !== undefined) {
    return Effect.fail(new BadArg({ operation, problem: `two children have the id ${inspect(twice.id)}` }));
  }
  const intensity = { maxRestarts: options.maxRestarts ?? 3, maxSeconds: options.maxSeconds ?? 5 };
  return startLinked({
    operation,
    name: options.name,
    initialCall: "Supervisor.init/1",
    init: (self) => startAll(self, children),
    loop: (self, parent, started) => loop(self, parent, started, intensity),
  });
};

const startAll = <E, R>(
  self: Entry,
  specs: ReadonlyArray<ChildSpec<E, R>>,
): Effect.Effect<ReadonlyArray<Child<E, R>>, E, R> =>
  Effect.gen(function* () {
    const started: Array<Child<E, R>> = [];
    for (const spec of specs) {
      const pid = yield* Effect.onError(spec.start, () => stopAll(self, started));
      started.push({ spec, pid });
    }
    return started;
  });

/** Children go down in the reverse order of their start. */
const stopAll = <E, R>(self: Entry, children: ReadonlyArray<Child<E, R>>): Effect.Effect<void> =>
  Effect.forEach([...children].reverse(), (child) => {
    const { pid, spec } = child;
    if (pid === undefined) return Effect.void;
    const { type = "worker", shutdown = type === "supervisor" ? "infinity" : 5000 } = spec;
    return shutDownChild(self, pid, shutdownMilliseconds(shutdown));
  }, { discard: true });

const loop = <E, R>(
  self: Entry,
  parent: Pid,
  children: ReadonlyArray<Child<E, R>>,
  intensity: Intensity,
): Effect.Effect<void, unknown, R> =>
  Effect.gen(function* () {
    let restarts: ReadonlyArray<number> = [];

    const giveUp = (reason: unknown): Effect.Effect<never, unknown> =>
      Effect.andThen(stopAll(self, children), exit(reason));

    const restart = (child: Child<E, R>): Effect.Effect<void, unknown, R> =>
      Effect.suspend(() => {
        const counted = countRestart(restarts, self.kernel.clock.now(), intensity);
        restarts = counted.restarts;
        if (counted.isTooMany) {
          log(self.kernel, "error", `Supervisor ${inspect(self.pid)}: too many restarts, shutting down`);
          return giveUp("shutdown");
        }
        // A restart that fails is tried again, and counts again.
        return Effect.matchCauseEffect(child.spec.start, {
          onSuccess: (pid) => Effect.sync(() => void (child.pid = pid)),
          onFailure: () => restart(child),
        });
      });

    for (;;) {
      const message = yield* receive();
      if (!isTuple(message) || message.length !== 3 || message[0] !== atom("EXIT")) continue;
      const [, pid, reason] = message;
      if (!(pid instanceof Pid)) continue;
      if (pid === parent) return yield* giveUp(reason);
      const child = children.find((one) => one.pid === pid);
      if (child === undefined) continue;
      child.pid = undefined;
      const { restart: when = "permanent", id } = child.spec;
      if (!isNormalEnd(reason)) {
        log(
          self.kernel,
          "error",
          `Child ${id} of supervisor ${inspect(self.pid)} terminated: ${formatExitReason(reason)}`,
        );
      }
      if (isRestarted(when, reason)) yield* restart(child);
    }
  });
