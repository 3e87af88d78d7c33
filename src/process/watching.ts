/**
 * Monitors and aliases, as a process makes them and takes them back (Elixir's `Process`).
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { atom } from "../term/atom.ts";
import type { BadArg } from "../term/errors.ts";
import { Pid, Reference } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple } from "../term/tuple.ts";
import { type AliasEnd, endAlias, makeAlias, unalias as takeAliasBack } from "./aliases.ts";
import { isNameOnNode, wrongArgument } from "./arguments.ts";
import * as monitors from "./monitors.ts";
import { withProcess } from "./own_kernel.ts";

/** How a monitor is made. */
export interface MonitorOptions {
  /**
   * Makes the monitor's reference an alias, too, see {@link alias}: until it is taken back (`explicit_unalias`),
   * until the monitor is gone (`demonitor`), or until the first message comes by it, which also takes the monitor
   * back (`reply_demonitor`).
   */
  readonly alias?: "explicit_unalias" | "demonitor" | "reply_demonitor";
}

const aliasEnds: ReadonlyArray<NonNullable<MonitorOptions["alias"]>> = [
  "explicit_unalias",
  "demonitor",
  "reply_demonitor",
];

/**
 * Monitors a process on any node: its end arrives as a `{:DOWN, ref, :process, pid, reason}` message, see
 * `Down` (`Process.monitor/2`).
 *
 * @param watched A pid, a name of this node, or a name on a node as `[name, node]`.
 * @param options `alias`: whether the reference is an alias, too.
 * @returns The monitor's reference.
 */
export const monitor = (
  watched: Pid | string | readonly [name: string, node: string],
  options: MonitorOptions = {},
): Effect.Effect<Reference> =>
  withProcess((entry) => {
    const { kernel } = entry;
    const target = typeof watched === "string" ? [watched, kernel.life.name] as const : watched;
    if (!(target instanceof Pid || isNameOnNode(target))) {
      return Effect.die(wrongArgument("Process.monitor", watched, 'a pid, a name or ["name", "name@host"]'));
    }
    const { alias: end } = options;
    if (end !== undefined && !aliasEnds.includes(end)) {
      const words = aliasEnds.map((one) => inspect(one)).join(", ");
      return Effect.die(wrongArgument("Process.monitor, alias", end, `one of ${words}`));
    }
    const made = monitors.monitor(kernel, { watched: target, owner: entry });
    if (end !== undefined) {
      makeAlias(kernel, entry, made.reference, end);
      if (end !== "explicit_unalias") made.onEnd = () => endAlias(kernel, entry, made.reference.number);
    }
    return Effect.succeed(made.reference);
  });

/** How a monitor is taken back. */
export interface DemonitorOptions {
  /** Also takes its DOWN message out of the mailbox, if it has come. */
  readonly flush?: boolean;
  /** Says whether the monitor was there still, and its DOWN had not come. */
  readonly info?: boolean;
}

/**
 * Takes a monitor back (`Process.demonitor/2`).
 *
 * @param reference The monitor's reference.
 * @param options `flush`, `info`.
 * @returns `true`; with `info`, whether there was a monitor still. Fails with `badarg` when another process
 *   made it.
 */
export const demonitor = (
  reference: Reference,
  options: DemonitorOptions = {},
): Effect.Effect<boolean, BadArg> =>
  withProcess((entry) => {
    const { kernel } = entry;
    const made = kernel.monitors.get(reference.number);
    if (made !== undefined && made.reference === reference && made.owner !== entry) {
      return Effect.succeed(!options.info);
    }
    const wasThere = monitors.demonitor(kernel, reference);
    if (options.flush && !wasThere && entry.messageCount > 0) {
      const isItsDown = (message: unknown): boolean =>
        isTuple(message) && message.length === 5 && message[0] === atom("DOWN") && message[1] === reference;
      entry.mailbox.take({}, (message) => isItsDown(message) ? { found: message } : undefined);
    }
    return Effect.succeed(options.info ? wasThere : true);
  });

/** How an alias is made. */
export interface AliasOptions {
  /** Ends with the first message that comes by it. */
  readonly reply?: boolean;
}

/**
 * Makes an alias of the calling process: a reference that messages can be sent to, from any node, until it is
 * taken back (`Process.alias/1`). What is sent after that reaches nobody: so late answers are kept out.
 *
 * @param options `reply`: the first message ends it.
 * @returns The alias.
 */
export const alias = (options: AliasOptions = {}): Effect.Effect<Reference> =>
  withProcess((entry) => {
    const reference = entry.kernel.makeReference();
    const end: AliasEnd = options.reply === true ? "reply" : "explicit_unalias";
    makeAlias(entry.kernel, entry, reference, end);
    return Effect.succeed(reference);
  });

/**
 * Takes an alias of the calling process back (`Process.unalias/1`).
 *
 * @param alias What `alias` gave, or `monitor` with an alias.
 * @returns Whether it was one still.
 */
export const unalias = (alias: Reference): Effect.Effect<boolean> =>
  withProcess((entry) => {
    if (alias instanceof Reference) return Effect.succeed(takeAliasBack(entry.kernel, entry, alias));
    return Effect.die(wrongArgument("Process.unalias", alias, "an alias"));
  });
