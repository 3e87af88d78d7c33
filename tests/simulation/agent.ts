/**
 * The processes of a scenario: each does what it is told, one thing after the other, and writes down what it
 * gets meanwhile.
 *
 * @module
 */
import { atom, defmodule, exit, isTuple, Pid, Process, Reference } from "../../mod.ts";
import { Data, Effect } from "../deps.ts";
import { intactBytes } from "./filler.ts";
import { homeOf } from "./home.ts";
import type { Key, Pen } from "./journal.ts";
import { perform } from "./operations.ts";
import type { Run } from "./run.ts";
import type { Ending, Operation, Work } from "./scenario.ts";
import type { NodeLifeOf } from "./sim_node.ts";

/** What a process is told; it comes into its mailbox from nowhere. */
export class Command {
  /** What to do. */
  readonly operation: Operation;
  /** Which step of the scenario it is: exit reasons carry it. */
  readonly step: number;

  constructor(operation: Operation, step: number) {
    this.operation = operation;
    this.step = step;
  }
}

/** What a process knows of itself. */
export interface Agent {
  readonly run: Run;
  readonly home: NodeLifeOf;
  readonly slot: number;
  readonly pid: Pid;
  readonly key: Key;
  readonly journal: Pen;
  /** Commands that are not done yet. */
  commands: number;
  /** Messages and timers that it has sent. */
  sent: number;
  /** Its monitors, oldest first. */
  readonly monitors: Array<Reference>;
  /** Its aliases that were not taken back, oldest first. */
  readonly aliases: Array<Reference>;
  /** How it is to end, once it has been told. */
  ending: Ending | undefined;
}

/** A task's or a process's own failure. */
export class NotFound extends Data.TaggedError("not_found")<{ readonly id: number }> {}

/** A task that hangs is ended by others long before that, in milliseconds; unless somebody awaits it for ever. */
const longTime = 50_000;

/** What other nodes can ask for. */
export const Simulated = defmodule("Simulation.Agent", {
  /** A process that takes a slot, and does what it is told. */
  live: (slot: number) => live(slot),
  /** Starts such a process, linked, for a supervisor. */
  enter: (slot: number) => Process.spawnLink(live(slot)),
  /** The work of a task. */
  work: (task: number, work: Work, milliseconds: number) =>
    Effect.gen(function* () {
      const pid = yield* Process.self();
      const { run, home } = homeOf(pid);
      run.journal.of(home.life).add({ what: "ran", who: run.labels.pid(pid), task });
      if (milliseconds > 0) yield* Effect.sleep(milliseconds);
      switch (work) {
        case "value":
          return task;
        case "fail":
          return yield* new NotFound({ id: task });
        case "exit":
          return yield* exit(`t${task}`);
        case "die":
          return yield* Effect.die(new Error(`t${task}`));
        case "hang":
          return yield* Effect.as(Effect.sleep(longTime), task);
        case "unsendable":
          return (): void => {};
      }
    }),
}, { errors: [NotFound] });

const live = (slot: number): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const pid = yield* Process.self();
    const { run, home } = homeOf(pid);
    const agent: Agent = {
      run,
      home,
      slot,
      pid,
      key: run.labels.pid(pid),
      journal: run.journal.of(home.life),
      commands: 0,
      sent: 0,
      monitors: [],
      aliases: [],
      ending: undefined,
    };
    run.take(agent);
    while (agent.ending === undefined) {
      const message: unknown = yield* Process.receive();
      if (message instanceof Command) {
        yield* perform(agent, message);
        agent.commands--;
      } else hear(agent, message);
    }
    yield* end(agent.ending, agent.key);
  });

/** Ends as it was told; the reason was written down with that. */
const end = (how: Ending, key: Key): Effect.Effect<void, unknown> => {
  switch (how) {
    case "normal":
      return Effect.void;
    case "exit":
      return exit(`own ${key}`);
    case "shutdown":
      return exit("shutdown");
    case "fail":
      return Effect.fail(new NotFound({ id: 0 }));
    case "die":
      return Effect.die(new Error(`own ${key}`));
  }
};

/** The exit reason that comes of it. */
export const reasonOf = (how: Ending, key: Key): string => {
  switch (how) {
    case "normal":
    case "shutdown":
      return how;
    case "exit":
      return `own ${key}`;
    case "fail":
      return "error not_found 0";
    case "die":
      return `crash own ${key}`;
  }
};

/** Writes down what a process got. */
const hear = (agent: Agent, message: unknown): void => {
  const { journal, run: { labels }, key: who } = agent;
  if (!isTuple(message)) return journal.add({ what: "note", text: `${who} got ${String(message)}` });
  const [tag, first, second, third, fourth] = message;
  if (tag === atom("say") && typeof second === "number") {
    const bytes = intactBytes(fourth);
    return journal.add({ what: "got", who, from: String(first), number: second, to: String(third), bytes });
  }
  if (tag === atom("timer") && typeof first === "number") {
    return journal.add({ what: "timer", who, number: first, is: "fired" });
  }
  if (tag === atom("EXIT") && first instanceof Pid) {
    return journal.add({ what: "exit", who, from: labels.pid(first), reason: labels.reason(second) });
  }
  if (tag === atom("nodedown")) {
    return journal.add({ what: "nodedown", who, node: String(first).replace(/@.*/, "") });
  }
  if (tag === atom("DOWN") && first instanceof Reference) {
    const [monitor, target, reason] = [labels.reference(first), labels.target(third), labels.reason(fourth)];
    return journal.add({ what: "down", who, monitor, target, reason });
  }
  journal.add({ what: "note", text: `${who} got ${labels.reason(message)}` });
};
