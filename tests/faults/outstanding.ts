/**
 * Everything that can be outstanding between a node and its peer, each in a process of its own that keeps all that
 * it is told: so what is told twice, or late, is seen.
 *
 * @module
 */
import { Effect } from "../../src/deps/effect.ts";
import * as Node from "../../src/node/node.ts";
import * as Erpc from "../../src/otp/erpc.ts";
import * as GenServer from "../../src/otp/gen_server.ts";
import * as Task from "../../src/otp/task.ts";
import { Down, ExitMessage, NodeDown } from "../../src/process/messages.ts";
import * as Process from "../../src/process/process.ts";
import { Schema } from "../../src/deps/effect.ts";
import type { Pid } from "../../src/term/identifier.ts";
import type { TestNode } from "../node/support.ts";
import { Faults } from "./modules.ts";

/** A server of the peer that answers a call at once, or only once it is told to. */
export const Keeper = GenServer.define("Keeper", {
  init: () => ["ok", [] as ReadonlyArray<GenServer.From<number>>],
  handleCall: {
    twice: (number: number, _from, kept) => ["reply", 2 * number, kept],
    keep: (_: undefined, from: GenServer.From<number>, kept) => ["noreply", [...kept, from]],
    kept: (_, _from, kept) => ["reply", kept.length, kept],
  },
  handleCast: {
    answer: (_, kept) =>
      Effect.as(Effect.forEach(kept, (from) => GenServer.reply(from, 42), { discard: true }), [
        "noreply",
        [],
      ]),
  },
});

/** One process with something outstanding. */
export interface Asker {
  readonly kind: Kind;
  /** What it was told, in its order. */
  readonly told: Array<string>;
  /** Its process at this node. */
  pid?: Pid;
  /** Whether what it waits for is under way at the peer. */
  isUnderWay: boolean;
  /** The process of the peer that it waits for, which goes on when it gets a message. */
  held?: Pid;
}

/** What can be outstanding. */
export interface Kind {
  readonly name: string;
  /** What it is told when the peer answers; nothing, where it would wait on. */
  readonly answered: ReadonlyArray<string>;
  /** What it is told when the peer is lost. */
  readonly lost: ReadonlyArray<string>;
  /** Asks; gives the answer, where it waits for one in place, and not for a message. */
  readonly ask: (peer: string, asker: Asker) => Effect.Effect<unknown, unknown>;
}

const forEver = "infinity";
/** What comes as a message, and not as a result. */
const inMailbox = Symbol("in the mailbox");
const answer = { answered: ["answer 42"], lost: ["answer noconnection"] };
const under = (peer: string) => ["Tasks", peer] as const;

const holds = (asker: Asker, pid: Pid): void => {
  asker.held = pid;
  asker.isUnderWay = true;
};

/** What the peer answers only once it is told to: under way before anything happens to it. */
export const heldKinds: ReadonlyArray<Kind> = [
  // Its owner gets no EXIT of it, also when it traps exits.
  {
    ...answer,
    name: "task",
    ask: (peer, asker) =>
      Effect.gen(function* () {
        const task = yield* Task.Supervisor.async(under(peer), Faults.held, []);
        holds(asker, yield* Task.pid(task));
        return yield* Task.await(task, forEver);
      }),
  },
  {
    ...answer,
    name: "task without a link",
    ask: (peer, asker) =>
      Effect.gen(function* () {
        const task = yield* Task.Supervisor.asyncNolink(under(peer), Faults.held, []);
        holds(asker, yield* Task.pid(task));
        return yield* Task.await(task, forEver);
      }),
  },
  {
    name: "link",
    answered: ["EXIT normal"],
    lost: ["EXIT noconnection"],
    ask: (peer, asker) =>
      Effect.map(Node.spawnLink(peer, Faults.held, []), (pid) => {
        holds(asker, pid);
        return inMailbox;
      }),
  },
  {
    name: "monitor",
    answered: ["DOWN normal"],
    lost: ["DOWN noconnection"],
    ask: (peer, asker) =>
      Effect.map(Node.spawnMonitor(peer, Faults.held, []), ([pid]) => {
        holds(asker, pid);
        return inMailbox;
      }),
  },
  // Under way once the keeper has it, which it is asked.
  {
    ...answer,
    name: "call",
    ask: (peer) => GenServer.call(["Keeper", peer], Keeper.keep(undefined), forEver),
  },
];

/** What the peer answers at once: asked while it is stopped, or while it dies. */
export const askedKinds: ReadonlyArray<Kind> = [
  {
    ...answer,
    name: "task of a moment",
    ask: (peer) =>
      Effect.flatMap(
        Task.Supervisor.asyncNolink(under(peer), Faults.twice, [21]),
        (task) => Task.await(task, forEver),
      ),
  },
  { ...answer, name: "erpc", ask: (peer) => Erpc.call(peer, Faults.twice, [21]) },
  {
    ...answer,
    name: "call of a moment",
    ask: (peer) => GenServer.call(["Keeper", peer], Keeper.twice(21), forEver),
  },
  {
    name: "monitor of nobody",
    answered: ["DOWN noproc"],
    lost: ["DOWN noconnection"],
    ask: (peer) => Effect.as(Process.monitor(["nobody", peer]), inMailbox),
  },
];

/** A node monitor: told when the peer is lost, and else nothing. */
export const nodeKind: Kind = {
  name: "node monitor",
  answered: [],
  lost: ["nodedown"],
  ask: (peer, asker) =>
    Effect.map(Node.monitor(peer), () => {
      asker.isUnderWay = true;
      return inMailbox;
    }),
};

const isDown = Schema.is(Down);
const isExit = Schema.is(ExitMessage);
const isNodeDown = Schema.is(NodeDown);
const over = "over";

const wordsOf = (message: unknown): string => {
  if (isDown(message)) return `DOWN ${message[4]}`;
  if (isExit(message)) return `EXIT ${message[2]}`;
  return isNodeDown(message) ? "nodedown" : `STRANGE ${Deno.inspect(message)}`;
};

const tagOf = (error: unknown): string =>
  typeof error === "object" && error !== null && "_tag" in error ? String(error._tag) : `STRANGE ${error}`;

/** Starts a process that asks the peer, and keeps what it is told until {@link endAll}. */
export const ask = async (node: TestNode, peer: string, kind: Kind): Promise<Asker> => {
  const asker: Asker = { kind, told: [], isUnderWay: false };
  const keep = Effect.gen(function* () {
    yield* Process.trapExit(true);
    const result = yield* Effect.match(kind.ask(peer, asker), {
      onSuccess: (value) => value,
      onFailure: tagOf,
    });
    if (result !== inMailbox) asker.told.push(`answer ${result}`);
    for (;;) {
      const message = yield* Process.receive();
      if (message === over) return;
      asker.told.push(wordsOf(message));
    }
  });
  asker.pid = await node.process(keep);
  return asker;
};

/** Ends the askers, once all that came for them before has been kept. */
export const endAll = async (node: TestNode, askers: ReadonlyArray<Asker>): Promise<void> => {
  for (const { pid } of askers) {
    if (pid === undefined) continue;
    await node.run(Effect.gen(function* () {
      yield* Process.monitor(pid);
      yield* Process.send(pid, over);
      yield* Process.receive(Down);
    }));
  }
};
