/**
 * The program's own group leader, `user`: answers Erlang's I/O protocol by writing to standard output.
 *
 * @module
 */
import { atom } from "../term/atom.ts";
import { Pid, Reference } from "../term/identifier.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import type { Kernel } from "./kernel.ts";
import { dispatch } from "./dispatch.ts";

const encoder = new TextEncoder();

/** Writes to standard output, all of it, in the order of the calls. */
export const writeToStandardOutput = (text: string): void => {
  for (let rest = encoder.encode(text); rest.length > 0;) rest = rest.subarray(Deno.stdout.writeSync(rest));
};

/**
 * Answers `{io_request, from, replyAs, request}` messages; others are dropped, as by OTP's `user`.
 *
 * @param kernel Whose processes' output it is.
 */
export const userService = (kernel: Kernel) => (message: unknown): void => {
  if (!isTuple(message) || message.length !== 4 || message[0] !== atom("io_request")) return;
  const [, from, replyAs, request] = message;
  if (!(from instanceof Pid || from instanceof Reference)) return;
  const text = textOf(request);
  if (text !== undefined) kernel.output(text);
  // Who asked has a link to here. To dial whomever a message names is not this service's task.
  if (from.home !== kernel.life && !kernel.outbound.isConnected(from.node)) return;
  const answer = text === undefined ? tuple(atom("error"), atom("request")) : atom("ok");
  dispatch(kernel, from, tuple(atom("io_reply"), replyAs, answer), kernel.user);
};

/** The text of `{put_chars, unicode, text}`; nothing else is understood. */
const textOf = (request: unknown): string | undefined => {
  if (!isTuple(request) || request[0] !== atom("put_chars") || request[1] !== atom("unicode")) {
    return undefined;
  }
  return typeof request[2] === "string" ? request[2] : undefined;
};
