/**
 * The messages of a call as OTP sends them: `{'$gen_call', {pid, tag}, request}` there, `{tag, reply}` back to the
 * alias that the tag is. What comes too late reaches nobody.
 *
 * @module
 */
import { Schema } from "../deps/effect.ts";
import { dispatch, unsendableIn } from "../process/dispatch.ts";
import type { Kernel } from "../process/kernel.ts";
import { heldOf, refuse, reply } from "../process/requests.ts";
import { type Atom, atom } from "../term/atom.ts";
import type { Pid, Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { tuple } from "../term/tuple.ts";
import { PendingCall } from "./pending_call.ts";

export { CALL } from "../process/requests.ts";
/** Marks a cast. */
export const CAST: Atom = atom("$gen_cast");

/** Whom a call is answered to. */
export interface Caller {
  readonly 0: Pid;
  readonly 1: Reference;
}

/** The Schemas by which calls are answered, while someone holds the call. */
const schemas = new WeakMap<Caller, Schema.Codec<unknown, unknown>>();

/** Says by which Schema a call's reply is to be encoded, now or later. */
export const replyBy = (from: Caller, schema: Schema.Codec<unknown, unknown>): void => {
  schemas.set(from, schema);
};

/** Answers a call, wherever it was made. Throws when the value cannot travel, with its
 * path in the reply, or its Schema refuses it. */
export const answerFrom = (kernel: Kernel, from: Caller, value: unknown): void => {
  const tag = from[1];
  const schema = schemas.get(from);
  const encoded = schema === undefined ? value : encodedBy(schema, value);
  const caller = tag.home === kernel.life ? kernel.aliases.get(tag.number) : undefined;
  if (caller instanceof PendingCall) return caller.answer(encoded);
  // What was asked by one signal of our own is answered by one.
  const isHeld = heldOf(kernel, tag) !== undefined;
  try {
    if (isHeld) reply(kernel, tag, encoded);
    else dispatch(kernel, tag, tuple(tag, encoded));
  } catch (error) {
    throw unsendableIn("", error, { at: isHeld ? "" : "[1]", as: "reply" });
  }
};

const encodedBy = (schema: Schema.Codec<unknown, unknown>, value: unknown): unknown => {
  try {
    return Schema.encodeUnknownSync(schema)(value);
  } catch (error) {
    if (!Schema.isSchemaError(error)) throw error;
    throw new TypeError(
      `the reply is not as its Schema says: ${inspect(value).slice(0, 200)}: ${error.message}`,
    );
  }
};

/** Refuses a call: it fails with that reason, though nobody has ended. */
export const refuseFrom = (kernel: Kernel, from: Caller, reason: unknown): void => {
  const tag = from[1];
  const caller = tag.home === kernel.life ? kernel.aliases.get(tag.number) : undefined;
  if (caller instanceof PendingCall) return caller.onTargetEnd(reason);
  const held = heldOf(kernel, tag);
  if (held !== undefined) refuse(kernel, held, reason);
};
