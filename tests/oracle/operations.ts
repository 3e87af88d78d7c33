/**
 * The oracle's operations in our API: one table of those that a process carries out, one of those that are
 * carried out beside all processes. A case that needs an operation which stands in neither is left out.
 *
 * @module
 */
import { Effect, Option, Redacted } from "../../src/deps/effect.ts";
import { atom, capture, exit, Node, Pid, Process, type Reference, type Term, tuple } from "../../mod.ts";
import type { Step } from "./differences.ts";
import { field, number, type Operation, options, pid, raise, RuntimeError, text } from "./fields.ts";
import { genserverOperations } from "./genserver_operations.ts";
import { supervisorOperations } from "./supervisor_operations.ts";
import { rpcOperations } from "./rpc_operations.ts";
import { taskOperations } from "./task_operations.ts";
import {
  decode,
  decodeAddress,
  decodeReference,
  encode,
  isSame,
  type Json,
  list,
  nodeName,
  Unplayable,
} from "./terms.ts";
import type { NodeOptions, Steered, Work, World } from "./world.ts";

const reference = (step: Step, world: World): Reference => decodeReference(text(step, "ref"), world.names);

const asText = (value: unknown): Json => typeof value === "string" ? value : { unknown: String(value) };
/** A text by position: a name, a node, a reason. */
const byPosition = (value: unknown, { names }: World): Json => encode(value, names, "reason");
const timeLeft = (value: unknown): Json =>
  Option.isOption(value) && Option.isSome(value) ? "milliseconds_left" : false;
const nodes = (value: unknown, { names }: World): Json =>
  list(Array.isArray(value) ? value.map((name) => encode(name, names, "reason")).sort() : []);

/** Remembers a reference that an operation has made. */
const naming = (step: Step, world: World, made: Effect.Effect<Reference, unknown>): Work =>
  Effect.tap(made, (one) => Effect.sync(() => world.setReference(text(step, "ref"), one)));

/** The steps of a body, one after another; its result is that of the last. */
export const bodyOf = (steps: Json | undefined, world: World): Work =>
  (Array.isArray(steps) ? steps : []).reduce<Work>(
    (done, step) => Effect.andThen(done, Effect.suspend(() => ofBody(step as Step, world))),
    Effect.void,
  );

/** What a process knows of itself is written there, as a term that travels. */
const ofBody = (step: Step, world: World): Work => {
  const { run, encode: written } = operationOf(step);
  if (step.op !== "my_info" || written === undefined) return run(step, world);
  return Effect.map(run(step, world), (value) => decode(written(value, world, step), world.names));
};

/** What is known of a process once its spawn has answered. */
const introduce = (process: Steered, step: Step, world: World) => (made: unknown): Effect.Effect<void> =>
  Effect.gen(function* () {
    const [child, monitored] = made instanceof Pid ? [made, undefined] : made as readonly [Pid, Reference];
    process.rename(child, world.kernelOf(child));
    if (monitored !== undefined) world.setReference(text(step, "ref"), monitored);
    if (step["trap"] !== true) return;
    yield* Effect.promise(() => process.instruct(Process.trapExit(true), false));
  });

/** Any function, by its name. */
type Named = ReturnType<typeof capture>;

/** One of the three ways to spawn: a program here, or a module's function on a node. */
interface Spawner {
  readonly here: (program: Work) => Work;
  readonly there: (node: string, body: Named, args: ReadonlyArray<unknown>) => Work;
}

const spawners: Readonly<Record<"spawn" | "spawn_link" | "spawn_monitor", Spawner>> = {
  spawn: {
    here: (program) => Process.spawn(program),
    there: (node, body, args) => Node.spawn(node, body, args),
  },
  spawn_link: {
    here: (program) => Process.spawnLink(program),
    there: (node, body, args) => Node.spawnLink(node, body, args),
  },
  spawn_monitor: {
    here: (program) => Process.spawnMonitor(program),
    there: (node, body, args) => Node.spawnMonitor(node, body, args),
  },
};

const spawnerOf = (step: Step): Spawner => {
  const how = step["how"] ?? "spawn";
  if (how === "spawn" || how === "spawn_link" || how === "spawn_monitor") return spawners[how];
  throw new Error(`spawn how: ${JSON.stringify(how)}`);
};

const spawn = (step: Step, world: World): Work => {
  const process = world.expectProcess(text(step, "name"));
  const program = step["body"] === undefined ? process.program : process.bodied(bodyOf(step["body"], world));
  const { here, there } = spawnerOf(step);
  const made = step["node"] === undefined
    ? here(program)
    : there(nodeName(text(step, "node")), capture("Ops", "run"), [world.programId(program)]);
  return Effect.tap(made, introduce(process, step, world));
};

const spawnByName = (step: Step, world: World): Work => {
  const process = world.expectProcess(text(step, "name"));
  const { there } = spawnerOf(step);
  const made = there(nodeName(text(step, "node")), capture(text(step, "module"), text(step, "function")), []);
  return Effect.tap(made, introduce(process, step, world));
};

const monitorNodesOptions = (step: Step): Node.MonitorNodesOptions => {
  const given = options(step);
  const nodeType =
    given.flatMap((option) => Array.isArray(option) && option[0] === "node_type" ? [option[1]] : [])[0];
  return {
    ...nodeType === "visible" || nodeType === "hidden" || nodeType === "all" ? { nodeType } : {},
    ...given.includes("nodedown_reason") ? { nodedownReason: true } : {},
  };
};

/** `Process.info` by item; a list where Elixir gives one. */
const infoItems: Readonly<Record<string, (info: Process.ProcessInfo, world: World) => Json>> = {
  registered_name: ({ registeredName }) => Option.getOrElse<Json>(() => list([]))(registeredName),
  links: (info, { names }) => list(info.links.map((link) => encode(link, names)).sort()),
  monitors: (info, { names }) => list(info.monitors.map((one) => encode(one, names))),
  message_queue_len: ({ messageQueueLength }) => messageQueueLength,
  trap_exit: ({ trapExit }) => trapExit,
  group_leader: ({ groupLeader }, { names }) => encode(groupLeader, names),
  dictionary: ({ ancestors, callers }, { names }) => {
    const entries = Object.entries({ $ancestors: ancestors, $callers: callers })
      .filter(([, pids]) => pids.length > 0);
    return list(entries.map(([key, pids]) => [key, list(pids.map((one) => encode(one, names, "reason")))]));
  },
};

const encodeInfo = (value: unknown, world: World, step: Step): Json => {
  if (!Option.isOption(value) || Option.isNone(value)) return null;
  const item = text(step, "item");
  const read = infoItems[item];
  if (read === undefined) throw new Error(`info of ${item}`);
  return [item, read(value.value as Process.ProcessInfo, world)];
};

/** A message that lies there, taken out; all of them, oldest first. */
const takeAll = Effect.gen(function* () {
  const messages: Array<unknown> = [];
  for (;;) {
    const next = yield* Effect.option(Process.receive({ after: 0 }));
    if (Option.isNone(next)) return messages;
    messages.push(next.value);
  }
});

/** Messages as `mailbox` answers them. */
export const encodeMailbox = (messages: ReadonlyArray<unknown>, { names }: World): Json => [
  "messages",
  list(messages.map((message) => encode(message, names))),
];

const receive = (step: Step, world: World): Work => {
  const match = field(step, "match");
  const isWanted = (message: Term): message is Term =>
    match === "_" || isSame(match, encode(message, world.names));
  const after = typeof step["after"] === "number" ? step["after"] : 0;
  return Effect.catchTag(
    Process.receive(isWanted, { after }),
    "timeout",
    () => Effect.succeed(atom("after")),
  );
};

/** The operations that end a process from its top level, when they are a whole step. */
export const ends: ReadonlySet<string> = new Set(["return", "exit", "raise", "throw"]);

/** What processes carry out. */
export const operations: Readonly<Record<string, Operation>> = {
  return: { run: (step, { names }) => Effect.sync(() => decode(step["value"] ?? null, names)) },
  exit: { run: (step, { names }) => exit(decode(field(step, "reason"), names, "reason")) },
  raise: { run: (step) => Effect.sync(() => raise(new RuntimeError(text(step, "message")))) },
  throw: { run: (step, { names }) => Effect.sync(() => raise(decode(field(step, "value"), names))) },
  sleep: { run: (step) => Effect.as(Effect.sleep(number(step, "ms")), atom("ok")) },
  block: { run: () => Effect.never },
  log: {
    run: (step, world) =>
      Effect.sync(() => {
        world.log(tuple(atom("log"), decode(field(step, "event"), world.names)));
        return atom("ok");
      }),
  },
  log_node: {
    run: (_step, world) =>
      Effect.map(Node.self(), (name) => {
        world.log(tuple(atom("node"), name));
        return atom("ok");
      }),
  },
  log_group_leader: {
    run: (_step, world) =>
      Effect.map(Process.groupLeader(), (leader) => {
        world.log(tuple(atom("group_leader"), leader));
        return atom("ok");
      }),
  },

  spawn: { run: spawn },
  spawn_mfa: { run: spawnByName },
  trap: { run: (step) => Process.trapExit(step["on"] !== false) },
  link: { run: (step, world) => Process.link(pid(step, "to", world)) },
  unlink: { run: (step, world) => Process.unlink(pid(step, "to", world)) },
  monitor: {
    run: (step, world) => naming(step, world, Process.monitor(decodeAddress(field(step, "of"), world.names))),
  },
  demonitor: {
    run: (step, world) => {
      const given = options(step);
      const [flush, info] = [given.includes("flush"), given.includes("info")];
      return Process.demonitor(reference(step, world), { flush, info });
    },
  },
  signal: {
    run: (step, world) =>
      Process.exit(pid(step, "to", world), decode(field(step, "reason"), world.names, "reason")),
  },
  self_signal: {
    run: (step, { names }) =>
      Effect.flatMap(
        Process.self(),
        (self) => Process.exit(self, decode(field(step, "reason"), names, "reason")),
      ),
  },
  send: {
    run: (step, { names }) =>
      Process.send(decodeAddress(field(step, "to"), names), decode(field(step, "message"), names)),
  },
  send_self: {
    run: (step, { names }) =>
      Effect.flatMap(Process.self(), (self) => Process.send(self, decode(field(step, "message"), names))),
  },
  send_opts: {
    run: (step, { names }) =>
      Process.send(decodeAddress(field(step, "to"), names), decode(field(step, "message"), names), {
        noconnect: options(step).includes("noconnect"),
      }),
  },
  send_after: {
    run: (step, world) => {
      const to = decodeAddress(field(step, "to"), world.names);
      const message = decode(field(step, "message"), world.names);
      return naming(step, world, Process.sendAfter(to as Pid | string, message, number(step, "ms")));
    },
  },
  cancel_timer: { run: (step, world) => Process.cancelTimer(reference(step, world)), encode: timeLeft },
  read_timer: { run: (step, world) => Process.readTimer(reference(step, world)), encode: timeLeft },
  receive: { run: receive },
  mailbox: {
    run: () => takeAll,
    encode: (messages, world) => encodeMailbox(Array.isArray(messages) ? messages : [], world),
  },
  alive: { run: (step, world) => Process.isAlive(pid(step, "of", world)) },
  info: { run: (step, world) => Process.info(pid(step, "of", world)), encode: encodeInfo },
  my_info: { run: () => Effect.flatMap(Process.self(), Process.info), encode: encodeInfo },
  node_of: {
    run: (step, world) => Effect.sync(() => pid(step, "pid", world).node),
    encode: byPosition,
  },
  register: {
    // What is no name at all is tried as well.
    run: (step, world) => Process.register(pid(step, "pid", world), field(step, "as_name") as string),
  },
  unregister: { run: (step) => Process.unregister(text(step, "as_name")) },
  whereis: {
    run: (step) => Effect.map(Process.whereis(text(step, "as_name")), Option.getOrNull),
  },
  registered: {
    run: (step) => Effect.map(Process.registered(), (names) => names.includes(text(step, "as_name"))),
  },
  group_leader: {
    run: (step, world) => {
      const of = pid(step, "of", world);
      const { set } = step;
      if (set === undefined) {
        return Effect.map(Process.info(of), Option.map(({ groupLeader }) => groupLeader));
      }
      // What is no pid at all is tried as well.
      return Process.setGroupLeader(of, decode(set, world.names) as Pid);
    },
  },
  my_group_leader: { run: () => Process.groupLeader() },

  "node.self": { run: () => Node.self(), encode: byPosition },
  "node.alive": { run: () => Node.isAlive() },
  "node.list": {
    run: (step) => Node.list(step["kind"] === undefined ? "visible" : text(step, "kind") as Node.ListKind),
    encode: nodes,
  },
  "node.ping": { run: (step) => Node.ping(nodeName(text(step, "node"))) },
  "node.connect": { run: (step) => Node.connect(nodeName(text(step, "node"))) },
  "node.disconnect": { run: (step) => Node.disconnect(nodeName(text(step, "node"))) },
  "node.monitor": { run: (step) => Node.monitor(nodeName(text(step, "node")), step["on"] !== false) },
  "node.monitor_nodes": { run: (step) => Node.monitorNodes(step["on"] !== false, monitorNodesOptions(step)) },
  "node.get_cookie": { run: () => Effect.map(Node.getCookie(), Redacted.value), encode: asText },
  "node.set_cookie": {
    run: (step) => Node.setCookie(text(step, "cookie"), nodeName(text(step, "node"))),
  },
  "node.start": {
    run: (step, world) => {
      const label = text(step, "node");
      const { options: given, party } = world.node(label);
      return Node.start(nodeName(label), world.startOptions(given, party));
    },
    encode: () => ["ok", "pid"],
  },
  "node.stop": { run: () => Node.stop() },

  ...genserverOperations,
  ...supervisorOperations,
  ...taskOperations,
  ...rpcOperations,
};

/** The operation of a step. */
export const operationOf = (step: Step): Operation => {
  const operation = operations[step.op];
  if (operation === undefined) throw new Error(`no operation ${step.op}`);
  return operation;
};

const nodeOptions = (step: Step): NodeOptions => ({
  ...step["cookie"] === undefined ? {} : { cookie: text(step, "cookie") },
  ...step["hidden"] === undefined ? {} : { hidden: step["hidden"] === true },
  ...step["mesh"] === undefined ? {} : { mesh: step["mesh"] === true },
  ...step["unnamed"] === undefined ? {} : { unnamed: step["unnamed"] === true },
  ...step["net_ticktime"] === undefined ? {} : { netTickTime: number(step, "net_ticktime") * 1000 },
});

/** What is done beside all processes, and answers nothing. */
export const outside: Readonly<Record<string, (step: Step, world: World) => Promise<void> | void>> = {
  settle: (step, world) => world.comeToRest(step["ms"] === undefined ? undefined : number(step, "ms")),
  "peer.start": (step, world) => world.startNode(text(step, "node"), nodeOptions(step)),
  "peer.spawn": (step, world) => world.makeProcess(text(step, "name"), text(step, "node")),
  "peer.kill": (step, world) => world.kill(text(step, "node")),
  "peer.halt": (step, world) => world.halt(text(step, "node")),
  "peer.restart": (step, world) => world.restart(text(step, "node")),
  "peer.suspend": (step, world) => world.suspend(text(step, "node")),
  "peer.resume": (step, world) => world.resume(text(step, "node")),
};

/** What is looked at beside all processes. */
export const views: Readonly<Record<string, (step: Step, world: World) => Json>> = {
  state: (step, world) => {
    const process = world.process(text(step, "of"));
    if (process?.pid === undefined) throw new Unplayable(`there is no process ${text(step, "of")}`);
    return process.death === undefined
      ? "alive"
      : ["dead", encode(process.death.reason, world.names, "reason")];
  },
  events: (_step, world) => list(world.events.map((event) => encode(event, world.names))),
};

/** The operations that a step needs, and that are not there. */
export const missingIn = (step: Json): ReadonlyArray<string> => {
  if (typeof step !== "object" || step === null) return [];
  const inner = Object.values(step).flatMap(missingIn);
  if (!("op" in step) || typeof step["op"] !== "string") return inner;
  const { op } = step;
  const isThere = op in operations || op in outside || op in views || op === "result";
  return isThere ? inner : [op, ...inner];
};
