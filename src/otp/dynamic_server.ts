/**
 * The process of a dynamic supervisor: children that are started one by one, each found by its pid (Elixir's
 * `DynamicSupervisor`). What asks it is `dynamic_supervisor.ts`.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { Entry } from "../process/entry.ts";
import { isNormalEnd } from "../process/exit_reason.ts";
import { atom } from "../term/atom.ts";
import type { BadArg } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import type { AnyChildSpec } from "./child_spec.ts";
import { type Child, countOf, countRestarts, type FullSpec, infoOf, isShutDownWell } from "./children.ts";
import { countRestart, type Intensity, isRestarted } from "./restart.ts";
import { shutDownChildren } from "./shut_down.ts";
import { bare, startChild } from "./start_child.ts";
import type { Supervising, Verdict } from "./supervise.ts";
import { badArgument, okAnswer, readQuestion, refusal, startAnswer } from "./supervisor_protocol.ts";
import * as report from "./supervisor_report.ts";

/** How a dynamic supervisor works, with all defaults. */
export interface DynamicPolicy {
  readonly intensity: Intensity;
  readonly maxChildren: number;
  /** Reads a specification that came with a question. */
  readonly read: (spec: AnyChildSpec) => FullSpec | BadArg;
}

const TRY_AGAIN = atom("try_again_restart");

/** A dynamic supervisor's state, and what it does. Each method runs in the supervisor's own process. */
export class DynamicServer implements Supervising {
  readonly #self: Entry;
  readonly #policy: DynamicPolicy;
  /** By the pid of their last process, also while that is gone and they are to be restarted. */
  readonly #children = new Map<Pid, Child>();
  #restarts: ReadonlyArray<number> = [];

  constructor(self: Entry, policy: DynamicPolicy) {
    this.#self = self;
    this.#policy = policy;
  }

  /** Answers a question; `undefined` for what is none. */
  answer(message: unknown): Effect.Effect<unknown> | undefined {
    const [name, about] = readQuestion(message) ?? [];
    switch (name) {
      case "which_children":
        return Effect.sync(() => this.state());
      case "count_children":
        return Effect.sync(() => countOf(this.#children.values()));
      case "start_child":
        return this.#start(about as AnyChildSpec);
      case "terminate_child":
        return about instanceof Pid ? this.#terminate(about) : Effect.succeed(refusal("not_found"));
    }
  }

  /** A cast has come: a restart that failed is tried again, unless the child was terminated meanwhile. */
  cast(message: unknown): Effect.Effect<Verdict> {
    const [name, pid] = isTuple(message) ? message : [];
    const child = name === TRY_AGAIN && pid instanceof Pid ? this.#children.get(pid) : undefined;
    return child?.isRestarting === true && pid instanceof Pid
      ? this.#restart(pid, child)
      : Effect.succeed("goes on");
  }

  /** A process has ended; that of a child is restarted, or forgotten. */
  ended(pid: Pid, reason: unknown): Effect.Effect<Verdict> {
    const child = this.#children.get(pid);
    if (child === undefined) return Effect.succeed("goes on");
    if (!isNormalEnd(reason)) {
      report.childTerminated(this.#self, child.spec.id, reason, this.#about(child, pid));
    }
    if (isRestarted(child.spec.restart, reason)) return this.#restart(pid, child);
    this.#children.delete(pid);
    return Effect.succeed("goes on");
  }

  /** Its children, as `whichChildren` tells them and `Sys.getState` shows them. */
  state(): unknown {
    return Array.from(this.#children.values(), (child) => infoOf(undefined, child));
  }

  /** Takes all children down at once. */
  stopAll(): Effect.Effect<void> {
    return this.#stop([...this.#children]);
  }

  #restart(former: Pid, child: Child): Effect.Effect<Verdict> {
    return Effect.gen({ self: this }, function* () {
      const counted = countRestart(this.#restarts, this.#self.kernel.clock.now(), this.#policy.intensity);
      this.#restarts = counted.restarts;
      if (counted.isTooMany) {
        report.tooManyRestarts(this.#self, child.spec.id, this.#about(child));
        this.#children.delete(former);
        return "ends";
      }
      const outcome = yield* startChild(child.spec.start, bare);
      if (outcome.tag === "failed") {
        report.startFailed(this.#self, child.spec.id, outcome.reason, this.#about(child));
        child.pid = undefined;
        child.isRestarting = true;
        // By a message to itself: what came meanwhile has its turn before the next try.
        this.#self.push(tuple(atom("$gen_cast"), tuple(TRY_AGAIN, former)));
        return "goes on";
      }
      this.#children.delete(former);
      if (outcome.pid !== undefined) {
        const { restarts } = child;
        countRestarts(this.#self, this.#keep(child.spec, outcome.pid, restarts), outcome.pid);
      }
      return "goes on";
    });
  }

  #start(given: AnyChildSpec): Effect.Effect<unknown> {
    const { maxChildren, read } = this.#policy;
    const spec = read(given);
    if ("problem" in spec) return Effect.succeed(badArgument(spec));
    if (this.#children.size >= maxChildren) return Effect.succeed(refusal("max_children", maxChildren));
    return Effect.map(startChild(spec.start, bare), (outcome) => {
      if (outcome.tag === "started" && outcome.pid !== undefined) this.#keep(spec, outcome.pid);
      return startAnswer(spec.id, outcome);
    });
  }

  #keep(spec: FullSpec, pid: Pid, restarts = 0): Child {
    const child: Child = { spec, pid, isRestarting: false, restarts };
    this.#children.set(pid, child);
    return child;
  }

  /** What its reports tell of a child. */
  #about({ spec }: Child, pid?: Pid): report.About {
    const { restart } = spec;
    const about = { restart, restarts: this.#restarts.length, intensity: this.#policy.intensity };
    return pid === undefined ? about : { ...about, pid };
  }

  #terminate(pid: Pid): Effect.Effect<unknown> {
    const child = this.#children.get(pid);
    if (child === undefined) return Effect.succeed(refusal("not_found"));
    return Effect.as(this.#stop([[pid, child]]), okAnswer);
  }

  /** Stops children, all at once. */
  #stop(children: ReadonlyArray<readonly [Pid, Child]>): Effect.Effect<void> {
    const running = children.filter(([, { pid }]) => pid !== undefined);
    for (const [pid, { pid: runs }] of children) if (runs === undefined) this.#children.delete(pid);
    const times = new Map(running.map(([pid, { spec }]) => [pid, spec.shutdown]));
    return shutDownChildren(this.#self, times, (pid, reason) => {
      const spec = this.#children.get(pid)?.spec;
      this.#children.delete(pid);
      if (spec !== undefined && !isShutDownWell(spec, reason)) {
        report.shutdownFailed(this.#self, `${spec.id} ${inspect(pid)}`, reason);
      }
    });
  }
}
