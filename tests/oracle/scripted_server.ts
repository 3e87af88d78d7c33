/**
 * Servers that do what a case's script says: in `init`, for each message, and at their end. They write into the
 * event log, as the oracle's own `Server` module did.
 *
 * @module
 */
import { Effect } from "../../src/deps/effect.ts";
import { atom, Exit, exit, GenServer, isTuple, Process, type Term, tuple } from "../../mod.ts";
import type { Started } from "../../src/otp/started.ts";
import { withProcess } from "../../src/process/own_kernel.ts";
import { raise, RuntimeError } from "./fields.ts";
import { bodyOf } from "./operations.ts";
import { decode, isObject, type Json, type JsonObject } from "./terms.ts";
import type { Work, World } from "./world.ts";

/** What a case says of a server: the fields of `genserver.start`, or of a child. */
export interface Scripted {
  /** The name in the case: the starts are `name#1`, `name#2`, … */
  readonly name: string;
  readonly register?: string | undefined;
  readonly timeout?: number | undefined;
  readonly script: JsonObject;
}

/** The messages to which a server does what they hold; they are not logged. */
const STOP_WITH = atom("$stop_with");
const RUN = atom("$run");

/** A message to which `handleInfo` stops with that reason. */
export const stopWith = (reason: unknown): unknown => tuple(STOP_WITH, reason);
/** A message to which `handleInfo` carries out the program of that number. */
export const runProgram = (id: number): unknown => tuple(RUN, id);

/** What a world's servers have been up to. */
interface Memory {
  /** How often each name was started. */
  readonly starts: Map<string, number>;
  /** Whom `GenServer.reply` answers, by the case's keys. */
  readonly saved: Map<string, GenServer.From<unknown>>;
  /** Who asked last. */
  asked: GenServer.From<unknown> | undefined;
}

const memories = new WeakMap<World, Memory>();
const memoryOf = (world: World): Memory => {
  const known = memories.get(world);
  if (known !== undefined) return known;
  const made: Memory = { starts: new Map(), saved: new Map(), asked: undefined };
  memories.set(world, made);
  return made;
};

/** Keeps whom the call that is handled came from. */
export const saveFrom = (world: World, key: string): void => {
  const { asked, saved } = memoryOf(world);
  if (asked === undefined) throw new Error("save_from: nobody has asked");
  saved.set(key, asked);
};

/** Who was kept. */
export const savedFrom = (world: World, key: string): GenServer.From<unknown> => {
  const from = memoryOf(world).saved.get(key);
  if (from === undefined) throw new Error(`reply: nobody is kept as ${key}`);
  return from;
};

/** Starts a scripted server, as its attempt's number says. */
export const startScripted = (
  world: World,
  scripted: Scripted,
  how: "start" | "start_link",
): Effect.Effect<Started, unknown> =>
  Effect.suspend(() => {
    const { starts } = memoryOf(world);
    const attempt = (starts.get(scripted.name) ?? 0) + 1;
    starts.set(scripted.name, attempt);
    return startAs(world, scripted, how, attempt);
  });

const startAs = (
  world: World,
  scripted: Scripted,
  how: "start" | "start_link",
  attempt: number,
): Effect.Effect<Started, unknown> => {
  const { names } = world;
  const { name, register, timeout, script } = scripted;
  const { starts } = script;
  const [kind, given]: ReadonlyArray<Json> = [outcomeAt(starts, attempt)].flat();
  const server = serverOf(world, `${name}#${attempt}`, script);
  const options = {
    ...register === undefined ? {} : { name: register },
    ...timeout === undefined ? {} : { timeout },
  };
  const begin = how === "start"
    ? GenServer.start(server, undefined, options)
    : GenServer.startLink(server, undefined, options);
  switch (kind) {
    case "ok":
      return begin;
    case "info":
      return Effect.map(begin, (pid) => tuple(pid, decode(given ?? null, names)));
    case "ignore":
      return Effect.succeed(atom("ignore"));
    case "error": {
      const reason = decode(given ?? null, names, "reason");
      return Effect.fail(new Exit({ operation: `start of ${name}`, reason }));
    }
    case "raise":
      return Effect.die(new RuntimeError(String(given)));
    case "exit":
      return exit(decode(given ?? null, names, "reason"));
    case "throw":
      return Effect.sync(() => raise(decode(given ?? null, names)));
    case "bad":
      // What no start may give is tried as well.
      return Effect.succeed(decode(given ?? null, names) as Started);
    default:
      throw new Error(`a server's start of that kind: ${JSON.stringify(kind)}`);
  }
};

/** What the start does at that attempt: the last is repeated. */
const outcomeAt = (starts: Json | undefined, attempt: number): Json => {
  if (!Array.isArray(starts) || starts.length === 0) return "ok";
  return starts[Math.min(attempt, starts.length) - 1] ?? "ok";
};

/** What a clause of the script says: what is done, and what is given then. */
interface Clause {
  readonly work: Work;
  readonly gives: unknown;
}

const clauseOf = (world: World, clause: Json | undefined, otherwise: unknown): Clause => {
  if (!isObject(clause)) return { work: Effect.void, gives: otherwise };
  const { do: steps, return: given } = clause;
  return { work: bodyOf(steps, world), gives: given === undefined ? otherwise : resultOf(world, given) };
};

/** A callback's result; in `{stop, reason, …}` an exit reason stands by position. */
const resultOf = (world: World, given: Json): unknown => {
  const { names } = world;
  if (!Array.isArray(given) || given[0] !== "stop") return decode(given, names);
  const [, reason, ...others] = given;
  return tuple(
    atom("stop"),
    decode(reason ?? null, names, "reason"),
    ...others.map((other) => decode(other, names)),
  );
};

/** By message; of a tuple, by its first element. */
const byMessage = (clauses: Json | undefined, message: unknown): Json | undefined => {
  const key = isTuple(message) ? message[0] : message;
  const name = typeof key === "string" ? key : key === atom(String(key).slice(1)) ? String(key).slice(1) : "";
  return isObject(clauses) && name in clauses ? clauses[name] : undefined;
};

const state = atom("s");

/** A definition that does what the script says. What it gives is often wrong, so the compiler is told nothing. */
const serverOf = (world: World, label: string, script: JsonObject) => {
  const log = (event: string, message: unknown): Effect.Effect<void> =>
    withProcess(({ pid }) => Effect.sync(() => world.log(tuple(atom(event), pid, message))));
  const carryOut = ({ work, gives }: Clause) => Effect.as(work, gives as never);
  const noreply = tuple(atom("noreply"), state);

  return GenServer.define("Server", {
    init: (_: undefined) =>
      Effect.gen(function* () {
        yield* withProcess(({ pid, kernel }) =>
          Effect.sync(() => {
            const process = world.expectProcess(label);
            process.onDeath = (reason) => world.log(tuple(atom("down"), pid, reason));
            process.watch(kernel, pid);
            world.log(tuple(atom("init"), pid));
          })
        );
        if (script["trap"] === true) yield* Process.trapExit(true);
        return yield* carryOut(clauseOf(world, script["init"], tuple(atom("ok"), state)));
      }),
    handleCall: {
      _: (request: Term, from: GenServer.From<unknown>, _state) => {
        memoryOf(world).asked = from;
        const otherwise = tuple(atom("reply"), request, state);
        return Effect.andThen(
          log("handle_call", request),
          carryOut(clauseOf(world, byMessage(script["call"], request), otherwise)),
        );
      },
    },
    handleCast: {
      _: (request: Term, _state) =>
        Effect.andThen(
          log("handle_cast", request),
          carryOut(clauseOf(world, byMessage(script["cast"], request), noreply)),
        ),
    },
    handleInfo: (message, _state) => {
      if (isTuple(message) && message[0] === STOP_WITH) {
        return Effect.succeed(tuple(atom("stop"), message[1], state) as never);
      }
      if (isTuple(message) && message[0] === RUN) {
        return carryOut({ work: world.program(Number(message[1])), gives: noreply });
      }
      return Effect.andThen(
        log("handle_info", message),
        carryOut(clauseOf(world, byMessage(script["info"], message), noreply)),
      );
    },
    handleContinue: (what, _state) =>
      Effect.andThen(
        log("handle_continue", what),
        carryOut(clauseOf(world, byMessage(script["continue"], what), noreply)),
      ),
    terminate: (reason, _state) =>
      Effect.andThen(log("terminate", reason), carryOut(clauseOf(world, script["terminate"], undefined))),
  });
};
