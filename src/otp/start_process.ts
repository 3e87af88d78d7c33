/**
 * Starting a behaviour's process, and waiting until it is up (`gen:start`, `proc_lib:start_link`).
 *
 * As in OTP a starter that traps exits is linked from the beginning, and sees the EXIT of a process that did not
 * come up. One that does not is linked once the process is up: the failure is typed, and kills nobody (DESIGN,
 * section 4, difference 4).
 *
 * @module
 */
import { type Duration, Effect } from "../deps/effect.ts";
import { millisecondsOf } from "../process/arguments.ts";
import { startDeadline } from "../process/deadline.ts";
import type { Entry } from "../process/entry.ts";
import { exit } from "../process/exit.ts";
import { exitReasonOf } from "../process/exit_reason.ts";
import { link, unlink } from "../process/links.ts";
import { demonitor, monitor } from "../process/monitors.ts";
import { processOf, withProcess } from "../process/own_kernel.ts";
import { atom } from "../term/atom.ts";
import { type AlreadyStarted, type BadArg, Exit, Ignore, Timeout } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { isTuple } from "../term/tuple.ts";
import { claimName, isVia, type ServerName } from "./server_name.ts";

/** What starting can fail with: `exit` says with which reason the process ended instead of coming up. */
export type StartError = AlreadyStarted | BadArg | Exit | Ignore | Timeout;

/** What a behaviour brings. */
export interface StartOptions<R> {
  /** How its start is called in errors: `GenServer.startLink(Counter)`. */
  readonly operation: string;
  /** The name that it claims first of all. */
  readonly name: ServerName | undefined;
  /** What it runs, for `Process.info` and crash reports: `Counter.init/1`. */
  readonly initialCall: string;
  /** Whether it is linked to its starter. */
  readonly linked: boolean;
  /** How long it may take to come up; it is killed after that. */
  readonly timeout?: Duration.Input | "infinity" | undefined;
  /**
   * Runs in the new process: how it comes up. A failure of it is the starter's.
   *
   * @param parent The starter, when it is linked; else the process itself, as in OTP.
   */
  readonly init: (self: Entry, parent: Pid) => Effect.Effect<Up<R>, unknown, R>;
}

/** What `init` came to: what the process runs from now on, that it is not wanted, or the reason it ends with. */
export type Up<R> =
  | { readonly tag: "up"; readonly run: Effect.Effect<unknown, unknown, R> }
  | { readonly tag: "ignore" }
  | { readonly tag: "stop"; readonly reason: unknown };

/** What the new process has said of itself before it ended. */
type Said =
  | { readonly tag: "ignore" }
  | { readonly tag: "stop"; readonly reason: unknown }
  | { readonly tag: "refused"; readonly failure: AlreadyStarted | BadArg };

type Outcome = Effect.Effect<Pid, StartError>;

/** Starts a process, and waits until it is up, or has ended instead. */
export const startProcess = <R>(
  options: StartOptions<R>,
): Effect.Effect<Pid, StartError, R> =>
  withProcess((starter, fiber) => {
    const { kernel } = starter;
    const { operation, linked, timeout = "infinity" } = options;
    const milliseconds = millisecondsOf(operation, timeout);
    const child = kernel.spawn({
      parent: starter.pid,
      leader: starter.leader,
      initialCall: options.initialCall,
      ancestors: starter.lineage,
    });
    const isTied = linked && starter.trapExit;
    if (isTied) link(kernel, starter, child.pid);
    let said: Said | undefined;
    let isOver = false;
    return Effect.callback<Pid, StartError>((resume) => {
      const finish = (outcome: Outcome): void => {
        stopDeadline();
        demonitor(kernel, watch.reference);
        // From the queue: a resume never nests in its waker.
        kernel.queue.push(() => resume(outcome));
      };
      const watch = monitor(kernel, {
        watched: child.pid,
        onDown: (reason) => {
          if (isTied && said === undefined) dropExit(starter, child.pid);
          finish(failedWith(operation, said, isOver ? milliseconds : undefined, reason));
        },
      });
      const stopDeadline = startDeadline(fiber, milliseconds, () => {
        isOver = true;
        end(starter, child);
      });
      const body = bodyOf(options, starter, {
        say: (what) => void (said = what),
        isUp: (pid) => finish(Effect.succeed(pid)),
      });
      // Its services are those of the caller, whose type says that it has them.
      kernel.start(child, body as Effect.Effect<unknown, unknown>, fiber.context);
      return Effect.sync(() => {
        stopDeadline();
        demonitor(kernel, watch.reference);
        child.exit("shutdown");
      });
    });
  });

/** What the new process tells its starter. */
interface Ears {
  readonly say: (what: Said) => void;
  readonly isUp: (pid: Pid) => void;
}

const bodyOf = <R>(
  options: StartOptions<R>,
  starter: Entry,
  ears: Ears,
): Effect.Effect<unknown, unknown, R> =>
  Effect.gen(function* () {
    const { name, operation, linked } = options;
    const self = yield* Effect.withFiber((own) => Effect.succeed(processOf(own)));
    const { kernel, pid } = self;
    if (name !== undefined) {
      const claimed = yield* Effect.result(claimName(kernel, operation, pid, name));
      if (claimed._tag === "Failure") {
        // Nothing has begun: this end is no crash, and no EXIT tells of it.
        ears.say({ tag: "refused", failure: claimed.failure });
        unlink(kernel, self, starter.pid);
        return;
      }
    }
    const begun = yield* Effect.exit(options.init(self, linked ? starter.pid : pid));
    const up: Up<R> = begun._tag === "Success" ? begun.value : { tag: "stop", reason: exitReasonOf(begun) };
    if (up.tag === "up") {
      // A starter that has died meanwhile is seen as its EXIT.
      if (linked && link(kernel, self, starter.pid) === "noproc") return yield* exit("noproc");
      ears.isUp(pid);
      return yield* up.run;
    }
    // The name is free again before the starter is told (proc_lib:init_fail).
    if (isVia(name)) yield* name.unregisterName();
    ears.say(up);
    if (up.tag === "stop") return yield* exit(up.reason);
  });

const failedWith = (
  operation: string,
  said: Said | undefined,
  over: number | undefined,
  reason: unknown,
): Outcome => {
  if (said?.tag === "ignore") return Effect.fail(new Ignore({ operation }));
  if (said?.tag === "refused") return Effect.fail(said.failure);
  if (over !== undefined && said === undefined) {
    return Effect.fail(new Timeout({ operation, milliseconds: over }));
  }
  return Effect.fail(new Exit({ operation, reason }));
};

/** It took too long: killed, and nothing of its end is seen (`proc_lib:sync_start_link`). */
const end = (starter: Entry, child: Entry): void => {
  unlink(starter.kernel, starter, child.pid);
  child.kill();
};

/** The EXIT of a process that was ended from outside before it came up is the starter's answer, and no message. */
const dropExit = (starter: Entry, child: Pid): void => {
  if (starter.messageCount === 0) return;
  const isItsExit = (message: unknown): boolean =>
    isTuple(message) && message.length === 3 && message[0] === atom("EXIT") && message[1] === child;
  starter.mailbox.take({}, (message) => isItsExit(message) ? { found: message } : undefined);
};
