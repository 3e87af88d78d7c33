/**
 * Every failure that a caller can meet, one tagged class each, in Erlang's words. Each prints as
 * `tag: message` and says which operation failed, as Elixir would write it.
 *
 * @module
 */
import { type Cause, Data } from "../deps/effect.ts";
import type { Pid } from "./identifier.ts";
import { inspect } from "./inspect.ts";
import { isTuple } from "./tuple.ts";

/** What every failure of Spawnlink holds beside its own fields. */
export interface Failed {
  /** What was tried, as Elixir would write it: `Process.register(#PID<0.106.0>, "shop")`. */
  readonly operation: string;
}

/** The constructor of a failure: its fields in, a tagged and yieldable error out. */
export type FailureClass<Tag extends string, Fields extends object> = new (
  fields: Fields & Failed,
) => Cause.YieldableError & { readonly _tag: Tag } & Readonly<Fields & Failed>;

/**
 * @internal Makes a class of failures.
 *
 * @param tag Its tag.
 * @param describe Says what is wrong, from a failure's fields.
 */
export const failure = <Tag extends string, Fields extends object>(
  tag: Tag,
  describe: (fields: Fields) => string,
): FailureClass<Tag, Fields> => {
  const TaggedError = Data.TaggedError(tag);
  const Tagged: new (fields: { readonly message: string }) => Cause.YieldableError & { readonly _tag: Tag } =
    TaggedError<{ readonly message: string }>;
  const Failure = class extends Tagged {
    constructor(fields: Fields & Failed) {
      super({ ...fields, message: `${fields.operation}: ${describe(fields)}` });
      // Shown by Error.prototype.toString as `tag: message`.
      Object.defineProperty(this, "name", { value: tag, configurable: true });
    }

    [Symbol.for("Deno.customInspect")](): string {
      return String(this);
    }

    [Symbol.for("nodejs.util.inspect.custom")](): string {
      return String(this);
    }
  };
  // The tagged error takes over the fields that it is given; no type can say so for a generic row of fields.
  return Failure as unknown as FailureClass<Tag, Fields>;
};

/** Why there is no connection to a node. */
export type NoConnectionReason =
  /** No node of that name is registered, or its host cannot be found. */
  | "absent"
  /** It is registered, but nothing accepts there. */
  | "refused"
  /** Its cookie differs from ours. */
  | "cookie"
  /** It did not answer in time. */
  | "timeout"
  /** The connection was there and broke. */
  | "lost"
  /** The two nodes have no protocol version, or no wish for encryption, in common. */
  | "incompatible"
  /** The two ends could not agree on TLS. */
  | "tls"
  /** This program is no node: `Node.start` comes first. */
  | "not_alive"
  /** The host's port mapper answers as something else, or not at all. */
  | "mapper";

const NoConnectionBase: FailureClass<"noconnection", {
  readonly node: string;
  readonly because: NoConnectionReason;
  readonly detail?: string;
}> = failure("noconnection", ({ node, detail }) => {
  return `no connection to ${node}${detail === undefined ? "" : ` (${detail})`}`;
});
/** There is no connection to `node`, or it broke while an answer was awaited (`noconnection`, `nodedown`). */
export class NoConnection extends NoConnectionBase {}

const NoProcBase: FailureClass<"noproc", {
  readonly process: string;
}> = failure("noproc", ({ process }) => {
  return `no process: ${process} is not alive, or nobody has that name`;
});
/** The process is not alive, or nobody has the name (`noproc`). */
export class NoProc extends NoProcBase {}

const UndefBase: FailureClass<"undef", {
  readonly module: string;
  readonly function: string;
  readonly arity: number;
  readonly node: string;
}> = failure("undef", ({ module, function: name, arity, node }) => {
  return `${module}.${name}/${arity} is not defined on ${node}: its program must import the file with ` +
    `defmodule("${module}", { ${name} … })`;
});
/** The module or function is not defined on the node that was to run it (`undef`). */
export class Undef extends UndefBase {}

const ExitBase: FailureClass<"exit", {
  readonly reason: unknown;
}> = failure("exit", ({ reason }) => `the process exited: ${formatExitReason(reason)}`);
/** The other process ended without an answer, with this exit reason; also what `exit(reason)` fails with. */
export class Exit extends ExitBase {}

const TimeoutBase: FailureClass<"timeout", {
  readonly milliseconds: number;
}> = failure("timeout", ({ milliseconds }) => `no answer within ${milliseconds} ms`);
/** Nothing came within the time given (`timeout`). */
export class Timeout extends TimeoutBase {}

const UnsendableBase: FailureClass<"unsendable", {
  readonly path: string;
  readonly found: string;
}> = failure("unsendable", ({ path, found }) => {
  return `${path} cannot travel to another node: it is ${found}`;
});
/** A value holds something that cannot travel; `path` says where, `found` what. */
export class Unsendable extends UnsendableBase {}

const MaxChildrenBase: FailureClass<"max_children", {
  readonly maxChildren: number;
}> = failure("max_children", ({ maxChildren }) => `the supervisor has its ${maxChildren} children already`);
/** The supervisor has as many children as its `maxChildren` allows (`max_children`). */
export class MaxChildren extends MaxChildrenBase {}

const IgnoreBase: FailureClass<"ignore", Record<never, never>> = failure(
  "ignore",
  () => "its init says that there is to be no process",
);
/** A process was to be started, and its `init` says that there is to be none (`ignore`). */
export class Ignore extends IgnoreBase {}

const AlreadyStartedBase: FailureClass<"already_started", {
  readonly taken: string;
  readonly pid?: Pid;
}> = failure("already_started", ({ taken, pid }) => {
  return `${taken} is taken${
    pid === undefined ? ": choose another name, or stop who has it" : ` by ${inspect(pid)}`
  }`;
});
/** The name is taken: by a process (`pid`), or by another node (`already_started`). */
export class AlreadyStarted extends AlreadyStartedBase {}

const BadArgBase: FailureClass<"badarg", {
  readonly problem: string;
}> = failure("badarg", ({ problem }) => problem);
/** An argument that cannot be; `problem` says which, and what to give instead (`badarg`). */
export class BadArg extends BadArgBase {}

const NotFoundBase: FailureClass<"not_found", {
  readonly child: string | Pid;
}> = failure("not_found", ({ child }) => `there is no child ${inspect(child)}`);
/** The supervisor has no such child (`not_found`). */
export class NotFound extends NotFoundBase {}

const AddressInUseBase: FailureClass<"eaddrinuse", {
  readonly address: string;
}> = failure("eaddrinuse", ({ address }) => {
  return `${address} is in use by another program: choose another port, or port 0 for any free one`;
});
/** The address that was to be listened on is taken (`eaddrinuse`). */
export class AddressInUse extends AddressInUseBase {}

const NoPermissionBase: FailureClass<"eacces", {
  readonly flag: string;
}> = failure("eacces", ({ flag }) => `this program may not: run it with ${flag}`);
/** Deno's permission is missing; `flag` is what grants it (`eacces`). */
export class NoPermission extends NoPermissionBase {}

const FailedToStartChildBase: FailureClass<"failed_to_start_child", {
  readonly child: string;
  readonly reason: unknown;
}> = failure("failed_to_start_child", ({ child, reason }) => {
  const why = isTuple(reason) && reason[0] === "EXIT"
    ? `exited with ${formatExitReason(reason[1])}`
    : undefined;
  return `the child ${inspect(child)} failed to start: ${why ?? formatExitReason(reason)}`;
});
/** A supervisor's child did not start, for this reason: its start's own failure, or what ended it. */
export class FailedToStartChild<Reason = unknown> extends FailedToStartChildBase {
  /**
   * The failure of the child's start, or what it gave instead of a pid. Where it ended by a defect or with `exit`,
   * that is the exit reason, within `{"EXIT", reason}` for a `Supervisor`.
   */
  declare readonly reason: Reason;
}

const DuplicateChildBase: FailureClass<"duplicate_child_name", {
  readonly child: string;
}> = failure("duplicate_child_name", ({ child }) => `two children have the id ${inspect(child)}`);
/** Two children of one supervisor have the same id (`duplicate_child_name`). */
export class DuplicateChild extends DuplicateChildBase {}

const AlreadyPresentBase: FailureClass<"already_present", {
  readonly child: string;
}> = failure("already_present", ({ child }) => {
  return `the child ${inspect(child)} is there and does not run: restart it, or delete it first`;
});
/** The supervisor has a child of that id, which does not run (`already_present`). */
export class AlreadyPresent extends AlreadyPresentBase {}

const RunningBase: FailureClass<"running", {
  readonly child: string;
}> = failure("running", ({ child }) => `the child ${inspect(child)} runs: terminate it first`);
/** The child runs, so it can be neither started nor deleted (`running`). */
export class Running extends RunningBase {}

const RestartingBase: FailureClass<"restarting", {
  readonly child: string;
}> = failure("restarting", ({ child }) => `the child ${inspect(child)} is being restarted already`);
/** The supervisor tries to restart the child already (`restarting`). */
export class Restarting extends RestartingBase {}

const AlreadyRegisteredBase: FailureClass<"already_registered", {
  readonly key: unknown;
  readonly pid: Pid;
}> = failure("already_registered", ({ key, pid }) => `the key ${inspect(key)} is taken by ${inspect(pid)}`);
/** The key of a registry of unique keys is taken (`already_registered`). */
export class AlreadyRegistered extends AlreadyRegisteredBase {}

/** An exit reason as text, as Elixir's `Exception.format_exit/1` puts it in one line. */
export const formatExitReason = (reason: unknown): string => {
  if (typeof reason === "string") return reason;
  if (reason instanceof Error) return String(reason);
  if (isCrash(reason)) return `${reason.error.name}: ${reason.error.message}`;
  return inspect(reason);
};

/** The exit reason of a defect: what was thrown, and where. */
export interface Crash {
  /** What was thrown. */
  readonly error: { readonly name: string; readonly message: string };
  /** Where, as text. */
  readonly stack: string;
}

/** Whether an exit reason is that of a defect. */
export const isCrash = (reason: unknown): reason is Crash =>
  typeof reason === "object" && reason !== null && "error" in reason && "stack" in reason &&
  typeof reason.error === "object" && reason.error !== null && "name" in reason.error;

/** The classes above by their tag: how a failure that came from another node is an instance again. */
export const failureClasses: ReadonlyMap<string, abstract new (...fields: never) => Error> = new Map(
  Object.entries({
    noconnection: NoConnection,
    noproc: NoProc,
    undef: Undef,
    exit: Exit,
    timeout: Timeout,
    unsendable: Unsendable,
    max_children: MaxChildren,
    already_started: AlreadyStarted,
    ignore: Ignore,
    badarg: BadArg,
    eaddrinuse: AddressInUse,
    eacces: NoPermission,
    failed_to_start_child: FailedToStartChild,
    duplicate_child_name: DuplicateChild,
    already_present: AlreadyPresent,
    not_found: NotFound,
    running: Running,
    restarting: Restarting,
    already_registered: AlreadyRegistered,
  }),
);

/** A tagged error from another node, whose class is not known here: its tag, message and fields. */
export class ForeignError extends Error {
  /** The error's tag, for `Effect.catchTag`. */
  readonly _tag: string;

  /** @internal Made when an error of an unknown class arrives. */
  constructor(tag: string, name: string, message: string, fields: Readonly<Record<string, unknown>>) {
    super(message);
    Object.assign(this, fields);
    this._tag = tag;
    this.name = name;
  }
}

/** Whether a value is an error with a tag: what travels whole, and what an exit reason may be. */
export const isTaggedError = (value: unknown): value is Error & { readonly _tag: string } =>
  value instanceof Error && "_tag" in value && typeof value._tag === "string";
