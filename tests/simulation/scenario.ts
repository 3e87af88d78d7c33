/**
 * What is played in one run: a cluster, what its processes do and when, and what befalls it. Plain data: a
 * scenario can be printed, made smaller and played again.
 *
 * A process is known by its *slot*: a number that it has in the scenario, and not by its pid, which only the
 * run knows. Nodes are known by their place in the list.
 *
 * @module
 */

/** How a process ends itself, or a task its work. */
export type Ending = "normal" | "exit" | "fail" | "die" | "shutdown";
/** What a task does: ends, or takes its time, or never ends by itself, or gives what cannot travel. */
export type Work = "value" | "fail" | "exit" | "die" | "hang" | "unsendable";

/** What a server does when it is called. */
export type Ask = "reply" | "later" | "stop" | "crash" | "never";

/** When a process that was hired is started again. */
export type Restart = "permanent" | "transient" | "temporary";

/** What a process is told to do. */
export type Operation =
  | { readonly op: "send"; readonly to: number; readonly count: number; readonly bytes: number }
  | { readonly op: "sendName"; readonly name: string; readonly node: number }
  | { readonly op: "sendLater"; readonly after: number; readonly isCancelled: boolean }
  | { readonly op: "link" | "unlink" | "monitor"; readonly to: number }
  | { readonly op: "relink"; readonly to: number; readonly times: number }
  | { readonly op: "monitorName"; readonly name: string; readonly node: number }
  | { readonly op: "demonitor"; readonly flush: boolean }
  | { readonly op: "signal"; readonly to: number; readonly reason: "own" | "kill" | "normal" }
  | { readonly op: "end"; readonly how: Ending }
  | { readonly op: "trap"; readonly on: boolean }
  | {
    readonly op: "spawn";
    readonly slot: number;
    readonly node: number;
    readonly tie: "none" | "link" | "monitor";
  }
  | { readonly op: "register" | "unregister"; readonly name: string }
  | {
    readonly op: "async";
    readonly task: number;
    readonly node: number;
    readonly work: Work;
    readonly milliseconds: number;
    readonly linked: boolean;
  }
  | {
    readonly op: "await";
    readonly task: number;
    readonly within: number | "infinity";
    readonly inFiber: boolean;
  }
  | { readonly op: "shutdown"; readonly task: number; readonly brutal: boolean }
  | { readonly op: "holder"; readonly task: number }
  | {
    readonly op: "call";
    readonly node: number;
    readonly ask: Ask;
    readonly within: number | "infinity";
    readonly inFiber: boolean;
  }
  | { readonly op: "cast"; readonly node: number }
  /** To the servers of all nodes. */
  | { readonly op: "multiCall"; readonly within: number | "infinity" }
  | { readonly op: "abcast" }
  /** Makes an alias, which ends with the first message by it or not, and takes the last one back. */
  | { readonly op: "alias"; readonly reply: boolean }
  | { readonly op: "unalias" }
  | { readonly op: "sendAlias"; readonly to: number }
  /** Has a node's dynamic supervisor start a process, and end it. */
  | {
    readonly op: "hire";
    readonly slot: number;
    readonly node: number;
    readonly restart: Restart;
    readonly brutal: boolean;
  }
  | { readonly op: "dismiss"; readonly to: number; readonly node: number }
  /** Registers under a key of the node's registry, and takes that back. */
  | { readonly op: "enroll" | "resign"; readonly key: string }
  | { readonly op: "output" }
  | { readonly op: "connect" | "disconnect" | "watchNode"; readonly node: number };

/** What befalls the cluster. */
export type Fault =
  | { readonly fault: "cut"; readonly one: number; readonly other: number; readonly oneWay: boolean }
  | { readonly fault: "heal" | "reset"; readonly one: number; readonly other: number }
  | { readonly fault: "crash"; readonly node: number; readonly unplugged: boolean }
  | { readonly fault: "stop" | "restart" | "stall" | "resume"; readonly node: number }
  /** A program stops being a node, and goes on; and is one again. */
  | { readonly fault: "leave" | "join"; readonly node: number }
  | { readonly fault: "start"; readonly slot: number; readonly node: number }
  | { readonly fault: "delay"; readonly milliseconds: number };

/** Something that happens at a time, in milliseconds from the beginning. */
export type Step =
  | { readonly at: number; readonly by: number } & Operation
  | { readonly at: number } & Fault;

/** A node of the cluster. */
export interface ScenarioNode {
  readonly name: string;
  /** Where it runs; nodes of one host share a port mapper. */
  readonly host: string;
  /** The slots of the processes that it begins with. */
  readonly slots: ReadonlyArray<number>;
}

/** All that is played. */
export interface Scenario {
  /** What the world's own chance is drawn from: delays, whose turn it is, random bytes. */
  readonly seed: number;
  readonly nodes: ReadonlyArray<ScenarioNode>;
  readonly steps: ReadonlyArray<Step>;
  /** Whether links are proven by the real key exchange. */
  readonly isProven: boolean;
  /** Whether links are sealed; only proven ones can be. */
  readonly isSealed: boolean;
  /** The longest that bytes travel. */
  readonly delay: number;
  /** Whether bytes arrive in pieces of any size. */
  readonly splits: boolean;
  /** The high-water mark of a write buffer, in bytes. */
  readonly highWater: number;
  /** Whether the end of a node's server restarts its task supervisor, too. */
  readonly restForOne: boolean;
  /** Whether every node keeps a link to every other. */
  readonly keepsLinks: boolean;
  /** Steps of a kernel's slice. */
  readonly sliceSteps: number;
}

/** Whether a step is done by a process. */
export const isOperation = (step: Step): step is Extract<Step, { readonly by: number }> => "by" in step;

/** Nodes start at 0; steps count from here, when all of them are up. */
export const startTime = 3000;
