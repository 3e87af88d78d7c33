/**
 * The world of one case: its nodes, each a kernel of its own within this OS process that speaks real TCP, the
 * processes that are steered on them, and what the case's names stand for.
 *
 * @module
 */
import { Clock, Effect, type Exit, Layer, Logger } from "../../src/deps/effect.ts";
import * as ManagedRuntime from "npm:effect@^4.1.0/ManagedRuntime";
import { defmodule, Node, type Pid, Process, type Reference } from "../../mod.ts";
import { type PortMapper, serve } from "../../src/epmd/server.ts";
import { runningNode } from "../../src/node/running.ts";
import { CurrentKernel } from "../../src/process/current.ts";
import { Kernel } from "../../src/process/kernel.ts";
import { monitor } from "../../src/process/monitors.ts";
import { kernelOf, systemSeams, withProcess } from "../../src/process/own_kernel.ts";
import { turn } from "../waiting.ts";
import { Network, type Party } from "./network.ts";
import { type Names, nodeName } from "./terms.ts";

/** What a steered process carries out: an operation's Effect, its services provided. */
export type Work = Effect.Effect<unknown, unknown>;

/** How a node of the case is started. */
export interface NodeOptions {
  readonly cookie?: string;
  readonly hidden?: boolean;
  /** Whether it takes part in the mesh: not by itself, as the oracle's nodes. */
  readonly mesh?: boolean;
  /** A program without distribution, which may become a node. */
  readonly unnamed?: boolean;
  /** In milliseconds. */
  readonly netTickTime?: number;
}

/** A node of the case. */
export interface TestNode {
  readonly label: string;
  readonly options: NodeOptions;
  readonly kernel: Kernel;
  readonly party: Party;
  readonly runtime: ManagedRuntime.ManagedRuntime<never, unknown>;
  isGone: boolean;
}

/** What an instruction came to: its Effect's exit, or the death of the process that carried it out. */
export type Answer =
  | { readonly tag: "exit"; readonly exit: Exit.Exit<unknown, unknown> }
  | { readonly tag: "dies"; readonly reason: unknown }
  | { readonly tag: "pending" };

interface Instruction {
  readonly work: Work;
  /** Whether it ends the process from its top level. */
  readonly isEnd: boolean;
  readonly answer: (answer: Answer) => void;
}

/** A death: its reason. */
export interface Death {
  readonly reason: unknown;
}

/** A process of the case. Its instructions come to it beside its mailbox. */
export class Steered {
  readonly name: string;
  kernel: Kernel | undefined = undefined;
  pid: Pid | undefined = undefined;
  death: Death | undefined = undefined;
  /** Called when it has died. */
  onDeath: (reason: unknown) => void = () => {};
  #instructions: Array<Instruction> = [];
  readonly #unanswered = new Set<Instruction>();
  #wake: () => void = () => {};

  constructor(name: string) {
    this.name = name;
  }

  /** Puts an instruction to the process; resolved when it is carried out, or the process has died of it. */
  instruct(work: Work, isEnd: boolean): Promise<Answer> {
    if (this.death !== undefined) return Promise.resolve({ tag: "dies", reason: this.death.reason });
    return new Promise((resolve) => {
      const instruction: Instruction = {
        work,
        isEnd,
        answer: (answer) => {
          this.#unanswered.delete(instruction);
          resolve(answer);
        },
      };
      this.#unanswered.add(instruction);
      this.#instructions.push(instruction);
      this.#wake();
    });
  }

  /** The process itself: carries out instructions until one ends it. */
  readonly program: Work = Effect.andThen(
    this.watched,
    Effect.gen({ self: this }, function* () {
      for (;;) {
        const { work, isEnd, answer } = yield* this.#next();
        if (isEnd) return yield* work;
        const exit = yield* Effect.exit(work);
        answer({ tag: "exit", exit });
      }
    }),
  );

  /** A process that carries out a body and ends. */
  bodied(body: Work): Work {
    return Effect.andThen(this.watched, body);
  }

  /** First of all the process says who it is, so that its name is known and its end is seen. */
  get watched(): Effect.Effect<void> {
    return withProcess((entry) => Effect.sync(() => this.watch(entry.kernel, entry.pid)));
  }

  /** The pid as its spawner knows it. */
  rename(pid: Pid, kernel: Kernel | undefined): void {
    this.watch(kernel, pid);
    this.pid = pid;
  }

  /** From now on its end is seen, from its own node: no link between nodes is made for it. */
  watch(kernel: Kernel | undefined, pid: Pid): void {
    if (this.pid !== undefined) return;
    this.pid = pid;
    this.kernel = kernel;
    if (kernel === undefined) return;
    monitor(kernel, { watched: pid, onDown: (reason) => this.die(reason) });
  }

  /** It has died. */
  die(reason: unknown): void {
    if (this.death !== undefined) return;
    this.death = { reason };
    this.onDeath(reason);
    for (const instruction of [...this.#unanswered]) instruction.answer({ tag: "dies", reason });
  }

  /** The messages that lie in its mailbox; they stay there. */
  peek(): ReadonlyArray<unknown> {
    const entry = this.pid === undefined ? undefined : this.kernel?.find(this.pid);
    return entry === undefined || entry.messageCount === 0 ? [] : entry.mailbox.peek();
  }

  #next(): Effect.Effect<Instruction> {
    return Effect.callback<Instruction>((resume) => {
      const take = (): void => {
        const next = this.#instructions.shift();
        if (next === undefined) return;
        this.#wake = () => {};
        resume(Effect.succeed(next));
      };
      this.#wake = take;
      take();
      return Effect.sync(() => {
        this.#wake = () => {};
      });
    });
  }
}

/** What the processes of all cases run, by their numbers: a function travels by its name. */
const programs = new Map<number, Work>();
let lastProgram = 0;

/** The module that every kernel of this OS process knows. */
export const Ops = defmodule("Ops", {
  /** Runs what a case has put under that number. */
  run: (id: number): Work => programs.get(id) ?? Effect.die(new Error(`no program ${id}`)),
});

const cookie = "oracle";
/** Coming to rest takes so many milliseconds of the case's time, where it does not say how many. */
const restTime = 70;
/** What never comes to rest is left alone after so many real milliseconds. */
const patience = 20_000;
/** Rest is when nothing has changed for so many turns of the event loop. */
const calmTurns = 2;

// Of a dead process two kernels of one OS process may hold two objects, as two OS processes would.
const isOne = <Identifier extends Pid | Reference>(one: Identifier | undefined, other: Identifier): boolean =>
  one?.home === other.home && one.number === other.number;

/** The world of one case. */
export class World {
  readonly #network = new Network();
  readonly #mapper: PortMapper;
  readonly #nodes: Array<TestNode> = [];
  readonly #programIds: Array<number> = [];
  readonly #processes = new Map<string, Steered>();
  readonly #references = new Map<string, Reference>();
  readonly #values = new Map<string, unknown>();
  #events: Array<unknown> = [];

  constructor() {
    const party = this.#network.join();
    party.isMapper = true;
    const { transport } = party;
    const { clock } = this.#network;
    const { randomBytes } = systemSeams;
    const served = serve({ transport, clock, randomBytes, hosts: ["127.0.0.1"], port: 0 });
    if (served.tag !== "serving") throw new Error(`no port mapper: ${served.detail}`);
    this.#mapper = served;
  }

  /** What the case's names stand for. */
  readonly names: Names = {
    pid: (name) => this.#processes.get(name)?.pid,
    reference: (name) => this.#references.get(name),
    nameOfPid: (pid) => [...this.#processes].find(([, process]) => isOne(process.pid, pid))?.[0],
    nameOfReference: (reference) => [...this.#references].find(([, one]) => isOne(one, reference))?.[0],
  };

  /** Gives a reference a name. */
  setReference(name: string, reference: Reference): void {
    this.#references.set(name, reference);
  }

  /** Gives anything else of the case a name: a task. */
  setValue(name: string, value: unknown): void {
    this.#values.set(name, value);
  }

  /** What has that name. */
  value(name: string): unknown {
    return this.#values.get(name);
  }

  /** Adds to the event log. */
  log(event: unknown): void {
    this.#events.push(event);
  }

  /** The event log since it was last read. */
  takeEvents(): ReadonlyArray<unknown> {
    const events = this.#events;
    this.#events = [];
    return events;
  }

  /** The event log since it was last read, which stays. */
  get events(): ReadonlyArray<unknown> {
    return this.#events;
  }

  /** A process of the case, that is or was. */
  process(name: string): Steered | undefined {
    return this.#processes.get(name);
  }

  /** A name for a process that is about to be made. */
  expectProcess(name: string): Steered {
    const process = new Steered(name);
    this.#processes.set(name, process);
    return process;
  }

  /** Makes a program known by a number, by which any node can be asked for it. */
  programId(program: Work): number {
    const id = ++lastProgram;
    programs.set(id, program);
    this.#programIds.push(id);
    return id;
  }

  /** The program of that number. */
  program(id: number): Work {
    return programs.get(id) ?? Effect.die(new Error(`no program ${id}`));
  }

  /** A steered process on a node, made without any connection between nodes. */
  async makeProcess(name: string, label: string): Promise<void> {
    const process = this.expectProcess(name);
    const { kernel, runtime } = this.node(label);
    const pid = await this.during(runtime.runPromise(Process.spawn(process.program)));
    process.watch(kernel, pid);
  }

  /** The kernel that a pid's process is on. */
  kernelOf(pid: Pid): Kernel | undefined {
    return this.#nodes.find(({ kernel }) => kernel.life === pid.home)?.kernel;
  }

  /** How a node of this world is started, but for what the case says of it. */
  startOptions(options: NodeOptions, party: Party): Node.StartOptions<readonly []> {
    return {
      cookie: options.cookie ?? cookie,
      epmd: { port: this.#mapper.address.port },
      transport: party.transport,
      ...options.hidden === undefined ? {} : { hidden: options.hidden },
      connectAll: options.mesh === true,
      ...options.netTickTime === undefined ? {} : { netTickTime: options.netTickTime },
    };
  }

  /** Starts a node. */
  async startNode(label: string, options: NodeOptions = {}): Promise<void> {
    const party = this.#network.join();
    const layer = options.unnamed === true
      ? unnamedLayer(party)
      : Node.layer(nodeName(label), { ...this.startOptions(options, party), seams: party.seams });
    const time = Layer.succeed(Clock.Clock, this.#network.clock.service);
    const runtime = ManagedRuntime.make(Layer.provideMerge(layer, Layer.merge(Logger.layer([]), time)));
    const kernel = await this.during(
      runtime.runPromise(Effect.withFiber((fiber) => Effect.succeed(kernelOf(fiber)))),
    );
    this.#nodes.push({ label, options, kernel, party, runtime, isGone: false });
  }

  /** The node of that label that runs. */
  node(label: string): TestNode {
    const node = this.#nodes.findLast((one) => one.label === label && !one.isGone);
    if (node === undefined) throw new Error(`no node ${label}`);
    return node;
  }

  /** kill -9. */
  kill(label: string): void {
    const node = this.node(label);
    this.#loseProcesses(node);
    node.party.cut();
  }

  /** An orderly stop. */
  async halt(label: string): Promise<void> {
    const node = this.node(label);
    this.#loseProcesses(node);
    await this.during(node.runtime.dispose());
  }

  /** The same name again. */
  async restart(label: string): Promise<void> {
    const former = this.#nodes.findLast((one) => one.label === label);
    // The port mapper has to see that the name is free.
    await this.comeToRest();
    await this.startNode(label, former?.options);
  }

  /** SIGSTOP. */
  suspend(label: string): void {
    this.node(label).party.suspend();
  }

  /** SIGCONT. */
  resume(label: string): void {
    this.node(label).party.resume();
  }

  /**
   * Waits until all that was sent has arrived. Instructions reach processes beside the wires, where on the BEAM
   * they came behind what had been sent before.
   */
  async flush(): Promise<void> {
    const due = performance.now() + patience;
    for (let calm = 0; calm < calmTurns && performance.now() < due;) {
      await turn();
      calm = this.#isCalm() ? calm + 1 : 0;
    }
  }

  /** Lets so many milliseconds of the case's time pass. */
  async comeToRest(milliseconds: number = restTime): Promise<void> {
    await this.#pass(() => false, this.#network.clock.now() + milliseconds);
  }

  /** Waits for what comes of a promise, while the case's time goes on. */
  async during<A>(promise: Promise<A>): Promise<A> {
    let isOver = false;
    const over = (): void => void (isOver = true);
    promise.then(over, over);
    await this.#pass(() => isOver, Infinity);
    return await promise;
  }

  /** The same, but no longer than so many milliseconds of the case's time. */
  async within<A>(promise: Promise<A>, milliseconds: number): Promise<A | undefined> {
    let given: { readonly value: A } | undefined;
    let isOver = false;
    promise.then((value) => void (given = { value }), () => {}).finally(() => void (isOver = true));
    await this.#pass(() => isOver, this.#network.clock.now() + milliseconds);
    if (!isOver) return undefined;
    return given === undefined ? await promise : given.value;
  }

  /** Time goes on, from timer to timer, whenever nothing is under way: until it is so, or that late. */
  async #pass(isSo: () => boolean, until: number): Promise<void> {
    const { clock } = this.#network;
    const due = performance.now() + patience;
    for (let calm = 0; !isSo() && performance.now() < due;) {
      await turn();
      calm = this.#isCalm() ? calm + 1 : 0;
      if (calm < calmTurns) continue;
      if (clock.next > until) {
        if (clock.now() >= until || until === Infinity) {
          if (until !== Infinity) return;
          continue;
        }
        clock.goTo(until);
        continue;
      }
      clock.goTo(clock.next);
      calm = 0;
    }
  }

  /** Waits for a fact, but no longer than so many milliseconds. */
  async waitFor(isSo: () => boolean, milliseconds: number): Promise<void> {
    const due = performance.now() + milliseconds;
    while (!isSo() && performance.now() < due) await turn();
  }

  /** Ends all nodes. */
  async close(): Promise<void> {
    for (const { party } of this.#nodes) {
      if (party.state === "cut") party.bury();
      else if (party.state === "suspended") party.resume();
    }
    for (const { runtime } of this.#nodes) await this.during(runtime.dispose());
    this.#mapper.close();
    await this.#mapper.closed;
    await this.#network.idle();
    for (const id of this.#programIds) programs.delete(id);
    const leaky = this.#nodes.find(({ party }) => party.timers > 0);
    if (leaky !== undefined) {
      throw new Error(`${leaky.label} has stopped, and ${leaky.party.timers} timers run on`);
    }
  }

  // Who looks from another node sees the processes of a node that is gone as lost.
  #loseProcesses(node: TestNode): void {
    node.isGone = true;
    for (const process of this.#processes.values()) {
      if (process.kernel === node.kernel) process.die("noconnection");
    }
  }

  #running(): ReadonlyArray<Kernel> {
    return this.#nodes.filter((node) => !node.isGone && node.party.state === "running")
      .map(({ kernel }) => kernel);
  }

  #isCalm(): boolean {
    return this.#network.isCalm() && this.#running().every((kernel) => kernel.queue.length === 0);
  }
}

/** A kernel whose node is not started. */
const unnamedLayer = (party: Party): Layer.Layer<never> =>
  Layer.effect(
    CurrentKernel,
    Effect.acquireRelease(
      Effect.sync(() => new Kernel({ seams: party.seams })),
      (kernel) =>
        Effect.promise(async () => {
          await runningNode(kernel)?.stop();
          kernel.shutDown();
        }),
    ),
  );
