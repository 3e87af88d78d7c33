/**
 * The process of a task supervisor: starts tasks, hands their requests on to them, and takes them down with
 * itself. What asks it is `task_supervisor.ts`.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import type { AnyContext } from "../deps/fiber.ts";
import { answering } from "../process/answering.ts";
import type { Entry } from "../process/entry.ts";
import { link } from "../process/links.ts";
import { handOn, type Held, heldOf, refuse } from "../process/requests.ts";
import { applyFunction } from "../process/spawn.ts";
import { MaxChildren, NotFound } from "../term/errors.ts";
import { Pid, type Reference } from "../term/identifier.ts";
import { tuple } from "../term/tuple.ts";
import type { Caller } from "./gen_reply.ts";
import { countRestart, type Intensity, isRestarted, type Restart } from "./restart.ts";
import { shutDownChild, shutDownChildren } from "./shut_down.ts";
import { isAnswered, type Supervising, type Verdict } from "./supervise.ts";
import { isRestart } from "./supervisor_options.ts";
import { okAnswer, readQuestion, refusal } from "./supervisor_protocol.ts";
import * as report from "./supervisor_report.ts";

/**
 * What a supervisor is asked. Plain rows and texts: they travel as they are. The callers of a task are its owner,
 * who is known by the request, and these.
 */
export type Ask =
  | readonly [
    "start_task",
    module: string,
    name: string,
    args: ReadonlyArray<unknown>,
    shutdown: number | null,
    callers?: ReadonlyArray<Pid>,
  ]
  | readonly [
    "start_child",
    module: string,
    name: string,
    args: ReadonlyArray<unknown>,
    shutdown: number | null,
    restart: Restart,
    callers: ReadonlyArray<Pid>,
  ]
  | readonly ["terminate_child", pid: Pid]
  | readonly ["children"];

/** How a task supervisor works, with all defaults. */
export interface TaskPolicy {
  readonly intensity: Intensity;
  readonly maxChildren: number;
}

/** A task that runs. */
interface Child {
  /** `Module.function/arity`. */
  readonly call: string;
  readonly module: string;
  readonly shutdown: number;
  readonly restart: Restart;
  readonly begin: () => Entry;
}

const defaultShutdown = 5000;

/** A task supervisor's state, and what it does. Each method runs in the supervisor's own process. */
export class TaskServer implements Supervising {
  readonly #self: Entry;
  /** What tasks run in: services given to the node, and those of who started the supervisor. */
  readonly #context: AnyContext;
  readonly #policy: TaskPolicy;
  readonly #children = new Map<Pid, Child>();
  #restarts: ReadonlyArray<number> = [];

  constructor(self: Entry, context: AnyContext, policy: TaskPolicy) {
    this.#self = self;
    this.#context = context;
    this.#policy = policy;
  }

  /** Answers a question; `undefined` for what is none. */
  answer(message: unknown, from: Caller): Effect.Effect<unknown> | undefined {
    const ask = readAsk(message);
    if (ask === undefined) return this.#answerOfAnyKind(message);
    const held = heldOf(this.#self.kernel, from[1]);
    // Nobody waits for it any more, so that nothing is begun for it.
    return held === undefined ? isAnswered : this.#answer(ask, held, from[1]);
  }

  /** What every dynamic supervisor is asked, too. */
  #answerOfAnyKind(message: unknown): Effect.Effect<unknown> | undefined {
    const [name, about] = readQuestion(message) ?? [];
    switch (name) {
      case "which_children":
        return Effect.sync(() =>
          Array.from(this.#children, ([pid, { module }]) => tuple(undefined, pid, "worker", [module]))
        );
      case "count_children": {
        const { size } = this.#children;
        return Effect.succeed({ specs: size, active: size, supervisors: 0, workers: size });
      }
      case "terminate_child": {
        const child = about instanceof Pid ? this.#children.get(about) : undefined;
        return about instanceof Pid && child !== undefined
          ? this.#terminate(about, child)
          : Effect.succeed(refusal("not_found"));
      }
    }
  }

  #answer(ask: Ask, held: Held, reference: Reference): Effect.Effect<unknown> {
    const { kernel } = this.#self;
    switch (ask[0]) {
      case "start_task": {
        if (this.#isFull(held)) return isAnswered;
        this.#start({
          ...this.#work(ask, "temporary"),
          begin: () => beginTask(this.#self, this.#context, ask, held, reference),
        });
        return isAnswered;
      }
      case "start_child": {
        if (this.#isFull(held)) return isAnswered;
        const begin = (): Entry => beginChild(this.#self, this.#context, ask);
        return Effect.succeed(this.#start({ ...this.#work(ask, ask[5]), begin }).pid);
      }
      case "terminate_child": {
        const child = this.#children.get(ask[1]);
        if (child !== undefined) return this.#terminate(ask[1], child);
        refuse(kernel, held, new NotFound({ operation: "Task.Supervisor", child: ask[1] }));
        return isAnswered;
      }
      case "children":
        return Effect.succeed([...this.#children.keys()]);
    }
  }

  /** Nothing is cast to it. */
  cast(): Effect.Effect<Verdict> {
    return Effect.succeed("goes on");
  }

  /** A process has ended; that of a child is restarted, or forgotten. */
  ended(pid: Pid, reason: unknown): Effect.Effect<Verdict> {
    const child = this.#children.get(pid);
    if (child === undefined) return Effect.succeed("goes on");
    this.#children.delete(pid);
    return Effect.succeed(isRestarted(child.restart, reason) ? this.#restart(child) : "goes on");
  }

  /** Its children are what it has of a state. */
  state(): unknown {
    return [...this.#children.keys()];
  }

  /** Takes all children down at once. */
  stopAll(): Effect.Effect<void> {
    const times = new Map(Array.from(this.#children, ([pid, { shutdown }]) => [pid, shutdown]));
    return shutDownChildren(this.#self, times, (pid) => void this.#children.delete(pid));
  }

  #work(
    [, module, name, args, shutdown]: Extract<Ask, readonly ["start_task" | "start_child", ...unknown[]]>,
    restart: Restart,
  ): Omit<Child, "begin"> {
    const call = `${module}.${name}/${args.length}`;
    return { call, module, shutdown: shutdown ?? defaultShutdown, restart };
  }

  /** Whether there is no place for another, so that who asked for one is refused. */
  #isFull(held: Held): boolean {
    const { maxChildren } = this.#policy;
    if (this.#children.size < maxChildren) return false;
    refuse(this.#self.kernel, held, new MaxChildren({ operation: "Task.Supervisor", maxChildren }));
    return true;
  }

  #start(child: Child): Entry {
    const entry = child.begin();
    link(this.#self.kernel, this.#self, entry.pid);
    this.#children.set(entry.pid, child);
    return entry;
  }

  #restart(child: Child): Verdict {
    const { intensity } = this.#policy;
    const counted = countRestart(this.#restarts, this.#self.kernel.clock.now(), intensity);
    this.#restarts = counted.restarts;
    if (!counted.isTooMany) {
      this.#start(child);
      return "goes on";
    }
    const { call, restart } = child;
    report.tooManyRestarts(this.#self, call, { restart, restarts: this.#restarts.length, intensity });
    return "ends";
  }

  #terminate(pid: Pid, { shutdown }: Child): Effect.Effect<unknown> {
    this.#children.delete(pid);
    return Effect.as(shutDownChild(this.#self, pid, shutdown), okAnswer);
  }
}

/** A task's process: holds the request, and answers it with its result. */
const beginTask = (
  self: Entry,
  context: AnyContext,
  ask: Extract<Ask, readonly ["start_task", ...ReadonlyArray<unknown>]>,
  held: Held,
  reference: Reference,
): Entry => {
  const { kernel } = self;
  const [, module, name, args] = ask;
  const initialCall = `${module}.${name}/${args.length}`;
  const callers = [held.from, ...ask[5] ?? []];
  const { pid: parent, leader, lineage: ancestors } = self;
  const entry = kernel.spawn({ parent, leader, initialCall, ancestors, callers, kind: "Task" });
  entry.failureIsTold = true;
  handOn(held, entry);
  kernel.start(entry, answering(kernel, reference, module, name, args), context);
  return entry;
};

const beginChild = (
  self: Entry,
  context: AnyContext,
  ask: Extract<Ask, readonly ["start_child", ...ReadonlyArray<unknown>]>,
): Entry => {
  const [, module, name, args] = ask;
  const initialCall = `${module}.${name}/${args.length}`;
  const callers = ask[6];
  const { pid: parent, leader, lineage: ancestors } = self;
  const entry = self.kernel.spawn({ parent, leader, initialCall, ancestors, callers, kind: "Task" });
  self.kernel.start(entry, applyFunction(self.kernel, module, name, args), context);
  return entry;
};

/** A peer may send anything: what is none of the questions is refused. */
const readAsk = (content: unknown): Ask | undefined => {
  if (!Array.isArray(content)) return undefined;
  const [tag, first, second, args, shutdown, fifth, sixth]: ReadonlyArray<unknown> = content;
  if (tag === "children") return [tag];
  if (tag === "terminate_child") return first instanceof Pid ? [tag, first] : undefined;
  if (typeof first !== "string" || typeof second !== "string" || !Array.isArray(args)) return undefined;
  if (shutdown !== null && typeof shutdown !== "number") return undefined;
  if (tag === "start_task") return [tag, first, second, args, shutdown, pidsIn(fifth)];
  return tag === "start_child" && isRestart(fifth)
    ? [tag, first, second, args, shutdown, fifth, pidsIn(sixth)]
    : undefined;
};

const pidsIn = (value: unknown): ReadonlyArray<Pid> =>
  Array.isArray(value) ? value.filter((one) => one instanceof Pid) : [];
