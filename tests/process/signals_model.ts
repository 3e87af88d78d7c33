/**
 * A small model of signals between processes, as the Erlang manual's chapter "Processes" has them: what one process
 * sends to another arrives in the order sent, and nothing else is ordered. It knows programs of spawn, link, unlink,
 * monitor, send, exit signals, trapping and exits, and tells whether what the processes of a real run have seen can
 * have come of them.
 *
 * @module
 */

/** One step of a process. Processes are known by their numbers. */
export type Step =
  | { readonly op: "spawn"; readonly child: number; readonly how: "spawn" | "link" | "monitor" }
  | { readonly op: "link" | "unlink" | "monitor"; readonly to: number }
  | { readonly op: "send"; readonly to: number; readonly text: string }
  | { readonly op: "signal"; readonly to: number; readonly reason: string }
  | { readonly op: "trap"; readonly on: boolean }
  | { readonly op: "exit"; readonly reason: string };

/** The steps of each process; when they are done it waits for ever. Process 0 is there from the beginning. */
export type Program = ReadonlyArray<ReadonlyArray<Step>>;

/** What one process has seen: its messages in their order, and its exit reason, if it has ended. */
export interface Seen {
  readonly messages: ReadonlyArray<string>;
  readonly reason: string | undefined;
}

/** What all have seen; nothing of those that were never spawned. */
export type Observation = ReadonlyArray<Seen | undefined>;

type Signal =
  | { readonly tag: "link" | "ack" | "spawned" }
  | { readonly tag: "monitor" }
  | { readonly tag: "message"; readonly text: string }
  | { readonly tag: "unlink" }
  | { readonly tag: "down" | "exit" | "linkExit"; readonly reason: string };

interface Process {
  at: number;
  /** Whether it has spawned, and is not told the pid yet. */
  isSpawning: boolean;
  /**
   * The reason with which it is about to end: it takes nothing any more, but its finalizers run, and who links to it
   * or monitors it meanwhile is told that reason. (On the BEAM, where nothing runs then: `noproc`.)
   */
  ending: string | undefined;
  reason: string | undefined;
  traps: boolean;
  links: Array<number>;
  /** Of each process that it has unlinked from, how many acknowledgements are due. */
  unlinking: Array<number>;
  watchers: Array<number>;
  messages: Array<string>;
}

interface State {
  readonly processes: Array<Process | undefined>;
  /** What is under way from one to another, by `from>to`, oldest first. */
  readonly wires: Record<string, Array<Signal>>;
}

const fresh = (): Process => ({
  at: 0,
  isSpawning: false,
  ending: undefined,
  reason: undefined,
  traps: false,
  links: [],
  unlinking: [],
  watchers: [],
  messages: [],
});

const without = (list: ReadonlyArray<number>, one: number): Array<number> => {
  const at = list.indexOf(one);
  return at < 0 ? [...list] : list.toSpliced(at, 1);
};

const post = ({ wires }: State, from: number, to: number, signal: Signal): void => {
  (wires[`${from}>${to}`] ??= []).push(signal);
};

/** A process ends: those linked to it and those that watch it are told. */
const end = (state: State, number: number, reason: string): void => {
  const process = state.processes[number];
  if (process === undefined || process.reason !== undefined) return;
  process.reason = reason;
  for (const other of process.links) post(state, number, other, { tag: "linkExit", reason });
  for (const watcher of process.watchers) post(state, number, watcher, { tag: "down", reason });
};

const step = (state: State, number: number, process: Process, next: Step): void => {
  process.at++;
  switch (next.op) {
    case "spawn": {
      const child = fresh();
      state.processes[next.child] = child;
      if (next.how === "monitor") child.watchers.push(number);
      if (next.how !== "link") return;
      // The child has its half of the link from the beginning, the other comes with its pid.
      child.links.push(number);
      process.isSpawning = true;
      return post(state, next.child, number, { tag: "spawned" });
    }
    case "link":
      if (process.links.includes(next.to)) return;
      process.links.push(next.to);
      return post(state, number, next.to, { tag: "link" });
    case "unlink":
      if (!process.links.includes(next.to)) return;
      process.links = without(process.links, next.to);
      process.unlinking.push(next.to);
      return post(state, number, next.to, { tag: "unlink" });
    case "monitor":
      return post(state, number, next.to, { tag: "monitor" });
    case "send":
      return post(state, number, next.to, { tag: "message", text: next.text });
    case "signal":
      return post(state, number, next.to, { tag: "exit", reason: next.reason });
    case "trap":
      process.traps = next.on;
      return;
    case "exit":
      return end(state, number, next.reason);
  }
};

const arrive = (state: State, from: number, to: number, signal: Signal): void => {
  const process = state.processes[to];
  if (process === undefined) return;
  const isAlive = process.reason === undefined;
  switch (signal.tag) {
    case "message":
      if (process.ending !== undefined) return;
      process.messages.push(signal.text);
      return;
    case "down":
      if (process.ending !== undefined) return;
      process.messages.push(`DOWN ${from} ${signal.reason}`);
      return;
    case "monitor":
      if (isAlive) process.watchers.push(from);
      else post(state, to, from, { tag: "down", reason: "noproc" });
      return;
    case "link":
      if (!isAlive) post(state, to, from, { tag: "linkExit", reason: "noproc" });
      else if (!process.links.includes(from)) process.links.push(from);
      return;
    case "spawned":
      process.isSpawning = false;
      if (isAlive) process.links.push(from);
      else post(state, to, from, { tag: "linkExit", reason: "noproc" });
      return;
    case "unlink":
      // Both have unlinked, and one has linked anew since: that link stands.
      if (!process.unlinking.includes(from)) process.links = without(process.links, from);
      return post(state, to, from, { tag: "ack" });
    case "ack":
      process.unlinking = without(process.unlinking, from);
      return;
    case "linkExit":
      // It has unlinked meanwhile.
      if (!process.links.includes(from) || process.unlinking.includes(from)) return;
      process.links = without(process.links, from);
      if (process.ending !== undefined) return;
      if (process.traps) process.messages.push(`EXIT ${from} ${signal.reason}`);
      else if (signal.reason !== "normal") process.ending = signal.reason;
      return;
    case "exit":
      if (signal.reason === "kill") end(state, to, "killed");
      else if (process.ending !== undefined) return;
      else if (process.traps) process.messages.push(`EXIT ${from} ${signal.reason}`);
      else if (signal.reason !== "normal") process.ending = signal.reason;
  }
};

const copyOf = ({ processes, wires }: State): State => ({
  processes: processes.map((process) =>
    process === undefined ? undefined : {
      ...process,
      links: [...process.links],
      unlinking: [...process.unlinking],
      watchers: [...process.watchers],
      messages: [...process.messages],
    }
  ),
  wires: Object.fromEntries(
    Object.entries(wires).filter(([, signals]) => signals.length > 0).map((
      [key, signals],
    ) => [key, [...signals]]),
  ),
});

/** What can happen next: a process takes its next step, or the oldest signal of a wire arrives. */
const nextOf = (program: Program, state: State): ReadonlyArray<State> => {
  const states: Array<State> = [];
  state.processes.forEach((process, number) => {
    if (process === undefined || process.reason !== undefined) return;
    if (process.ending !== undefined) {
      const ended = copyOf(state);
      end(ended, number, process.ending);
      states.push(ended);
      return;
    }
    const next = process.isSpawning ? undefined : program[number]?.[process.at];
    if (next === undefined) return;
    const copy = copyOf(state);
    step(copy, number, copy.processes[number] as Process, next);
    states.push(copy);
  });
  for (const wire of Object.keys(state.wires)) {
    const [from = 0, to = 0] = wire.split(">").map(Number);
    const copy = copyOf(state);
    const signal = copy.wires[wire]?.shift();
    if (signal === undefined) continue;
    // The dead take no messages, but their answers to links and monitors go out.
    const isDeaf = copy.processes[to]?.reason !== undefined &&
      !["link", "monitor", "unlink", "spawned"].includes(signal.tag);
    if (!isDeaf) arrive(copy, from, to, signal);
    states.push(copy);
  }
  return states;
};

const startsWith = (long: ReadonlyArray<string>, short: ReadonlyArray<string>): boolean =>
  short.every((text, at) => long[at] === text);

/** Whether a state may still become what was observed. */
const leadsTo = (state: State, observation: Observation): boolean =>
  state.processes.every((process, number) => {
    if (process === undefined) return true;
    const seen = observation[number];
    if (seen === undefined) return false;
    if (process.reason !== undefined && process.reason !== seen.reason) return false;
    const { messages } = process;
    // One that has ended may not have come to look at all that had arrived.
    return startsWith(seen.messages, messages) ||
      (seen.reason !== undefined && startsWith(messages, seen.messages));
  });

const isWhatWasSeen = (state: State, observation: Observation): boolean =>
  observation.every((seen, number) => {
    const process = state.processes[number];
    if (seen === undefined || process === undefined) return seen === undefined && process === undefined;
    return process.reason === seen.reason && startsWith(process.messages, seen.messages);
  });

/** Whether the model allows that observation of a program which has come to rest. */
export const allows = (program: Program, observation: Observation): boolean => {
  const known = new Set<string>();
  const open: Array<State> = [{ processes: [fresh()], wires: {} }];
  for (let state = open.pop(); state !== undefined; state = open.pop()) {
    const next = nextOf(program, state);
    if (next.length === 0 && isWhatWasSeen(state, observation)) return true;
    for (const one of next) {
      if (!leadsTo(one, observation)) continue;
      const key = JSON.stringify(one);
      if (known.has(key)) continue;
      known.add(key);
      open.push(one);
    }
  }
  return false;
};
