/**
 * The messages that the system itself sends, each with its type and a Schema: DOWN, EXIT, nodeup, nodedown.
 *
 * @module
 */
import { Schema } from "../deps/effect.ts";
import { type Atom, atom } from "../term/atom.ts";
import { Pid, Reference } from "../term/identifier.ts";
import { isTuple } from "../term/tuple.ts";

/** A monitored process has ended: `{:DOWN, ref, :process, pid | {name, node}, reason}`. */
export type Down = readonly [
  Atom<"DOWN">,
  Reference,
  Atom<"process">,
  Pid | readonly [name: string, node: string],
  unknown,
];

/** A linked process has ended, or sent an exit signal, and this one traps exits: `{:EXIT, pid, reason}`. */
export type ExitMessage = readonly [Atom<"EXIT">, Pid, unknown];

/** A node is connected: `{:nodeup, node}`, or `{:nodeup, node, info}` where options ask for it. */
export type NodeUp =
  | readonly [Atom<"nodeup">, string]
  | readonly [Atom<"nodeup">, string, Readonly<Record<string, unknown>>];

/** A node is down: `{:nodedown, node}`, or `{:nodedown, node, info}` where options ask for it. */
export type NodeDown =
  | readonly [Atom<"nodedown">, string]
  | readonly [Atom<"nodedown">, string, Readonly<Record<string, unknown>>];

const isNamed = (value: unknown): boolean =>
  isTuple(value) && value.length === 2 && typeof value[0] === "string" && typeof value[1] === "string";

const isNodeMessage = (message: unknown, tag: Atom): boolean =>
  isTuple(message) && message[0] === tag && typeof message[1] === "string" &&
  (message.length === 2 || (message.length === 3 && typeof message[2] === "object" && message[2] !== null));

/** Accepts {@link Down} messages. */
export const Down: Schema.declare<Down> = Schema.declare((message): message is Down =>
  isTuple(message) && message.length === 5 && message[0] === atom("DOWN") &&
  message[1] instanceof Reference &&
  message[2] === atom("process") && (message[3] instanceof Pid || isNamed(message[3]))
);

/** Accepts {@link ExitMessage} messages. */
export const ExitMessage: Schema.declare<ExitMessage> = Schema.declare((message): message is ExitMessage =>
  isTuple(message) && message.length === 3 && message[0] === atom("EXIT") && message[1] instanceof Pid
);

/** Accepts {@link NodeUp} messages. */
export const NodeUp: Schema.declare<NodeUp> = Schema.declare((message): message is NodeUp =>
  isNodeMessage(message, atom("nodeup"))
);

/** Accepts {@link NodeDown} messages. */
export const NodeDown: Schema.declare<NodeDown> = Schema.declare((message): message is NodeDown =>
  isNodeMessage(message, atom("nodedown"))
);
