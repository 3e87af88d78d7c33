/**
 * The oracle's operations of supervisors and dynamic supervisors. What Elixir answers as `{error, …}` is a typed
 * failure of ours: it is written as Elixir's here, whole, so that its fields are compared as well.
 *
 * @module
 */
import { Effect } from "../../src/deps/effect.ts";
import {
  AlreadyPresent,
  AlreadyStarted,
  DuplicateChild,
  DynamicSupervisor,
  Exit,
  FailedToStartChild,
  Ignore,
  isTuple,
  MaxChildren,
  NotFound,
  Pid,
  Restarting,
  Running,
  Supervisor,
} from "../../mod.ts";
import type { Started } from "../../src/otp/started.ts";
import type { Step } from "./differences.ts";
import { field, number, type Operation, pid, text } from "./fields.ts";
import { startScripted } from "./scripted_server.ts";
import { decode, decodeAddress, encode, isObject, type Json, type JsonObject, list } from "./terms.ts";
import { Ops, type Work, type World } from "./world.ts";

const supervisorOf = (step: Step, { names }: World): Supervisor.ServerRef =>
  decodeAddress(field(step, "sup"), names);

const objectOf = (step: Step, name: string): JsonObject => {
  const value = field(step, name);
  if (!isObject(value)) throw new Error(`${step.op} needs an object for ${name}`);
  return value;
};

const optional = (object: JsonObject, key: string): number | undefined => {
  const value = object[key];
  return typeof value === "number" ? value : undefined;
};

/** The flags of a supervisor. What is none of them is left out, and not given as `undefined`. */
const flagsOf = (given: JsonObject): Supervisor.SupervisorOptions => {
  const { strategy, register } = given;
  const [maxRestarts, maxSeconds] = [optional(given, "max_restarts"), optional(given, "max_seconds")];
  return {
    // What is no strategy is tried as well.
    strategy: strategy as "one_for_one",
    ...typeof register === "string" ? { name: register } : {},
    ...maxRestarts === undefined ? {} : { maxRestarts },
    ...maxSeconds === undefined ? {} : { maxSeconds },
  };
};

type Spec = Supervisor.ChildSpec<unknown, never, Started>;

const childrenOf = (given: JsonObject, world: World): ReadonlyArray<Spec> => {
  const { children } = given;
  return Array.isArray(children) ? children.filter(isObject).map((child) => specOf(child, world)) : [];
};

/** A child: a scripted server, or a supervisor of its own. */
const specOf = (child: JsonObject, world: World): Spec => {
  const { id, restart, shutdown, type, supervisor } = child;
  const start = isObject(supervisor)
    ? Supervisor.startLink(childrenOf(supervisor, world), flagsOf(supervisor))
    : startScripted(world, serverOf(child), "start_link");
  return {
    id: String(id),
    start,
    modules: [isObject(supervisor) ? "Sup" : "Server"],
    // What is none of those is tried as well.
    ...restart === undefined ? {} : { restart: restart as Supervisor.Restart },
    ...shutdown === undefined ? {} : { shutdown: shutdown as Supervisor.Shutdown },
    ...type === undefined ? {} : { type: type as Supervisor.ChildType },
  };
};

const serverOf = ({ id, register, server }: JsonObject) => ({
  name: String(id),
  register: typeof register === "string" ? register : undefined,
  script: isObject(server) ? server : {},
});

/** The same as a module's function, which goes to supervisors of any node. */
const travelling = (spec: Spec, world: World): Spec => {
  const { start } = spec;
  return Effect.isEffect(start)
    ? { ...spec, start: [Ops.run as never, [world.programId(start as Work)]] }
    : spec;
};

const childOf = (step: Step, world: World): Spec => travelling(specOf(objectOf(step, "child"), world), world);

/** Why something was not done, as Elixir says it; `undefined` where that is no answer of Elixir's. */
type Refusal = (failure: unknown, world: World) => Json | undefined;

/** An answer, or a refusal, as Elixir gives it. */
const answered = (
  work: Work,
  world: World,
  success: (value: unknown) => Json,
  refusal: Refusal,
): Work =>
  Effect.matchEffect(work, {
    onSuccess: (value) => Effect.sync(() => success(value)),
    onFailure: (failure) =>
      Effect.suspend(() => {
        const answer = refusal(failure, world);
        return answer === undefined ? Effect.fail(failure) : Effect.succeed(answer);
      }),
  });

const asItIs = (answer: unknown): Json => answer as Json;
const error = (reason: Json): Json => ["error", reason];

/** The reason for which a child did not start. */
const reasonOf = (reason: unknown, world: World): Json => {
  if (reason instanceof Exit) return encode(reason.reason, world.names, "reason");
  if (reason instanceof AlreadyStarted) {
    return ["already_started", reason.pid === undefined ? null : encode(reason.pid, world.names)];
  }
  if (reason instanceof FailedToStartChild) {
    return ["shutdown", ["failed_to_start_child", reason.child, reasonOf(reason.reason, world)]];
  }
  if (isTuple(reason) && reason[0] === "EXIT") return ["EXIT", reasonOf(reason[1], world)];
  return encode(reason, world.names, "reason");
};

/** What OTP says in one word. */
const inOneWord = (failure: unknown): Json | undefined => {
  const words = [AlreadyPresent, NotFound, Running, Restarting, MaxChildren];
  const met = words.find((one) => failure instanceof one);
  return met === undefined ? undefined : error((failure as InstanceType<typeof met>)._tag);
};

const notStarted: Refusal = (failure, world) => {
  if (failure instanceof FailedToStartChild || failure instanceof AlreadyStarted) {
    return error(reasonOf(failure, world));
  }
  if (failure instanceof DuplicateChild) {
    return error(["start_spec", ["duplicate_child_name", failure.child]]);
  }
};

/** `wrap` says what OTP makes of the reason of a start that failed; `ignored` what of one that said so. */
const noChild = (wrap: (reason: Json) => Json, ignored: Json): Refusal => (failure, world) => {
  if (failure instanceof Ignore) return ignored;
  if (failure instanceof FailedToStartChild) return error(wrap(reasonOf(failure.reason, world)));
  return failure instanceof AlreadyStarted ? error(reasonOf(failure, world)) : inOneWord(failure);
};

const encodeStarted = (world: World) => (started: unknown): Json => {
  const parts = isTuple(started) ? started : [started];
  return ["ok", ...parts.map((part) => encode(part, world.names))];
};

/** The supervisor's name in the case is known from now on. */
const introduce = (step: Step, world: World, made: Effect.Effect<Pid, unknown>): Work => {
  const process = world.expectProcess(text(step, "name"));
  const known = Effect.tap(
    made,
    (supervisor) => Effect.sync(() => process.watch(world.kernelOf(supervisor), supervisor)),
  );
  return answered(known, world, encodeStarted(world), notStarted);
};

const encodeChildren = (
  world: World,
  children: ReadonlyArray<Supervisor.ChildInfo<unknown>>,
): ReadonlyArray<Json> =>
  children.map(([id, child, type, modules]) => [
    id === undefined ? "undefined" : String(id),
    child instanceof Pid ? encode(child, world.names) : child ?? "undefined",
    type,
    list([...modules]),
  ]);

const encodeCounts = (counts: unknown): Json => ({ map: { ...counts as JsonObject } });

const reasonOfStop = (step: Step, { names }: World) =>
  decode(step["reason"] ?? "normal", names, "reason") as never;

const child = (step: Step): string => text(step, "child");

/** By their names. */
export const supervisorOperations: Readonly<Record<string, Operation>> = {
  "supervisor.start_link": {
    run: (step, world) =>
      introduce(step, world, Supervisor.startLink(childrenOf(step, world), flagsOf(step))),
    encode: asItIs,
  },
  "supervisor.start_child": {
    run: (step, world) => {
      const started = Supervisor.startChild(supervisorOf(step, world), childOf(step, world));
      const wrap = (reason: Json): Json => [reason, "child_record"];
      return answered(started, world, encodeStarted(world), noChild(wrap, ["ok", "undefined"]));
    },
    encode: asItIs,
  },
  "supervisor.restart_child": {
    run: (step, world) => {
      const started = Supervisor.restartChild(supervisorOf(step, world), child(step));
      return answered(
        started,
        world,
        encodeStarted(world),
        noChild((reason) => reason, ["ok", "undefined"]),
      );
    },
    encode: asItIs,
  },
  "supervisor.terminate_child": {
    run: (step, world) =>
      answered(
        Supervisor.terminateChild(supervisorOf(step, world), child(step)),
        world,
        () => "ok",
        inOneWord,
      ),
    encode: asItIs,
  },
  "supervisor.delete_child": {
    run: (step, world) =>
      answered(Supervisor.deleteChild(supervisorOf(step, world), child(step)), world, () => "ok", inOneWord),
    encode: asItIs,
  },
  "supervisor.which_children": {
    run: (step, world) =>
      Effect.map(
        Supervisor.whichChildren(supervisorOf(step, world)),
        (children) => list(encodeChildren(world, children)),
      ),
    encode: asItIs,
  },
  "supervisor.count_children": {
    run: (step, world) => Supervisor.countChildren(supervisorOf(step, world)),
    encode: encodeCounts,
  },
  "supervisor.stop": {
    run: (step, world) => Supervisor.stop(supervisorOf(step, world), reasonOfStop(step, world)),
  },

  "dynsup.start_link": {
    run: (step, world) => {
      const { strategy: _, ...flags } = flagsOf(step);
      const maxChildren = step["max_children"] === undefined
        ? {}
        : { maxChildren: number(step, "max_children") };
      return introduce(step, world, DynamicSupervisor.startLink({ ...flags, ...maxChildren }));
    },
    encode: asItIs,
  },
  "dynsup.start_child": {
    run: (step, world) => {
      const started = DynamicSupervisor.startChild(supervisorOf(step, world), childOf(step, world));
      return answered(started, world, encodeStarted(world), noChild((reason) => reason, "ignore"));
    },
    encode: asItIs,
  },
  "dynsup.terminate_child": {
    run: (step, world) => {
      const ended = DynamicSupervisor.terminateChild(supervisorOf(step, world), pid(step, "child", world));
      return answered(ended, world, () => "ok", inOneWord);
    },
    encode: asItIs,
  },
  "dynsup.which_children_sorted": {
    run: (step, world) =>
      Effect.map(DynamicSupervisor.whichChildren(supervisorOf(step, world)), (children) => {
        const nameOf = (one: Json): string => Array.isArray(one) ? String(one[1]) : "";
        return list(encodeChildren(world, children).toSorted((a, b) => nameOf(a) < nameOf(b) ? -1 : 1));
      }),
    encode: asItIs,
  },
  "dynsup.count_children": {
    run: (step, world) => DynamicSupervisor.countChildren(supervisorOf(step, world)),
    encode: encodeCounts,
  },
  "dynsup.stop": {
    run: (step, world) => DynamicSupervisor.stop(supervisorOf(step, world), reasonOfStop(step, world)),
  },
};
