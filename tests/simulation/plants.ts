/**
 * Bugs that are planted to see that they are found: each wraps what a kernel sends, or one of its tables.
 *
 * @module
 */
import type { Outbound } from "../../src/process/outbound.ts";
import { Op, type Signal } from "../../src/process/signal.ts";
import type { Address, Connection } from "../../src/process/seams.ts";
import { fragmentBytes, isFragment } from "../../src/protocol/native/fragments.ts";
import { type NodeLife, Reference } from "../../src/term/identifier.ts";
import type { Plant } from "./run.ts";
import type { NodeLifeOf } from "./sim_node.ts";

/** A bug, and the promises of which it breaks at least one. */
export interface Planted {
  readonly name: string;
  readonly breaks: ReadonlyArray<string>;
  readonly plant: Plant;
}

type Send = (signal: Signal, life?: NodeLife | undefined) => void;
/** What is done instead of sending; `send` sends to that node, for the life that it was meant for. */
type Instead = (signal: Signal, send: Send, node: string, life: NodeLifeOf) => void;

/** Sends signals of some kinds, one in `times`, in another way. */
const instead = (ops: ReadonlyArray<Signal[0]>, times: number, change: Instead): Plant => (life) => {
  const { kernel } = life;
  const outbound = kernel.outbound;
  let count = 0;
  const wrap = (how: "send" | "sendIfEngaged"): Outbound["send"] => (node, meant, signal) => {
    const isMeant = ops.includes(signal[0]) && ++count % times === 0;
    if (!isMeant) return outbound[how](node, meant, signal);
    change(signal, (other, whose = meant) => outbound[how](node, whose, other), node, life);
  };
  kernel.outbound = sendingBy(outbound, wrap("send"), wrap("sendIfEngaged"));
};

/** The same, but for how it sends. */
const sendingBy = (
  outbound: Outbound,
  send: Outbound["send"],
  sendIfEngaged: Outbound["send"] = (node, life, signal) => outbound.sendIfEngaged(node, life, signal),
): Outbound => ({
  send,
  sendIfEngaged,
  isConnected: (node) => outbound.isConnected(node),
  isBusy: (node) => outbound.isBusy(node),
  whenWritable: (node, resume) => outbound.whenWritable(node, resume),
});

const lost: Instead = () => {};
const twice: Instead = (signal, send) => {
  send(signal);
  send(signal);
};

/** For whichever life has the name now, and not for the one that was meant. */
const forAnyLife = (ops: ReadonlyArray<Signal[0]>): Plant => (life) => {
  const { kernel } = life;
  const outbound = kernel.outbound;
  const send: Outbound["send"] = (node, meant, signal) =>
    outbound.send(node, ops.includes(signal[0]) ? undefined : meant, signal);
  kernel.outbound = sendingBy(outbound, send);
};

/** References are counted from one in each life. */
const countReferences: Plant = ({ kernel }) => {
  let last = 0;
  kernel.makeReference = () => new Reference(kernel.life, ++last);
};

/** One message in three waits until the next signal is sent, or a moment. */
const reordered: Plant = (life) => {
  const { kernel } = life;
  const outbound = kernel.outbound;
  const held = new Map<string, () => void>();
  let count = 0;
  kernel.outbound = sendingBy(outbound, (node, meant, signal) => {
    const release = held.get(node);
    held.delete(node);
    if (signal[0] === Op.send && release === undefined && ++count % 3 === 0) {
      held.set(node, () => outbound.send(node, meant, signal));
      kernel.clock.after(20, () => {
        held.get(node)?.();
        held.delete(node);
      });
      return;
    }
    outbound.send(node, meant, signal);
    release?.();
  });
};

/** A table that keeps, once in `times`, what it was to forget. */
const forgetful = (table: Map<number, unknown>, times: number): void => {
  const forget = table.delete.bind(table);
  let count = 0;
  table.delete = (key) => table.has(key) && ++count % times === 0 ? true : forget(key);
};

/** One process in four has no links in its table, and nor have those that link to it. */
const forgetsLinks: Plant = ({ kernel }) => {
  const spawn = kernel.spawn.bind(kernel);
  kernel.spawn = (options) => {
    const entry = spawn(options);
    const isPlain = options.parent === kernel.user.pid && kernel.names.has("ledger");
    if (isPlain && entry.pid.number % 2 === 0) entry.links = new DeafSet();
    return entry;
  };
};

/** A set that nothing gets into. */
class DeafSet<A> extends Set<A> {
  override add(_: A): this {
    return this;
  }
}

/** Changes what the node's connections write, on those that it dials. */
const writing = (change: (bytes: Uint8Array) => void): Plant => ({ running }) => {
  if (running === undefined) return;
  const { linkTransport } = running.settings;
  const connect = async (to: Address): Promise<Connection> => {
    const connection = await linkTransport.connect(to);
    const write = connection.write.bind(connection);
    connection.write = (bytes) => {
      const copy = bytes.slice();
      change(copy);
      return write(copy);
    };
    return connection;
  };
  Object.assign(running.settings, { linkTransport: { ...linkTransport, connect } });
};

/** Exchanges the first two fragments of a message, where they are written at once. */
const exchangeFragments = (bytes: Uint8Array): void => {
  const frame = 4 + 5 + fragmentBytes;
  for (let at = 0; at + 2 * frame <= bytes.length;) {
    const length = new DataView(bytes.buffer).getUint32(at);
    if (length !== frame - 4 || !isFragment(bytes.subarray(at + 4))) {
      at += 4 + length;
      continue;
    }
    const first = bytes.slice(at, at + frame);
    const second = bytes.slice(at + frame, at + 2 * frame);
    if (first.subarray(0, 9).every((byte, index) => byte === second[index])) {
      bytes.set(second, at);
      bytes.set(first, at + frame);
    }
    return;
  }
};

/** The bugs. */
export const planted: ReadonlyArray<Planted> = [
  { name: "a DOWN is lost", breaks: ["monitors"], plant: instead([Op.down], 2, lost) },
  {
    name: "a DOWN says another reason",
    breaks: ["monitors"],
    plant: instead([Op.down], 2, ([, reference], send) => send([Op.down, Number(reference), "normal"])),
  },
  {
    name: "a monitor is not answered when the node is down",
    breaks: ["monitors"],
    plant: instead([Op.monitor], 2, (signal, send, node, { kernel }) => {
      send(signal);
      const { monitors } = kernel.remote(node);
      for (const made of monitors) if (made.reference.number === signal[3]) monitors.delete(made);
    }),
  },
  {
    name: "a monitor that is taken back goes on there",
    breaks: ["monitors"],
    plant: instead([Op.demonitor], 1, lost),
  },
  { name: "an EXIT over a link is lost", breaks: ["links"], plant: instead([Op.exit], 3, lost) },
  {
    name: "a link breaks at one end only when the node is down",
    breaks: ["links"],
    plant: instead([Op.link], 2, (signal, send, node, { kernel }) => {
      send(signal);
      const { linked } = kernel.remote(node);
      for (const entry of linked.keys()) if (entry.pid.number === signal[1]) linked.delete(entry);
    }),
  },
  { name: "an unlink is never acknowledged", breaks: ["links"], plant: instead([Op.unlinkAck], 2, lost) },
  { name: "an exit signal comes twice", breaks: ["links"], plant: instead([Op.exitSignal], 3, twice) },
  { name: "a message comes twice", breaks: ["order"], plant: instead([Op.send], 7, twice) },
  { name: "a message overtakes another", breaks: ["order"], plant: reordered },
  {
    name: "fragments of a message are exchanged",
    breaks: ["garbled", "nodes"],
    plant: writing(exchangeFragments),
  },
  { name: "a message is lost on a link that stands", breaks: ["lost"], plant: instead([Op.send], 9, lost) },
  {
    name: "what is sent to an earlier life reaches a later one",
    breaks: ["lives", "reasons", "supervisors"],
    plant: forAnyLife([Op.send, Op.exitSignal]),
  },
  {
    // Random numbers alone would hide it: no reference of one life is one of another.
    name: "a reply to an earlier life answers a later one, where references can be guessed",
    breaks: ["tasks"],
    plant: (life) => {
      countReferences(life);
      forAnyLife([Op.reply, Op.requestDown, Op.requestRefused])(life);
    },
  },
  {
    name: "a task's end is never told",
    breaks: ["hangs", "requests"],
    plant: instead([Op.requestDown], 3, lost),
  },
  {
    name: "an answered request stays in the table",
    breaks: ["requests"],
    plant: ({ kernel }) => forgetful(kernel.pending, 5),
  },
  {
    name: "a timer that fired stays in the table",
    breaks: ["leaks"],
    plant: ({ kernel }) => forgetful(kernel.timers, 2),
  },
  {
    name: "a name outlives its process",
    breaks: ["names"],
    plant: ({ kernel }) => {
      const clear = kernel.clearName.bind(kernel);
      kernel.clearName = (entry) =>
        entry.state === "gone" && entry.name !== "Tasks" ? undefined : clear(entry);
    },
  },
  { name: "a process has a link that nobody breaks", breaks: ["links"], plant: forgetsLinks },
  {
    name: "a process gets a name that another has",
    breaks: ["names"],
    plant: ({ kernel }) => {
      const get = kernel.names.get.bind(kernel.names);
      kernel.names.get = (name) => name === "baker" ? undefined : get(name);
    },
  },
  {
    name: "an alias is not taken back",
    breaks: ["aliases"],
    plant: ({ kernel }) => forgetful(kernel.aliases, 2),
  },
  {
    name: "a node that is down is not told of",
    breaks: ["nodes"],
    plant: ({ running }) => {
      if (running !== undefined) running.monitors.monitor = () => {};
    },
  },
  {
    name: "what a remote task is to end by does not reach it",
    breaks: ["tasks", "hangs"],
    plant: instead([Op.requestExit], 1, lost),
  },
  {
    name: "a link between nodes is lost though nothing happens to it",
    breaks: ["nodes"],
    plant: (life) => {
      let count = 0;
      instead([Op.send, Op.monitor, Op.link], 1, (signal, send, node) => {
        send(signal);
        if (++count % 25 === 0) life.running?.connections.disconnect(node);
      })(life);
    },
  },
];
