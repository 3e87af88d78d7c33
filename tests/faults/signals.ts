/**
 * Rounds of real signals to a peer with much outstanding: it is killed, stopped until it is given up, or stopped
 * for a moment. Whatever is outstanding is answered, and nothing twice.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import * as GenServer from "../../src/otp/gen_server.ts";
import * as Task from "../../src/otp/task.ts";
import { Down } from "../../src/process/messages.ts";
import * as Process from "../../src/process/process.ts";
import { eventually, type Net, type TestNode } from "../node/support.ts";
import { cookie, shortTick } from "./modules.ts";
import {
  ask,
  askedKinds,
  type Asker,
  endAll,
  heldKinds,
  Keeper,
  type Kind,
  nodeKind,
} from "./outstanding.ts";
import { type NodeProcess, nodeProcess } from "./support.ts";

/** What happens to the peer in a round, in turn. */
export const roundKinds = ["killed", "stopped for long", "stopped for a moment"] as const;
type RoundKind = typeof roundKinds[number];

/** What came of a kind of round. */
export interface Figures {
  rounds: number;
  /** What was outstanding in all of them. */
  outstanding: number;
  /** How much of it was answered by the peer; the rest was told that the peer is lost, but node monitors. */
  answered: number;
  lost: number;
  /** Milliseconds from the signal until all was told, at most. */
  longest: number;
}

/** Who asks the peer in a round. */
class Outstanding {
  readonly #alex: TestNode;
  readonly #peer: string;
  readonly held: Array<Asker> = [];
  readonly asked: Array<Asker> = [];
  readonly nodes: Array<Asker> = [];

  constructor(alex: TestNode, peer: string) {
    this.#alex = alex;
    this.#peer = peer;
  }

  get all(): ReadonlyArray<Asker> {
    return [...this.held, ...this.asked, ...this.nodes];
  }

  /** Asks what the peer holds, and waits until all of that is under way there. */
  async hold(each: number): Promise<void> {
    for (let count = 0; count < each; count++) {
      for (const kind of heldKinds) this.held.push(await ask(this.#alex, this.#peer, kind));
    }
    this.nodes.push(await ask(this.#alex, this.#peer, nodeKind));
    const calls = this.held.filter(({ kind }) => kind.name === "call");
    await eventually(
      "all that is held is under way",
      async () =>
        this.held.every((one) => one.isUnderWay || calls.includes(one)) &&
        this.nodes[0]?.isUnderWay === true &&
        await this.#alex.run(GenServer.call(this.#keeper, Keeper.kept())) === calls.length,
    );
  }

  /** Asks what the peer answers at once; does not wait for it. */
  async ask(each: number): Promise<void> {
    for (let count = 0; count < each; count++) {
      for (const kind of askedKinds) this.asked.push(await ask(this.#alex, this.#peer, kind));
    }
  }

  /** Lets the peer answer what it holds. */
  async release(held: ReadonlyArray<Asker> = this.held): Promise<void> {
    const pids = held.flatMap((one) => one.held ?? []);
    await this.#alex.run(Effect.andThen(
      Effect.forEach(pids, (pid) => Process.send(pid, "go on"), { discard: true }),
      GenServer.cast(this.#keeper, Keeper.answer()),
    ));
  }

  /** Resolved once the peer has nothing left of it, so that no answer can still be under way from there. */
  async isSettled(): Promise<void> {
    for (const { held } of this.held) {
      if (held === undefined) continue;
      await this.#alex.run(Effect.andThen(Process.monitor(held), Process.receive(Down)));
    }
    const left = Task.Supervisor.children(["Tasks", this.#peer]);
    await eventually("the peer's tasks are over", async () => (await this.#alex.run(left)).length === 0);
    assertEquals(await this.#alex.run(GenServer.call(this.#keeper, Keeper.kept())), 0);
  }

  get #keeper(): readonly [string, string] {
    return ["Keeper", this.#peer];
  }
}

/** Whether someone was told exactly what belongs to one end; what is told at once may come in either order. */
const isTold = ({ told }: Asker, expected: ReadonlyArray<string>): boolean =>
  told.toSorted().join() === expected.toSorted().join();

/** Whether someone was told one thing of each sort: from the peer, or that it is lost. */
const isToldEither = ({ kind, told }: Asker): boolean => {
  const sortOf = (words: string): string => words.split(" ")[0] ?? "";
  const possible = [...kind.answered, ...kind.lost];
  return told.every((words) => possible.includes(words)) &&
    told.map(sortOf).toSorted().join() === kind.lost.map(sortOf).toSorted().join();
};

const check = (askers: ReadonlyArray<Asker>, expected: (kind: Kind) => ReadonlyArray<string>): void => {
  for (const one of askers) assert(isTold(one, expected(one.kind)), `${one.kind.name} was told ${one.told}`);
};

const lostOf = ({ lost }: Kind): ReadonlyArray<string> => lost;
const answeredOf = ({ answered }: Kind): ReadonlyArray<string> => answered;

/** Resolved once all have been told as much as they are to be told. */
const allTold = (
  what: RoundKind,
  askers: ReadonlyArray<Asker>,
  expected: (kind: Kind) => ReadonlyArray<string>,
): Promise<void> => {
  const waiting = (): ReadonlyArray<Asker> =>
    askers.filter(({ kind, told }) => told.length < expected(kind).length);
  const words = (): string =>
    `${what}, told: ${waiting().map(({ kind, told }) => `${kind.name} [${told}]`).join(", ")}`;
  return eventually(words, () => waiting().length === 0);
};

/**
 * Plays that many rounds, of each kind in turn; rejected at the first that goes wrong.
 *
 * @param each How many of each kind of question are outstanding in a round.
 */
export const signalRounds = async (
  net: Net,
  options: { readonly rounds: number; readonly each: number; readonly onRound?: (round: number) => void },
): Promise<ReadonlyMap<RoundKind, Figures>> => {
  const { rounds, each, onRound } = options;
  const alex = await net.node("alex@localhost", { cookie, netTickTime: shortTick });
  const program = new URL("./peer.ts", import.meta.url).href;
  const start = (): Promise<NodeProcess> => nodeProcess(net, alex, "peer@localhost", program);
  let peer = await start();
  const figures = new Map<RoundKind, Figures>();

  const play = async (what: RoundKind, outstanding: Outstanding): Promise<number> => {
    await outstanding.hold(each);
    const begin = performance.now();
    switch (what) {
      case "killed": {
        // Half of what is held is let go, so that its answers cross the end.
        await outstanding.ask(each);
        const crossing = outstanding.held.filter((_, number) => number % 2 === 1);
        await outstanding.release(crossing);
        peer.kill("SIGKILL");
        await allTold(what, outstanding.all, lostOf);
        const took = performance.now() - begin;
        await peer.status;
        peer = await start();
        await outstanding.isSettled();
        await endAll(alex, outstanding.all);
        const isCrossing = (one: Asker): boolean => crossing.includes(one) || one.kind.name === "call";
        check([...outstanding.held.filter((one) => !isCrossing(one)), ...outstanding.nodes], lostOf);
        for (const one of [...outstanding.held.filter(isCrossing), ...outstanding.asked]) {
          assert(isToldEither(one), `${one.kind.name} was told ${one.told}`);
        }
        return took;
      }
      case "stopped for long": {
        peer.kill("SIGSTOP");
        await outstanding.ask(each);
        await allTold(what, outstanding.all, lostOf);
        const took = performance.now() - begin;
        peer.kill("SIGCONT");
        // It finds what was asked in its socket, and holds what it held: all of that is answered already.
        while (String(await alex.run(Node.ping(peer.name))) !== ":pong");
        await outstanding.release();
        await outstanding.isSettled();
        await endAll(alex, outstanding.all);
        check(outstanding.all, lostOf);
        return took;
      }
      case "stopped for a moment": {
        peer.kill("SIGSTOP");
        await outstanding.ask(each);
        await outstanding.release();
        // As long as it is stopped, not a wait for anything.
        await new Promise((resolve) => setTimeout(resolve, shortTick / 5));
        assert(outstanding.all.every(({ told }) => told.length === 0), "a stopped peer answered");
        peer.kill("SIGCONT");
        await allTold(what, outstanding.all, answeredOf);
        const took = performance.now() - begin;
        await outstanding.isSettled();
        await endAll(alex, outstanding.all);
        check(outstanding.all, answeredOf);
        return took;
      }
    }
  };

  for (let round = 0; round < rounds; round++) {
    const what = roundKinds[round % roundKinds.length] ?? "killed";
    const outstanding = new Outstanding(alex, peer.name);
    const took = await play(what, outstanding);
    const isAnswered = ({ kind, told }: Asker): boolean =>
      told.some((words) => kind.answered.includes(words));
    const answered = outstanding.all.filter(isAnswered).length;
    const lost = outstanding.all.filter(({ told }) => told.length > 0).length - answered;
    const before = figures.get(what) ?? { rounds: 0, outstanding: 0, answered: 0, lost: 0, longest: 0 };
    figures.set(what, {
      rounds: before.rounds + 1,
      outstanding: before.outstanding + outstanding.all.length,
      answered: before.answered + answered,
      lost: before.lost + lost,
      longest: Math.max(before.longest, took),
    });
    onRound?.(round);
  }
  peer.kill("SIGKILL");
  await peer.status;
  return figures;
};
