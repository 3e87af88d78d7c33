/**
 * The process that other nodes ask to call functions here (Erlang's `rex`): each call runs in a process of its own,
 * and its result is the answer. Who asks it is `Erpc`.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { answering } from "../process/answering.ts";
import type { Entry } from "../process/entry.ts";
import { exit } from "../process/exit.ts";
import type { Kernel } from "../process/kernel.ts";
import { handOn, heldOf, refuse } from "../process/requests.ts";
import { spawnFunction } from "../process/spawn.ts";
import { atom } from "../term/atom.ts";
import { Pid, Reference } from "../term/identifier.ts";
import { isTuple, tuple } from "../term/tuple.ts";

/** The name that it has on every node. */
export const rexName = "rex";

const rexNumber = 51;

/** What it is asked: a call is a request, and awaits an answer; a cast does not. A plain row: it travels as it is. */
export type RexCall = readonly [
  module: string,
  name: string,
  args: ReadonlyArray<unknown>,
  /** Where the function's output goes: to the caller's node. */
  leader: Pid,
];

/** Starts it. */
export const startRex = (kernel: Kernel): Entry =>
  kernel.addService(rexNumber, rexName, (message) => {
    if (!isTuple(message)) return;
    const [tag, from, content] = message;
    if (tag === atom("$gen_cast")) {
      const call = readRexCall(from);
      if (call !== undefined) spawnFunction(kernel, undefined, call[3], call[0], call[1], call[2]);
    } else if (tag === atom("$gen_call") && isTuple(from) && from[1] instanceof Reference) {
      answer(kernel, from[1], content);
    }
  });

const answer = (kernel: Kernel, reference: Reference, content: unknown): void => {
  const held = heldOf(kernel, reference);
  if (held === undefined) return;
  const call = readRexCall(content);
  if (call === undefined) return refuse(kernel, held, "badarg");
  const [module, name, args, leader] = call;
  const entry = kernel.spawn({ parent: held.from, leader, initialCall: `${module}.${name}/${args.length}` });
  entry.failureIsTold = true;
  handOn(held, entry);
  // As erpc's own process: what it answered is its exit reason, which is not normal, so that its links end with it.
  const run = Effect.flatMap(
    answering(kernel, reference, module, name, args),
    (value) => exit(tuple(reference, atom("return"), value)),
  );
  kernel.start(entry, run, kernel.context);
};

/** A peer may send anything. */
const readRexCall = (content: unknown): RexCall | undefined => {
  if (!Array.isArray(content)) return undefined;
  const [module, name, args, leader]: ReadonlyArray<unknown> = content;
  return typeof module === "string" && typeof name === "string" && Array.isArray(args) &&
      leader instanceof Pid
    ? [module, name, args, leader]
    : undefined;
};
