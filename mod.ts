/**
 * Spawnlink: Erlang-style distribution for Deno. A program becomes a named node, links to other nodes, runs
 * processes, and supervises work on any of them.
 *
 * @example
 * ```ts
 * import { Effect } from "npm:effect@^4.1.0";
 * import { defmodule, IO, Process } from "./mod.ts";
 *
 * const Kate = defmodule("Kate", { sayName: () => IO.puts("Hi, my name is Kate") });
 *
 * await Effect.runPromise(Process.spawnLink(Kate.sayName, []));
 * ```
 *
 * @module
 */
export { Atom, atom } from "./src/term/atom.ts";
export { Capture, functionBrand, type FunctionName, type ModuleFunction } from "./src/term/capture.ts";
export {
  AddressInUse,
  AlreadyPresent,
  AlreadyRegistered,
  AlreadyStarted,
  BadArg,
  type Crash,
  DuplicateChild,
  Exit,
  type Failed,
  FailedToStartChild,
  type FailureClass,
  ForeignError,
  formatExitReason,
  Ignore,
  MaxChildren,
  NoConnection,
  type NoConnectionReason,
  NoPermission,
  NoProc,
  NotFound,
  Restarting,
  Running,
  Timeout,
  Undef,
  Unsendable,
} from "./src/term/errors.ts";
export { Pid, Reference } from "./src/term/identifier.ts";
export { inspect } from "./src/term/inspect.ts";
export type { Term } from "./src/term/term.ts";
export { isTuple, type Tuple, tuple } from "./src/term/tuple.ts";
export { Down, ExitMessage, NodeDown, NodeUp } from "./src/process/messages.ts";
export {
  type AnyModule,
  capture,
  defmodule,
  type ErrorClass,
  type Failure,
  type Module,
  moduleName,
  type ModuleOptions,
  type Named,
  type Requirements,
  type Services,
  type Success,
} from "./src/process/modules.ts";
export { exit } from "./src/process/exit.ts";
export * as Agent from "./src/otp/agent.ts";
export * as GenServer from "./src/otp/gen_server.ts";
export * as Application from "./src/otp/application.ts";
export * as Config from "./src/otp/config.ts";
export * as Erpc from "./src/otp/erpc.ts";
export * as IO from "./src/io/io.ts";
export * as Node from "./src/node/node.ts";
export * as Process from "./src/io/process.ts";
export * as DynamicSupervisor from "./src/otp/dynamic_supervisor.ts";
export * as PartitionSupervisor from "./src/otp/partition_supervisor.ts";
export * as Registry from "./src/otp/registry.ts";
export * as Rpc from "./src/otp/rpc.ts";
export * as Supervisor from "./src/otp/supervisor.ts";
export * as Sys from "./src/otp/sys.ts";
export * as Task from "./src/otp/task.ts";
