/**
 * What a line can name without importing it: everything of the library, Effect, the shell's own short names,
 * and the program's modules.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import * as Application from "../otp/application.ts";
import * as Config from "../otp/config.ts";
import * as IO from "../io/io.ts";
import * as Process from "../io/process.ts";
import * as Node from "../node/node.ts";
import * as Agent from "../otp/agent.ts";
import * as Erpc from "../otp/erpc.ts";
import * as GenServer from "../otp/gen_server.ts";
import * as DynamicSupervisor from "../otp/dynamic_supervisor.ts";
import * as PartitionSupervisor from "../otp/partition_supervisor.ts";
import * as Registry from "../otp/registry.ts";
import * as Rpc from "../otp/rpc.ts";
import * as Supervisor from "../otp/supervisor.ts";
import * as Sys from "../otp/sys.ts";
import * as Task from "../otp/task.ts";
import { exit } from "../process/exit.ts";
import { Down, ExitMessage, NodeDown, NodeUp } from "../process/messages.ts";
import { type AnyModule, capture, defmodule, moduleName } from "../process/modules.ts";
import { Atom, atom } from "../term/atom.ts";
import { Capture, functionBrand } from "../term/capture.ts";
import * as errors from "../term/errors.ts";
import { Pid, Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple, tuple } from "../term/tuple.ts";
import type { Scope } from "./compile.ts";
import { makeHelp } from "./help.ts";
import { lift, liftAll } from "./lifted.ts";
import { addModule } from "./module_names.ts";

const library = {
  Atom,
  atom,
  Capture,
  functionBrand,
  AddressInUse: errors.AddressInUse,
  AlreadyPresent: errors.AlreadyPresent,
  AlreadyRegistered: errors.AlreadyRegistered,
  AlreadyStarted: errors.AlreadyStarted,
  BadArg: errors.BadArg,
  DuplicateChild: errors.DuplicateChild,
  Exit: errors.Exit,
  FailedToStartChild: errors.FailedToStartChild,
  ForeignError: errors.ForeignError,
  formatExitReason: errors.formatExitReason,
  Ignore: errors.Ignore,
  MaxChildren: errors.MaxChildren,
  NoConnection: errors.NoConnection,
  NoPermission: errors.NoPermission,
  NoProc: errors.NoProc,
  NotFound: errors.NotFound,
  Restarting: errors.Restarting,
  Running: errors.Running,
  Timeout: errors.Timeout,
  Undef: errors.Undef,
  Unsendable: errors.Unsendable,
  Pid,
  Reference,
  inspect,
  isTuple,
  tuple,
  Down,
  ExitMessage,
  NodeDown,
  NodeUp,
  capture,
  defmodule,
  moduleName,
  exit,
  Agent,
  Erpc,
  GenServer,
  Application,
  Config,
  IO,
  Node,
  Process,
  DynamicSupervisor,
  PartitionSupervisor,
  Registry,
  Rpc,
  Supervisor,
  Sys,
  Task,
};

/** Modules whose functions take an Effect where they take a term. */
const lifted: ReadonlySet<string> = new Set(
  "Agent DynamicSupervisor GenServer IO Node PartitionSupervisor Process Registry Supervisor Sys Task".split(
    " ",
  ),
);

const processes = liftAll(Process);

const operations: Scope = {
  ...Object.fromEntries(
    Object.entries(library).filter(([name]) => lifted.has(name)).map((
      [name, one],
    ) => [name, liftAll(Object(one))]),
  ),
  Process: processes,
  exit: lift("exit", exit),
};

/** Elixir's `Kernel` and IEx's helpers stand without a module's name. */
const short: Scope = { self: processes["self"], send: processes["send"], flush: processes["flush"] };

/**
 * A fresh scope.
 *
 * @param modules The program's modules, each under its own name.
 */
export const makeScope = (modules: ReadonlyArray<AnyModule>): Scope => {
  // Without a prototype: `constructor` and its kind are no names of a line.
  const scope: Scope = Object.assign(Object.create(null), library, operations);
  const h = makeHelp(scope, { ...library, ...operations });
  Object.assign(scope, short, { Effect, h });
  for (const module of modules) addModule(scope, module);
  // As in Elixir, a module that a line defines has its name from then on.
  scope["defmodule"] = (...[name, functions, options]: Parameters<typeof defmodule>): unknown =>
    addModule(scope, defmodule(name, functions, options));
  return scope;
};
