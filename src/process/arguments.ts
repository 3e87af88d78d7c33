/**
 * Arguments that the compiler would have refused, as a shell or plain JavaScript can give them: each is a
 * `badarg` that says what was given and what to give instead.
 *
 * @module
 */
import { Duration, Effect, Option } from "../deps/effect.ts";
import { BadArg } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";

/** The failure of such an argument. */
export const wrongArgument = (operation: string, given: unknown, wanted: string): BadArg =>
  new BadArg({ operation, problem: `${inspect(given).slice(0, 200)} was given where ${wanted} belongs` });

/** Goes on when that is a pid; dies with `badarg` when it is none. */
export const withPid = <A, E, R>(
  operation: string,
  pid: unknown,
  goOn: () => Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> => pid instanceof Pid ? goOn() : Effect.die(wrongArgument(operation, pid, "a pid"));

/** Goes on when that is `true` or `false`; dies with `badarg` when it is neither. */
export const withBoolean = <A, E, R>(
  operation: string,
  on: unknown,
  goOn: () => Effect.Effect<A, E, R>,
): Effect.Effect<A, E, R> =>
  typeof on === "boolean" ? goOn() : Effect.die(wrongArgument(operation, on, "true or false"));

/** The failure of a closure that was to go to another node. */
export const closureGiven = (operation: string): BadArg =>
  new BadArg({
    operation,
    problem: "a function travels by its name: write it into a defmodule and give Name.function",
  });

/** Whether that is a name on a node, `[name, node]`. */
export const isNameOnNode = (value: unknown): value is readonly [name: string, node: string] =>
  Array.isArray(value) && value.length === 2 && typeof value[0] === "string" && typeof value[1] === "string";

/** A time in milliseconds; a number is milliseconds, `infinity` is for ever. Throws `badarg` for what is none. */
export const millisecondsOf = (operation: string, time: Duration.Input | "infinity"): number => {
  if (time === "infinity") return Infinity;
  if (typeof time === "number" && time >= 0) return time;
  const duration = typeof time === "number" ? Option.none() : Duration.fromInput(time);
  if (Option.isSome(duration)) return Duration.toMillis(duration.value);
  throw wrongArgument(
    operation,
    time,
    'a time of 0 or more, as 500 (milliseconds), "5 seconds" or "infinity",',
  );
};

/** Answers of a process of this node; fails with `badarg` for what is none. */
export const ofThisNode = <A>(
  isHere: boolean,
  name: string,
  pid: Pid,
  answer: () => A,
): Effect.Effect<A, BadArg> => {
  if (isHere) return Effect.sync(answer);
  if (!(pid instanceof Pid)) return Effect.fail(wrongArgument(name, pid, "a pid"));
  const problem = `the process is of ${pid.node}: ask there, or monitor it`;
  return Effect.fail(new BadArg({ operation: `${name}(${inspect(pid)})`, problem }));
};

/** Whether that is a time that {@link millisecondsOf} can read. */
export const isTime = (time: unknown): boolean =>
  time === "infinity" || (typeof time === "number" ? time >= 0 : Option.isSome(
    // Of what is no time at all it gives nothing.
    Duration.fromInput(time as Duration.Input),
  ));
