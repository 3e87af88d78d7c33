/**
 * Requests: a message that awaits an answer, as one signal there and one back. What `gen_server:call` does
 * with a monitor, a message and an alias, and what a remote task is.
 *
 * A request is *pending* where it was made and *held* by a process where it is to be answered; whoever holds
 * it can hand it on (a supervisor to the task that it starts). When the holder ends without an answer, or the
 * node between goes down, the maker is told, once.
 *
 * @module
 */
import { type Atom, atom } from "../term/atom.ts";
import type { NodeLife, Pid, Reference } from "../term/identifier.ts";
import { tuple } from "../term/tuple.ts";
import type { Entry } from "./entry.ts";
import { Excess } from "./excess.ts";
import type { Kernel } from "./kernel.ts";
import { exitSignal } from "./links.ts";
import { Op, type Target } from "./signal.ts";

/** Marks a call, as OTP does. */
export const CALL: Atom<"$gen_call"> = atom("$gen_call");

/** So many signals wait for who carries a request out; nobody who means well sends more than a few. */
const mostWaits = 1000;

/** What came of a request. */
export type Answer =
  | { readonly tag: "reply"; readonly value: unknown }
  /** The holder ended, with this exit reason. */
  | { readonly tag: "down"; readonly reason: unknown }
  /** Nobody has begun it: there was no such process (`noproc`), or it did not want to, for this reason. */
  | { readonly tag: "refused"; readonly reason: unknown }
  /** The connection to the node is lost, or could not be made. */
  | { readonly tag: "noconnection" };

/** A request made here. */
export interface Pending {
  readonly reference: Reference;
  /** The node that is to answer; `undefined` for this one. */
  readonly node: string | undefined;
  readonly life: NodeLife | undefined;
  readonly owner: Entry | undefined;
  /** Whether the holder gets the owner's exit reason, when that is not `normal`. */
  readonly linked: boolean;
  readonly onAnswer: (answer: Answer) => void;
  /** Called with the holder's pid, once it is asked for and known. */
  onHolder: ((pid: Pid) => void) | undefined;
}

/** A request that a process here is to answer. */
export interface Held {
  readonly life: NodeLife;
  readonly reference: number;
  readonly from: Pid;
  readonly linked: boolean;
  holder: Entry;
  /**
   * What came for whoever carries the request out, while it lies with who may hand it on: it is not meant for a
   * supervisor.
   */
  waits: Array<(holder: Entry) => void> | undefined;
}

/** How a request is made. */
export interface RequestOptions {
  /** A process, or a name on a node. */
  readonly to: Pid | readonly [name: string, node: string];
  readonly message: unknown;
  readonly owner: Entry | undefined;
  readonly linked: boolean;
  /** A reference that nobody has yet; a new one by default. */
  readonly reference?: Reference;
  readonly onAnswer: (answer: Answer) => void;
}

/** Makes a request. Throws `Unsendable` when the message cannot travel. */
export const request = (kernel: Kernel, options: RequestOptions): Pending => {
  const { to, message, owner, linked } = options;
  const life = "home" in to ? to.home : undefined;
  const name = life?.name ?? (to as readonly [string, string])[1];
  // A pid of an earlier life of this very name is nobody of ours.
  const isLocal = life === undefined ? name === kernel.life.name : life === kernel.life;
  const target: Target = "home" in to ? to.number : to[0];
  const { reference = kernel.makeReference(), onAnswer } = options;
  const made = addPending(kernel, reference, owner, linked, isLocal ? undefined : name, life, onAnswer);
  if (isLocal) {
    receiveRequest(
      kernel,
      kernel.life,
      made.reference,
      owner?.pid ?? kernel.user.pid,
      target,
      linked,
      message,
    );
    return made;
  }
  try {
    const signal = [
      Op.request,
      made.reference.number,
      owner?.pid.depart() ?? 0,
      target,
      linked,
      message,
    ] as const;
    kernel.outbound.send(name, life, signal, owner);
  } catch (error) {
    forgetPending(kernel, made);
    throw error;
  }
  return made;
};

/** A request that is held from the beginning by a new process of this kernel: a local task. */
export const requestOf = (
  kernel: Kernel,
  holder: Entry,
  owner: Entry,
  linked: boolean,
  onAnswer: (answer: Answer) => void,
): Pending => {
  const made = addPending(kernel, kernel.makeReference(), owner, linked, undefined, undefined, onAnswer);
  const { number } = made.reference;
  hold(kernel, { life: kernel.life, reference: number, from: owner.pid, linked, holder, waits: undefined });
  return made;
};

/** Whether a request is not answered yet. */
export const isPending = (kernel: Kernel, made: Pending): boolean =>
  kernel.pending.has(made.reference.number);

/** Nobody awaits the answer any more: what comes of it is dropped. */
export const cancelRequest = (kernel: Kernel, made: Pending): void => {
  if (!forgetPending(kernel, made)) return;
  tell(kernel, made, [Op.requestCancel, made.reference.number]);
};

/**
 * Whoever carries the request out runs on, tied to nobody, and its answer is for nobody: an answer that was under
 * way still comes.
 */
export const disown = (kernel: Kernel, made: Pending): void => {
  made.owner?.tasks?.delete(made);
  if (!isPending(kernel, made)) return;
  // 1. We disown; 2. the holder does, and says so; 3. we forget. An answer comes before 2, or never.
  const before = made.onHolder;
  made.onHolder = (pid) => {
    forgetPending(kernel, made);
    before?.(pid);
  };
  tell(kernel, made, [Op.requestDisown, made.reference.number]);
};

/** A request that was answered before it was made: a task that is completed from the beginning. */
export const noRequest = (kernel: Kernel): Pending => ({
  reference: kernel.makeReference(),
  node: undefined,
  life: undefined,
  owner: undefined,
  linked: false,
  onAnswer: () => {},
  onHolder: undefined,
});

/** A request to nobody: it is refused as one to a process that is not there. */
export const requestOfNobody = (owner: Entry, onAnswer: (answer: Answer) => void): Pending => {
  const { kernel } = owner;
  kernel.queue.push(() => onAnswer({ tag: "refused", reason: "noproc" }));
  return { ...noRequest(kernel), owner };
};

/** Whom a process is tied to by requests as by links: the owners of what it carries out, and its own tasks. */
export const tiesOf = (entry: Entry): ReadonlyArray<Pid> => [
  ...[...entry.held ?? []].filter((held) => held.linked && held.waits === undefined).map(({ from }) => from),
  ...[...entry.tasks ?? []].flatMap((made) => {
    const held = entry.kernel.held.get(made.reference.number);
    return held?.waits === undefined && held !== undefined ? [held.holder.pid] : [];
  }),
];

/** Sends an exit signal to whoever holds the request. */
export const exitHolder = (kernel: Kernel, made: Pending, reason: unknown): void => {
  if (isPending(kernel, made)) tell(kernel, made, [Op.requestExit, made.reference.number, reason]);
};

/** Asks who holds the request; the answer calls `onHolder`. */
export const askHolder = (kernel: Kernel, made: Pending, onHolder: (pid: Pid) => void): void => {
  const before = made.onHolder;
  made.onHolder = before === undefined ? onHolder : (pid) => {
    before(pid);
    onHolder(pid);
  };
  tell(kernel, made, [Op.requestHolder, made.reference.number]);
};

/** The request that a `$gen_call` message stands for, if it still is to be answered. */
export const heldOf = (kernel: Kernel, reference: Reference): Held | undefined =>
  heldOfLife(kernel, reference.home, reference.number);

/** Hands a request to another process of this kernel. */
export const handOn = (held: Held, holder: Entry): void => {
  held.holder.held?.delete(held);
  held.holder = holder;
  (holder.held ??= new Set()).add(held);
  const { waits } = held;
  held.waits = undefined;
  for (const tell of waits ?? []) tell(holder);
};

/** Does something with whoever carries the request out, once that is known. */
const withHolder = (held: Held, tell: (holder: Entry) => void): void => {
  if (held.waits === undefined) return tell(held.holder);
  if (held.waits.length >= mostWaits && held.life !== held.holder.kernel.life) {
    throw new Excess(`more than ${mostWaits} signals for one request`);
  }
  held.waits.push(tell);
};

/** Answers a request, wherever it was made. Throws `Unsendable` when the value cannot travel. */
export const reply = (kernel: Kernel, reference: Reference, value: unknown): void => {
  if (reference.home === kernel.life) answer(kernel, reference.number, { tag: "reply", value });
  else kernel.outbound.send(reference.node, reference.home, [Op.reply, reference.number, value]);
  const held = heldOf(kernel, reference);
  if (held !== undefined) release(kernel, held);
};

/** Refuses a request: it is not begun. */
export const refuse = (kernel: Kernel, held: Held, reason: unknown): void => {
  release(kernel, held);
  answerWithout(kernel, held.life, held.reference, { tag: "refused", reason }, held.holder);
};

/** A request has come, from this node or another. */
export const receiveRequest = (
  kernel: Kernel,
  life: NodeLife,
  reference: Reference,
  from: Pid,
  to: Target,
  linked: boolean,
  message: unknown,
): void => {
  const holder = typeof to === "number" ? kernel.table.get(to) : kernel.names.get(to);
  if (holder === undefined || holder.state !== "running") {
    return answerWithout(kernel, life, reference.number, { tag: "refused", reason: "noproc" });
  }
  hold(kernel, { life, reference: reference.number, from, linked, holder, waits: [] });
  holder.push(tuple(CALL, tuple(from, reference), message));
};

/**
 * An answer has come from another node: from the one that was asked or, since whoever is told of a request can
 * answer it, from any other. But of a request that never left this node only this node can know.
 */
export const receiveReply = (kernel: Kernel, reference: number, value: unknown): void => {
  const made = kernel.pending.get(reference);
  if (made === undefined || (made.node === undefined && !made.reference.published)) return;
  answer(kernel, reference, { tag: "reply", value });
};

/** An answer has come for one of our requests. */
export const answer = (kernel: Kernel, reference: number, outcome: Answer): void => {
  const made = kernel.pending.get(reference);
  if (made === undefined) return;
  forgetPending(kernel, made);
  made.onAnswer(outcome);
};

/** The maker wants the holder to end. */
export const receiveRequestExit = (
  kernel: Kernel,
  life: NodeLife,
  reference: number,
  reason: unknown,
): void => {
  const held = heldOfLife(kernel, life, reference);
  if (held !== undefined) withHolder(held, (holder) => exitSignal(holder, held.from, reason));
};

/** The maker does not await the answer any more. */
export const receiveRequestCancel = (kernel: Kernel, life: NodeLife, reference: number): void => {
  const held = heldOfLife(kernel, life, reference);
  if (held === undefined) return;
  release(kernel, held);
  // How it ends is told to nobody any more, so the log says it.
  if (held.waits === undefined) held.holder.failureIsTold = false;
};

/** The maker lets go of whoever carries the request out. */
export const receiveRequestDisown = (kernel: Kernel, life: NodeLife, reference: number): void => {
  const held = heldOfLife(kernel, life, reference);
  if (held === undefined) return;
  withHolder(held, (holder) => {
    release(kernel, held);
    // How it ends is told to nobody any more, so the log says it.
    holder.failureIsTold = false;
    sayHolder(kernel, life, reference, holder.pid);
  });
};

/** The maker asks who holds the request. */
export const receiveRequestHolder = (kernel: Kernel, life: NodeLife, reference: number): void => {
  const held = heldOfLife(kernel, life, reference);
  if (held === undefined) return;
  withHolder(held, ({ pid }) => sayHolder(kernel, life, reference, pid));
};

const sayHolder = (kernel: Kernel, life: NodeLife, reference: number, pid: Pid): void => {
  if (life === kernel.life) return receiveRequestHeldBy(kernel, life, reference, pid.depart());
  kernel.outbound.send(life.name, life, [Op.requestHeldBy, reference, pid.depart()]);
};

/** The holder's node says who holds the request. */
export const receiveRequestHeldBy = (
  kernel: Kernel,
  life: NodeLife,
  reference: number,
  pid: number,
): void => {
  const made = kernel.pending.get(reference);
  const told = made?.onHolder;
  if (made === undefined || told === undefined) return;
  made.onHolder = undefined;
  told(life.pid(pid));
};

/** A process has ended: what it was to answer is answered by its exit reason, and its tasks go with it. */
export const breakRequests = (kernel: Kernel, entry: Entry, reason: unknown): void => {
  const { held, tasks } = entry;
  entry.held = undefined;
  entry.tasks = undefined;
  if (held !== undefined) {
    for (const one of held) {
      forgetHeld(kernel, one);
      answerWithout(kernel, one.life, one.reference, { tag: "down", reason }, entry);
    }
  }
  if (tasks !== undefined && reason !== "normal") {
    for (const made of tasks) {
      exitHolder(kernel, made, reason);
    }
  }
};

/** A node is down: our requests to it fail, and the tasks that it asked for go with it. */
export const breakRequestsTo = (kernel: Kernel, pending: Iterable<Pending>, held: Iterable<Held>): void => {
  for (const one of held) {
    one.holder.held?.delete(one);
    // One that still is to be handed on is not found any more: nothing is begun for it.
    if (one.linked && one.waits === undefined) exitSignal(one.holder, one.from, "noconnection");
  }
  for (const made of pending) answer(kernel, made.reference.number, { tag: "noconnection" });
};

const tell = (
  kernel: Kernel,
  made: Pending,
  signal:
    | readonly [typeof Op.requestCancel, number]
    | readonly [typeof Op.requestHolder, number]
    | readonly [typeof Op.requestDisown, number]
    | readonly [typeof Op.requestExit, number, unknown],
): void => {
  if (made.node !== undefined) {
    return kernel.outbound.sendIfEngaged(made.node, made.life, signal, made.owner);
  }
  switch (signal[0]) {
    case Op.requestCancel:
      return receiveRequestCancel(kernel, kernel.life, signal[1]);
    case Op.requestHolder:
      return receiveRequestHolder(kernel, kernel.life, signal[1]);
    case Op.requestExit:
      return receiveRequestExit(kernel, kernel.life, signal[1], signal[2]);
    case Op.requestDisown:
      return receiveRequestDisown(kernel, kernel.life, signal[1]);
  }
};

const addPending = (
  kernel: Kernel,
  reference: Reference,
  owner: Entry | undefined,
  linked: boolean,
  node: string | undefined,
  life: NodeLife | undefined,
  onAnswer: (answer: Answer) => void,
): Pending => {
  const made: Pending = { reference, node, life, owner, linked, onAnswer, onHolder: undefined };
  kernel.pending.set(reference.number, made);
  if (node !== undefined) kernel.remote(node).pending.add(made);
  if (linked && owner !== undefined) (owner.tasks ??= new Set()).add(made);
  return made;
};

/** Whether it was pending. */
const forgetPending = (kernel: Kernel, made: Pending): boolean => {
  if (!kernel.pending.delete(made.reference.number)) return false;
  if (made.node !== undefined) kernel.remotes.get(made.node)?.pending.delete(made);
  made.owner?.tasks?.delete(made);
  return true;
};

const forgetHeld = (kernel: Kernel, held: Held): void => {
  const all = heldBy(kernel, held.life);
  if (all?.get(held.reference) === held) all.delete(held.reference);
};

/** A request of that very life: a node's next life counts its requests anew. */
const heldOfLife = (kernel: Kernel, life: NodeLife, reference: number): Held | undefined => {
  const held = heldBy(kernel, life)?.get(reference);
  return held?.life === life ? held : undefined;
};

const heldBy = (kernel: Kernel, life: NodeLife): Map<number, Held> | undefined =>
  life === kernel.life ? kernel.held : kernel.remotes.get(life.knownAs)?.held;

const hold = (kernel: Kernel, held: Held): void => {
  if (held.life === kernel.life) kernel.held.set(held.reference, held);
  else {
    const all = kernel.remote(held.life.knownAs).held;
    const before = all.get(held.reference);
    // A peer that uses a reference again has one request of it, and not one that nobody finds any more.
    before?.holder.held?.delete(before);
    all.set(held.reference, held);
  }
  (held.holder.held ??= new Set()).add(held);
};

const release = (kernel: Kernel, held: Held): void => {
  forgetHeld(kernel, held);
  held.holder.held?.delete(held);
};

const answerWithout = (
  kernel: Kernel,
  life: NodeLife,
  reference: number,
  outcome: Exclude<Answer, { readonly tag: "reply" | "noconnection" }>,
  holder?: Entry,
): void => {
  // From the queue, so that an answer never comes before the request has returned.
  if (life === kernel.life) return kernel.queue.push(() => answer(kernel, reference, outcome));
  const op = outcome.tag === "down" ? Op.requestDown : Op.requestRefused;
  kernel.outbound.send(life.name, life, [op, reference, outcome.reason], holder);
};
