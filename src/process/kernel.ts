/**
 * The kernel: what a node runs on. The table of processes, their names, the run queue, and how a process
 * begins and ends.
 *
 * @module
 */
import { Context, type Logger, References, Scheduler } from "../deps/effect.ts";
import type { AnyContext, AnyEffect, AnyFiber } from "../deps/fiber.ts";
import { topFiber } from "../deps/fiber.ts";
import { NodeLife, nonode, Pid, Reference } from "../term/identifier.ts";
import { type Addressee, breakAliases } from "./aliases.ts";
import { CrashCounts } from "./crash_counts.ts";
import { CurrentKernel, CurrentProcess } from "./current.ts";
import type { Deadlines } from "./deadlines.ts";
import { noOutbound } from "./deliver.ts";
import { Entry } from "./entry.ts";
import { breakLinks } from "./links.ts";
import { log, logCrash, stderrLogger } from "./log.ts";
import { breakMonitors, type Monitor } from "./monitors.ts";
import type { Outbound } from "./outbound.ts";
import { ReferenceNumbers } from "./reference_numbers.ts";
import { Remote } from "./remote.ts";
import { breakRequests, type Held, type Pending } from "./requests.ts";
import { RunQueue } from "./run_queue.ts";
import type { KernelClock, Seams } from "./seams.ts";
import type { PendingSpawn } from "./spawn.ts";
import { breakTimers, type Timer } from "./timers.ts";
import { userService, writeToStandardOutput } from "./user.ts";

/** How a kernel is made. */
export interface KernelOptions {
  /** Transport, clock, random bytes, turn. */
  readonly seams: Seams;
  /** The number in its pids' text: 0 for the OS process's own kernel. */
  readonly index?: number;
  /** Runs processes on Effect's own fiber class, as where ours is not supported. */
  readonly plainFibers?: boolean;
}

/** How a process is spawned. */
export interface SpawnOptions {
  readonly parent: Pid | undefined;
  readonly leader: Pid;
  readonly initialCall?: string | undefined;
  /** Who started it, when it is a behaviour's process. */
  readonly ancestors?: ReadonlyArray<Pid | string>;
  /** Who asked for it, when it is a task. */
  readonly callers?: ReadonlyArray<Pid>;
  /** What a report of its crash calls it: a process by default, of which only failures and defects are reported. */
  readonly kind?: string;
}

/** Pids below this number belong to the kernel's own services. */
const firstPid = 100;

/** The kernel of one node, or of a program that is none yet. */
export class Kernel {
  readonly seams: Seams;
  readonly life: NodeLife;
  readonly queue: RunQueue;
  readonly plainFibers: boolean;
  /** The clock of ticks, handshakes, timers and restart intensity: that with which the node was started. */
  clock: KernelClock;
  /** A mailbox that grows beyond this many messages ends its process with `max_mailbox`. */
  maxMailbox = Infinity;
  /** A peer with more links to, and monitors and requests of, this kernel's processes than this loses its link. */
  maxTies = 1_000_000;
  /** With more processes than this no function is called by its name any more (erl's `+P`). */
  maxProcesses = 1_000_000;
  /** The processes, by their number. */
  readonly table: Map<number, Entry> = new Map();
  /** The registered names. */
  readonly names: Map<string, Entry> = new Map();
  /** The monitors made here, by their reference. */
  readonly monitors: Map<number, Monitor> = new Map();
  /** The requests made here that are not answered yet, by their reference. */
  readonly pending: Map<number, Pending> = new Map();
  /** The requests made by this kernel's processes to this kernel's processes, by their reference. */
  readonly held: Map<number, Held> = new Map();
  /** Aliases: references that messages can be sent to, each with who takes them. */
  readonly aliases: Map<number, Addressee> = new Map();
  readonly timers: Map<number, Timer> = new Map();
  /** The processes whose end was reported already: their supervisors need not repeat it. */
  readonly reported: WeakSet<Pid> = new WeakSet();
  /** The crashes of late, so that the same one is counted and not repeated. */
  readonly crashes: CrashCounts = new CrashCounts(() => this.clock, (text) => log(this, "error", text));
  readonly spawns: Map<number, PendingSpawn> = new Map();
  /** The ties to other nodes, by their names. */
  readonly remotes: Map<string, Remote> = new Map();
  /** Signals to other nodes: `node/` fills it while this kernel's node is alive. */
  outbound: Outbound;
  /** One timer for all waits' deadlines, where the kernel is on the system's clock. */
  deadlines: Deadlines | undefined = undefined;
  /** Whether this kernel's node is alive: part of a distributed system. */
  isAlive = false;
  /** What processes that other nodes ask for run in: the services given to `Node.start`. */
  context: AnyContext;
  /** The group leader of the program's own fibers. */
  readonly user: Entry;
  /** Where that leader writes: standard output. */
  output: (text: string) => void = writeToStandardOutput;
  readonly #adopted = new WeakMap<AnyFiber, Entry>();
  readonly #contexts = new WeakMap<AnyContext, AnyContext>();
  #lastPid = firstPid - 1;
  readonly #referenceNumbers: ReferenceNumbers;

  constructor(options: KernelOptions) {
    this.seams = options.seams;
    this.clock = options.seams.clock;
    this.#referenceNumbers = new ReferenceNumbers(options.seams.randomBytes);
    this.plainFibers = options.plainFibers ?? false;
    this.life = new NodeLife(nonode, 0, options.index);
    this.queue = new RunQueue(options.seams.turn);
    this.outbound = noOutbound(this);
    this.context = this.processContext(Context.empty());
    const userPid = new Pid(this.life, 64);
    this.user = new Entry(this, userPid, undefined, userPid);
    this.user.handler = userService(this);
    this.table.set(userPid.number, this.user);
    this.setName(this.user, "user");
  }

  /** A reference that nobody has, nor can guess. */
  makeReference(): Reference {
    return new Reference(this.life, this.#referenceNumbers.next());
  }

  /** The process of that pid, if it is one of ours and still in the table. */
  find(pid: Pid): Entry | undefined {
    return pid.home === this.life ? this.table.get(pid.number) : undefined;
  }

  /** The ties to that node, made when first asked for. */
  remote(node: string): Remote {
    const known = this.remotes.get(node);
    if (known !== undefined) return known;
    const made = new Remote();
    this.remotes.set(node, made);
    return made;
  }

  /** Puts a new process into the table; {@link Entry.start} runs it. */
  spawn(options: SpawnOptions): Entry {
    const pid = new Pid(this.life, ++this.#lastPid);
    const entry = new Entry(this, pid, options.parent, options.leader);
    if (options.initialCall !== undefined) entry.initialCall = options.initialCall;
    if (options.ancestors !== undefined) entry.ancestors = options.ancestors;
    if (options.callers !== undefined) entry.callers = options.callers;
    if (options.kind !== undefined) entry.kind = options.kind;
    this.table.set(pid.number, entry);
    return entry;
  }

  /** Puts one of the kernel's own services into the table: a process without a fiber, under a fixed number. */
  addService(number: number, name: string, handler: (message: unknown) => void): Entry {
    const entry = new Entry(this, new Pid(this.life, number), undefined, this.user.pid);
    entry.handler = handler;
    this.table.set(number, entry);
    this.setName(entry, name);
    return entry;
  }

  /** The process that a fiber is part of; the program's own fibers become one when first asked. */
  processOf(fiber: AnyFiber): Entry {
    const top = topFiber(fiber);
    const known = this.#adopted.get(top);
    if (known !== undefined) return known;
    const entry = this.spawn({ parent: undefined, leader: this.user.pid });
    this.#adopted.set(top, entry);
    top.setContext(Context.add(top.context, CurrentProcess, entry));
    entry.adopt(top);
    return entry;
  }

  /** The group leader of a fiber of the program's own, whether it has become a process or not. */
  leaderOf(fiber: AnyFiber): Pid {
    return (this.#adopted.get(topFiber(fiber)) ?? this.user).leader;
  }

  /** What a process spawned from such a context runs in: the same services, this kernel, no other's self. */
  processContext(from: AnyContext): AnyContext {
    const known = this.#contexts.get(from);
    if (known !== undefined) return known;
    let made = Context.omit(CurrentProcess)(from) as AnyContext;
    if (Context.getOrUndefined(from, Scheduler.Scheduler) === undefined) {
      made = Context.add(made, Scheduler.Scheduler, this.queue);
    }
    made = Context.add(made, CurrentKernel, this);
    if (Context.getOrUndefined(from, References.CurrentLoggers) === undefined) {
      made = Context.add(
        made,
        References.CurrentLoggers,
        new Set<Logger.Logger<unknown, void>>([stderrLogger]),
      );
    }
    this.#contexts.set(from, made);
    this.#contexts.set(made, made);
    return made;
  }

  /** Runs `effect` as that new process, with the services of `context`. */
  start(entry: Entry, effect: AnyEffect, context: AnyContext): void {
    entry.start(effect, this.processContext(context));
  }

  /** Gives a process a name that nobody has. */
  setName(entry: Entry, name: string): void {
    entry.name = name;
    this.names.set(name, entry);
  }

  /** Takes a process's name away. */
  clearName(entry: Entry): void {
    if (entry.name === undefined) return;
    this.names.delete(entry.name);
    entry.name = undefined;
  }

  /** Ends all processes; fibers of the program's own that became processes go on without a pid. */
  shutDown(): void {
    for (const entry of [...this.table.values()]) {
      if (entry.parent === undefined) this.finish(entry, "shutdown");
      else entry.kill();
    }
    this.crashes.flush();
    // Timers to names and to the dead go with nobody.
    for (const timer of this.timers.values()) timer.stop();
    this.timers.clear();
  }

  /**
   * The one way in which a process ends: the entry is gone, then everyone who is tied to it is told, once.
   *
   * @param entry Who ended.
   * @param reason Its exit reason.
   */
  finish(entry: Entry, reason: unknown): void {
    entry.state = "gone";
    this.table.delete(entry.pid.number);
    const { name } = entry;
    this.clearName(entry);
    logCrash(this, entry, name, reason);
    breakTimers(this, entry);
    breakAliases(this, entry);
    breakRequests(this, entry, reason);
    breakLinks(this, entry, reason);
    breakMonitors(this, entry, reason);
  }
}
