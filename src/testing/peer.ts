/**
 * `Peer`: throw-away nodes, each in an OS process of its own (OTP's `peer`). A peer is of the scope that started
 * it, and gone with that whatever happens: also when the test is killed, and though the peer is stopped.
 *
 * @module
 */
import { Effect, type Scope } from "../deps/effect.ts";
import { Stream } from "../deps/effect_stream.ts";
import { lookup } from "../epmd/client.ts";
import { resolveHost } from "../net/dial.ts";
import { connected } from "../node/connected.ts";
import { type RunningNode, runningNode } from "../node/running.ts";
import { systemClock, withKernel } from "../process/own_kernel.ts";
import { BadArg, NoConnection, type NoPermission, NoProc, Timeout } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { BootFailed } from "./boot_failed.ts";
import { KeptProcess, type Source } from "./kept_process.ts";
import { type Launch, launchOf, type PeerOptions } from "./launch.ts";

export { BootFailed } from "./boot_failed.ts";
export type { KeptProcess, Source } from "./kept_process.ts";
export type { PeerOptions } from "./launch.ts";

/** A node in an OS process of its own. */
export interface Peer {
  /** The node's name. */
  readonly node: string;
  /** @internal Its OS process. */
  readonly process: KeptProcess;
}

/** Why there is no peer. */
export type PeerError = BadArg | NoPermission | NoConnection | BootFailed | Timeout;

/** Between two attempts to connect, in milliseconds. */
const pause = 20;
/** How long a peer may take to stop in order, in milliseconds. */
const grace = 2000;

/**
 * Starts a peer, and waits until this node is connected to it (`peer:start_link/1`). It ends with the scope.
 *
 * @param options Its name, what it runs, and how.
 * @returns The peer. Fails with `badarg` for what cannot be, `eacces` when this program may not start others,
 *   `noconnection` when this program is no node, or the peer's cookie is another, `boot_failed` with what the peer
 *   said when it ended instead, and `timeout`.
 */
export const start = (options: PeerOptions = {}): Effect.Effect<Peer, PeerError, Scope.Scope> =>
  withKernel((kernel): Effect.Effect<Peer, PeerError, Scope.Scope> => {
    const own = runningNode(kernel);
    const operation = `Peer.start(${options.name === undefined ? "" : inspect(options.name)})`;
    if (own === undefined) {
      const detail = "this program is no node: Node.start comes first";
      const node = options.name ?? "a peer";
      return Effect.fail(new NoConnection({ operation, node, because: "not_alive", detail }));
    }
    const launch = launchOf(own, operation, options);
    if (!("args" in launch)) return Effect.fail(launch);
    return Effect.gen(function* () {
      const process = yield* Effect.acquireRelease(
        Effect.sync(() => KeptProcess.start(launch.args, launch.env)),
        (made) => Effect.promise(() => made.end(isStopped.has(made) ? 0 : grace)),
      );
      if (launch.isElsewhere) yield* forgetWithScope(own, launch.node);
      yield* connectedTo(own, launch, process).pipe(
        Effect.raceFirst(ended(launch, process)),
        Effect.raceFirst(tooLate(operation, launch.milliseconds)),
      );
      return { node: launch.node, process };
    });
  });

/** Tries until it is connected: the peer registers when it is up. What no waiting mends is a failure. */
const connectedTo = (
  own: RunningNode,
  launch: Launch,
  process: KeptProcess,
): Effect.Effect<void, NoConnection> =>
  findElsewhere(own, launch).pipe(
    Effect.andThen(connected(launch.node, launch.operation)),
    Effect.catch((failure) =>
      failure.because === "cookie" || failure.because === "incompatible" || process.code !== undefined
        ? Effect.fail(failure)
        : Effect.andThen(afterPause(pause), connectedTo(own, launch, process))
    ),
  );

/** Asks a port mapper that is not this node's where the peer listens. */
const findElsewhere = ({ settings }: RunningNode, launch: Launch): Effect.Effect<void> => {
  if (!launch.isElsewhere) return Effect.void;
  const at = launch.node.lastIndexOf("@");
  const mapper = { host: resolveHost(launch.node.slice(at + 1)), port: launch.mapperPort };
  const seams = { transport: settings.transport, clock: systemClock };
  return Effect.map(
    Effect.promise(() => lookup(seams, mapper, launch.node.slice(0, at))),
    (found) => {
      if (found.tag !== "found") return;
      settings.addresses.set(launch.node, { host: mapper.host, port: found.registration.port });
    },
  );
};

const forgetWithScope = ({ settings }: RunningNode, node: string): Effect.Effect<void, never, Scope.Scope> =>
  Effect.addFinalizer(() => Effect.sync(() => settings.addresses.delete(node)));

/** A pause on the machine's clock: a test's own clock does not make another program faster. */
const afterPause = (milliseconds: number): Effect.Effect<void> =>
  Effect.callback((resume) => {
    const stop = systemClock.after(milliseconds, () => resume(Effect.void));
    return Effect.sync(stop);
  });

const tooLate = (operation: string, milliseconds: number): Effect.Effect<never, Timeout> =>
  Effect.andThen(afterPause(milliseconds), Effect.fail(new Timeout({ operation, milliseconds })));

const ended = ({ operation, node }: Launch, process: KeptProcess): Effect.Effect<never, BootFailed> =>
  Effect.flatMap(process.until(() => process.code), (code) => {
    const stderr = process.lines.stderr.join("\n").trim();
    return Effect.fail(new BootFailed({ operation, node, code, stderr }));
  });

/** Peers that a signal has stopped: they do not end when they are asked to. */
const isStopped = new WeakSet<KeptProcess>();

/**
 * Kills a peer, as a crash of its machine would, and waits until it has ended (SIGKILL).
 *
 * @param peer The peer.
 * @returns `true`, also when it had ended before.
 */
export const kill = ({ process }: Peer): Effect.Effect<true> =>
  Effect.as(Effect.promise(() => process.end(0)), true as const);

/**
 * Stops a peer: it is there, its links stand, and it does nothing until `continue`; as a frozen machine (SIGSTOP).
 *
 * @param peer The peer.
 * @returns `true`, when it stands still. Fails with `noproc` when it has ended, and with `badarg` on Windows, which
 *   has no such signal.
 */
export const stop = (peer: Peer): Effect.Effect<true, NoProc | BadArg> => signal(peer, "stop", "SIGSTOP");

/**
 * Lets a peer that was stopped go on (SIGCONT).
 *
 * @param peer The peer.
 * @returns `true`. Fails as {@link stop} does.
 */
const continue_ = (peer: Peer): Effect.Effect<true, NoProc | BadArg> => signal(peer, "continue", "SIGCONT");
export { continue_ as continue };

const signal = (
  { node, process }: Peer,
  name: "stop" | "continue",
  which: Deno.Signal,
): Effect.Effect<true, NoProc | BadArg> =>
  Effect.suspend((): Effect.Effect<true, NoProc | BadArg> => {
    const operation = `Peer.${name}(${node})`;
    if (Deno.build.os === "windows") {
      return Effect.fail(new BadArg({ operation, problem: `Windows has no ${which}: kill it, or leave it` }));
    }
    if (process.code !== undefined) return Effect.fail(new NoProc({ operation, process: node }));
    if (name === "stop") isStopped.add(process);
    else isStopped.delete(process);
    return Effect.as(Effect.promise(() => process.signal(which)), true as const);
  });

/**
 * What a peer has written so far.
 *
 * @param peer The peer.
 * @param source Its standard output by default; its standard error has its log.
 * @returns The lines.
 */
export const lines = ({ process }: Peer, source: Source = "stdout"): Effect.Effect<ReadonlyArray<string>> =>
  Effect.sync(() => [...process.lines[source]]);

/**
 * What a peer writes, from its start; the stream ends when the peer has.
 *
 * @param peer The peer.
 * @param source Its standard output by default.
 * @returns The lines.
 */
export const output = ({ process }: Peer, source: Source = "stdout"): Stream.Stream<string> =>
  Stream.unfold(0, (index: number) => {
    const written = process.lines[source];
    const next = process.until(() => index < written.length || process.code !== undefined ? true : undefined);
    return Effect.map(next, () => {
      const line = written[index];
      return line === undefined ? undefined : [line, index + 1] as const;
    });
  });

/**
 * Waits until a peer has written a line; one that it wrote before counts.
 *
 * @param peer The peer.
 * @param what The line, or an expression that it matches.
 * @param source Its standard output by default.
 * @returns The line. Fails with `noproc` when the peer ends without it.
 */
export const sees = (
  { node, process }: Peer,
  what: string | RegExp,
  source: Source = "stdout",
): Effect.Effect<string, NoProc> => {
  const find = (): string | undefined =>
    process.lines[source].find((line) => typeof what === "string" ? line === what : what.test(line));
  const found = process.until(() => find() ?? (process.code === undefined ? undefined : null));
  const operation = `Peer.sees(${node}, ${inspect(what)})`;
  return Effect.flatMap(
    found,
    (line) => line === null ? Effect.fail(new NoProc({ operation, process: node })) : Effect.succeed(line),
  );
};

/**
 * Waits until a peer has ended by itself.
 *
 * @param peer The peer.
 * @returns Its exit code: 128 and the signal's number where a signal has ended it.
 */
export const ending = ({ process }: Peer): Effect.Effect<number> => process.until(() => process.code);
