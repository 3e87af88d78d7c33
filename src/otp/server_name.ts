/**
 * How a server is named and addressed: by its pid, by a registered name here or on a node, or by way of a
 * registry (Elixir's `GenServer.server/0` and `GenServer.name/0`).
 *
 * @module
 */
import { Effect, Option } from "../deps/effect.ts";
import { isNameOnNode, wrongArgument } from "../process/arguments.ts";
import { register } from "../process/names.ts";
import type { Kernel } from "../process/kernel.ts";
import { AlreadyStarted, BadArg } from "../term/errors.ts";
import { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";

/**
 * A name that a registry of the program's own gives (Elixir's `{:via, module, term}`): a value that knows its
 * registry and its key, as `Registry.via(…)` makes it. `String(via)` says it in texts.
 */
export interface Via {
  /**
   * Gives the name to a process: whether it was free. Called in that process. Fails with `badarg` when there is no
   * such registry, or it gives no names.
   */
  readonly registerName: (pid: Pid) => Effect.Effect<boolean, BadArg>;
  /** Takes the name back. Called in the process that has it. */
  readonly unregisterName: () => Effect.Effect<void>;
  /** Who has the name. */
  readonly whereisName: () => Effect.Effect<Option.Option<Pid>, BadArg>;
  /** How texts say it. */
  readonly toString: () => string;
}

/** A name that a server can be started with: of this node, or by way of a registry. */
export type ServerName = string | Via;

/** A server: its pid, its name here, its name on a node, or its name by way of a registry. */
export type ServerRef = Pid | string | readonly [name: string, node: string] | Via;

/** A server as messages reach it. */
export type Address = Pid | readonly [name: string, node: string];

/** Whether a value is a name by way of a registry. */
export const isVia = (value: unknown): value is Via =>
  typeof value === "object" && value !== null && !(value instanceof Pid) && "whereisName" in value &&
  typeof value.whereisName === "function";

/** Whether a value can address a server. */
export const isServerRef = (value: unknown): value is ServerRef =>
  typeof value === "string" || value instanceof Pid || isNameOnNode(value) || isVia(value);

/** The failure of what is none. */
export const wrongServer = (operation: string, given: unknown): BadArg =>
  wrongArgument(
    operation,
    given,
    'a server, as its pid, its name, ["Name", "name@host"] or Registry.via(…),',
  );

/** A server as Elixir would write it: `#PID<0.106.0>`, `"Counter"`, `{Counter, "kate@localhost"}`. */
export const textOfServer = (server: unknown): string => {
  if (isNameOnNode(server)) return `{${server[0]}, ${inspect(server[1])}}`;
  return isVia(server) ? String(server) : inspect(server);
};

/**
 * Where messages to a server go; nothing when nobody has the name by way of its registry. What is wrong with that
 * registry is said of the operation.
 */
export const addressOf = (
  kernel: Kernel,
  operation: string,
  server: ServerRef,
): Effect.Effect<Option.Option<Address>, BadArg> => {
  if (isVia(server)) return saidOf(server.whereisName(), () => `${operation}(${textOfServer(server)})`);
  return Effect.succeed(Option.some(typeof server === "string" ? [server, kernel.life.name] : server));
};

/** A registry's refusal, said of what its name was used for. */
const saidOf = <A>(asked: Effect.Effect<A, BadArg>, operation: () => string): Effect.Effect<A, BadArg> =>
  Effect.mapError(asked, ({ problem }) => new BadArg({ operation: operation(), problem }));

/** Gives a new process the name that it was started with; run in that process. */
export const claimName = (
  kernel: Kernel,
  operation: string,
  pid: Pid,
  name: ServerName,
): Effect.Effect<void, AlreadyStarted | BadArg> => {
  if (isVia(name)) {
    return Effect.flatMap(
      saidOf(name.registerName(pid), () => `${operation}, name ${textOfServer(name)}`),
      (isFree) => isFree ? Effect.void : taken(operation, name),
    );
  }
  const owner = typeof name === "string" ? kernel.names.get(name) : undefined;
  if (owner !== undefined) {
    return Effect.fail(
      new AlreadyStarted({ operation, taken: `the name ${inspect(name)}`, pid: owner.pid }),
    );
  }
  const problem = register(kernel, pid, name, () => `${operation}, name ${inspect(name)}`);
  return problem === undefined ? Effect.void : Effect.fail(problem);
};

const taken = (operation: string, via: Via): Effect.Effect<never, AlreadyStarted | BadArg> =>
  Effect.flatMap(via.whereisName(), (owner) =>
    Effect.fail(
      new AlreadyStarted({
        operation,
        taken: `the name ${via}`,
        ...Option.isSome(owner) ? { pid: owner.value } : {},
      }),
    ));
