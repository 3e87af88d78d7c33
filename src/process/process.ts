/**
 * `Process`: what a process can do, to itself and to others (Elixir's `Process` and `Kernel`).
 *
 * @module
 */
import { Duration, Effect, Option } from "../deps/effect.ts";
import type { AnyContext, AnyEffect, AnyFiber } from "../deps/fiber.ts";
import { BadArg, NoProc } from "../term/errors.ts";
import { Pid, type Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { tuple } from "../term/tuple.ts";
import { ofThisNode, withBoolean, withPid, wrongArgument } from "./arguments.ts";
import type { Entry } from "./entry.ts";
import { normalizeReason } from "./exit_reason.ts";
import * as links from "./links.ts";
import { nameOfFunction, type Requirements } from "./modules.ts";
import * as monitors from "./monitors.ts";
import * as names from "./names.ts";
import { withKernel, withProcess } from "./own_kernel.ts";
import { dispatch } from "./dispatch.ts";
import { Op } from "./signal.ts";
import { applyFunction, toEffect } from "./spawn.ts";
import * as timers from "./timers.ts";

export { receive, type ReceiveOptions } from "./receive.ts";
export { info, type ProcessInfo } from "./info.ts";
export {
  alias,
  type AliasOptions,
  demonitor,
  type DemonitorOptions,
  monitor,
  type MonitorOptions,
  unalias,
} from "./watching.ts";
export type { Destination } from "./dispatch.ts";
export { send, type SendOptions } from "./send.ts";

/**
 * The calling process's pid. A fiber of the program's own becomes a process with this.
 *
 * @returns Its pid.
 */
export const self = (): Effect.Effect<Pid> => withProcess((entry) => Effect.succeed(entry.pid));

/** What cannot be run as a process, and why; `undefined` for what can. */
const wrongWork = (body: unknown, args: unknown): BadArg | undefined => {
  if (Effect.isEffect(body)) return undefined;
  if (nameOfFunction(body) === undefined && typeof body !== "function") {
    return wrongArgument("Process.spawn", body, "an Effect or a function");
  }
  return Array.isArray(args) ? undefined : wrongArgument("Process.spawn", args, "an array of arguments");
};

/** What a local process runs: an Effect, or a function with its arguments. */
const workOf = (
  entry: Entry,
  body: unknown,
  args: ReadonlyArray<unknown>,
): [AnyEffect, string | undefined] => {
  if (Effect.isEffect(body)) return [body as AnyEffect, undefined];
  const name = nameOfFunction(body);
  const call = name === undefined ? undefined : `${name.module}.${name.function}/${args.length}`;
  if (typeof body === "function") {
    return [Effect.suspend(() => toEffect(Reflect.apply(body, undefined, args))), call];
  }
  // A capture: looked up when it runs, as on another node.
  return [
    name === undefined ? toEffect(body) : applyFunction(entry.kernel, name.module, name.function, args),
    call,
  ];
};

/** Spawns a process that is tied to its parent before it runs. */
const spawnTied = <A>(
  body: unknown,
  args: unknown,
  tie: (parent: Entry, child: Entry) => A,
): Effect.Effect<A> =>
  withProcess((parent, fiber) => {
    const wrong = wrongWork(body, args);
    if (wrong !== undefined) return Effect.die(wrong);
    const { kernel } = parent;
    const [effect, initialCall] = workOf(parent, body, Array.isArray(args) ? args : []);
    const child = kernel.spawn({ parent: parent.pid, leader: parent.leader, initialCall });
    const tied = tie(parent, child);
    kernel.start(child, effect, contextOf(fiber));
    return Effect.succeed(tied);
  });

const contextOf = (fiber: AnyFiber): AnyContext =>
  "baseContext" in fiber && fiber.baseContext !== undefined ? fiber.baseContext as AnyContext : fiber.context;

/**
 * Spawns a process on this node; it inherits the caller's services and group leader (`spawn/1`, `spawn/3`).
 *
 * @param body An Effect, or a function.
 * @param args The function's arguments.
 * @returns The new process's pid.
 */
export function spawn<A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<Pid, never, R>;
/** Spawns a process that calls a function. */
export function spawn<Args extends ReadonlyArray<unknown>, Returns>(
  body: (...args: Args) => Returns,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<Pid, never, Requirements<Returns>>;
export function spawn(body: unknown, args: unknown = []): Effect.Effect<Pid> {
  return spawnTied(body, args, (_, child) => child.pid);
}

/**
 * Spawns a process and links to it, in one step (`spawn_link/1`, `spawn_link/3`).
 *
 * @param body An Effect, or a function.
 * @param args The function's arguments.
 * @returns The new process's pid.
 */
export function spawnLink<A, E, R>(body: Effect.Effect<A, E, R>): Effect.Effect<Pid, never, R>;
/** Spawns a linked process that calls a function. */
export function spawnLink<Args extends ReadonlyArray<unknown>, Returns>(
  body: (...args: Args) => Returns,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<Pid, never, Requirements<Returns>>;
export function spawnLink(body: unknown, args: unknown = []): Effect.Effect<Pid> {
  return spawnTied(body, args, (parent, child) => {
    links.link(parent.kernel, parent, child.pid);
    return child.pid;
  });
}

/**
 * Spawns a process and monitors it, in one step (`spawn_monitor/1`, `spawn_monitor/3`).
 *
 * @param body An Effect, or a function.
 * @param args The function's arguments.
 * @returns The new process's pid and the monitor's reference.
 */
export function spawnMonitor<A, E, R>(
  body: Effect.Effect<A, E, R>,
): Effect.Effect<readonly [Pid, Reference], never, R>;
/** Spawns a monitored process that calls a function. */
export function spawnMonitor<Args extends ReadonlyArray<unknown>, Returns>(
  body: (...args: Args) => Returns,
  args: Readonly<NoInfer<Args>>,
): Effect.Effect<readonly [Pid, Reference], never, Requirements<Returns>>;
export function spawnMonitor(
  body: unknown,
  args: unknown = [],
): Effect.Effect<readonly [Pid, Reference]> {
  return spawnTied(body, args, (parent, child) => {
    const made = monitors.monitor(parent.kernel, { watched: child.pid, owner: parent });
    return tuple(child.pid, made.reference);
  });
}

/**
 * Links the caller to a process on any node: when one ends, the other gets its exit reason (`Process.link/1`).
 *
 * @param pid The other process.
 * @returns `true`. Fails with `noproc` when it is a dead process of this node and the caller does not trap
 *   exits; a dead process of another node is told by an exit signal.
 */
export const link = (pid: Pid): Effect.Effect<true, NoProc> =>
  withProcess((entry) =>
    withPid("Process.link", pid, () => {
      if (links.link(entry.kernel, entry, pid) === "linked") return Effect.succeed(true as const);
      return Effect.fail(new NoProc({ operation: `Process.link(${inspect(pid)})`, process: inspect(pid) }));
    })
  );

/**
 * Undoes a link; nothing of the other's end is seen from now on (`Process.unlink/1`).
 *
 * @param pid The other process.
 * @returns `true`, also when there was no link.
 */
export const unlink = (pid: Pid): Effect.Effect<true> =>
  withProcess((entry) =>
    withPid("Process.unlink", pid, () => {
      links.unlink(entry.kernel, entry, pid);
      return Effect.succeed(true as const);
    })
  );

/**
 * Sends an exit signal to a process on any node (`Process.exit/2`): `kill` ends it whatever it does, `normal`
 * is ignored (but by oneself), a process that traps exits gets a message, see `ExitMessage`.
 *
 * @param pid The process.
 * @param reason The exit reason; an atom counts as its name.
 * @returns `true`, also when the process is dead.
 */
export const exit = (pid: Pid, reason: unknown): Effect.Effect<true> =>
  withProcess((entry) =>
    withPid("Process.exit", pid, () => {
      const { kernel } = entry;
      const normalized = normalizeReason(reason);
      if (pid.home !== kernel.life) {
        const signal = [Op.exitSignal, entry.pid.depart(), pid.number, normalized] as const;
        kernel.outbound.send(pid.node, pid.home, signal, entry);
        return Effect.succeed(true as const);
      }
      const target = kernel.find(pid);
      if (target !== undefined) links.exitSignal(target, entry.pid, normalized);
      // Of its own exit signal a process dies here, and not a few steps later: the queue interrupts it first.
      return entry.state === "running"
        ? Effect.succeed(true as const)
        : Effect.as(Effect.yieldNow, true as const);
    })
  );

/**
 * Whether exit signals reach the caller as messages instead of ending it (`Process.flag(:trap_exit, on)`).
 *
 * @param on Whether to trap.
 * @returns What it was before.
 */
export const trapExit = (on: boolean): Effect.Effect<boolean> =>
  withProcess((entry) =>
    withBoolean("Process.trapExit", on, () => {
      const before = entry.trapExit;
      entry.trapExit = on;
      return Effect.succeed(before);
    })
  );

/**
 * Gives a process of this node a name (`Process.register/2`).
 *
 * @param pid The process.
 * @param name The name.
 * @returns `true`. Fails with `badarg` when the name is taken or none, or the process is dead, of another
 *   node, or named already.
 */
export const register = (pid: Pid, name: string): Effect.Effect<true, BadArg> =>
  withKernel((kernel) => failOr(names.register(kernel, pid, name)));

/**
 * Frees a name (`Process.unregister/1`).
 *
 * @param name The name.
 * @returns `true`. Fails with `badarg` when nobody has it.
 */
export const unregister = (name: string): Effect.Effect<true, BadArg> =>
  withKernel((kernel) => failOr(names.unregister(kernel, name)));

const failOr = (problem: BadArg | undefined): Effect.Effect<true, BadArg> =>
  problem === undefined ? Effect.succeed(true as const) : Effect.fail(problem);

/**
 * Who has a name on this node (`Process.whereis/1`).
 *
 * @param name The name.
 * @returns The pid, if anyone has it.
 */
export const whereis = (name: string): Effect.Effect<Option.Option<Pid>> =>
  withKernel((kernel) => Effect.succeed(Option.fromUndefinedOr(kernel.names.get(name)?.pid)));

/**
 * The names that are taken on this node (`Process.registered/0`).
 *
 * @returns The names, in no order.
 */
export const registered = (): Effect.Effect<ReadonlyArray<string>> =>
  withKernel((kernel) => Effect.succeed([...kernel.names.keys()]));

/**
 * Whether a process of this node is alive (`Process.alive?/1`).
 *
 * @param pid The process.
 * @returns Whether it is. Fails with `badarg` for a process of another node: monitor it instead.
 */
export const isAlive = (pid: Pid): Effect.Effect<boolean, BadArg> =>
  withKernel((kernel) =>
    ofThisNode(kernel.life === pid?.home, "Process.isAlive", pid, () => kernel.find(pid)?.state === "running")
  );

/**
 * The processes of this node (`Process.list/0`).
 *
 * @returns Their pids, oldest first.
 */
export const list = (): Effect.Effect<ReadonlyArray<Pid>> =>
  withKernel((kernel) => Effect.succeed([...kernel.table.values()].map((entry) => entry.pid)));

/**
 * The calling process's group leader: where its output goes (`Process.group_leader/0`).
 *
 * @returns The leader's pid.
 */
export const groupLeader = (): Effect.Effect<Pid> => withProcess((entry) => Effect.succeed(entry.leader));

/**
 * Gives a process on any node another group leader (`Process.group_leader/2`).
 *
 * @param pid The process.
 * @param leader Its new leader, a process on any node that answers IO requests.
 * @returns `true`. Fails with `badarg` when one of them is no pid.
 */
export const setGroupLeader = (pid: Pid, leader: Pid): Effect.Effect<true, BadArg> =>
  withKernel((kernel) => {
    const wrong = [pid, leader].find((one) => !(one instanceof Pid));
    if (wrong !== undefined) return Effect.fail(wrongArgument("Process.setGroupLeader", wrong, "a pid"));
    if (pid.home !== kernel.life) {
      kernel.outbound.send(pid.node, pid.home, [Op.groupLeader, pid.number, leader]);
    }
    const entry = kernel.find(pid);
    if (entry !== undefined) {
      entry.leader = leader;
    }
    return Effect.succeed(true as const);
  });

/**
 * Sends a message after some time, by the clock of the node (`Process.send_after/3`). A timer to a pid of
 * this node goes with that process; a name is looked up when the time has come.
 *
 * @param to A pid or a name of this node; a dead pid is no failure, and starts no timer.
 * @param message Any `Term`.
 * @param after How long from now; a number is milliseconds.
 * @returns The timer's reference. Fails with `badarg` for a negative time and for a pid of another node.
 */
export const sendAfter = (
  to: Pid | string,
  message: unknown,
  after: Duration.Input,
): Effect.Effect<Reference, BadArg> =>
  withKernel((kernel) => {
    const operation = `Process.sendAfter(${inspect(to)}, ${inspect(message)}, ${inspect(after)})`;
    const milliseconds = finiteTime(after);
    if (milliseconds === undefined) {
      return Effect.fail(
        wrongArgument(operation, after, 'a time of 0 or more, as 500 (milliseconds) or "5 seconds",'),
      );
    }
    if (typeof to !== "string" && !(to instanceof Pid && to.home === kernel.life)) {
      return Effect.fail(new BadArg({ operation, problem: "a timer sends to a pid or a name of this node" }));
    }
    const target = to instanceof Pid ? kernel.find(to) : undefined;
    if (to instanceof Pid && target === undefined) return Effect.succeed(kernel.makeReference());
    return Effect.succeed(
      timers.startTimer(kernel, target, milliseconds, () => void dispatch(kernel, to, message)),
    );
  });

/** A time in milliseconds that passes some day, or `undefined` for what is none. */
const finiteTime = (time: Duration.Input): number | undefined => {
  const milliseconds = Option.match(Duration.fromInput(time), {
    onNone: () => NaN,
    onSome: Duration.toMillis,
  });
  // A duration is never negative; a number can be.
  const isTime = milliseconds >= 0 && milliseconds < Infinity && !(typeof time === "number" && time < 0);
  return isTime ? milliseconds : undefined;
};

/**
 * Stops a timer (`Process.cancel_timer/1`).
 *
 * @param reference What `sendAfter` gave.
 * @returns The milliseconds that it had left, or nothing when it has fired, or is no timer.
 */
export const cancelTimer = (reference: Reference): Effect.Effect<Option.Option<number>> =>
  withKernel((kernel) => Effect.sync(() => Option.fromUndefinedOr(timers.stopTimer(kernel, reference))));

/**
 * How long a timer still runs (`Process.read_timer/1`).
 *
 * @param reference What `sendAfter` gave.
 * @returns The milliseconds that it has left, or nothing when it has fired, or is no timer.
 */
export const readTimer = (reference: Reference): Effect.Effect<Option.Option<number>> =>
  withKernel((kernel) => Effect.sync(() => Option.fromUndefinedOr(timers.timeLeft(kernel, reference))));
