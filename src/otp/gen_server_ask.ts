/**
 * Requests on their way to a server: calls and casts, under the name of the operation that makes them, encoded by
 * the definition's Schemas where it has any.
 *
 * @module
 */
import { type Duration, Effect, Option, Schema } from "../deps/effect.ts";
import { dispatch, nodeOf, unsendableIn } from "../process/dispatch.ts";
import type { Kernel } from "../process/kernel.ts";
import { withKernel } from "../process/own_kernel.ts";
import { waitUntilWritable } from "../process/send.ts";
import { type Atom, atom } from "../term/atom.ts";
import { BadArg, type Unsendable } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import type { Term } from "../term/term.ts";
import { tuple } from "../term/tuple.ts";
import { type CallError, genCall } from "./gen_call.ts";
import { CALL, CAST } from "./gen_reply.ts";
import { type Cast, Request } from "./gen_server_define.ts";
import {
  type Address,
  addressOf,
  isServerRef,
  type ServerRef,
  textOfServer,
  wrongServer,
} from "./server_name.ts";

/** Asks, and waits for the reply; what is none of a definition's requests is any term. */
export const callAs = (
  name: string,
  server: ServerRef,
  request: unknown,
  timeout: Duration.Input | "infinity",
): Effect.Effect<unknown, CallError> => {
  if (!(request instanceof Request)) {
    return genCall({ name, server, label: CALL, request, timeout });
  }
  const schemas = request.definition.schemas.calls.get(request.name);
  const encoded = encodedCall(name, request);
  if (encoded instanceof BadArg) return Effect.fail(encoded);
  const asked = genCall({ name, server, label: CALL, request: encoded, timeout });
  const schema = schemas?.reply;
  if (schema === undefined) return asked;
  return Effect.flatMap(asked, (reply) => {
    const read = Schema.decodeUnknownOption(schema)(reply);
    if (Option.isSome(read)) return Effect.succeed(read.value);
    const problem = `the reply is not as its Schema says: ${inspect(reply).slice(0, 200)}`;
    return Effect.fail(
      new BadArg({ operation: `${name}(${textOfServer(server)}, ${inspect(request)})`, problem }),
    );
  });
};

/** A call's request as it travels; the problem when it is not as its Schema says. */
export const encodedCall = (name: string, request: unknown): unknown =>
  request instanceof Request
    ? encodedBy(request.definition.schemas.calls.get(request.name)?.request, request, name)
    : request;

const encodedBy = (
  schema: Schema.Codec<unknown, unknown> | undefined,
  request: Request,
  name: string,
): unknown => {
  if (schema === undefined) return request.toTerm();
  const encoded = Schema.encodeUnknownOption(schema)(request.payload);
  if (Option.isSome(encoded)) return request.toTerm(encoded.value);
  const problem = `${inspect(request.payload).slice(0, 200)} is not as the Schema of ${request.name} says`;
  return new BadArg({ operation: `${name} of ${request.definition.name}`, problem });
};

/** Sends what is not answered. */
export const castAs = (
  name: string,
  server: ServerRef,
  request: Cast | Term,
): Effect.Effect<Atom<"ok">, Unsendable | BadArg> =>
  withKernel<Atom<"ok">, Unsendable | BadArg, never>((kernel) => {
    if (!isServerRef(server)) return Effect.fail(wrongServer(name, server));
    const message = castOf(name, request);
    if (message instanceof BadArg) return Effect.fail(message);
    return Effect.flatMap(
      addressOf(kernel, name, server),
      (address) =>
        Option.isNone(address) ? Effect.succeed(atom("ok")) : sendCast(
          kernel,
          address.value,
          message,
          () => `${name}(${textOfServer(server)}, ${inspect(request)})`,
        ),
    );
  });

const castOf = (name: string, request: unknown): unknown => {
  if (!(request instanceof Request)) return tuple(CAST, request);
  const encoded = encodedBy(request.definition.schemas.casts.get(request.name), request, name);
  return encoded instanceof BadArg ? encoded : tuple(CAST, encoded);
};

const sendCast = (
  kernel: Kernel,
  to: Address,
  message: unknown,
  operation: () => string,
): Effect.Effect<Atom<"ok">, Unsendable> => {
  try {
    dispatch(kernel, to, message);
  } catch (error) {
    return Effect.fail(unsendableIn(operation(), error, { at: "[1]", as: "request" }));
  }
  const node = nodeOf(kernel, to);
  return node !== undefined && kernel.outbound.isBusy(node)
    ? waitUntilWritable(kernel, node, atom("ok"))
    : Effect.succeed(atom("ok"));
};
