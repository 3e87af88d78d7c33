/**
 * Scenarios by a seed.
 *
 * @module
 */
import { Chance } from "./chance.ts";
import type {
  Ask,
  Ending,
  Fault,
  Operation,
  Restart,
  Scenario,
  ScenarioNode,
  Step,
  Work,
} from "./scenario.ts";

const names = ["alex", "kate", "moebi", "sophie", "lena", "jim", "olga"] as const;
const registered = ["clerk", "baker"] as const;
/** One scenario in so many proves its links for real. */
const provenOneIn = 50;

/** The scenario of a seed. */
export const generate = (seed: number): Scenario => {
  const chance = new Chance(seed);
  const drawing = new Drawing(chance);
  const isProven = seed % provenOneIn === 0;
  const nodes = drawing.nodes(isProven ? 3 : chance.weighted([[4, 3], [3, 4], [2, 5], [1, 6], [1, 7]]));
  const end = chance.of([300, 2000, 6000]);
  // Before the operations, which then also are told to processes that begin after a restart.
  const faults = chance.isOneIn(4) ? [] : drawing.faults(chance.between(1, 6), end);
  const operations = drawing.operations(chance.of([15, 30, 60, 60, 150]), end);
  return {
    seed,
    nodes,
    steps: [...operations, ...faults].sort((one, other) => one.at - other.at),
    isProven,
    isSealed: isProven && chance.isOneIn(2),
    delay: chance.of([1, 5, 50, 300]),
    splits: chance.isOneIn(3),
    highWater: chance.of([300, 5000, 1024 * 1024]),
    restForOne: chance.isOneIn(3),
    keepsLinks: chance.isOneIn(4),
    sliceSteps: chance.of([64, 64, 1024]),
  };
};

/** Draws the parts of one scenario. */
class Drawing {
  readonly #chance: Chance;
  #nodes = 0;
  #slots = 0;
  #tasks = 0;
  readonly #slotsOf: Array<ReadonlyArray<number>> = [];
  readonly #late: Array<number> = [];
  readonly #hired: Array<{ readonly slot: number; readonly node: number }> = [];
  readonly #leanings = new Map<string, number>();
  readonly #started: Array<{ readonly by: number; readonly at: number }> = [];

  constructor(chance: Chance) {
    this.#chance = chance;
  }

  nodes(count: number): ReadonlyArray<ScenarioNode> {
    const chance = this.#chance;
    this.#nodes = count;
    const sharesHosts = chance.isOneIn(5);
    return names.slice(0, count).map((name, index) => {
      const slots = Array.from({ length: chance.between(1, 3) }, () => this.#slots++);
      this.#slotsOf[index] = slots;
      return { name, host: sharesHosts ? `host${Math.floor(index / 2)}` : `host${index}`, slots };
    });
  }

  operations(count: number, end: number): ReadonlyArray<Step> {
    const steps: Array<Step> = [];
    // Most processes trap exits, or few would be left after the first crash.
    for (let slot = 0; slot < this.#slots; slot++) {
      if (!this.#chance.isOneIn(4)) steps.push({ at: 0, by: slot, op: "trap", on: true });
    }
    while (steps.length < count) {
      const at = this.#time(end);
      // What happens at once at several places meets on its way.
      const together = this.#chance.isOneIn(4) ? 2 : 1;
      for (let index = 0; index < together; index++) steps.push(...this.#crowd(this.#step(at)));
    }
    return steps;
  }

  faults(count: number, end: number): ReadonlyArray<Step> {
    return Array.from({ length: count }, () => this.#fault(this.#time(end), end)).flat();
  }

  /** Each seed leans to some kinds of steps, and does without others: so rare ones meet. */
  #leaning(kind: string): number {
    const known = this.#leanings.get(kind);
    if (known !== undefined) return known;
    const drawn = this.#chance.of([0, 1, 1, 5]);
    this.#leanings.set(kind, drawn);
    return drawn;
  }

  #drawn<A>(several: ReadonlyArray<readonly [weight: number, kind: string, draw: () => A]>): A {
    const weights = several.map(([weight, kind, draw]) => [weight * this.#leaning(kind), draw] as const);
    const isEmpty = weights.every(([weight]) => weight === 0);
    return this.#chance.weighted(
      isEmpty ? several.map(([weight, , draw]) => [weight, draw] as const) : weights,
    )();
  }

  #time(end: number): number {
    return this.#chance.between(1, end);
  }

  #node(): number {
    return this.#chance.between(0, this.#nodes - 1);
  }

  #slot(): number {
    // Those that begin after a restart meet what was meant for those before it.
    if (this.#late.length > 0 && this.#chance.isOneIn(3)) return this.#chance.of(this.#late);
    return this.#chance.between(0, this.#slots - 1);
  }

  #task(): number {
    return this.#chance.between(Math.max(0, this.#tasks - 4), Math.max(0, this.#tasks - 1));
  }

  /** Large messages of several processes, which share what of the link there is. */
  #crowd(step: Step): ReadonlyArray<Step> {
    const isLarge = "op" in step && step.op === "send" && step.bytes >= 200_000;
    if (!isLarge || this.#chance.isOneIn(2)) return [step];
    const slots = this.#slotsOf.find((some) => some.includes(step.by)) ?? [];
    return [step, ...slots.filter((slot) => slot !== step.by).map((by) => ({ ...step, by }))];
  }

  #step(at: number): Step {
    const step = { at, by: this.#slot(), ...this.#operation() };
    if (step.op === "async") this.#started[step.task] = step;
    if (step.op !== "await" && step.op !== "shutdown" && step.op !== "holder") return step;
    // Mostly by whom the task is, and soon after it was begun.
    const started = this.#started[step.task];
    if (started === undefined || this.#chance.isOneIn(6)) return step;
    return { ...step, by: started.by, at: started.at + this.#chance.of([0, 1, 30, 600, 3000]) };
  }

  #operation(): Operation {
    const chance = this.#chance;
    const name = chance.of(registered);
    return this.#drawn<Operation>([
      [
        12,
        "send",
        () => ({
          op: "send",
          to: this.#slot(),
          count: chance.between(1, 4),
          bytes: chance.of([0, 0, 200, 3000]),
        }),
      ],
      [2, "send", () => ({ op: "send", to: this.#slot(), count: 12, bytes: 3000 })],
      // In fragments, which others overtake.
      [1, "large", () => ({ op: "send", to: this.#slot(), count: chance.between(1, 3), bytes: 200_000 })],
      [4, "sendName", () => ({ op: "sendName", name, node: this.#node() })],
      [
        2,
        "sendLater",
        () => ({ op: "sendLater", after: chance.of([0, 10, 500]), isCancelled: chance.isOneIn(3) }),
      ],
      [8, "link", () => ({ op: "link", to: this.#slot() })],
      [4, "unlink", () => ({ op: "unlink", to: this.#slot() })],
      [3, "relink", () => ({ op: "relink", to: this.#slot(), times: chance.between(1, 3) })],
      [8, "monitor", () => ({ op: "monitor", to: this.#slot() })],
      [3, "monitorName", () => ({ op: "monitorName", name, node: this.#node() })],
      [2, "demonitor", () => ({ op: "demonitor", flush: chance.isOneIn(2) })],
      [
        6,
        "signal",
        () => ({ op: "signal", to: this.#slot(), reason: chance.of(["own", "own", "kill", "normal"]) }),
      ],
      [
        3,
        "end",
        () => ({ op: "end", how: chance.of<Ending>(["normal", "exit", "fail", "die", "shutdown"]) }),
      ],
      [1, "trap", () => ({ op: "trap", on: chance.isOneIn(2) })],
      [
        6,
        "spawn",
        () => ({
          op: "spawn",
          slot: this.#slots++,
          node: this.#node(),
          tie: chance.of(["none", "link", "monitor"]),
        }),
      ],
      [5, "register", () => ({ op: "register", name })],
      [1, "unregister", () => ({ op: "unregister", name })],
      [8, "async", () => this.#async()],
      [
        6,
        "await",
        () => ({
          op: "await",
          task: this.#task(),
          within: chance.of([0, 20, 500, "infinity"]),
          inFiber: chance.isOneIn(3),
        }),
      ],
      [3, "shutdown", () => ({ op: "shutdown", task: this.#task(), brutal: chance.isOneIn(2) })],
      [2, "holder", () => ({ op: "holder", task: this.#task() })],
      [6, "call", () => this.#call()],
      [2, "cast", () => ({ op: "cast", node: this.#node() })],
      [2, "multiCall", () => ({ op: "multiCall", within: chance.of([20, 500, "infinity"]) })],
      [1, "multiCall", () => ({ op: "abcast" })],
      [3, "alias", () => ({ op: "alias", reply: chance.isOneIn(2) })],
      [1, "alias", () => ({ op: "unalias" })],
      [6, "alias", () => ({ op: "sendAlias", to: this.#slot() })],
      [4, "hire", () => this.#hire()],
      [3, "hire", () => this.#dismiss()],
      [3, "enroll", () => ({ op: "enroll", key: chance.of(registered) })],
      [1, "enroll", () => ({ op: "resign", key: chance.of(registered) })],
      [2, "output", () => ({ op: "output" })],
      [2, "watchNode", () => ({ op: "watchNode", node: this.#node() })],
      [1, "connect", () => ({ op: "connect", node: this.#node() })],
      [1, "disconnect", () => ({ op: "disconnect", node: this.#node() })],
    ]);
  }

  #hire(): Operation {
    const chance = this.#chance;
    const hired = { slot: this.#slots++, node: this.#node() };
    this.#hired.push(hired);
    // Where it is hired it is soon met: by signals, links, and whoever dismisses it.
    this.#late.push(hired.slot);
    return {
      op: "hire",
      ...hired,
      restart: chance.of<Restart>(["permanent", "transient", "temporary"]),
      brutal: chance.isOneIn(2),
    };
  }

  #dismiss(): Operation {
    const chance = this.#chance;
    if (this.#hired.length === 0) return this.#hire();
    const { slot, node } = chance.of(this.#hired);
    return { op: "dismiss", to: slot, node };
  }

  #call(): Operation {
    const chance = this.#chance;
    const ask = chance.of<Ask>(["reply", "reply", "reply", "later", "stop", "crash", "never"]);
    const within = chance.of<number | "infinity">([20, 500, "infinity"]);
    return {
      op: "call",
      node: this.#node(),
      ask,
      // Nobody waits for ever for what never comes.
      within: ask === "never" && within === "infinity" ? 500 : within,
      inFiber: chance.isOneIn(3),
    };
  }

  #async(): Operation {
    const chance = this.#chance;
    return {
      op: "async",
      task: this.#tasks++,
      node: this.#node(),
      work: chance.of<Work>(["value", "value", "value", "fail", "exit", "die", "hang", "unsendable"]),
      milliseconds: chance.of([0, 0, 50, 700, 3000]),
      linked: chance.isOneIn(2),
    };
  }

  /** Work that is asked for before a node ends, and again when it is back: the first answer may come only then. */
  #remnants(end: number, back: number, node: number, other: number): ReadonlyArray<Step> {
    const chance = this.#chance;
    const begin = (at: number, by: number): ReadonlyArray<Step> => {
      const task = this.#tasks++;
      const started = { at, by, op: "async", task, node: other, work: "value", linked: false } as const;
      return [
        { ...started, milliseconds: chance.of([50, 700, 3000]) },
        { at: at + 1, by, op: "await", task, within: "infinity", inFiber: true },
      ];
    };
    const before = this.#slotsOf[node] ?? [];
    return [
      ...before.flatMap((slot) => begin(Math.max(0, end - chance.of([1, 60, 600])), slot)),
      ...this.#late.slice(-2).flatMap((slot) => begin(back + chance.of([30, 850]), slot)),
    ];
  }

  /** A fault and, mostly, its end. */
  #fault(at: number, end: number): ReadonlyArray<Step> {
    const chance = this.#chance;
    const later = at + chance.of([5, 100, 1000, 5000, end]);
    const node = this.#node();
    const one = node;
    const other = (node + chance.between(1, this.#nodes - 1)) % this.#nodes;
    const endsWith = (fault: Fault, last: Fault): ReadonlyArray<Step> => [
      { at, ...fault },
      { at: later, ...last },
    ];
    const begins = (): Step => {
      const slot = this.#slots++;
      this.#late.push(slot);
      return { at: later + chance.of([20, 800]), fault: "start", slot, node };
    };
    const restarts = (fault: Fault): ReadonlyArray<Step> => {
      if (chance.isOneIn(3)) return [{ at, ...fault }];
      const steps = [...endsWith(fault, { fault: "restart", node }), begins(), begins()];
      return chance.isOneIn(2) ? steps : [...steps, ...this.#remnants(at, later, node, other)];
    };
    return this.#drawn<ReadonlyArray<Step>>([
      [
        4,
        "cut",
        () =>
          endsWith({ fault: "cut", one, other, oneWay: chance.isOneIn(2) }, { fault: "heal", one, other }),
      ],
      [4, "reset", () => [{ at, fault: "reset", one, other }]],
      [5, "crash", () => restarts({ fault: "crash", node, unplugged: chance.isOneIn(3) })],
      [2, "stop", () => restarts({ fault: "stop", node })],
      [3, "leave", () => endsWith({ fault: "leave", node }, { fault: "join", node })],
      [2, "stall", () => endsWith({ fault: "stall", node }, { fault: "resume", node })],
      [
        1,
        "delay",
        () =>
          endsWith({ fault: "delay", milliseconds: chance.of([1, 800]) }, {
            fault: "delay",
            milliseconds: 5,
          }),
      ],
    ]);
  }
}
