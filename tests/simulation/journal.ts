/**
 * What happened in a run, as the processes and the world saw it: what the checks read and what the log prints.
 *
 * A process is written `kate/2.104`: the node, which of its lives, the pid's number. A monitor is written
 * `kate/2#17`, by its reference.
 *
 * @module
 */

/** A process: `kate/2.104`. */
export type Key = string;
/** A monitor: `kate/2#17`. */
export type MonitorKey = string;

/** What can happen. */
export type Happening =
  // To nodes and links.
  | { readonly what: "up" | "gone"; readonly node: string; readonly life: string; readonly how: string }
  /** Something was done to the links between two hosts, or to all of one (`other` is `*`). */
  | { readonly what: "fault"; readonly one: string; readonly other: string; readonly how: string }
  /** A node has a link to another; or has lost it, or could not make it. */
  | {
    readonly what: "linkUp" | "linkLost";
    readonly life: string;
    readonly other: string;
    readonly how: string;
  }
  // To processes.
  | { readonly what: "born"; readonly who: Key; readonly slot: number; readonly parent: Key }
  | {
    readonly what: "died";
    readonly who: Key;
    readonly reason: string;
    /** Who was linked to it, and which monitors watched it, at that moment. */
    readonly links: ReadonlyArray<Key>;
    readonly watchers: ReadonlyArray<MonitorKey>;
    readonly isCrash: boolean;
  }
  | { readonly what: "trap"; readonly who: Key; readonly on: boolean }
  | { readonly what: "ending"; readonly who: Key; readonly reason: string }
  // Names: what the kernel did, and what came of asking for it.
  | { readonly what: "named" | "unnamed"; readonly who: Key; readonly name: string }
  | { readonly what: "naming"; readonly who: Key; readonly name: string; readonly how: Naming }
  | {
    readonly what: "nameTold";
    readonly who: Key;
    readonly name: string;
    readonly how: Naming;
    readonly isDone: boolean;
  }
  // Messages.
  | {
    readonly what: "sent";
    readonly who: Key;
    readonly number: number;
    readonly to: string;
    readonly bytes: number;
  }
  | {
    readonly what: "got";
    readonly who: Key;
    readonly from: Key;
    readonly number: number;
    /** Whom the sender meant: a pid, a name on a node, or an alias. */
    readonly to: string;
    /** How many bytes it carried; nothing where they are not those that were sent. */
    readonly bytes: number | undefined;
  }
  | {
    readonly what: "timer";
    readonly who: Key;
    readonly number: number;
    readonly is: "set" | "cancelled" | "fired";
  }
  | { readonly what: "aliased"; readonly who: Key; readonly alias: MonitorKey; readonly isForOne: boolean }
  | { readonly what: "unaliased"; readonly who: Key; readonly alias: MonitorKey }
  // Links.
  /** A process links, and has; `linked` alone is a spawn that links. */
  | { readonly what: "linking" | "linked" | "unlinked"; readonly who: Key; readonly to: Key }
  | { readonly what: "spawned"; readonly who: Key; readonly to: Key }
  | {
    readonly what: "signalled";
    readonly who: Key;
    readonly to: Key;
    readonly reason: string;
    /** Its place among what the process sends. */
    readonly number: number;
  }
  | { readonly what: "exit"; readonly who: Key; readonly from: Key; readonly reason: string }
  // Monitors.
  | { readonly what: "monitored"; readonly who: Key; readonly monitor: MonitorKey; readonly target: string }
  | { readonly what: "demonitored"; readonly who: Key; readonly monitor: MonitorKey; readonly flush: boolean }
  | {
    readonly what: "down";
    readonly who: Key;
    readonly monitor: MonitorKey;
    readonly target: string;
    readonly reason: string;
  }
  // What is waited for.
  | {
    readonly what: "asked";
    readonly who: Key;
    readonly ask: number;
    readonly text: string;
    /** How long it may take, in milliseconds: for ever, where that is not said. */
    readonly within: number | undefined;
  }
  | { readonly what: "answered"; readonly who: Key; readonly ask: number; readonly answer: string }
  | { readonly what: "ran"; readonly who: Key; readonly task: number }
  | {
    readonly what: "outcome";
    readonly who: Key;
    readonly task: number;
    readonly by: "await" | "shutdown" | "holder" | "async";
    readonly outcome: string;
  }
  | {
    readonly what: "task";
    readonly who: Key;
    readonly task: number;
    readonly node: string;
    readonly work: string;
    readonly linked: boolean;
  }
  /** A server was reached. */
  | { readonly what: "served"; readonly who: Key; readonly from: Key; readonly number: number }
  | {
    readonly what: "called" | "cast";
    readonly who: Key;
    readonly number: number;
    readonly node: string;
    readonly ask: string;
    /** Whether another fiber of the process asks, with no order among them. */
    readonly inFiber: boolean;
  }
  | {
    readonly what: "returned";
    readonly who: Key;
    readonly number: number;
    readonly node: string;
    readonly outcome: string;
  }
  | { readonly what: "output"; readonly life: string; readonly text: string }
  /** A process asks to be told once that a node is down, and is. */
  | { readonly what: "watched" | "nodedown"; readonly who: Key; readonly node: string }
  /** Nobody has waited for anything for a while: what happened a while ago is noticed. */
  | { readonly what: "rest" }
  | { readonly what: "note"; readonly text: string };

/** What is done with a name. */
export type Naming = "register" | "unregister" | "enroll" | "resign";

/** Something that happened, and when. */
export type Entry = { readonly at: number } & Happening;

/** The node's life that a process or monitor belongs to: `kate/2`. */
export const lifeOf = (key: Key | MonitorKey): string =>
  key.slice(0, Math.max(key.indexOf("."), key.indexOf("#")));
/** The node that a process, a monitor or a life belongs to: `kate`. */
export const nodeOf = (key: string): string => key.slice(0, key.indexOf("/"));

/** Writes into a journal. */
export interface Pen {
  readonly add: (happening: Happening) => void;
}

/** What happened, in its order. */
export class Journal {
  readonly #now: () => number;
  readonly #entries: Array<Entry> = [];

  constructor(now: () => number) {
    this.#now = now;
  }

  /** Writes something down. */
  add(happening: Happening): void {
    this.#entries.push({ at: this.#now(), ...happening });
  }

  /** The journal for what lives on that node: what happens there after its end is nothing to anybody. */
  of(life: { readonly isAlive: boolean }): Pen {
    return { add: (happening) => life.isAlive ? this.add(happening) : undefined };
  }

  /** All that is written down. */
  get entries(): ReadonlyArray<Entry> {
    return this.#entries;
  }
}
