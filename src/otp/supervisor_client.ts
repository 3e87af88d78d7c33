/**
 * Asking supervisors, of every kind: one question, one answer, and the failures that an answer can be.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { withKernel } from "../process/own_kernel.ts";
import { nameOfFunction } from "../process/modules.ts";
import { atom } from "../term/atom.ts";
import { Capture } from "../term/capture.ts";
import { Ignore, Unsendable } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import { type AnyChildSpec, shutdownMilliseconds, type StartedChild } from "./child_spec.ts";
import type { ChildCounts, ChildInfo } from "./children.ts";
import { type CallError as GenCallError, genCall } from "./gen_call.ts";
import { CALL } from "./gen_reply.ts";
import { type ServerRef, textOfServer } from "./server_name.ts";
import type { Started } from "./started.ts";
import { question, readAnswer, type Refusal, strange } from "./supervisor_protocol.ts";
import { wrongSpec } from "./supervisor_options.ts";

/** What a call to a supervisor can fail with, beside what it refuses. It waits as long as it takes. */
export type CallError = Exclude<GenCallError, { readonly _tag: "timeout" }>;

const ask = (
  name: string,
  server: ServerRef,
  request: unknown,
  text: () => string,
): Effect.Effect<unknown, CallError> =>
  Effect.catchTag(
    genCall({ name, server, label: CALL, request, timeout: "infinity", text }),
    "timeout",
    (error) => Effect.die(error),
  );

const operationOf = (name: string, server: ServerRef, text: string): string =>
  `${name}(${textOfServer(server)}, ${text})`;

/** Asks about one child. Which refusals there can be depends on the question: who asks says so by its type. */
export const about = <R extends Refusal<unknown>>(
  name: string,
  what: string,
  server: ServerRef,
  child: string | Pid,
): Effect.Effect<ReadonlyArray<unknown>, R | CallError> =>
  Effect.flatMap(
    ask(name, server, question(what, child), () => inspect(child)),
    (answer) => readAnswer(() => operationOf(name, server, inspect(child)), child, answer),
  ) as Effect.Effect<ReadonlyArray<unknown>, R | CallError>;

/**
 * Asks for a start. The start has the services of the caller, wherever it is carried out on this node; to another
 * node goes a module's function.
 */
export const startChild = <S extends Started, R extends Refusal<unknown>>(
  name: string,
  server: ServerRef,
  spec: AnyChildSpec,
): Effect.Effect<StartedChild<S>, R | Ignore | CallError> =>
  withKernel((kernel, fiber) => {
    const wrong = wrongSpec(() => operationOf(name, server, "…"), spec);
    if (wrong !== undefined) return Effect.fail(wrong);
    const operation = (): string => operationOf(name, server, inspect(spec.id));
    const { start } = spec;
    const context = kernel.processContext(fiber.context);
    const request = question("start_child", {
      ...spec,
      start: Effect.isEffect(start) ? Effect.provideContext(start, context) : [captureOf(start[0]), start[1]],
      ...spec.shutdown === undefined ? undefined : { shutdown: sendable(spec.shutdown) },
    });
    const asked = Effect.catchTag(
      ask(name, server, request, () => inspect(spec.id)),
      "unsendable",
      ({ operation, path, found }) =>
        Effect.fail(
          Effect.isEffect(start)
            ? cannotTravel(operation)
            // The request is `{start_child, spec}`.
            : new Unsendable({ operation, path: path.replace(/^request(\[1\])?/, "spec"), found }),
        ),
    );
    return Effect.flatMap(
      Effect.flatMap(asked, (answer) => readAnswer(operation, spec.id, answer)),
      (answer) => startedOf(operation, answer),
    );
    // What the start gives is what is answered, and which refusals there can be depends on who is asked.
  }) as Effect.Effect<StartedChild<S>, R | Ignore | CallError>;

/** What came of a start: its pid, or more with the pid; fails with `ignore` where there is none. */
export const startedOf = (
  operation: () => string,
  [pid, ...info]: ReadonlyArray<unknown>,
): Effect.Effect<Pid | readonly [Pid, unknown], Ignore> => {
  if (!(pid instanceof Pid)) return Effect.fail(new Ignore({ operation: operation() }));
  return Effect.succeed(info.length === 0 ? pid : tuple(pid, info[0]));
};

const captureOf = (body: unknown): unknown => {
  const name = nameOfFunction(body);
  return name === undefined ? body : new Capture(name.module, name.function);
};

const sendable = (shutdown: NonNullable<AnyChildSpec["shutdown"]>): number | string => {
  const milliseconds = shutdownMilliseconds(shutdown);
  if (milliseconds < 0) return "brutal_kill";
  return milliseconds === Infinity ? "infinity" : milliseconds;
};

const cannotTravel = (operation: string): Unsendable =>
  new Unsendable({
    operation,
    path: "start",
    found: "an Effect; a supervisor on another node is given [Module.function, args]",
  });

/** Asks for the children. `readId` makes an id of what another node says. */
export const whichChildren = <Id>(
  name: string,
  server: ServerRef,
  readId: (id: unknown) => Id,
): Effect.Effect<ReadonlyArray<ChildInfo<Id>>, CallError> =>
  Effect.flatMap(ask(name, server, atom("which_children"), () => ""), (answer) => {
    const children = Array.isArray(answer) ? answer.map((one) => readInfo(one, readId)) : [undefined];
    const isRead = (one: ChildInfo<Id> | undefined): one is ChildInfo<Id> => one !== undefined;
    return children.every(isRead) ? Effect.succeed(children) : Effect.fail(strange(name, answer));
  });

const readInfo = <Id>(info: unknown, readId: (id: unknown) => Id): ChildInfo<Id> | undefined => {
  if (!isTuple(info) || info.length !== 4) return undefined;
  const [id, child, type, modules] = info;
  if (!(child === undefined || child === "restarting" || child instanceof Pid)) return undefined;
  if (type !== "worker" && type !== "supervisor") return undefined;
  return tuple(readId(id), child, type, Array.isArray(modules) ? modules.map(String) : []);
};

/** Asks how many children there are. */
export const countChildren = (name: string, server: ServerRef): Effect.Effect<ChildCounts, CallError> =>
  Effect.flatMap(ask(name, server, atom("count_children"), () => ""), (answer) => {
    const counts = readCounts(answer);
    return counts === undefined ? Effect.fail(strange(name, answer)) : Effect.succeed(counts);
  });

const readCounts = (answer: unknown): ChildCounts | undefined => {
  if (typeof answer !== "object" || answer === null) return undefined;
  const count = (key: string): number => Number(Reflect.get(answer, key));
  const [specs, active, supervisors, workers] = [
    count("specs"),
    count("active"),
    count("supervisors"),
    count("workers"),
  ];
  return Number.isNaN(specs + active + supervisors + workers)
    ? undefined
    : { specs, active, supervisors, workers };
};
