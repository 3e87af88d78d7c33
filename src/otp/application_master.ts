/**
 * The process that holds an application: it starts the top supervisor, is linked to it, and takes it down
 * (OTP's `application_master`).
 *
 * @module
 */
import { Context, Deferred, Effect, Layer, type Scope } from "../deps/effect.ts";
import { callback } from "../process/callback.ts";
import type { AnyContext, AnyFiber } from "../deps/fiber.ts";
import type { Entry } from "../process/entry.ts";
import { isNormalEnd } from "../process/exit_reason.ts";
import type { Kernel } from "../process/kernel.ts";
import { exitSignal } from "../process/links.ts";
import { log } from "../process/log.ts";
import { monitor } from "../process/monitors.ts";
import { receive } from "../process/receive.ts";
import { atom } from "../term/atom.ts";
import { AlreadyStarted, formatExitReason } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { isTuple } from "../term/tuple.ts";
import type { Application } from "./application_definition.ts";
import { shutDownChild } from "./shut_down.ts";
import { startLink } from "./supervisor.ts";

/**
 * What the end of an application is to the process that has started it: nothing but a line in the log, or an exit
 * signal, always or when it has ended abnormally.
 */
export type ApplicationType = "temporary" | "transient" | "permanent";

/** An application that is being started, runs, or is being stopped. */
export interface Held {
  /** Its master. */
  readonly master: Entry;
}

/** The applications that a kernel holds, by their names. */
const held = new WeakMap<Kernel, Map<string, Held>>();

/** The applications that a kernel holds. */
export const heldBy = (kernel: Kernel): Map<string, Held> => {
  const known = held.get(kernel) ?? new Map<string, Held>();
  held.set(kernel, known);
  return known;
};

/** The failure of a second start. */
export const startedAlready = (kernel: Kernel, name: string): AlreadyStarted | undefined => {
  const other = heldBy(kernel).get(name);
  if (other === undefined) return undefined;
  const operation = `Application.start(${name})`;
  return new AlreadyStarted({ operation, taken: `the application name ${name}`, pid: other.master.pid });
};

/** Starts the master, and waits until the application is up; when it cannot be, all of it is down again. */
export const hold = <E, R>(
  application: Application<object, E, R>,
  starter: Entry,
  fiber: AnyFiber,
  type: ApplicationType,
): Effect.Effect<void, E | AlreadyStarted, R> =>
  Effect.suspend(() => {
    const { kernel } = starter;
    const { name } = application;
    // Two starts may have come here at the same time.
    const problem = startedAlready(kernel, name);
    if (problem !== undefined) return Effect.fail(problem);
    const master = kernel.spawn({
      parent: starter.pid,
      // What the application prints is the node's, whoever has started it.
      leader: kernel.user.pid,
      initialCall: `Application.start(${name})`,
    });
    // A failure is the starter's.
    master.failureIsTold = true;
    heldBy(kernel).set(name, { master });
    const isUp = Deferred.makeUnsafe<void, E | AlreadyStarted>();
    const life = Effect.scoped(Effect.flatMap(
      bringUp(application, master, fiber.context),
      (supervisor) => Effect.andThen(Deferred.succeed(isUp, undefined), watch(supervisor)),
    )).pipe(
      Effect.onExit(() => Effect.sync(() => void heldBy(kernel).delete(name))),
      Effect.exit,
      Effect.flatMap((exit) => {
        if (exit._tag === "Failure") return Effect.asVoid(Deferred.failCause(isUp, exit.cause));
        const ended = exit.value;
        return ended === undefined
          ? Effect.void
          : Effect.sync(() => tellEnd(master, starter, name, type, ended));
      }),
    );
    // Its services are those of the caller, whose type says that it has them.
    kernel.start(master, life as Effect.Effect<void>, fiber.context);
    return Effect.onInterrupt(Deferred.await(isUp), () => endEarly(master));
  });

/** Ends a master that is not up yet, and waits until all that it has brought up is down. */
const endEarly = (master: Entry): Effect.Effect<void> =>
  callback((resume) => {
    monitor(master.kernel, { watched: master.pid, onDown: () => resume(Effect.void) });
    master.exit("shutdown");
  });

/** Why an application has ended by itself. */
interface Ended {
  readonly reason: unknown;
}

/** Brings an application up, in its master: what is up is taken down with the scope, in the reverse order. */
const bringUp = <E, R>(
  application: Application<object, E, R>,
  master: Entry,
  base: AnyContext,
): Effect.Effect<Pid | undefined, E, R | Scope.Scope> =>
  Effect.gen(function* () {
    master.trapExit = true;
    const { children, supervisor } = application;
    const services = yield* Layer.build(application.services);
    yield* Effect.acquireRelease(
      Effect.sync(() => lend(master.kernel, Context.merge(base, services))),
      (takeBack) => Effect.sync(takeBack),
    );
    const run = Effect.gen(function* () {
      yield* application.start;
      yield* Effect.addFinalizer(() => application.stop);
      if (children === undefined) return undefined;
      return yield* Effect.acquireRelease(
        // What its children need and fail with stands in the application's own type.
        startLink(children, supervisor) as Effect.Effect<Pid, E, R>,
        (pid) => shutDownChild(master, pid, Infinity),
        { interruptible: true },
      );
    });
    return yield* Effect.provideContext(run, services as Context.Context<never>);
  });

/** Gives the functions that other nodes ask for these services, too, until that is taken back. */
const lend = (kernel: Kernel, services: AnyContext): () => void => {
  const before = kernel.context;
  const lent = kernel.processContext(Context.merge(before, services));
  kernel.context = lent;
  return () => {
    // Where somebody has added more since, these stay with the rest.
    if (kernel.context === lent) kernel.context = before;
  };
};

/** Waits until the application is asked to stop, or its supervisor has ended by itself. */
const watch = (supervisor: Pid | undefined): Effect.Effect<Ended | undefined> =>
  Effect.gen(function* () {
    for (;;) {
      const message = yield* receive();
      if (!isTuple(message) || message.length !== 3 || message[0] !== atom("EXIT")) continue;
      const [, pid, reason] = message;
      if (supervisor !== undefined && pid === supervisor) return { reason };
      if (reason !== "normal" && isNormalEnd(reason)) return undefined;
    }
  });

/** An application has ended by itself. */
const tellEnd = (
  master: Entry,
  starter: Entry,
  name: string,
  type: ApplicationType,
  { reason }: Ended,
): void => {
  log(master.kernel, "info", `Application ${name} exited: ${formatExitReason(reason)}`);
  if (type === "temporary" || (type === "transient" && reason === "normal")) return;
  exitSignal(starter, master.pid, reason === "normal" ? "shutdown" : reason);
};
