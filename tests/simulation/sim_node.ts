/**
 * A node of the simulated world: starts, stops and crashes, and starts again under its name. What its kernel
 * does is written into the journal.
 *
 * @module
 */
import { Clock, Context, References } from "../deps.ts";
import type { AnyContext } from "../../src/deps/fiber.ts";
import { launch, type RunningNode } from "../../src/node/running.ts";
import { type Settings, settingsOf } from "../../src/node/settings.ts";
import type { Entry } from "../../src/process/entry.ts";
import { Kernel } from "../../src/process/kernel.ts";
import { type Transport, TransportError } from "../../src/process/seams.ts";
import { BadArg } from "../../src/term/errors.ts";
import type { Journal } from "./journal.ts";
import type { Labels } from "./labels.ts";
import type { Scenario, ScenarioNode } from "./scenario.ts";
import { unproven } from "./unproven.ts";
import type { Life, World } from "./world.ts";

/** Silence after which a peer is down, in milliseconds. */
export const netTickTime = 4000;
/** After the last thing that anybody waits for: by then all is noticed that happened before it. */
export const shortRest = 2 * netTickTime;

/** A node's life: what of it there is to look at. */
export interface NodeLifeOf {
  readonly node: SimNode;
  /** `kate/2`. */
  readonly label: string;
  readonly kernel: Kernel;
  readonly life: Life;
  running: RunningNode | undefined;
  /** Whether it has stopped in order, or is about to. */
  isStopped: boolean;
  /** Whether its program goes on and is no node. */
  hasLeft: boolean;
}

/** What the run does with a new life: before anything runs in it, and when it is up. */
export interface LifeHooks {
  readonly onBegin: (life: NodeLifeOf) => void;
  readonly onUp: (life: NodeLifeOf) => void;
}

/** A node, by its name. */
export class SimNode {
  readonly name: string;
  readonly host: string;
  readonly slots: ReadonlyArray<number>;
  readonly #world: World;
  readonly #journal: Journal;
  readonly #labels: Labels;
  readonly #scenario: Scenario;
  readonly #hooks: LifeHooks;
  #count = 0;
  #launching: Promise<void> = Promise.resolve();
  #stopping: Promise<void> | undefined;
  #isJoining = false;
  /** Its life, while it has one. */
  current: NodeLifeOf | undefined;

  constructor(
    node: ScenarioNode,
    world: { readonly world: World; readonly journal: Journal; readonly labels: Labels },
    scenario: Scenario,
    hooks: LifeHooks,
  ) {
    this.name = node.name;
    this.host = node.host;
    this.slots = node.slots;
    this.#world = world.world;
    this.#journal = world.journal;
    this.#labels = world.labels;
    this.#scenario = scenario;
    this.#hooks = hooks;
  }

  /** `kate@host1`. */
  get fullName(): string {
    return `${this.name}@${this.host}`;
  }

  /** Begins a life, if it has none. */
  start(): void {
    if (this.current !== undefined) return;
    if (this.#stopping !== undefined) {
      // Its OS process has not ended yet: the next one begins then.
      void this.#stopping.then(() => this.start());
      return;
    }
    const life = this.#world.begin();
    const kernel = new Kernel({ seams: life.seams });
    const label = `${this.name}/${++this.#count}`;
    const made: NodeLifeOf = {
      node: this,
      label,
      kernel,
      life,
      running: undefined,
      isStopped: false,
      hasLeft: false,
    };
    this.current = made;
    this.#labels.add(kernel.life, label);
    kernel.context = kernel.processContext(this.#context(life));
    kernel.output = (text) => this.#journal.add({ what: "output", life: label, text: text.trimEnd() });
    this.#watchEnds(made);
    this.#hooks.onBegin(made);
    this.#launching = this.#launch(made);
  }

  async #launch(made: NodeLifeOf): Promise<void> {
    const { kernel, life, label } = made;
    const outcome = await launch(kernel, this.#settings(life));
    if (!life.isAlive || made.isStopped) {
      if ("connections" in outcome) await outcome.stop(true);
      return;
    }
    if (!("connections" in outcome)) {
      this.current = undefined;
      return this.#journal.add({
        what: "gone",
        node: this.name,
        life: label,
        how: `not started: ${outcome._tag}`,
      });
    }
    made.running = outcome;
    this.#watchLinks(made, outcome);
    this.#journal.add({ what: "up", node: this.name, life: label, how: "" });
    if (made.hasLeft) {
      made.hasLeft = false;
      this.#noteNoNode(made);
    } else this.#hooks.onUp(made);
  }

  /** Stops being a node (`Node.stop`): its processes go on, tied to no other node's. */
  leave(): void {
    const made = this.current;
    if (made?.running === undefined) return;
    const { running } = made;
    made.running = undefined;
    made.hasLeft = true;
    this.#labels.leave(made.kernel.life);
    this.#noteNoNode(made);
    this.#launching = running.stop();
  }

  /** Is a node again (`Node.start`), if it has left. */
  join(): void {
    const made = this.current;
    if (made === undefined || !made.hasLeft || this.#isJoining) return;
    this.#isJoining = true;
    this.#launching = this.#launching.then(() => this.#launch(made)).finally(() => this.#isJoining = false);
  }

  /** What is sent while it is no node reaches nobody. */
  #noteNoNode({ life, label }: NodeLifeOf): void {
    if (life.isAlive) this.#journal.add({ what: "linkLost", life: label, other: "*", how: "it is no node" });
  }

  /** Its OS process dies; unplugged, it is silent from now on. */
  crash(unplugged: boolean): void {
    const made = this.current;
    if (made === undefined) return;
    this.current = undefined;
    for (const entry of made.kernel.table.values()) {
      if (entry.handler === undefined) this.#noteDeath(made, entry, "noconnection", true);
    }
    made.life.end();
    this.#journal.add({
      what: "gone",
      node: this.name,
      life: made.label,
      how: unplugged ? "unplugged" : "crashed",
    });
    if (unplugged) this.#world.network.vanish(this.fullName);
    else this.#world.network.crash(this.fullName);
  }

  /** Stops in order. */
  stop(): Promise<void> {
    const made = this.current;
    if (made === undefined) return this.#stopping ?? Promise.resolve();
    made.isStopped = true;
    this.current = undefined;
    this.#journal.add({ what: "gone", node: this.name, life: made.label, how: "stopped" });
    const stop = async (): Promise<void> => {
      await this.#launching;
      await made.running?.stop(true);
      made.kernel.shutDown();
      this.#stopping = undefined;
    };
    return this.#stopping = stop();
  }

  #context(life: Life): AnyContext {
    return Context.add(
      Context.make(Clock.Clock, life.effectClock),
      References.CurrentLoggers,
      new Set(),
    ) as AnyContext;
  }

  #settings(life: Life): Settings {
    const { isProven, isSealed, highWater, keepsLinks, nodes } = this.#scenario;
    const settings = settingsOf(this.fullName, {
      cookie: "simulated",
      encryption: isSealed ? "always" : "never",
      transport: whileAlive(this.#world.network.transport(this.host, this.fullName), life),
      netTickTime,
      epmd: { port: 4369 },
      limits: { highWater },
      ...keepsLinks ? { connect: nodes.map(({ name, host }) => `${name}@${host}`) } : {},
    });
    if (settings instanceof BadArg) throw settings;
    return isProven ? settings : { ...settings, handshake: unproven };
  }

  #watchEnds(made: NodeLifeOf): void {
    const { kernel } = made;
    const setName = kernel.setName.bind(kernel);
    const clearName = kernel.clearName.bind(kernel);
    const note = (what: "named" | "unnamed", entry: Entry, name: string): void => {
      if (!made.life.isAlive || entry.handler !== undefined) return;
      this.#journal.add({ what, who: this.#labels.pid(entry.pid), name });
    };
    kernel.setName = (entry, name) => {
      setName(entry, name);
      note("named", entry, name);
    };
    kernel.clearName = (entry) => {
      if (entry.name !== undefined) note("unnamed", entry, entry.name);
      clearName(entry);
    };
    const finish = kernel.finish.bind(kernel);
    kernel.finish = (entry, reason) => {
      if (entry.handler === undefined) this.#noteDeath(made, entry, this.#labels.reason(reason), false);
      finish(entry, reason);
    };
  }

  #noteDeath(
    made: NodeLifeOf,
    entry: Entry,
    reason: string,
    isCrash: boolean,
  ): void {
    if (!made.life.isAlive) return;
    const { pid, links = [], watchers = [] } = entry;
    this.#journal.add({
      what: "died",
      who: this.#labels.pid(pid),
      reason,
      links: [...links].map((other) => this.#labels.pid(other)),
      watchers: [...watchers].map((one) =>
        "life" in one ? this.#labels.monitor(one.life, one.reference) : this.#labels.reference(one.reference)
      ),
      isCrash,
    });
  }

  #watchLinks(made: NodeLifeOf, running: RunningNode): void {
    const { monitors } = running;
    const add = (what: "linkUp" | "linkLost", other: string, how: string): void => {
      if (made.life.isAlive) this.#journal.add({ what, life: made.label, other: nameOf(other), how });
    };
    const up = monitors.up.bind(monitors);
    const down = monitors.down.bind(monitors);
    const missing = monitors.missing.bind(monitors);
    let isDown = false;
    monitors.up = (node, isHidden) => {
      add("linkUp", node, "");
      up(node, isHidden);
    };
    monitors.down = (node, isHidden, reason) => {
      add("linkLost", node, reason);
      isDown = true;
      down(node, isHidden, reason);
      isDown = false;
    };
    monitors.missing = (node) => {
      // A link that is lost says it here, too.
      if (!isDown) add("linkLost", node, "not connected");
      missing(node);
    };
  }
}

const nameOf = (fullName: string): string => fullName.slice(0, fullName.indexOf("@"));

/** What a dead program begins comes to nothing. */
const whileAlive = (transport: Transport, life: Life): Transport => ({
  listen: (at) => {
    if (!life.isAlive) throw new TransportError("closed", "the program is dead");
    return transport.listen(at);
  },
  connect: (to) => life.isAlive ? transport.connect(to) : new Promise(() => {}),
});
