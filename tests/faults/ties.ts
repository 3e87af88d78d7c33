/**
 * All that can tie a node to another, and what each came to.
 *
 * @module
 */
import { assertInstanceOf } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import * as Task from "../../src/otp/task.ts";
import { Down, ExitMessage, NodeDown } from "../../src/process/messages.ts";
import * as Process from "../../src/process/process.ts";
import { NoConnection } from "../../src/term/errors.ts";
import { eventually, type TestNode } from "../node/support.ts";
import { Faults } from "./modules.ts";

/** The supervisor of tasks on a node of these tests. */
export const tasksOn = (name: string) => ["Tasks", name] as const;

/** Nothing that tells a second time has done so when this is over: a round trip within the node. */
const nothingMore = Effect.gen(function* () {
  yield* Process.send(yield* Process.self(), "nothing more");
  const next = yield* Process.receive();
  if (next !== "nothing more") throw new Error(`told twice: ${Deno.inspect(next)}`);
});

/** A task, a link, a monitor and a node monitor on that node; what they come to when it goes down, each once. */
export const tiesTo = (
  alex: TestNode,
  name: string,
): readonly [ready: Promise<void>, told: Promise<ReadonlyArray<string>>] => {
  let ready = 0;
  const waiting: ReadonlyArray<Effect.Effect<string, unknown>> = [
    Effect.gen(function* () {
      const task = yield* Task.Supervisor.async(tasksOn(name), Faults.wait, []);
      yield* Task.pid(task);
      ready++;
      const error = yield* Effect.flip(Task.await(task, "20 seconds"));
      assertInstanceOf(error, NoConnection);
      return `await ${error._tag} ${error.node}`;
    }),
    Effect.gen(function* () {
      yield* Process.trapExit(true);
      yield* Node.spawnLink(name, Faults.wait, []);
      ready++;
      return `link ${(yield* Process.receive(ExitMessage))[2]}`;
    }),
    Effect.gen(function* () {
      yield* Node.spawnMonitor(name, Faults.wait, []);
      ready++;
      return `monitor ${(yield* Process.receive(Down))[4]}`;
    }),
    Effect.gen(function* () {
      yield* Node.monitor(name);
      ready++;
      return `node ${(yield* Process.receive(NodeDown))[1]}`;
    }),
  ];
  const told = Promise.all(waiting.map((effect) => alex.run(Effect.tap(effect, () => nothingMore))));
  return [eventually("all is under way", () => ready === waiting.length), told];
};

/** What that is, for a node. */
export const toldOf = (name: string): ReadonlyArray<string> => [
  `await noconnection ${name}`,
  "link noconnection",
  "monitor noconnection",
  `node ${name}`,
];
