/**
 * A kernel's node while it is alive: starts and stops what belongs to it.
 *
 * @module
 */
import { acceptLinks } from "../net/accept.ts";
import { Deadlines } from "../process/deadlines.ts";
import { noOutbound } from "../process/deliver.ts";
import type { Entry } from "../process/entry.ts";
import type { Kernel } from "../process/kernel.ts";
import { systemClock } from "../process/own_kernel.ts";
import { TransportError } from "../process/seams.ts";
import { AddressInUse, BadArg, NoPermission } from "../term/errors.ts";
import { nonode } from "../term/identifier.ts";
import { Connections } from "./connections.ts";
import { keepLinks } from "./kept_links.ts";
import { Mesh } from "./mesh.ts";
import { NodeMonitors } from "./node_monitors.ts";
import { keepRegistered, type Registration, type RegistrationFailure } from "./registration.ts";
import { startRex } from "./rex.ts";
import type { Settings } from "./settings.ts";

/** The number of the process that answers for the node itself, `net_kernel`. */
const netKernelNumber = 50;
/** Connections that may be unproven at once. */
export const unprovenSlots = 128;

/** A node that is alive. */
export interface RunningNode {
  readonly settings: Settings;
  readonly connections: Connections;
  readonly monitors: NodeMonitors;
  /** The process that answers for the node itself. */
  readonly netKernel: Entry;
  /** The process that calls functions for other nodes. */
  readonly rex: Entry;
  /**
   * Closes the links in order, gives the name up and stops listening.
   *
   * @param keepsName The kernel goes too: other kernels of this OS process hold its pids, and see by their
   *   name whose links break.
   */
  stop(keepsName?: boolean): Promise<void>;
}

const running = new WeakMap<Kernel, RunningNode>();
const starting = new WeakSet<Kernel>();

/** The kernel's node, if it is alive. */
export const runningNode = (kernel: Kernel): RunningNode | undefined => running.get(kernel);

/** Whether the kernel's node is alive or on its way. */
export const isStarted = (kernel: Kernel): boolean => running.has(kernel) || starting.has(kernel);

/** Why a node could not be started. */
export type LaunchFailure = RegistrationFailure | AddressInUse | BadArg;

/** Makes the kernel a node: listens, registers, and fills the kernel's slots. Nothing is left behind if it fails. */
export const launch = async (kernel: Kernel, settings: Settings): Promise<RunningNode | LaunchFailure> => {
  starting.add(kernel);
  try {
    return await begin(kernel, settings);
  } finally {
    starting.delete(kernel);
  }
};

const begin = async (kernel: Kernel, settings: Settings): Promise<RunningNode | LaunchFailure> => {
  const listener = listen(settings);
  if (!("accept" in listener)) return listener;
  const monitors = new NodeMonitors();
  const connections = new Connections(kernel, settings, monitors);
  const mesh = new Mesh(kernel, connections);
  connections.onInMesh = (name) => mesh.greet(name);
  connections.onSilent = (name) => mesh.miss(name);
  const stopAccepting = acceptLinks({
    listener,
    clock: kernel.clock,
    handshake: () => connections.incoming(),
    acceptor: settings.handshake.acceptor,
    slots: unprovenSlots,
    milliseconds: settings.connectTime,
  });
  const [creation = 1] = new Uint32Array(kernel.seams.randomBytes(4).slice().buffer);
  // Named before it is registered: a peer may connect in the same moment.
  kernel.life.rename(settings.name.full, creation === 0 ? 1 : creation);
  const registration = await keepRegistered(kernel, settings, listener.address.port);
  if (!("close" in registration)) {
    stopAccepting();
    kernel.life.rename(nonode, 0);
    return registration;
  }
  kernel.outbound = connections;
  kernel.maxMailbox = settings.maxMailbox;
  kernel.isAlive = true;
  if (kernel.clock === systemClock) (kernel.deadlines ??= new Deadlines(systemClock)).keep(true);
  const node: RunningNode = {
    settings,
    connections,
    monitors,
    netKernel: kernel.addService(
      netKernelNumber,
      "net_kernel",
      (message) => settings.connectAll ? mesh.hear(message) : undefined,
    ),
    rex: startRex(kernel),
    stop: (keepsName = false) => {
      mesh.stop();
      letLinksGo();
      return end(kernel, node, registration, stopAccepting, keepsName);
    },
  };
  running.set(kernel, node);
  const letLinksGo = keepLinks(kernel, connections, monitors, settings.connect);
  return node;
};

const end = async (
  kernel: Kernel,
  node: RunningNode,
  registration: Registration,
  stopAccepting: () => void,
  keepsName: boolean,
): Promise<void> => {
  running.delete(kernel);
  kernel.isAlive = false;
  kernel.deadlines?.keep(false);
  stopAccepting();
  node.connections.stop();
  kernel.outbound = noOutbound(kernel);
  kernel.finish(node.netKernel, "shutdown");
  kernel.finish(node.rex, "shutdown");
  if (!keepsName) kernel.life.rename(nonode, 0);
  await registration.close();
};

const listen = (settings: Settings): ReturnType<Settings["transport"]["listen"]> | LaunchFailure => {
  const operation = `Node.start(${JSON.stringify(settings.name.full)})`;
  const { host, port } = settings.listen;
  try {
    return settings.linkTransport.listen(settings.listen);
  } catch (error) {
    const kind = error instanceof TransportError ? error.kind : undefined;
    if (kind === "in_use") return new AddressInUse({ operation, address: `${host}:${port}` });
    if (kind === "denied") return new NoPermission({ operation, flag: `--allow-net=${host}` });
    const detail = error instanceof Error ? error.message : String(error);
    return new BadArg({
      operation,
      problem: `cannot listen on ${host}:${port} (${detail}): give listen another host`,
    });
  }
};
