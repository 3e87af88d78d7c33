/**
 * `Node`: a program as a named node of a cluster (Elixir's `Node`, Erlang's `net_kernel`).
 *
 * @module
 */
import { Clock, Context, Effect, Layer, Redacted } from "../deps/effect.ts";
import type { AnyFiber } from "../deps/fiber.ts";
import { CurrentKernel } from "../process/current.ts";
import { withBoolean, wrongArgument } from "../process/arguments.ts";
import { Kernel } from "../process/kernel.ts";
import type { AnyModule } from "../process/modules.ts";
import { nowFor, startDeadline } from "../process/deadline.ts";
import { systemSeams, withKernel, withProcess } from "../process/own_kernel.ts";
import type { KernelClock, Seams } from "../process/seams.ts";
import { type Atom, atom } from "../term/atom.ts";
import { AlreadyStarted, BadArg, NoConnection } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { parseNodeName } from "../term/node_name.ts";
import type { MonitorNodesOptions } from "./node_monitors.ts";
import { isStarted, launch, type LaunchFailure, type RunningNode, runningNode } from "./running.ts";
import { type ServicesOf, settingsOf, type StartOptions } from "./settings.ts";
import { connected } from "./connected.ts";

export type { MonitorNodesOptions } from "./node_monitors.ts";
export type { TlsOptions } from "../net/tls.ts";
export type { ServicesOf, StartOptions } from "./settings.ts";
export { spawn, spawnLink, spawnMonitor } from "./spawn.ts";

/** Why a node could not be started. */
export type StartError = LaunchFailure;

/**
 * Makes this program a node: it listens, registers with the port mapper (and serves it where none answers),
 * and its processes' pids carry the name from now on (`Node.start/2`).
 *
 * @param name The node's name, `alex@localhost`.
 * @param options The cookie, and what else differs from the defaults.
 * @returns The pid of the process that answers for the node. Fails with `already_started` when this program
 *   is a node already or the name is taken, `badarg` for what cannot be, `eaddrinuse`, `eacces`, and
 *   `noconnection` when the port mapper does not answer as one.
 */
export const start = <const Modules extends ReadonlyArray<AnyModule> = readonly []>(
  name: string,
  options: StartOptions<Modules>,
): Effect.Effect<Pid, StartError, ServicesOf<Modules>> =>
  withKernel((kernel, fiber) =>
    Effect.map(startIn(kernel, fiber, name, options), (node) => node.netKernel.pid)
  );

const startIn = (
  kernel: Kernel,
  fiber: AnyFiber,
  name: string,
  options: StartOptions,
): Effect.Effect<RunningNode, StartError> =>
  // Not to be interrupted in the middle: a name that is registered must be given up again.
  Effect.uninterruptible(Effect.suspend(() => {
    const operation = `Node.start(${inspect(name)})`;
    if (isStarted(kernel)) {
      const pid = runningNode(kernel)?.netKernel.pid;
      const taken = `this program is ${kernel.life.name} already: Node.stop() comes first. Its place`;
      return Effect.fail(new AlreadyStarted({ operation, taken, ...pid === undefined ? {} : { pid } }));
    }
    const settings = settingsOf(name, options);
    if (settings instanceof BadArg) return Effect.fail(settings);
    // A kernel with a world of its own keeps that world's clock.
    kernel.clock = kernel.seams === systemSeams ? clockOf(fiber) ?? systemSeams.clock : kernel.seams.clock;
    // It adds services: those of an application that was started before stay.
    kernel.context = kernel.processContext(Context.merge(kernel.context, fiber.context));
    return Effect.flatMap(
      Effect.promise(() => launch(kernel, settings)),
      (outcome) => "connections" in outcome ? Effect.succeed(outcome) : Effect.fail(outcome),
    );
  }));

/** The clock that the fiber was given, as a kernel's clock: Effect's TestClock moves it. */
const clockOf = (fiber: AnyFiber): KernelClock | undefined => {
  if (Context.getOrUndefined(fiber.context, Clock.Clock) === undefined) return undefined;
  return {
    now: () => nowFor(fiber),
    after: (milliseconds, callback) => startDeadline(fiber, milliseconds, callback),
  };
};

/**
 * Makes this program no node any more: links close in order, others see it go down at once (`Node.stop/0`).
 *
 * @returns `:ok`. Fails with `badarg` when this program is no node.
 */
export const stop = (): Effect.Effect<Atom<"ok">, BadArg> =>
  withKernel((kernel) => {
    const node = runningNode(kernel);
    if (node === undefined) {
      return Effect.fail(new BadArg({ operation: "Node.stop()", problem: "this program is no node" }));
    }
    return Effect.as(Effect.uninterruptible(Effect.promise(() => node.stop())), atom("ok"));
  });

/**
 * A node with a kernel of its own, for the parts of a program that it is provided to: so one OS process can
 * hold several nodes, as in tests. It stops with the layer's scope, and its processes with it.
 *
 * @param name The node's name.
 * @param options As for {@link start}.
 * @returns The layer; it fails as {@link start} does.
 */
export const layer = <const Modules extends ReadonlyArray<AnyModule> = readonly []>(
  name: string,
  options: StartOptions<Modules> & {
    /** @internal The kernel's clock, random bytes and turn, for simulations. */
    readonly seams?: Seams;
    /** @internal Runs processes on Effect's own fiber class. */
    readonly plainFibers?: boolean;
  },
): Layer.Layer<never, StartError, ServicesOf<Modules>> =>
  Layer.effect(
    CurrentKernel,
    Effect.acquireRelease(
      Effect.withFiber<Kernel, StartError, ServicesOf<Modules>>((fiber) => {
        const { seams = systemSeams, plainFibers = false, ...rest } = options;
        const kernel = new Kernel({ seams, plainFibers });
        return Effect.as(startIn(kernel, fiber, name, rest), kernel);
      }),
      (kernel) =>
        Effect.promise(async () => {
          await runningNode(kernel)?.stop(true);
          kernel.shutDown();
        }),
    ),
  );

/**
 * This node's name (`Node.self/0`).
 *
 * @returns The name, `nonode@nohost` while this program is no node.
 */
export const self = (): Effect.Effect<string> => withKernel((kernel) => Effect.succeed(kernel.life.name));

/**
 * Whether this program is a node (`Node.alive?/0`).
 *
 * @returns Whether it is.
 */
export const isAlive = (): Effect.Effect<boolean> => withKernel((kernel) => Effect.succeed(kernel.isAlive));

const listKinds = ["visible", "hidden", "connected", "this", "known"] as const;

/** Which nodes to list: `known` and `connected` are all with a link, `this` is this one. */
export type ListKind = "visible" | "hidden" | "connected" | "this" | "known";

/**
 * The nodes that this one is connected to (`Node.list/1`).
 *
 * @param kind Which: the visible ones by default.
 * @returns Their names.
 */
export const list = (kind: ListKind = "visible"): Effect.Effect<ReadonlyArray<string>> =>
  withKernel((kernel) => {
    if (!listKinds.includes(kind)) {
      return Effect.die(wrongArgument("Node.list", kind, `one of ${listKinds.join(", ")}`));
    }
    if (kind === "this") return Effect.succeed([kernel.life.name]);
    const others = runningNode(kernel)?.connections.list(kind === "known" ? "connected" : kind) ?? [];
    return Effect.succeed(kind === "known" ? [kernel.life.name, ...others] : others);
  });

/**
 * Connects to a node, or finds the connection that is there (`Node.connect/1`).
 *
 * @param node The node's name.
 * @returns `true`. Fails with `noconnection`, whose `because` says why.
 */
export const connect = (node: string): Effect.Effect<true, NoConnection> =>
  Effect.as(connected(node, `Node.connect(${inspect(node)})`), true as const);

/**
 * Closes the connection to a node; links and monitors across it see `noconnection` (`Node.disconnect/1`).
 *
 * @param node The node's name.
 * @returns Whether there was a connection.
 */
export const disconnect = (node: string): Effect.Effect<boolean> =>
  withKernel((kernel) => Effect.sync(() => runningNode(kernel)?.connections.disconnect(node) ?? false));

/**
 * Tries to connect to a node (`Node.ping/1`).
 *
 * @param node The node's name.
 * @returns `:pong`, or `:pang` when it cannot be connected.
 */
export const ping = (node: string): Effect.Effect<Atom<"pong"> | Atom<"pang">> =>
  Effect.match(connected(node, `Node.ping(${inspect(node)})`), {
    onSuccess: () => atom("pong"),
    onFailure: () => atom("pang"),
  });

/**
 * Asks for one `{:nodedown, node}` message when the node goes down, or cannot be connected, see `NodeDown`;
 * or takes one such wish back (`Node.monitor/2`).
 *
 * @param node The node's name.
 * @param on Whether to monitor: true by default.
 * @returns `true`. Fails with `noconnection` when this program is no node.
 */
export const monitor = (node: string, on: boolean = true): Effect.Effect<true, NoConnection> =>
  withProcess((entry) => {
    const own = runningNode(entry.kernel);
    const operation = `Node.monitor(${inspect(node)}, ${on})`;
    if (own === undefined) return Effect.fail(notAlive(node, operation));
    if (typeof node !== "string") return Effect.die(wrongArgument(operation, node, "a node's name"));
    return withBoolean(operation, on, () => {
      own.monitors.monitor(entry, node, on);
      if (on && node !== entry.kernel.life.name) own.connections.connect(node, () => {});
      return Effect.succeed(true as const);
    });
  });

/**
 * Asks for a message each time that a node comes or goes, see `NodeUp` and `NodeDown`, or takes the like wish
 * back (`:net_kernel.monitor_nodes/2`).
 *
 * @param on Whether to monitor.
 * @param options Which nodes, and what the messages tell.
 * @returns `:ok`. Fails with `noconnection` when this program is no node.
 */
export const monitorNodes = (
  on: boolean,
  options: MonitorNodesOptions = {},
): Effect.Effect<Atom<"ok">, NoConnection> =>
  withProcess((entry) => {
    const own = runningNode(entry.kernel);
    if (own === undefined) return Effect.fail(notAlive("any node", `Node.monitorNodes(${on})`));
    return withBoolean("Node.monitorNodes", on, () => {
      own.monitors.monitorNodes(entry, on, options);
      return Effect.succeed(atom("ok"));
    });
  });

const notAlive = (node: string, operation: string): NoConnection =>
  new NoConnection({
    operation,
    node,
    because: "not_alive",
    detail: "this program is no node: Node.start comes first",
  });

/**
 * Sets this node's cookie, or the one for links with a single other node (`Node.set_cookie/2`); links that
 * stand are not touched.
 *
 * @param cookie The secret.
 * @param node The other node's name.
 * @returns `true`. Fails with `badarg` when this program is no node, the cookie is empty, or the node's name is none.
 */
export const setCookie = (
  cookie: string | Redacted.Redacted<string>,
  node?: string,
): Effect.Effect<true, BadArg> =>
  withKernel((kernel) => {
    if (typeof cookie !== "string" && !Redacted.isRedacted(cookie)) {
      return Effect.fail(
        new BadArg({ operation: "Node.setCookie", problem: "the cookie is a text, or a Redacted one" }),
      );
    }
    const redacted = typeof cookie === "string" ? Redacted.make(cookie) : cookie;
    const own = runningNode(kernel);
    const operation = "Node.setCookie";
    if (own === undefined) return Effect.fail(new BadArg({ operation, problem: "this program is no node" }));
    if (Redacted.value(redacted) === "") {
      return Effect.fail(new BadArg({ operation, problem: "the cookie is empty" }));
    }
    const parsed = node === undefined ? undefined : parseNodeName(node);
    if (parsed !== undefined && "problem" in parsed) {
      return Effect.fail(
        new BadArg({ operation: `${operation}(…, ${inspect(node)})`, problem: parsed.problem }),
      );
    }
    if (node === undefined || node === kernel.life.name) own.settings.cookies.own = redacted;
    else own.settings.cookies.others.set(node, redacted);
    return Effect.succeed(true as const);
  });

/**
 * This node's cookie (`Node.get_cookie/0`), redacted: it prints as such, and `Redacted.value` reads it.
 *
 * @returns The cookie. Fails with `badarg` when this program is no node.
 */
export const getCookie = (): Effect.Effect<Redacted.Redacted<string>, BadArg> =>
  withKernel((kernel) => {
    const own = runningNode(kernel);
    return own === undefined
      ? Effect.fail(new BadArg({ operation: "Node.getCookie()", problem: "this program is no node" }))
      : Effect.succeed(own.settings.cookies.own);
  });
