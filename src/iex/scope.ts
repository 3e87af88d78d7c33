/**
 * What a line can name without importing it: everything of the library, Effect, the shell's own short names,
 * and the program's modules.
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import * as IO from "../io/io.ts";
import * as Process from "../io/process.ts";
import * as Node from "../node/node.ts";
import * as GenServer from "../otp/gen_server.ts";
import * as DynamicSupervisor from "../otp/dynamic_supervisor.ts";
import * as Supervisor from "../otp/supervisor.ts";
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
import type { Scope } from "./evaluator.ts";

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
  GenServer,
  IO,
  Node,
  Process,
  DynamicSupervisor,
  Supervisor,
  Task,
};

/** Elixir's `Kernel` and IEx's helpers stand without a module's name. */
const short = { self: Process.self, send: Process.send, flush: Process.flush };

/**
 * A fresh scope.
 *
 * @param modules The program's modules, each under its own name.
 */
export const makeScope = (modules: ReadonlyArray<AnyModule>): Scope =>
  // Without a prototype: `constructor` and its kind are no names of a line.
  Object.assign(Object.create(null), library, short, { Effect }, namesOf(modules));

const namesOf = (modules: ReadonlyArray<AnyModule>): Scope =>
  Object.fromEntries(modules.map((module) => [module[moduleName], module]));
