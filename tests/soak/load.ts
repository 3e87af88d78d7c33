/**
 * Mixed load on nodes that come and go: tasks, links, monitors, spawns and messages, one after the other in many
 * processes; each ends as it may end, within its time, and is counted.
 *
 * @module
 */
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import * as Task from "../../src/otp/task.ts";
import { Down, ExitMessage } from "../../src/process/messages.ts";
import * as Process from "../../src/process/process.ts";
import { Faults } from "../faults/modules.ts";
import type { TestNode } from "../node/support.ts";

/** What one piece of work came to: a word, or what it must never come to. */
type Work = (node: string, chance: () => number) => Effect.Effect<string, unknown>;

/** A failure that a node which goes may cause, by its tag. */
const expected: ReadonlySet<string> = new Set(["noconnection", "noproc", "timeout"]);

const tag = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : "none";

const kinds: Readonly<Record<string, Work>> = {
  task: (node) =>
    Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(["Tasks", node], Faults.twice, [21]);
      const answer = yield* Task.await(task, "15 seconds");
      return answer === 42 ? "answered" : `WRONG ${answer}`;
    }),
  "many tasks": (node) =>
    Effect.gen(function* () {
      const tasks = [];
      for (let count = 0; count < 20; count++) {
        tasks.push(yield* Task.Supervisor.asyncNolink(["Tasks", node], Faults.twice, [count]));
      }
      const answers = yield* Task.awaitMany(tasks, "15 seconds");
      return answers.every((answer, count) => answer === 2 * count) ? "answered" : `WRONG ${answers}`;
    }),
  "a task that is shut down": (node) =>
    Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(["Tasks", node], Faults.wait, []);
      yield* Task.shutdown(task, "5 seconds");
      return "shut down";
    }),
  "large answers": (node, chance) =>
    Effect.gen(function* () {
      const size = Math.floor(chance() * 2_000_000);
      const task = yield* Task.Supervisor.async(["Tasks", node], Faults.blob, [size]);
      const { length } = yield* Task.await(task, "15 seconds");
      return length === size ? "answered" : `WRONG ${length}`;
    }),
  link: (node) =>
    Effect.gen(function* () {
      yield* Process.trapExit(true);
      const pid = yield* Node.spawnLink(node, Faults.wait, []);
      yield* Process.exit(pid, "enough");
      const [, , reason] = yield* Process.receive(ExitMessage, { after: "15 seconds" });
      return reason === "enough" || reason === "noconnection" ? String(reason) : `WRONG ${reason}`;
    }),
  monitor: (node) =>
    Effect.gen(function* () {
      const [pid] = yield* Node.spawnMonitor(node, Faults.wait, []);
      yield* Process.exit(pid, "enough");
      const [, , , , reason] = yield* Process.receive(Down, { after: "15 seconds" });
      return reason === "enough" || reason === "noconnection" ? String(reason) : `WRONG ${reason}`;
    }),
  "a message to nobody": (node) => Effect.as(Process.send(["nobody", node], new Uint8Array(5_000)), "sent"),
};

/** How often each kind of work came to what. */
export class Tally {
  readonly #counts = new Map<string, number>();

  /** Counts one. */
  add(kind: string, outcome: string): void {
    const key = `${kind}: ${outcome}`;
    this.#counts.set(key, (this.#counts.get(key) ?? 0) + 1);
  }

  /** How many in all. */
  get total(): number {
    return [...this.#counts.values()].reduce((all, count) => all + count, 0);
  }

  /** What came out and must not. */
  get wrong(): ReadonlyArray<string> {
    return this.lines.filter((line) => line.includes("WRONG"));
  }

  /** All, in words. */
  get lines(): ReadonlyArray<string> {
    return [...this.#counts].map(([key, count]) => `${count} × ${key}`).sort();
  }
}

/**
 * Puts load on nodes until it is stopped.
 *
 * @param from The node that it comes from.
 * @param nodes The nodes that it goes to.
 * @param tally Where outcomes are counted.
 * @param chance Which work, where.
 * @param workers How many processes work at once.
 * @returns Stops it, and resolves when the last piece of work has ended.
 */
export const putLoad = (
  from: TestNode,
  nodes: ReadonlyArray<string>,
  tally: Tally,
  chance: () => number,
  workers: number,
): () => Promise<void> => {
  let isOver = false;
  const names = Object.keys(kinds);
  const work = async (): Promise<void> => {
    while (!isOver) {
      const kind = names[Math.floor(chance() * names.length)] ?? "task";
      const node = nodes[Math.floor(chance() * nodes.length)] ?? "";
      const effect = kinds[kind]?.(node, chance) ?? Effect.succeed("");
      // Each in a process of its own: what it leaves goes with it.
      const outcome = await from.run(Effect.match(effect, {
        onSuccess: (word) => word,
        onFailure: (error) => expected.has(tag(error)) ? tag(error) : `WRONG ${error}`,
      }));
      tally.add(kind, outcome);
    }
  };
  const working = Promise.all(Array.from({ length: workers }, work));
  return async () => {
    isOver = true;
    await working;
  };
};
