/**
 * What is known of a process of this node (Elixir's `Process.info`).
 *
 * @module
 */
import { type Effect, Option } from "../deps/effect.ts";
import type { BadArg } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { ofThisNode } from "./arguments.ts";
import type { Entry } from "./entry.ts";
import { withKernel } from "./own_kernel.ts";
import { tiesOf } from "./requests.ts";

/** What `info` tells of a process. */
export interface ProcessInfo {
  /** Its registered name, if it has one. */
  readonly registeredName: Option.Option<string>;
  /** What it does: waits for a message, is about to run, runs, or ends. */
  readonly status: "waiting" | "runnable" | "running" | "exiting";
  /** How many messages wait in its mailbox. */
  readonly messageQueueLength: number;
  /** The messages that wait, oldest first. */
  readonly messages: ReadonlyArray<unknown>;
  /** The processes that it is linked to, on any node; of a task that is awaited, also its owner. */
  readonly links: ReadonlyArray<Pid>;
  /** What it monitors: pids, or names on nodes. */
  readonly monitors: ReadonlyArray<Pid | readonly [name: string, node: string]>;
  /** The processes of this node that monitor it. */
  readonly monitoredBy: ReadonlyArray<Pid>;
  /** Whether exit signals reach it as messages. */
  readonly trapExit: boolean;
  /** Where its output goes. */
  readonly groupLeader: Pid;
  /** Who spawned it; nobody for the program's own fibers. */
  readonly parent: Option.Option<Pid>;
  /** Who started whom, up from the one that started it, by name where there is one (`$ancestors`). */
  readonly ancestors: ReadonlyArray<Pid | string>;
  /** Of a task: who asked for it, and who asked for that one before, on any node (`$callers`). */
  readonly callers: ReadonlyArray<Pid>;
  /** `Module.function/arity`, when it was spawned by name; of a behaviour, its `init`. */
  readonly initialCall: Option.Option<string>;
}

/**
 * What a process of this node is and does (`Process.info/1`).
 *
 * @param pid The process.
 * @returns Its state, or nothing when it is dead. Fails with `badarg` for a process of another node.
 */
export const info = (pid: Pid): Effect.Effect<Option.Option<ProcessInfo>, BadArg> =>
  withKernel((kernel) =>
    ofThisNode(kernel.life === pid?.home, "Process.info", pid, () => {
      const entry = kernel.find(pid);
      return entry === undefined || entry.state !== "running" ? Option.none() : Option.some(infoOf(entry));
    })
  );

const infoOf = (entry: Entry): ProcessInfo => ({
  registeredName: Option.fromUndefinedOr(entry.name),
  status: entry.status,
  messageQueueLength: entry.messageCount,
  messages: entry.messageCount === 0 ? [] : entry.mailbox.peek(),
  links: [...entry.links ?? [], ...tiesOf(entry)],
  monitors: [...entry.monitors ?? []].map((made) => made.watched),
  monitoredBy: [...entry.watchers ?? []].flatMap((watcher) =>
    "owner" in watcher && watcher.owner !== undefined ? [watcher.owner.pid] : []
  ),
  trapExit: entry.trapExit,
  groupLeader: entry.leader,
  parent: Option.fromUndefinedOr(entry.parent),
  ancestors: entry.ancestors ?? [],
  callers: entry.callers ?? [],
  initialCall: Option.fromUndefinedOr(entry.initialCall),
});
