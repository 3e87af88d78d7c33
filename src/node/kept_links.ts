/**
 * Links that a node keeps: to the nodes of `Node.start`'s `connect`, connected at the start and again after
 * every loss, so that a cluster heals by itself when a node or a network comes back.
 *
 * @module
 */
import { Clock, Effect, Option, Schedule } from "../deps/effect.ts";
import { callback } from "../process/callback.ts";
import { effectClock } from "../process/effect_clock.ts";
import type { Kernel } from "../process/kernel.ts";
import { receive } from "../process/receive.ts";
import { atom } from "../term/atom.ts";
import { isTuple } from "../term/tuple.ts";
import type { Connections } from "./connections.ts";
import type { NodeMonitors } from "./node_monitors.ts";
import type { ConnectFailure } from "./peer.ts";

/** The pauses between attempts: a tenth of a second at first, growing to five seconds, for as long as it takes. */
export const reconnecting: Schedule.Schedule<unknown> = Schedule.min([
  Schedule.exponential("100 millis", 1.6),
  Schedule.spaced("5 seconds"),
]);

/**
 * Keeps a link to each of those nodes, by one process for each.
 *
 * @param kernel The node's kernel.
 * @param connections The node's links.
 * @param monitors Who tells of nodes that go down.
 * @param names The other nodes; its own name among them is passed over.
 * @returns What ends the processes; the links stay.
 */
export const keepLinks = (
  kernel: Kernel,
  connections: Connections,
  monitors: NodeMonitors,
  names: ReadonlyArray<string>,
): () => void => {
  const keepers = [...new Set(names)].filter((name) => name !== kernel.life.name).map((name) => {
    const keeper = kernel.spawn({ parent: undefined, leader: kernel.user.pid });
    const keeping = Effect.gen(function* () {
      yield* Effect.retry(connect(connections, name), reconnecting);
      monitors.monitor(keeper, name, true);
      // Where the link is gone again already, this tells of it.
      connections.connect(name, () => {});
      yield* receive((message) => isNodeDown(message) ? Option.some(message) : Option.none());
    });
    const clock = effectClock(kernel.clock);
    kernel.start(keeper, Effect.provideService(Effect.forever(keeping), Clock.Clock, clock), kernel.context);
    return keeper;
  });
  return () => keepers.forEach((keeper) => keeper.kill());
};

const connect = (connections: Connections, name: string): Effect.Effect<void, ConnectFailure> =>
  callback((resume) => {
    const stopListening = connections.connect(
      name,
      (failure) => resume(failure === undefined ? Effect.void : Effect.fail(failure)),
    );
    return Effect.sync(stopListening);
  });

const isNodeDown = (message: unknown): boolean => isTuple(message) && message[0] === atom("nodedown");
