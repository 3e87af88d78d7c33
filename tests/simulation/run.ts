/**
 * One run: a scenario's cluster in a world of its own, its steps at their times, and then the way to rest.
 *
 * @module
 */
import type { Pid, Reference, Task } from "../../mod.ts";
import { Effect } from "../deps.ts";
import { DynamicSupervisor, GenServer, Process, Registry, Supervisor, Task as Tasks } from "../../mod.ts";
import { type Agent, Command, Simulated } from "./agent.ts";
import { settleIn } from "./home.ts";
import { Journal } from "./journal.ts";
import { crewName, deskName, Ledger, ledgerName } from "./ledger.ts";
import { Labels } from "./labels.ts";
import { isOperation, type Operation, type Scenario, startTime, type Step } from "./scenario.ts";
import { type NodeLifeOf, SimNode } from "./sim_node.ts";
import { World } from "./world.ts";

/** Changes what a life does, to see that it is noticed. */
export type Plant = (life: NodeLifeOf) => void;

/** A run. */
export class Run {
  readonly scenario: Scenario;
  readonly world: World;
  readonly journal: Journal;
  readonly labels = new Labels();
  readonly nodes: ReadonlyArray<SimNode>;
  /** Every process that took a slot. */
  readonly agents: Array<Agent> = [];
  /** Every life that a node had. */
  readonly lives: Array<NodeLifeOf> = [];
  /** The tasks that were begun, and where. */
  readonly tasks = new Map<
    number,
    { readonly handle: Task.Task<unknown, unknown>; readonly home: NodeLifeOf }
  >();
  /** The last alias that a process made, by its slot. */
  readonly aliases = new Map<number, { readonly alias: Reference; readonly owner: Pid }>();
  readonly #slots = new Map<number, Pid>();
  #lastAsk = 0;

  constructor(scenario: Scenario, plant: Plant = () => {}) {
    const { seed, delay, splits, sliceSteps, highWater } = scenario;
    this.scenario = scenario;
    this.world = new World(seed, { delay, splits, sliceSteps, window: highWater });
    this.journal = new Journal(() => this.world.clock.now());
    const hooks = {
      onBegin: (life: NodeLifeOf) => {
        this.lives.push(life);
        settleIn(this, life);
      },
      onUp: (life: NodeLifeOf) => {
        plant(life);
        this.#begin(life);
      },
    };
    this.nodes = scenario.nodes.map((node) => new SimNode(node, this, scenario, hooks));
  }

  /** The node at that place of the scenario's list. */
  node(index: number): SimNode {
    const found = this.nodes[index];
    if (found === undefined) throw new Error(`the scenario has no node ${index}`);
    return found;
  }

  /** A number for a question that nobody asked before. */
  nextAsk(): number {
    return ++this.#lastAsk;
  }

  /** A process takes its slot. */
  take(agent: Agent): void {
    // As a pid that others hold: it has left its node.
    agent.pid.depart();
    this.#slots.set(agent.slot, agent.pid);
    this.agents.push(agent);
    const parent = agent.home.kernel.find(agent.pid)?.parent ?? agent.pid;
    this.journal.add({ what: "born", who: agent.key, slot: agent.slot, parent: this.labels.pid(parent) });
  }

  /** Who has a slot, dead or alive. */
  pidOf(slot: number): Pid | undefined {
    return this.#slots.get(slot);
  }

  /** Whether a process is alive, and its node. */
  isAlive(agent: Agent): boolean {
    return agent.home.life.isAlive && agent.home.kernel.find(agent.pid)?.state === "running";
  }

  /** The processes that are alive. */
  get living(): ReadonlyArray<Agent> {
    return this.agents.filter((agent) => this.isAlive(agent));
  }

  /** Writes down that something was done to the links between some nodes and others. */
  fault(some: ReadonlyArray<SimNode>, others: ReadonlyArray<SimNode> | "all", how: string): void {
    for (const one of some) {
      const list = others === "all" ? [undefined] : others;
      for (const other of list) {
        this.journal.add({ what: "fault", one: one.name, other: other?.name ?? "*", how });
      }
    }
  }

  /** Has every step happen at its time. */
  schedule(): void {
    for (const node of this.nodes) node.start();
    for (const [index, step] of this.scenario.steps.entries()) {
      // Nodes need a moment to be up.
      this.world.clock.after(startTime + step.at, () => this.#happen(step, index));
    }
  }

  /** Tells a process to do something; nobody hears it where the slot is empty. */
  command(agent: Agent, operation: Operation, step: number): void {
    agent.commands++;
    agent.home.kernel.find(agent.pid)?.push(new Command(operation, step));
  }

  /** What a node begins with: a task supervisor under a process of its own, and the scenario's processes. */
  #begin(life: NodeLifeOf): void {
    const { kernel } = life;
    const init = kernel.spawn({ parent: kernel.user.pid, leader: kernel.user.pid });
    // However often the server is made to end, it begins again.
    const supervisor = Supervisor.startLink(
      [
        DynamicSupervisor.childSpec({ name: crewName, maxRestarts: 1000 }),
        Registry.childSpec({ name: deskName, keys: "unique" }),
        GenServer.childSpec(Ledger, undefined, { name: ledgerName }),
        Tasks.Supervisor.childSpec({ name: "Tasks" }),
      ],
      { strategy: this.scenario.restForOne ? "rest_for_one" : "one_for_one", maxRestarts: 1000 },
    );
    // Behind the services in each life, so that processes of two lives have the same numbers. Only the first life
    // begins with processes.
    const slots = life.label.endsWith("/1") ? life.node.slots : [];
    const populate = Effect.sync(() => slots.forEach((slot) => this.#start(life, slot)));
    const supervise = supervisor.pipe(
      Effect.andThen(populate),
      Effect.andThen(Effect.forever(Process.receive())),
    );
    kernel.start(init, supervise, kernel.context);
    kernel.setName(init, "init");
  }

  #start(life: NodeLifeOf, slot: number): void {
    const { kernel } = life;
    const entry = kernel.spawn({ parent: kernel.user.pid, leader: kernel.user.pid });
    kernel.start(
      entry,
      Effect.suspend(() => Simulated.live(slot)) as Effect.Effect<unknown, unknown>,
      kernel.context,
    );
  }

  #happen(step: Step, index: number): void {
    if (isOperation(step)) {
      const pid = this.#slots.get(step.by);
      const agent = this.agents.find((one) => one.pid === pid);
      if (agent !== undefined && this.isAlive(agent)) this.command(agent, step, index);
      return;
    }
    const { network } = this.world;
    switch (step.fault) {
      case "cut": {
        const [one, other] = [this.node(step.one), this.node(step.other)];
        if (one.host === other.host) return;
        this.fault(this.#on(one.host), this.#on(other.host), step.oneWay ? "cut one way" : "cut");
        if (step.oneWay) network.cutOneWay(one.host, other.host);
        else network.cut(one.host, other.host);
        return;
      }
      case "heal":
        return network.heal(this.node(step.one).host, this.node(step.other).host);
      case "reset":
        if (this.node(step.one).host === this.node(step.other).host) {
          // One of them may serve the port mapper to the other: that one is not found for a moment.
          this.fault(this.#on(this.node(step.one).host), "all", "reset");
        }
        // What was asked of a port mapper breaks, too, and it may be served by a neighbour.
        this.fault(this.#on(this.node(step.one).host), this.#on(this.node(step.other).host), "reset");
        return network.reset(this.node(step.one).fullName, this.node(step.other).fullName);
      case "crash":
      case "stop": {
        const node = this.node(step.node);
        // Others of that host may lose the port mapper that this one serves.
        const neighbours = this.#on(node.host);
        this.fault(neighbours, "all", step.fault);
        // Where another goes on, it was no power cut.
        return step.fault === "crash"
          ? node.crash(step.unplugged && neighbours.length === 1)
          : void node.stop();
      }
      case "leave": {
        const left = this.node(step.node);
        if (left.current?.running === undefined) return;
        // Others of that host may lose the port mapper that this one serves.
        this.fault(this.#on(left.host).filter((one) => one !== left), "all", "mapper");
        this.fault([left], "all", "leave");
        return left.leave();
      }
      case "join":
        return this.node(step.node).join();
      case "restart":
        return this.node(step.node).start();
      case "start": {
        const life = this.node(step.node).current;
        if (life?.running !== undefined) this.#start(life, step.slot);
        return;
      }
      case "stall":
        this.fault(this.#on(this.node(step.node).host), "all", "stall");
        return network.stall(this.node(step.node).fullName);
      case "resume":
        return network.resume(this.node(step.node).fullName);
      case "delay":
        this.fault(this.nodes, "all", "delay");
        network.delay = step.milliseconds;
    }
  }

  #on(host: string): ReadonlyArray<SimNode> {
    return this.nodes.filter((node) => node.host === host);
  }
}
