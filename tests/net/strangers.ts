/**
 * Strangers that hold sockets to a node and never say who they are, and the honest who call it meanwhile.
 *
 * @module
 */
import { Effect } from "../../src/deps/effect.ts";
import * as Task from "../../src/otp/task.ts";
import { defmodule } from "../../src/process/modules.ts";
import { linesOf } from "../bench/lines.ts";
import { eventually, type Net, type TestNode } from "../node/support.ts";

/** How many there are. */
export const many = { silent: 2_000, trickling: 500 };

/** What the strangers' OS process says of its sockets. */
interface Count {
  /** How many it has opened so far. */
  readonly made: number;
  /** How many of them the node has not closed. */
  readonly open: number;
  /** How many of the open ones trickle. */
  readonly trickling: number;
  /** How many bytes each of those has sent, at least. */
  readonly bytes: number;
}

/** Strangers, in an OS process of their own. */
export class Strangers {
  #count: Count = { made: 0, open: 0, trickling: 0, bytes: 0 };

  /** How it stands. */
  get count(): Count {
    return this.#count;
  }

  /**
   * Starts them; they end with the test.
   *
   * @param pause Milliseconds between two bytes of one that trickles.
   */
  static async start(net: Net, node: TestNode, pause: number): Promise<Strangers> {
    const strangers = new Strangers();
    const { port } = await net.addressOf(node);
    const program = new URL("./stranger_process.ts", import.meta.url).href;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", program, ...[port, many.silent, many.trickling, pause].map(String)],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const heard = (async () => {
      for await (const line of linesOf(child.stdout)) {
        const [made = 0, open = 0, trickling = 0, bytes = 0] = line.split(" ").map(Number);
        strangers.#count = { made, open, trickling, bytes };
      }
    })();
    net.onEnd(async () => {
      await child.stdin.close();
      await child.status;
      await heard;
    });
    return strangers;
  }

  /** Resolved once all have been connected. */
  areAll(): Promise<void> {
    const all = many.silent + many.trickling;
    return eventually(() => `all strangers: ${this.#count.made}`, () => this.#count.made === all, 60_000);
  }
}

const Honest = defmodule("Honest", { twice: (number: number) => 2 * number });
/** So many call at once. */
const callers = 8;

/** Calls of one node on another, one after the other in a few processes, until they are stopped. */
export class HonestCalls {
  /** How many were answered rightly. */
  answered = 0;
  /** What came of the others. */
  readonly wrong: Array<string> = [];
  readonly #working: Promise<unknown>;
  #isOver = false;

  private constructor(from: TestNode, to: string) {
    const call = Effect.flatMap(
      Task.Supervisor.async(["Tasks", to], Honest.twice, [21]),
      (task) => Task.await(task, "20 seconds"),
    );
    const one = Effect.match(call, {
      onSuccess: (value) => value === 42 ? void this.answered++ : void this.wrong.push(String(value)),
      onFailure: (error) => void this.wrong.push(String(error)),
    });
    const all = Effect.whileLoop({ while: () => !this.#isOver, body: () => one, step: () => {} });
    this.#working = Promise.all(Array.from({ length: callers }, () => from.run(all)));
  }

  /** Starts them. */
  static async start(from: TestNode, to: TestNode): Promise<HonestCalls> {
    await to.process(Effect.andThen(Task.Supervisor.startLink({ name: "Tasks" }), Effect.never));
    await eventually("the tasks' supervisor is up", () => to.kernel.names.has("Tasks"));
    return new HonestCalls(from, to.name);
  }

  /** Stops them, once what is under way is answered. */
  async stop(): Promise<void> {
    this.#isOver = true;
    await this.#working;
  }
}

/** What an attack did to who is honest. */
export interface Attack {
  /** Calls a second before it, and while strangers were connected or connecting. */
  readonly before: number;
  readonly during: number;
  /** Milliseconds from the last stranger's connection until the node had closed the last of them. */
  readonly forgotten: number;
  /** Calls answered meanwhile. */
  readonly answered: number;
  /** What came of calls that were not. */
  readonly wrong: ReadonlyArray<string>;
}

/** Calls for so long give the rate that the attack is compared with. */
const measured = 5_000;

/** One attack on a node by the system's clock, each byte of a trickle a second after the one before. */
export const attack = async (net: Net, from: TestNode, to: TestNode): Promise<Attack> => {
  const calls = await HonestCalls.start(from, to);
  const rate = async (until: () => Promise<void>): Promise<number> => {
    const [start, before] = [performance.now(), calls.answered];
    await until();
    return (calls.answered - before) * 1_000 / (performance.now() - start);
  };
  const time = (milliseconds: number) => (): Promise<void> =>
    new Promise((resolve) => setTimeout(resolve, milliseconds));
  // The first calls find code that is cold.
  await time(measured)();
  const before = await rate(time(measured));
  let forgotten = 0;
  const during = await rate(async () => {
    const strangers = await Strangers.start(net, to, 1_000);
    await strangers.areAll();
    const start = performance.now();
    await eventually("all strangers are closed", () => strangers.count.open === 0, 60_000);
    forgotten = performance.now() - start;
  });
  await calls.stop();
  return { before, during, forgotten, answered: calls.answered, wrong: calls.wrong };
};
