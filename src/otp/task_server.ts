/**
 * The process of a task supervisor: starts tasks, hands their requests on to them, and takes them down with
 * itself. What asks it is `task_supervisor.ts`.
 *
 * @module
 */
import { Context, Effect } from "../deps/effect.ts";
import type { AnyContext } from "../deps/fiber.ts";
import { answering } from "../process/answering.ts";
import type { Entry } from "../process/entry.ts";
import { exit } from "../process/exit.ts";
import { link } from "../process/links.ts";
import { log } from "../process/log.ts";
import { receive } from "../process/receive.ts";
import { handOn, type Held, heldOf, refuse, reply } from "../process/requests.ts";
import { applyFunction } from "../process/spawn.ts";
import { atom } from "../term/atom.ts";
import { type AlreadyStarted, type BadArg, type Exit, MaxChildren, NotFound } from "../term/errors.ts";
import { Pid, Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple } from "../term/tuple.ts";
import { countRestart, type Intensity, isRestarted, type Restart } from "./restart.ts";
import { shutDownChild } from "./shut_down.ts";
import { startProcess } from "./start_process.ts";
import { handleSystemMessage, isSystemMessage, type SystemView } from "./system_messages.ts";

/** How a task supervisor works. */
export interface TaskSupervisorOptions {
  /** The name to register under. */
  readonly name?: string;
  /** How many tasks it has at most: no limit by default. */
  readonly maxChildren?: number;
  /** So many restarts of children are allowed: 3 by default. Only `startChild` has children that are restarted. */
  readonly maxRestarts?: number;
  /** In so many seconds: 5 by default. */
  readonly maxSeconds?: number;
}

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

/** A task that runs. */
interface Child {
  readonly shutdown: number;
  readonly restart: Restart;
  readonly begin: () => Entry;
}

const defaultShutdown = 5000;

/**
 * Starts a task supervisor, linked to the caller (`Task.Supervisor.start_link/1`).
 *
 * @param options Its name, its limits.
 * @returns Its pid. Fails with `already_started` when the name is taken, `badarg` when it is none.
 */
export const startLink = (
  options: TaskSupervisorOptions = {},
): Effect.Effect<Pid, AlreadyStarted | BadArg> => {
  const { name, maxChildren = Infinity, maxRestarts = 3, maxSeconds = 5 } = options;
  const started = startProcess<never>({
    operation: `Task.Supervisor.startLink(${name === undefined ? "" : inspect(name)})`,
    name,
    initialCall: "Task.Supervisor.init/1",
    linked: true,
    init: (self, parent) =>
      Effect.withFiber((fiber) => {
        self.trapExit = true;
        const limits = { maxChildren, maxRestarts, maxSeconds };
        return Effect.succeed({ tag: "up", run: supervise(self, parent, fiber.context, limits) });
      }),
  });
  // Nothing can keep it from coming up but its name.
  return Effect.catchTags(started, { exit: Effect.die, ignore: Effect.die, timeout: Effect.die });
};

/** The process's loop: starts, forgets, and takes down what it has. */
const supervise = (
  self: Entry,
  parent: Pid,
  own: AnyContext,
  { maxChildren, ...intensity }: Intensity & { readonly maxChildren: number },
): Effect.Effect<void, Exit> =>
  Effect.gen(function* () {
    const { kernel } = self;
    const children = new Map<Pid, Child>();
    let restarts: ReadonlyArray<number> = [];
    // Services given to the node, and those of who started the supervisor.
    const context = kernel.processContext(Context.merge(kernel.context, own));

    const start = (child: Child): Entry => {
      const entry = child.begin();
      link(kernel, self, entry.pid);
      children.set(entry.pid, child);
      return entry;
    };

    const end = (reason: unknown): Effect.Effect<never, Exit> => {
      const all = Effect.forEach(children, ([pid, { shutdown }]) => shutDownChild(self, pid, shutdown), {
        discard: true,
        concurrency: "unbounded",
      });
      return Effect.andThen(all, exit(reason));
    };

    const restart = (child: Child): Effect.Effect<void, Exit> => {
      const counted = countRestart(restarts, kernel.clock.now(), intensity);
      restarts = counted.restarts;
      if (!counted.isTooMany) return Effect.sync(() => void start(child));
      log(kernel, "error", `Task.Supervisor ${inspect(self.pid)}: too many restarts, shutting down`);
      return end("shutdown");
    };

    const answer = (ask: Ask, held: Held, reference: Reference): Effect.Effect<void> => {
      switch (ask[0]) {
        case "start_task": {
          if (children.size >= maxChildren) {
            return Effect.sync(() => refuse(kernel, held, tooMany(maxChildren)));
          }
          const shutdown = ask[4] ?? defaultShutdown;
          start({
            shutdown,
            restart: "temporary",
            begin: () => beginTask(self, context, ask, held, reference),
          });
          return Effect.void;
        }
        case "start_child": {
          if (children.size >= maxChildren) {
            return Effect.sync(() => refuse(kernel, held, tooMany(maxChildren)));
          }
          const shutdown = ask[4] ?? defaultShutdown;
          const entry = start({ shutdown, restart: ask[5], begin: () => beginChild(self, context, ask) });
          return Effect.sync(() => reply(kernel, reference, entry.pid));
        }
        case "terminate_child": {
          const child = children.get(ask[1]);
          if (child === undefined) {
            const stranger = new NotFound({ operation: "Task.Supervisor", child: ask[1] });
            return Effect.sync(() => refuse(kernel, held, stranger));
          }
          children.delete(ask[1]);
          const ended = shutDownChild(self, ask[1], child.shutdown);
          return Effect.andThen(ended, Effect.sync(() => reply(kernel, reference, atom("ok"))));
        }
        case "children":
          return Effect.sync(() => reply(kernel, reference, [...children.keys()]));
      }
    };

    // Its children are what it has of a state; another one cannot be given to it.
    const state = (): unknown => [...children.keys()];
    const view: SystemView = { self, parent, state, replaceState: () => {}, isTraced: false };

    for (;;) {
      const message = yield* receive();
      if (isSystemMessage(message)) {
        const after = yield* handleSystemMessage(view, message);
        if (after.tag === "stop") return yield* end(after.reason);
        continue;
      }
      if (!isTuple(message) || message.length !== 3) continue;
      const [tag, from, content] = message;
      if (tag === atom("EXIT") && from instanceof Pid) {
        const child = children.get(from);
        if (child !== undefined) {
          children.delete(from);
          if (isRestarted(child.restart, content)) yield* restart(child);
        } else if (from === parent) return yield* end(content);
      } else if (tag === atom("$gen_call") && isTuple(from) && from[1] instanceof Reference) {
        const held = heldOf(kernel, from[1]);
        if (held === undefined) continue;
        const ask = readAsk(content);
        if (ask === undefined) refuse(kernel, held, "badarg");
        else yield* answer(ask, held, from[1]);
      }
    }
  });

const tooMany = (maxChildren: number): MaxChildren =>
  new MaxChildren({ operation: "Task.Supervisor", maxChildren });

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
  const entry = kernel.spawn({ parent, leader, initialCall, ancestors, callers });
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
  const entry = self.kernel.spawn({ parent, leader, initialCall, ancestors, callers });
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

const isRestart = (restart: unknown): restart is Restart =>
  restart === "permanent" || restart === "temporary" || restart === "transient";
