/**
 * The process of a supervisor: carries out what `strategy.ts`, `restart.ts` and `auto_shutdown.ts` decide
 * (OTP's `supervisor`). What asks it is `supervisor.ts`.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import { isNormalEnd } from "../process/exit_reason.ts";
import { atom } from "../term/atom.ts";
import { type BadArg, FailedToStartChild } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import { type AutoShutdown, endsSupervisor } from "./auto_shutdown.ts";
import type { AnyChildSpec } from "./child_spec.ts";
import {
  type Child,
  Children,
  countOf,
  countRestarts,
  type FullSpec,
  infoOf,
  isShutDownWell,
} from "./children.ts";
import { countRestart, type Intensity, isRestarted } from "./restart.ts";
import { shutDownChild } from "./shut_down.ts";
import { caught, startChild } from "./start_child.ts";
import { planRestart, type Strategy } from "./strategy.ts";
import {
  alreadyStarted,
  badArgument,
  okAnswer,
  readQuestion,
  refusal,
  startAnswer,
} from "./supervisor_protocol.ts";
import type { Supervising, Verdict } from "./supervise.ts";
import * as report from "./supervisor_report.ts";

/** How a supervisor works, with all defaults. */
export interface Policy {
  readonly strategy: Strategy;
  readonly intensity: Intensity;
  readonly autoShutdown: AutoShutdown;
  /** Reads a specification that came with a question. */
  readonly read: (spec: AnyChildSpec) => FullSpec | BadArg;
}

const isTemporary = ({ spec }: Child): boolean => spec.restart === "temporary";
const TRY_AGAIN = atom("try_again_restart");

/** A supervisor's state, and what it does. Each method runs in the supervisor's own process. */
export class SupervisorServer implements Supervising {
  readonly #self: Entry;
  readonly #policy: Policy;
  readonly #children = new Children();
  #restarts: ReadonlyArray<number> = [];

  constructor(self: Entry, policy: Policy) {
    this.#self = self;
    this.#policy = policy;
  }

  /** Starts the first children in order; when one fails, those before it are down again. */
  startAll(operation: string, specs: ReadonlyArray<FullSpec>): Effect.Effect<void, FailedToStartChild> {
    return Effect.gen({ self: this }, function* () {
      for (const spec of specs) {
        const outcome = yield* startChild(spec.start, caught);
        if (outcome.tag === "failed") {
          report.startFailed(this.#self, spec.id, outcome.reason);
          yield* this.stopAll();
          return yield* new FailedToStartChild({ operation, child: spec.id, reason: outcome.reason });
        }
        if (outcome.pid !== undefined || spec.restart !== "temporary") {
          this.#children.add(spec, outcome.pid);
        }
      }
    });
  }

  /** Answers a question; `undefined` for what is none. */
  answer(message: unknown): Effect.Effect<unknown> | undefined {
    const [name, about] = readQuestion(message) ?? [];
    switch (name) {
      case "which_children":
        return Effect.sync(() => this.#children.all.map((child) => infoOf(child.spec.id, child)).reverse());
      case "count_children":
        return Effect.sync(() => countOf(this.#children.all));
      case "start_child":
        return this.#start(about as AnyChildSpec);
      case "terminate_child":
        return this.#terminate(about);
      case "restart_child":
        return this.#restartByHand(about);
      case "delete_child":
        return Effect.sync(() => this.#delete(about));
    }
  }

  /** A cast has come: a restart that failed is tried again, unless the child is not to be restarted any more. */
  cast(message: unknown): Effect.Effect<Verdict> {
    const child = isTuple(message) && message[0] === TRY_AGAIN ? this.#child(message[1]) : undefined;
    return child?.isRestarting === true ? this.#restart(child) : Effect.succeed("goes on");
  }

  /** A process has ended; that of a child is restarted, or forgotten. */
  ended(pid: Pid, reason: unknown): Effect.Effect<Verdict> {
    const child = this.#children.withPid(pid);
    if (child === undefined) return Effect.succeed("goes on");
    if (!isNormalEnd(reason)) {
      report.childTerminated(this.#self, child.spec.id, reason, this.#about(child, pid));
    }
    this.#children.runs(child, undefined);
    if (isRestarted(child.spec.restart, reason)) return this.#restart(child);
    this.#children.ended(child);
    const ends = endsSupervisor(
      this.#policy.autoShutdown,
      child.spec.significant,
      () =>
        this.#children.all.some((one) => one.spec.significant && (one.pid !== undefined || one.isRestarting)),
    );
    return Effect.succeed(ends ? "ends" : "goes on");
  }

  /** Its children, as `Sys.getState` shows them. */
  state(): unknown {
    return this.#children.all.map((child) => infoOf(child.spec.id, child));
  }

  /** Takes all children down, last started first. */
  stopAll(): Effect.Effect<void> {
    return this.#stop(this.#children.all.toReversed());
  }

  #restart(child: Child): Effect.Effect<Verdict> {
    return Effect.gen({ self: this }, function* () {
      const { strategy, intensity } = this.#policy;
      const children = this.#children;
      const counted = countRestart(this.#restarts, this.#self.kernel.clock.now(), intensity);
      this.#restarts = counted.restarts;
      if (counted.isTooMany) {
        report.tooManyRestarts(this.#self, child.spec.id, this.#about(child));
        children.ended(child);
        return "ends";
      }
      const concerned = strategy === "one_for_one" ? [child] : children.all;
      const plan = planRestart(strategy, concerned, child, isTemporary);
      yield* this.#stop(plan.stop);
      for (const one of plan.start) {
        const outcome = yield* startChild(one.spec.start, caught);
        if (outcome.tag === "started") {
          children.runs(one, outcome.pid);
          countRestarts(this.#self, one, outcome.pid);
          continue;
        }
        report.startFailed(this.#self, one.spec.id, outcome.reason, this.#about(one));
        children.isTriedAgain(one);
        // By a message to itself: what came meanwhile has its turn before the next try.
        this.#self.push(tuple(atom("$gen_cast"), tuple(TRY_AGAIN, one.spec.id)));
        break;
      }
      return "goes on";
    });
  }

  #start(given: AnyChildSpec): Effect.Effect<unknown> {
    const spec = this.#policy.read(given);
    if ("problem" in spec) return Effect.succeed(badArgument(spec));
    const present = this.#children.withId(spec.id);
    if (present !== undefined) {
      const { pid } = present;
      return Effect.succeed(pid === undefined ? refusal("already_present") : alreadyStarted(pid));
    }
    return Effect.map(startChild(spec.start, caught), (outcome) => {
      const isKept = outcome.tag === "started" &&
        (outcome.pid !== undefined || spec.restart !== "temporary");
      if (isKept) this.#children.add(spec, outcome.pid);
      return startAnswer(spec.id, outcome);
    });
  }

  #terminate(id: unknown): Effect.Effect<unknown> {
    const child = this.#child(id);
    if (child === undefined) return Effect.succeed(refusal("not_found"));
    return Effect.as(this.#stop([child]), okAnswer);
  }

  #restartByHand(id: unknown): Effect.Effect<unknown> {
    const child = this.#child(id);
    if (child === undefined) return Effect.succeed(refusal("not_found"));
    if (child.isRestarting) return Effect.succeed(refusal("restarting"));
    if (child.pid !== undefined) return Effect.succeed(refusal("running"));
    return Effect.map(startChild(child.spec.start, caught), (outcome) => {
      if (outcome.tag === "started") this.#children.runs(child, outcome.pid);
      return startAnswer(child.spec.id, outcome);
    });
  }

  #delete(id: unknown): unknown {
    const child = this.#child(id);
    if (child === undefined) return refusal("not_found");
    if (child.isRestarting) return refusal("restarting");
    if (child.pid !== undefined) return refusal("running");
    this.#children.remove(child);
    return okAnswer;
  }

  /** What its reports tell of a child. */
  #about({ spec }: Child, pid?: Pid): report.About {
    const { restart } = spec;
    const about = { restart, restarts: this.#restarts.length, intensity: this.#policy.intensity };
    return pid === undefined ? about : { ...about, pid };
  }

  #child(id: unknown): Child | undefined {
    return typeof id === "string" ? this.#children.withId(id) : undefined;
  }

  /** Stops children, one after the other. */
  #stop(children: ReadonlyArray<Child>): Effect.Effect<void> {
    return Effect.gen({ self: this }, function* () {
      for (const child of children) {
        const { pid, spec } = child;
        if (pid !== undefined) {
          const reason = yield* shutDownChild(this.#self, pid, spec.shutdown);
          if (!isShutDownWell(spec, reason)) report.shutdownFailed(this.#self, spec.id, reason);
        }
        this.#children.ended(child);
      }
    });
  }
}
