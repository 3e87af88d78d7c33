/**
 * Random programs of spawn, link, unlink, monitor, send, exit signals, trapping and exits: what each process sees is
 * among what the model allows, on one node and across two.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import fc from "fast-check";
import { defmodule, exit, isTuple, Node, Pid, Process } from "../../mod.ts";
import { Effect, Option } from "../deps.ts";
import type { Kernel } from "../../src/process/kernel.ts";
import { atom } from "../../src/term/atom.ts";
import { type TestNode, withNodes } from "../node/support.ts";
import { allows, type Observation, type Program, type Step } from "./signals_model.ts";
import { turn } from "../waiting.ts";

/** Processes of a program, at most. */
const most = 4;

/** A program that runs. */
interface Run {
  readonly program: Program;
  /** The name of the node that each process is to be on. */
  readonly nodes: ReadonlyArray<string>;
  /** The processes by what `keyOf` gives. */
  readonly numbers: Map<string, number>;
  readonly messages: Array<Array<string> | undefined>;
}

/** The exit reasons of the processes that have ended. */
const reasons = new Map<string, string>();

/** Notes how each process of a kernel ends, also of those that never ran. */
const noteEnds = (kernel: Kernel): void => {
  const finish = kernel.finish.bind(kernel);
  kernel.finish = (entry, reason) => {
    reasons.set(keyOf(entry.pid), String(reason));
    finish(entry, reason);
  };
};

const runs = new Map<number, Run>();
let lastRun = 0;

type Known = ReadonlyArray<readonly [number: number, pid: Pid]>;

const Scripts = defmodule("Tests.Signals", {
  /** What each process of a program does; it knows those that were there before it. */
  run: (id: number, number: number, known: Known) => play(id, number, known),
});

const runOf = (id: number): Run => {
  const run = runs.get(id);
  if (run === undefined) throw new Error(`no run ${id}`);
  return run;
};

const textOf = (message: unknown, others: ReadonlyMap<string, number>): string => {
  if (!isTuple(message)) return String(message);
  const about = message[0] === atom("DOWN") ? message[3] : message[1];
  const number = about instanceof Pid ? others.get(keyOf(about)) : undefined;
  return `${message[0] === atom("DOWN") ? "DOWN" : "EXIT"} ${number} ${message.at(-1)}`;
};

/** Of one process several nodes may hold objects of their own. */
const keyOf = (pid: Pid): string => `${pid.node} ${pid.number}`;

const play = (id: number, number: number, given: Known): Effect.Effect<void, unknown> =>
  Effect.gen(function* () {
    const { program, nodes, numbers } = runOf(id);
    const self = yield* Process.self();
    const messages = introduce(id, number, self);
    const known = new Map(given);
    const note = (message: unknown): void => void messages.push(textOf(message, numbers));
    const read = Effect.gen(function* () {
      for (;;) {
        const message = yield* Effect.option(Process.receive({ after: 0 }));
        if (Option.isNone(message)) return;
        note(message.value);
      }
    });
    const spawn = (step: Extract<Step, { readonly op: "spawn" }>) => {
      const args = [id, step.child, [...known, [number, self]] satisfies Known] as const;
      const node = nodes[step.child] ?? "";
      if (node === self.node) {
        if (step.how === "link") return Process.spawnLink(Scripts.run, args);
        if (step.how === "monitor") {
          return Effect.map(Process.spawnMonitor(Scripts.run, args), ([pid]) => pid);
        }
        return Process.spawn(Scripts.run, args);
      }
      if (step.how === "link") return Node.spawnLink(node, Scripts.run, args);
      if (step.how === "monitor") {
        return Effect.map(Node.spawnMonitor(node, Scripts.run, args), ([pid]) => pid);
      }
      return Node.spawn(node, Scripts.run, args);
    };
    const pidOf = (to: number): Pid => {
      const pid = known.get(to);
      if (pid === undefined) throw new Error(`${number} does not know ${to}`);
      return pid;
    };
    const carryOut = (step: Step): Effect.Effect<unknown, unknown> => {
      switch (step.op) {
        case "spawn":
          return Effect.map(spawn(step), (pid) => {
            known.set(step.child, pid);
            introduce(id, step.child, pid);
          });
        case "link":
          return Effect.catchTag(Process.link(pidOf(step.to)), "noproc", () => exit("noproc"));
        case "unlink":
          return Process.unlink(pidOf(step.to));
        case "monitor":
          return Process.monitor(pidOf(step.to));
        case "send":
          return Process.send(pidOf(step.to), step.text);
        case "signal":
          return Process.exit(pidOf(step.to), step.reason);
        case "trap":
          return Process.trapExit(step.on);
        case "exit":
          return exit(step.reason);
      }
    };
    for (const step of program[number] ?? []) {
      yield* carryOut(step);
      yield* read;
    }
    for (;;) note(yield* Process.receive());
  });

/** A process is there: known by its number, with what it has seen. */
const introduce = (id: number, number: number, pid: Pid): Array<string> => {
  const { numbers, messages } = runOf(id);
  numbers.set(keyOf(pid), number);
  return messages[number] ??= [];
};

/** What a draw says: who does what to whom. Whom it cannot mean, it passes over. */
const programOf = (
  draws: ReadonlyArray<readonly [by: number, what: number, to: number, how: number]>,
): Program => {
  const scripts: Array<Array<Step>> = [[]];
  const knows: Array<Set<number>> = [new Set()];
  let texts = 0;
  for (const [by, what, to, how] of draws) {
    const [script, known] = [scripts[by], knows[by]];
    if (script === undefined || known === undefined) continue;
    const isOver = script.some(({ op }) => op === "exit");
    if (isOver) continue;
    if (what <= 1 && scripts.length < most) {
      const child = scripts.length;
      script.push({ op: "spawn", child, how: (["spawn", "link", "monitor"] as const)[how % 3] ?? "spawn" });
      knows[child] = new Set([...known, by]);
      scripts.push([]);
      known.add(child);
    } else if (what === 2) script.push({ op: "trap", on: how % 3 !== 0 });
    else if (what === 3 && how % 2 === 0) {
      script.push({ op: "exit", reason: how % 4 === 0 ? "normal" : "boom" });
    } else if (known.has(to)) {
      const reason = (["boom", "normal", "kill", "gone"] as const)[how % 4] ?? "boom";
      const step = ([
        { op: "link", to },
        { op: "unlink", to },
        { op: "monitor", to },
        { op: "send", to, text: `text ${texts++}` },
        { op: "signal", to, reason },
      ] satisfies ReadonlyArray<Step>)[(what + how) % 5];
      if (step !== undefined) script.push(step);
    }
  }
  return scripts;
};

const programs: fc.Arbitrary<Program> = fc.array(
  fc.tuple(fc.nat(most - 1), fc.nat(8), fc.nat(most - 1), fc.nat(11)),
  { minLength: 3, maxLength: 11 },
).map((draws) => programOf([[0, 0, 0, draws.length], ...draws]));

/** Plays a program; what its processes have seen when all is at rest. */
const observe = async (
  first: TestNode,
  program: Program,
  nodes: ReadonlyArray<string>,
  barrier: () => Promise<void>,
): Promise<Observation> => {
  const id = ++lastRun;
  const run: Run = { program, nodes, numbers: new Map(), messages: [] };
  runs.set(id, run);
  await first.run(Process.spawn(Scripts.run, [id, 0, []]));
  const look = (): Observation => {
    const keys = new Map([...run.numbers].map(([key, number]) => [number, key]));
    return Array.from({ length: program.length }, (_, number) => {
      const messages = run.messages[number];
      return messages === undefined
        ? undefined
        : { messages: [...messages], reason: reasons.get(keys.get(number) ?? "") };
    });
  };
  let before = "";
  // What one barrier has let arrive can cause more: at rest is what several have not changed.
  for (let calm = 0; calm < 4;) {
    await barrier();
    const now = JSON.stringify(look());
    calm = now === before ? calm + 1 : 0;
    before = now;
  }
  return look();
};

/** Ends what is left of a run, on its own kernels. */
const endAll = (kernels: ReadonlyArray<Kernel>): void => {
  const keys = new Set([...runs.values()].flatMap(({ numbers }) => [...numbers.keys()]));
  for (const kernel of kernels) {
    for (const entry of [...kernel.table.values()]) if (keys.has(keyOf(entry.pid))) entry.kill();
  }
  runs.clear();
  reasons.clear();
};

const check = async (
  first: TestNode,
  kernels: ReadonlyArray<Kernel>,
  nodeOf: (number: number) => string,
  barrier: () => Promise<void>,
  numRuns: number,
): Promise<void> => {
  for (const kernel of kernels) noteEnds(kernel);
  const nodes = Array.from({ length: most }, (_, number) => nodeOf(number));
  await fc.assert(
    fc.asyncProperty(programs, async (program) => {
      const seen = await observe(first, program, nodes, barrier);
      endAll(kernels);
      await barrier();
      assert(allows(program, seen), `${JSON.stringify(program)} was seen as ${JSON.stringify(seen)}`);
    }),
    { numRuns },
  );
};

Deno.test("the model itself: it allows what can be, and nothing else", () => {
  const program: Program = [
    [{ op: "spawn", child: 1, how: "monitor" }, { op: "send", to: 1, text: "hello" }, {
      op: "signal",
      to: 1,
      reason: "boom",
    }],
    [],
  ];
  const seen = (
    own: ReadonlyArray<string>,
    messages: ReadonlyArray<string>,
    reason?: string,
  ): Observation => [
    { messages: own, reason: undefined },
    { messages, reason },
  ];
  assertEquals(allows(program, seen(["DOWN 1 boom"], ["hello"], "boom")), true);
  assertEquals(allows(program, seen(["DOWN 1 boom"], [], "boom")), true);
  assertEquals(allows(program, seen(["DOWN 1 normal"], ["hello"], "boom")), false);
  assertEquals(allows(program, seen([], ["hello"], "boom")), false);
  assertEquals(allows(program, seen(["DOWN 1 boom", "DOWN 1 boom"], ["hello"], "boom")), false);
  assertEquals(allows(program, seen(["DOWN 1 boom"], ["hello"])), false);
});

Deno.test(
  "on one node each process sees what the model allows",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const barrier = async (): Promise<void> => {
      do await turn(); while (alex.kernel.queue.length > 0);
    };
    await check(alex, [alex.kernel], () => alex.name, barrier, 150);
  }),
);

Deno.test(
  "across two nodes each process sees what the model allows",
  withNodes(async (net) => {
    const alex = await net.node("alex@localhost");
    const kate = await net.node("kate@localhost");
    await alex.run(Node.connect(kate.name));
    const echo = Effect.forever(
      Effect.flatMap(Process.receive(), (from) => Process.send(from as Pid, "back")),
    );
    await kate.process(echo, "echo");
    // One link: what was sent before an echo, either way, has arrived with it.
    const there = Effect.gen(function* () {
      yield* Process.send(["echo", kate.name], yield* Process.self());
      yield* Process.receive();
    });
    const barrier = async (): Promise<void> => {
      do {
        await alex.run(there);
        await turn();
      } while (alex.kernel.queue.length + kate.kernel.queue.length > 0);
    };
    const nodes = [alex.name, kate.name];
    await check(alex, [alex.kernel, kate.kernel], (number) => nodes[number % 2] ?? "", barrier, 100);
  }),
);
