/**
 * What a process of a scenario can be told to do, and how it does it: through the public API.
 *
 * @module
 */
import {
  atom,
  DynamicSupervisor,
  GenServer,
  IO,
  type Pid,
  Process,
  type Reference,
  Registry,
  Task,
  tuple,
} from "../../mod.ts";
import * as Node from "../../src/node/node.ts";
import { fragmentBytes } from "../../src/protocol/native/fragments.ts";
import { type NodeLife, nonode } from "../../src/term/identifier.ts";
import { Effect, Option } from "../deps.ts";
import { type Agent, type Command, reasonOf, Simulated } from "./agent.ts";
import { filler } from "./filler.ts";
import type { Naming } from "./journal.ts";
import { crewName, deskName, Ledger, ledgerName } from "./ledger.ts";
import type { Operation } from "./scenario.ts";

type Doing = Effect.Effect<void>;
type Of<Op extends Operation["op"]> = Extract<Operation, { readonly op: Op }>;

const noneOf: Doing = Effect.void;

/** Does what the command says; what fails is written down. */
export const perform = (agent: Agent, { operation, step }: Command): Doing => {
  switch (operation.op) {
    case "send":
      return send(agent, operation);
    case "sendName":
      return sendName(agent, operation);
    case "sendLater":
      return sendLater(agent, operation);
    case "link":
      return toSlot(agent, operation.to, (pid) => link(agent, pid));
    case "unlink":
      return toSlot(agent, operation.to, (pid) => unlink(agent, pid));
    case "relink":
      return toSlot(
        agent,
        operation.to,
        (pid) =>
          Effect.forEach(
            Array.from({ length: operation.times }),
            () => Effect.andThen(unlink(agent, pid), link(agent, pid)),
            { discard: true },
          ),
      );
    case "monitor":
      return toSlot(agent, operation.to, (pid) => monitor(agent, pid, agent.run.labels.pid(pid)));
    case "monitorName": {
      const node = agent.run.node(operation.node);
      return monitor(agent, [operation.name, node.fullName], `${operation.name}@${node.name}`);
    }
    case "demonitor":
      return demonitor(agent, operation);
    case "signal":
      return toSlot(agent, operation.to, (pid) => signal(agent, pid, operation, step));
    case "end":
      return Effect.sync(() => {
        agent.ending = operation.how;
        agent.journal.add({ what: "ending", who: agent.key, reason: reasonOf(operation.how, agent.key) });
      });
    case "trap":
      return Effect.map(Process.trapExit(operation.on), () => {
        agent.journal.add({ what: "trap", who: agent.key, on: operation.on });
      });
    case "spawn":
      return spawn(agent, operation);
    case "register":
      return naming(agent, "register", operation.name, Process.register(agent.pid, operation.name));
    case "unregister":
      return naming(agent, "unregister", operation.name, Process.unregister(operation.name));
    case "async":
      return startTask(agent, operation);
    case "await":
    case "shutdown":
    case "holder":
      return useTask(agent, operation);
    case "call":
      return call(agent, operation);
    case "cast":
      return cast(agent, operation);
    case "multiCall":
      return multiCall(agent, operation);
    case "abcast":
      return abcast(agent);
    case "alias":
      return alias(agent, operation);
    case "unalias":
      return unalias(agent);
    case "sendAlias": {
      const known = agent.run.aliases.get(operation.to);
      return known === undefined || isNameless(agent, known.alias.home)
        ? noneOf
        : say(agent, known.alias, `=${agent.run.labels.reference(known.alias)}`, 0);
    }
    case "hire":
      return hire(agent, operation);
    case "dismiss":
      return toSlot(agent, operation.to, (pid) => dismiss(agent, pid, operation));
    case "enroll":
      return naming(agent, "enroll", operation.key, Registry.register(deskName, operation.key, agent.slot));
    case "resign":
      return naming(agent, "resign", operation.key, Registry.unregister(deskName, operation.key));
    case "output":
      return asking(agent, (ask) => `output hello ${ask}`, (ask) => IO.puts(`hello ${ask}`), String);
    case "connect":
      return asking(
        agent,
        `connect ${operation.node}`,
        Node.ping(agent.run.node(operation.node).fullName),
        String,
      );
    case "disconnect": {
      const other = agent.run.node(operation.node);
      agent.run.fault([agent.home.node], [other], "disconnect");
      return Effect.asVoid(Node.disconnect(other.fullName));
    }
    case "watchNode":
      return watchNode(agent, operation);
  }
};

/** Does something with whoever has a slot, if anyone does. */
const toSlot = (agent: Agent, slot: number, what: (pid: Pid) => Doing): Doing => {
  const pid = agent.run.pidOf(slot);
  return pid === undefined || isNameless(agent, pid.home) ? noneOf : what(pid);
};

/**
 * Whether what is there belongs to a program that is no node now. Other OS processes would still know it by the
 * name that it had; here they share its life with it, and know it by none.
 */
const isNameless = (agent: Agent, home: NodeLife): boolean =>
  home !== agent.home.kernel.life && home.name === nonode;

/** Gives or frees a name, and writes down whether that was done. */
const naming = (agent: Agent, how: Naming, name: string, effect: Effect.Effect<unknown, unknown>): Doing => {
  const { journal, key: who } = agent;
  journal.add({ what: "naming", who, name, how });
  const told = (isDone: boolean) => (): void => journal.add({ what: "nameTold", who, name, how, isDone });
  return Effect.match(effect, { onSuccess: told(true), onFailure: told(false) });
};

/** What waits for something: it must end, with an answer or a failure. */
const asking = <A, E>(
  agent: Agent,
  text: string | ((ask: number) => string),
  effect: Effect.Effect<A, E> | ((ask: number) => Effect.Effect<A, E>),
  tell: (answer: A) => string,
  tellFailure: (error: E) => string = (error) => agent.run.labels.reason(error),
  within: number | "infinity" = "infinity",
): Doing =>
  Effect.suspend(() => {
    const { journal, key: who } = agent;
    const ask = agent.run.nextAsk();
    journal.add({
      what: "asked",
      who,
      ask,
      text: typeof text === "string" ? text : text(ask),
      within: within === "infinity" ? undefined : within,
    });
    const answered = (answer: string): Doing =>
      Effect.sync(() => journal.add({ what: "answered", who, ask, answer }));
    return Effect.matchEffect(typeof effect === "function" ? effect(ask) : effect, {
      onSuccess: (answer) => answered(tell(answer)),
      onFailure: (error) => answered(tellFailure(error)),
    });
  });

const say = (
  agent: Agent,
  to: Pid | Reference | readonly [string, string],
  label: string,
  bytes: number,
): Doing => {
  const number = ++agent.sent;
  agent.journal.add({ what: "sent", who: agent.key, number, to: label, bytes });
  const message = tuple(atom("say"), agent.key, number, label, filler(bytes));
  return Effect.asVoid(Effect.orDie(Process.send(to, message)));
};

const send = (agent: Agent, { to, count, bytes }: Of<"send">): Doing =>
  toSlot(agent, to, (pid) => {
    const label = agent.run.labels.pid(pid);
    const isLarge = bytes > fragmentBytes;
    return Effect.forEach(
      Array.from({ length: count }),
      // What comes behind a large one is small: it could overtake it.
      (_, index) => Effect.suspend(() => say(agent, pid, label, isLarge && index % 2 === 1 ? 0 : bytes)),
      { discard: true },
    );
  });

const sendName = (agent: Agent, { name, node }: Of<"sendName">): Doing => {
  const other = agent.run.node(node);
  return say(agent, [name, other.fullName], `${name}@${other.name}`, 0);
};

const sendLater = (agent: Agent, { after, isCancelled }: Of<"sendLater">): Doing => {
  const { journal, key: who } = agent;
  const number = ++agent.sent;
  journal.add({ what: "timer", who, number, is: "set" });
  return Effect.flatMap(
    Effect.orDie(Process.sendAfter(agent.pid, tuple(atom("timer"), number), after)),
    (timer) => {
      if (!isCancelled) return noneOf;
      return Effect.map(Process.cancelTimer(timer), (left) => {
        if (Option.isSome(left)) journal.add({ what: "timer", who, number, is: "cancelled" });
      });
    },
  );
};

const link = (agent: Agent, pid: Pid): Doing => {
  const { journal, run: { labels }, key: who } = agent;
  const to = labels.pid(pid);
  journal.add({ what: "linking", who, to });
  return Effect.match(Process.link(pid), {
    onSuccess: () => journal.add({ what: "linked", who, to }),
    onFailure: () => journal.add({ what: "note", text: `${who} finds no ${to}` }),
  });
};

const unlink = (agent: Agent, pid: Pid): Doing =>
  Effect.map(Process.unlink(pid), () => {
    agent.journal.add({ what: "unlinked", who: agent.key, to: agent.run.labels.pid(pid) });
  });

const noteMonitor = (agent: Agent, reference: Reference, target: string): void => {
  agent.monitors.push(reference);
  const { journal, run: { labels }, key: who } = agent;
  journal.add({ what: "monitored", who, monitor: labels.reference(reference), target });
};

const monitor = (agent: Agent, watched: Pid | readonly [string, string], target: string): Doing =>
  Effect.map(Process.monitor(watched), (reference) => noteMonitor(agent, reference, target));

const demonitor = (agent: Agent, { flush }: Of<"demonitor">): Doing => {
  const reference = agent.monitors.pop();
  if (reference === undefined) return noneOf;
  const monitor = agent.run.labels.reference(reference);
  return Effect.map(Effect.orDie(Process.demonitor(reference, { flush })), () => {
    agent.journal.add({ what: "demonitored", who: agent.key, monitor, flush });
  });
};

const signal = (agent: Agent, pid: Pid, { reason }: Of<"signal">, step: number): Doing => {
  const sent = reason === "own" ? `step ${step}` : reason;
  const number = ++agent.sent;
  agent.journal.add({
    what: "signalled",
    who: agent.key,
    to: agent.run.labels.pid(pid),
    reason: sent,
    number,
  });
  return Effect.asVoid(Process.exit(pid, sent));
};

const spawn = (agent: Agent, { node, slot, tie }: Of<"spawn">): Doing => {
  const { journal, run: { labels }, key: who } = agent;
  const { fullName, name } = agent.run.node(node);
  const text = `spawn ${tie} in slot ${slot} on ${name}`;
  if (tie === "monitor") {
    return asking(agent, text, Node.spawnMonitor(fullName, Simulated.live, [slot]), ([pid, reference]) => {
      noteMonitor(agent, reference, labels.pid(pid));
      return labels.pid(pid);
    });
  }
  if (tie === "none") {
    return asking(agent, text, Node.spawn(fullName, Simulated.live, [slot]), (pid) => labels.pid(pid));
  }
  return asking(agent, text, Node.spawnLink(fullName, Simulated.live, [slot]), (pid) => {
    journal.add({ what: "spawned", who, to: labels.pid(pid) });
    return labels.pid(pid);
  });
};

const watchNode = (agent: Agent, { node }: { readonly node: number }): Doing => {
  const { name, fullName } = agent.run.node(node);
  return Effect.match(Node.monitor(fullName), {
    onSuccess: () => agent.journal.add({ what: "watched", who: agent.key, node: name }),
    onFailure: (error) =>
      agent.journal.add({
        what: "note",
        text: `${agent.key} cannot watch ${name}: ${agent.run.labels.reason(error)}`,
      }),
  });
};

const startTask = (agent: Agent, { task, node, work, milliseconds, linked }: Of<"async">): Doing => {
  const { run, key: who } = agent;
  const { name, fullName } = run.node(node);
  agent.journal.add({ what: "task", who, task, node: name, work, linked });
  const begin = linked ? Task.Supervisor.async : Task.Supervisor.asyncNolink;
  const begun = begin(["Tasks", fullName], Simulated.work, [task, work, milliseconds]);
  return asking(agent, `begin task ${task}`, begun, (handle) => {
    run.tasks.set(task, { handle, home: agent.home });
    return "begun";
  }, (error) => {
    const outcome = run.labels.reason(error);
    agent.journal.add({ what: "outcome", who, task, by: "async", outcome });
    return outcome;
  });
};

const useTask = (agent: Agent, operation: Of<"await"> | Of<"shutdown"> | Of<"holder">): Doing => {
  const { task } = operation;
  const begun = agent.run.tasks.get(task);
  // A handle is good within its program.
  if (begun === undefined || begun.home !== agent.home) return noneOf;
  const { handle } = begun;
  const { op: by } = operation;
  const tell = (outcome: string): string => {
    agent.journal.add({ what: "outcome", who: agent.key, task, by, outcome });
    return outcome;
  };
  const failed = (error: unknown): string => tell(agent.run.labels.failure(error));
  const value = (result: unknown): string => tell(`value ${result}`);
  switch (operation.op) {
    case "await": {
      const { within } = operation;
      const awaited = asking(agent, `await ${task}`, Task.await(handle, within), value, failed, within);
      return operation.inFiber ? Effect.asVoid(Effect.forkChild(awaited)) : awaited;
    }
    case "shutdown": {
      const ended = Task.shutdown(handle, operation.brutal ? "brutal_kill" : 1000);
      return asking(
        agent,
        `shut down ${task}`,
        ended,
        (result) => Option.isSome(result) ? value(result.value) : tell("ended"),
        failed,
      );
    }
    case "holder":
      return asking(
        agent,
        `ask for the process of ${task}`,
        Task.pid(handle),
        (pid) => agent.run.labels.pid(pid),
        failed,
      );
  }
};

const call = (agent: Agent, { node, ask, within, inFiber }: Of<"call">): Doing => {
  const { journal, key: who } = agent;
  const { name, fullName } = agent.run.node(node);
  const number = ++agent.sent;
  journal.add({ what: "called", who, number, node: name, ask, inFiber });
  const returned = (outcome: string): string => {
    journal.add({ what: "returned", who, number, node: name, outcome });
    return outcome;
  };
  const called = asking(
    agent,
    `call ${number}`,
    GenServer.call([ledgerName, fullName], Ledger.ask([who, number, ask]), within),
    (reply) => returned(`value ${reply}`),
    (error) => returned(agent.run.labels.failure(error)),
    within,
  );
  return inFiber ? Effect.asVoid(Effect.forkChild(called)) : called;
};

const cast = (agent: Agent, { node }: Of<"cast">): Doing => {
  const { journal, key: who } = agent;
  const { name, fullName } = agent.run.node(node);
  const number = ++agent.sent;
  journal.add({ what: "cast", who, number, node: name, ask: "note", inFiber: false });
  return Effect.asVoid(Effect.orDie(GenServer.cast([ledgerName, fullName], Ledger.note([who, number]))));
};

/** The servers of all nodes are asked at once: each replies, or its node is bad. */
const multiCall = (agent: Agent, { within }: Of<"multiCall">): Doing => {
  const { journal, key: who, run } = agent;
  const number = ++agent.sent;
  for (const { name: node } of run.nodes) {
    // Nothing orders what different fibers of it ask.
    journal.add({ what: "called", who, number, node, ask: "reply", inFiber: true });
  }
  const nodes = run.nodes.map(({ fullName }) => fullName);
  const returned = (fullName: string, outcome: string): void => {
    const node = fullName.slice(0, fullName.indexOf("@"));
    journal.add({ what: "returned", who, number, node, outcome });
  };
  return asking(
    agent,
    `multi call ${number}`,
    GenServer.multiCall(nodes, ledgerName, Ledger.ask([who, number, "reply"]), within),
    ([replies, bad]) => {
      for (const [node, reply] of replies) returned(node, `value ${reply}`);
      for (const node of bad) returned(node, "bad");
      const answered = new Set([...replies.map(([node]) => node), ...bad]);
      for (const node of nodes) if (!answered.has(node)) returned(node, "nothing");
      return `${replies.length} replies, ${bad.length} bad`;
    },
  );
};

const abcast = (agent: Agent): Doing => {
  const { journal, key: who, run } = agent;
  const number = ++agent.sent;
  for (const { name: node } of run.nodes) {
    journal.add({ what: "cast", who, number, node, ask: "note", inFiber: false });
  }
  const nodes = run.nodes.map(({ fullName }) => fullName);
  return Effect.asVoid(Effect.orDie(GenServer.abcast(nodes, ledgerName, Ledger.note([who, number]))));
};

const alias = (agent: Agent, { reply }: Of<"alias">): Doing =>
  Effect.map(Process.alias({ reply }), (made) => {
    agent.aliases.push(made);
    agent.run.aliases.set(agent.slot, { alias: made, owner: agent.pid });
    const label = agent.run.labels.reference(made);
    agent.journal.add({ what: "aliased", who: agent.key, alias: label, isForOne: reply });
  });

const unalias = (agent: Agent): Doing => {
  const made = agent.aliases.pop();
  if (made === undefined) return noneOf;
  return Effect.map(Process.unalias(made), () => {
    agent.journal.add({ what: "unaliased", who: agent.key, alias: agent.run.labels.reference(made) });
  });
};

const hire = (agent: Agent, { slot, node, restart, brutal }: Of<"hire">): Doing => {
  const { fullName, name } = agent.run.node(node);
  const spec = {
    id: `slot ${slot}`,
    start: [Simulated.enter, [slot]],
    restart,
    shutdown: brutal ? "brutal_kill" : 300,
  } as const;
  return asking(
    agent,
    `hire slot ${slot} on ${name}`,
    DynamicSupervisor.startChild([crewName, fullName], spec),
    (pid) => agent.run.labels.pid(pid),
    (error) => agent.run.labels.failure(error),
  );
};

const dismiss = (agent: Agent, pid: Pid, { node }: Of<"dismiss">): Doing =>
  asking(
    agent,
    `dismiss ${agent.run.labels.pid(pid)}`,
    DynamicSupervisor.terminateChild([crewName, agent.run.node(node).fullName], pid),
    String,
    (error) => agent.run.labels.failure(error),
  );
