/**
 * Stopping a behaviour's process in order (`proc_lib:stop`): it is asked to end, and its end is waited for.
 *
 * @module
 */
import { type Duration, Effect, Option } from "../deps/effect.ts";
import { connected } from "../node/connected.ts";
import { millisecondsOf } from "../process/arguments.ts";
import { startDeadline } from "../process/deadline.ts";
import { dispatch, nodeOf, unsendableIn } from "../process/dispatch.ts";
import { normalizeReason } from "../process/exit_reason.ts";
import { demonitor, monitor } from "../process/monitors.ts";
import { withProcess } from "../process/own_kernel.ts";
import { type Atom, atom } from "../term/atom.ts";
import { Exit, NoConnection, NoProc, Timeout } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import type { CallError } from "./gen_call.ts";
import {
  type Address,
  addressOf,
  isServerRef,
  type ServerRef,
  textOfServer,
  wrongServer,
} from "./server_name.ts";

/**
 * Stops a process, and waits until it has ended.
 *
 * @param name What stands before it in errors: `GenServer.stop`.
 * @param server The process.
 * @param reason The exit reason that it is to end with; another one is a failure.
 * @param timeout How long it may take; it is not killed after that.
 */
export const stopServer = (
  name: string,
  server: ServerRef,
  reason: unknown,
  timeout: Duration.Input | "infinity",
): Effect.Effect<Atom<"ok">, CallError> =>
  withProcess<Atom<"ok">, CallError, never>((owner) => {
    const { kernel } = owner;
    if (!isServerRef(server)) return Effect.fail(wrongServer(name, server));
    const wanted = normalizeReason(reason);
    const operation = `${name}(${textOfServer(server)}, ${inspect(wanted)})`;
    return Effect.flatMap(
      addressOf(kernel, name, server),
      (address): Effect.Effect<Atom<"ok">, CallError> => {
        if (Option.isNone(address)) {
          return Effect.fail(new NoProc({ operation, process: textOfServer(server) }));
        }
        const to = address.value;
        const target = to instanceof Pid ? to : kernel.names.get(to[0])?.pid;
        const node = nodeOf(kernel, to);
        if (node === undefined && target === owner.pid) {
          return Effect.fail(new Exit({ operation, reason: "calling_self" }));
        }
        const ended = endOf(operation, to, textOfServer(server), wanted, millisecondsOf(name, timeout));
        return node === undefined ? ended : Effect.andThen(connected(node, operation), ended);
      },
    );
  });

const endOf = (
  operation: string,
  to: Address,
  text: string,
  wanted: unknown,
  milliseconds: number,
): Effect.Effect<Atom<"ok">, CallError> =>
  withProcess((owner, fiber) =>
    Effect.callback<Atom<"ok">, CallError>((resume) => {
      const { kernel } = owner;
      const forget = (): void => {
        stopDeadline();
        demonitor(kernel, watch.reference);
      };
      const finish = (outcome: Effect.Effect<Atom<"ok">, CallError>): void => {
        forget();
        // From the queue: a resume never nests in its waker.
        kernel.queue.push(() => resume(outcome));
      };
      const stopDeadline = startDeadline(fiber, milliseconds, () =>
        finish(Effect.fail(new Timeout({ operation, milliseconds }))));
      const watch = monitor(kernel, {
        watched: to,
        owner,
        onDown: (reason) =>
          finish(resultOf(operation, to, text, wanted, reason)),
      });
      try {
        const request = tuple(atom("terminate"), wanted);
        dispatch(kernel, to, tuple(atom("system"), tuple(owner.pid, watch.reference), request));
      } catch (error) {
        finish(Effect.fail(unsendableIn(operation, error, { at: "[2][1]", as: "reason" })));
      }
      return Effect.sync(forget);
    })
  );

const resultOf = (
  operation: string,
  to: Address,
  text: string,
  wanted: unknown,
  reason: unknown,
): Effect.Effect<Atom<"ok">, CallError> => {
  if (isSameReason(reason, wanted)) return Effect.succeed(atom("ok"));
  if (reason === "noproc") return Effect.fail(new NoProc({ operation, process: text }));
  if (reason === "noconnection") {
    const node = to instanceof Pid ? to.node : to[1];
    return Effect.fail(new NoConnection({ operation, node, because: "lost" }));
  }
  return Effect.fail(new Exit({ operation, reason }));
};

/** From another node a reason comes as a copy. */
const isSameReason = (one: unknown, other: unknown): boolean =>
  one === other || (isTuple(one) && isTuple(other) && inspect(one) === inspect(other)) ||
  (typeof one === "object" && typeof other === "object" && inspect(one) === inspect(other));
