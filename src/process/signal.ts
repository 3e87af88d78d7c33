/**
 * The closed union of signals: all that one node's kernel says to another's, shaped as Erlang's control
 * messages (erl_dist_protocol, "Protocol between Connected Nodes") and, from 100 on, what only we have.
 *
 * Numbers stand for pids and references: `from` of the sending node, `to` of the receiving one.
 *
 * @module
 */
import type { Pid } from "../term/identifier.ts";

/** The first element of every signal. */
export const Op = {
  /** LINK */
  link: 1,
  /** SEND */
  send: 2,
  /** EXIT: over a link */
  exit: 3,
  /** REG_SEND */
  sendName: 6,
  /** GROUP_LEADER */
  groupLeader: 7,
  /** EXIT2: `Process.exit(pid, reason)` */
  exitSignal: 8,
  /** MONITOR_P */
  monitor: 19,
  /** DEMONITOR_P */
  demonitor: 20,
  /** MONITOR_P_EXIT */
  down: 21,
  /** SPAWN_REQUEST */
  spawnRequest: 29,
  /** SPAWN_REPLY */
  spawnReply: 31,
  /** ALIAS_SEND */
  sendAlias: 33,
  /** UNLINK_ID */
  unlink: 35,
  /** UNLINK_ID_ACK */
  unlinkAck: 36,
  /** A message that awaits an answer: MONITOR_P, REG_SEND and an alias in one. */
  request: 100,
  /** The answer to a request. */
  reply: 101,
  /** Who held a request ended without an answer. */
  requestDown: 102,
  /** An exit signal to whoever holds a request. */
  requestExit: 103,
  /** Nobody awaits the answer any more. */
  requestCancel: 104,
  /** Asks which process holds a request. */
  requestHolder: 105,
  /** Says which process holds a request. */
  requestHeldBy: 106,
  /** Whoever holds a request is to carry it out for nobody, and to say that it does. */
  requestDisown: 107,
  /** A request was refused: nobody has begun it, with that for the reason. */
  requestRefused: 108,
} as const;

/** A process on the receiving node: its number, or its registered name. */
export type Target = number | string;

/** Bits of a spawn request's options and of its reply. */
export const SpawnFlag = { link: 1, monitor: 2 } as const;

/** All that one kernel can say to another. */
export type Signal =
  | readonly [op: typeof Op.link, from: number, to: number]
  | readonly [op: typeof Op.send, to: number, message: unknown]
  | readonly [op: typeof Op.exit, from: number, to: number, reason: unknown]
  | readonly [op: typeof Op.sendName, name: string, message: unknown]
  | readonly [op: typeof Op.groupLeader, to: number, leader: Pid]
  | readonly [op: typeof Op.exitSignal, from: number, to: number, reason: unknown]
  | readonly [op: typeof Op.monitor, from: number, to: Target, reference: number]
  | readonly [op: typeof Op.demonitor, from: number, to: Target, reference: number]
  | readonly [op: typeof Op.down, reference: number, reason: unknown]
  | readonly [
    op: typeof Op.spawnRequest,
    reference: number,
    from: number,
    leader: Pid,
    module: string,
    name: string,
    args: ReadonlyArray<unknown>,
    flags: number,
  ]
  | readonly [op: typeof Op.spawnReply, reference: number, pid: number]
  | readonly [op: typeof Op.sendAlias, alias: number, message: unknown]
  | readonly [op: typeof Op.unlink, id: number, from: number, to: number]
  | readonly [op: typeof Op.unlinkAck, id: number, from: number, to: number]
  | readonly [
    op: typeof Op.request,
    reference: number,
    from: number,
    to: Target,
    linked: boolean,
    message: unknown,
  ]
  | readonly [op: typeof Op.reply, reference: number, message: unknown]
  | readonly [op: typeof Op.requestDown, reference: number, reason: unknown]
  | readonly [op: typeof Op.requestExit, reference: number, reason: unknown]
  | readonly [op: typeof Op.requestCancel, reference: number]
  | readonly [op: typeof Op.requestHolder, reference: number]
  | readonly [op: typeof Op.requestHeldBy, reference: number, pid: number]
  | readonly [op: typeof Op.requestDisown, reference: number]
  | readonly [op: typeof Op.requestRefused, reference: number, reason: unknown];

/** Signals that answer another: never held back, whatever lies in the write buffer (DESIGN, decision 2). */
export const isAnswer = (signal: Signal): boolean => {
  switch (signal[0]) {
    case Op.exit:
    case Op.down:
    case Op.reply:
    case Op.requestDown:
    case Op.requestRefused:
    case Op.spawnReply:
    case Op.unlinkAck:
    case Op.requestHeldBy:
      return true;
    default:
      return false;
  }
};
