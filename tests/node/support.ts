/**
 * What the tests of distribution share: nodes as kernels in this OS process, a transport that is watched, and
 * a peer that is proven and means no good.
 *
 * @module
 */
import * as Scope from "npm:effect@^4.1.0/Scope";
import {
  type Context,
  Effect,
  Exit as EffectExit,
  type Fiber,
  Layer,
  Logger,
  References,
} from "../../src/deps/effect.ts";
import { lookup } from "../../src/epmd/client.ts";
import { type PortMapper, serve } from "../../src/epmd/server.ts";
import { shake } from "../../src/net/shake.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import { layer, type StartError, type StartOptions } from "../../src/node/node.ts";
import type { Kernel } from "../../src/process/kernel.ts";
import { kernelOf, systemSeams } from "../../src/process/own_kernel.ts";
import * as Process from "../../src/process/process.ts";
import {
  type Address,
  type Connection,
  type KernelClock,
  type Listener,
  type Seams,
  type Transport,
  TransportError,
} from "../../src/process/seams.ts";
import type { Signal } from "../../src/process/signal.ts";
import { FrameWriter } from "../../src/protocol/native/frames.ts";
import {
  capabilityBits,
  connector,
  type EncryptionWish,
  type Handshaken,
} from "../../src/protocol/native/handshake.ts";
import { Sealer } from "../../src/protocol/native/records.ts";
import { encodeSignal } from "../../src/protocol/native/signals.ts";
import { nodeLife, type Pid } from "../../src/term/identifier.ts";
import { HandClock } from "../process/hand_clock.ts";
import { readToEnd } from "../sockets.ts";
import { eventually, soon } from "../waiting.ts";

export { freePort } from "../free_port.ts";
export { readToEnd } from "../sockets.ts";
export { eventually, soon } from "../waiting.ts";

/** The cookie of all nodes that are given none. */
export const cookie = "a cookie of the tests";

/** What a kernel remembers of others: nothing, once all is answered. */
export const ties = (kernel: Kernel): Readonly<Record<string, number>> => {
  const remotes = [...kernel.remotes.values()];
  const sum = (count: (remote: typeof remotes[number]) => number): number =>
    remotes.reduce((all, remote) => all + count(remote), 0);
  return {
    monitors: kernel.monitors.size,
    pending: kernel.pending.size,
    held: kernel.held.size,
    aliases: kernel.aliases.size,
    timers: kernel.timers.size,
    spawns: kernel.spawns.size,
    linked: sum((remote) => remote.linked.size),
    watched: sum((remote) => remote.monitors.size),
    watchers: sum((remote) => remote.watchers.size),
    asked: sum((remote) => remote.pending.size),
    answering: sum((remote) => remote.held.size),
    spawning: sum((remote) => remote.spawns.size),
  };
};

/** The ties that are left, in words. */
const tiesLeft = (kernel: Kernel): string =>
  Object.entries(ties(kernel)).filter(([, size]) => size > 0).map(([name, size]) => `${name}: ${size}`)
    .join(", ");

/** How a test's node is started. */
export interface NodeOptions extends StartOptions {
  /** Its kernel's clock, random bytes and turn: the system's by default. */
  readonly seams?: Seams;
}

/** The system's seams, on a clock that a test moves: what happens while it stands needs no time. */
export const seamsOn = (clock: KernelClock = new HandClock()): Seams => ({ ...systemSeams, clock });

/** A node with a kernel of its own. */
export class TestNode {
  readonly name: string;
  readonly kernel: Kernel;
  /** What it logged. */
  readonly logs: ReadonlyArray<string>;
  /** What its processes wrote to its standard output. */
  readonly written: ReadonlyArray<string>;
  readonly #context: Context.Context<never>;
  readonly #scope: Scope.Closeable;

  private constructor(
    name: string,
    context: Context.Context<never>,
    scope: Scope.Closeable,
    logs: ReadonlyArray<string>,
  ) {
    this.name = name;
    this.#context = context;
    this.#scope = scope;
    this.logs = logs;
    this.kernel = Effect.runSyncWith(context)(Effect.withFiber((fiber) => Effect.succeed(kernelOf(fiber))));
    const written: Array<string> = [];
    this.kernel.output = (text) => void written.push(text);
    this.written = written;
  }

  /** Starts one; the failure, when that cannot be. */
  static async start(name: string, options: NodeOptions): Promise<TestNode | StartError> {
    const logs: Array<string> = [];
    const logger = Logger.make<unknown, void>(({ message, logLevel }) =>
      void logs.push(`${logLevel} ${Array.isArray(message) ? message.join(" ") : String(message)}`)
    );
    const scope = Scope.makeUnsafe();
    const built = Layer.buildWithScope(layer(name, options), scope).pipe(
      Effect.provideService(References.CurrentLoggers, new Set([logger])),
      Effect.result,
    );
    const result = await Effect.runPromise(built);
    if (result._tag === "Success") return new TestNode(name, result.success, scope, logs);
    await Effect.runPromise(Scope.close(scope, EffectExit.void));
    return result.failure;
  }

  /** Runs an Effect in this node, in a fiber of the program's own. */
  run<A, E>(effect: Effect.Effect<A, E>): Promise<A> {
    return Effect.runPromiseWith(this.#context)(effect);
  }

  /** Runs an Effect that must fail; its failure. */
  fails<A, E>(effect: Effect.Effect<A, E>): Promise<E> {
    return this.run(Effect.flip(effect)).catch((error: unknown) => {
      throw new Error(`did not fail, but gave ${Deno.inspect(error)}`);
    });
  }

  /** Runs an Effect in the background. */
  fork<A, E>(effect: Effect.Effect<A, E>): Fiber.Fiber<A, E> {
    return Effect.runForkWith(this.#context)(effect);
  }

  /** A process of this node, under a name where one is given. */
  process(body: Effect.Effect<unknown, unknown>, name?: string): Promise<Pid> {
    return this.run(Effect.gen(function* () {
      const pid = yield* Process.spawn(body);
      if (name !== undefined) yield* Process.register(pid, name);
      // The tests hand it to other nodes as it is, where it else would travel in a message.
      return pid.home.publish(pid);
    }));
  }

  /** A process that keeps what it receives. */
  async collector(name?: string): Promise<{ readonly pid: Pid; readonly messages: ReadonlyArray<unknown> }> {
    const messages: Array<unknown> = [];
    const keep = Effect.map(Process.receive(), (message) => void messages.push(message));
    return { pid: await this.process(Effect.forever(keep), name), messages };
  }

  /** Whether it has logged such a line. */
  hasLogged(pattern: RegExp): boolean {
    return this.logs.some((line) => pattern.test(line));
  }

  /** Stops it, and its processes with it. */
  stop(): Promise<void> {
    return Effect.runPromise(Scope.close(this.#scope, EffectExit.void));
  }
}

/** The nodes of one test, and their port mapper. */
export class Net {
  /** The mapper's port. */
  readonly mapperPort: number;
  readonly #nodes: Array<TestNode> = [];
  readonly #closers: Array<() => unknown> = [];

  constructor(mapperPort: number) {
    this.mapperPort = mapperPort;
  }

  /** Starts a node. */
  async node(name: string, options: Partial<NodeOptions> = {}): Promise<TestNode> {
    const node = await this.tryNode(name, options);
    if (!(node instanceof TestNode)) throw node;
    return node;
  }

  /** Starts a node that must not start; why. */
  async refused(name: string, options: Partial<NodeOptions> = {}): Promise<StartError> {
    const node = await this.tryNode(name, options);
    if (node instanceof TestNode) throw new Error(`${name} was started`);
    return node;
  }

  /** Starts a node, or not. */
  async tryNode(name: string, options: Partial<NodeOptions>): Promise<TestNode | StartError> {
    const node = await TestNode.start(name, { cookie, epmd: { port: this.mapperPort }, ...options });
    if (node instanceof TestNode) this.#nodes.push(node);
    return node;
  }

  /** Where a node listens. */
  async addressOf(node: TestNode): Promise<Address> {
    const mapper = { host: "127.0.0.1", port: this.mapperPort };
    const name = node.name.slice(0, node.name.indexOf("@"));
    const found = await lookup({ transport: tcpTransport, clock: systemSeams.clock }, mapper, name);
    if (found.tag !== "found") throw new Error(`${node.name} is not registered: ${found.tag}`);
    return { host: "127.0.0.1", port: found.registration.port };
  }

  /** Closes something when the test is over, before the nodes stop. */
  onEnd(close: () => unknown): void {
    this.#closers.push(close);
  }

  /** A server that does that with each connection, on a port of its own or that one. */
  server(
    serve: (connection: Deno.TcpConn) => unknown,
    at: { hostname?: string; port?: number } = {},
  ): number {
    const listener = Deno.listen({ hostname: "127.0.0.1", port: 0, ...at });
    const open = new Set<Deno.TcpConn>();
    const accepting = (async () => {
      for await (const connection of listener) {
        open.add(connection);
        await serve(connection);
      }
    })();
    this.onEnd(async () => {
      listener.close();
      await accepting;
      for (const connection of open) closeQuietly(connection);
    });
    return listener.addr.port;
  }

  /** Nothing is left that ties one node to another. */
  async isQuiet(): Promise<void> {
    for (const { name, kernel } of this.#nodes) {
      await eventually(`${name} is quiet`, () => tiesLeft(kernel) === "").catch(() => {
        throw new Error(`${name} has left ${tiesLeft(kernel)}`);
      });
    }
  }

  async end(): Promise<void> {
    for (const close of this.#closers.reverse()) await close();
    for (const node of this.#nodes.reverse()) await node.stop();
  }
}

/** A test with nodes: when it is over, nothing may be left of what it did, and all nodes are stopped. */
export const withNodes =
  (body: (net: Net) => Promise<void>, options: { readonly isQuiet?: boolean } = {}) =>
  async (): Promise<void> => {
    const { clock, randomBytes } = systemSeams;
    const served = serve({ transport: tcpTransport, clock, randomBytes, hosts: ["127.0.0.1"], port: 0 });
    if (served.tag !== "serving") throw new Error(served.detail);
    const mapper: PortMapper = served;
    const net = new Net(mapper.address.port);
    try {
      await body(net);
      if (options.isQuiet ?? true) await net.isQuiet();
    } finally {
      await net.end();
      mapper.close();
      await mapper.closed;
    }
  };

/** Closes what may be closed already. */
export const closeQuietly = (closer: { close(): void }): void => {
  try {
    closer.close();
  } catch (error) {
    if (!(error instanceof Deno.errors.BadResource)) throw error;
  }
};

/** Hands all that comes from a connection on to that address, and back. */
export const forward = async (from: Deno.TcpConn, to: Address): Promise<void> => {
  const target = await Deno.connect({ hostname: to.host, port: to.port });
  const closing = { preventAbort: true, preventCancel: true };
  void Promise.allSettled([
    from.readable.pipeTo(target.writable, closing),
    target.readable.pipeTo(from.writable, closing),
  ]).then(() => closeQuietly(target));
};

/** TCP that is watched, and that can be made blind. */
export class Tap implements Transport {
  /** Whether the ends of connections are kept from the node, as by a cable that is pulled. */
  isBlind = false;
  /** How many connections were made or accepted. */
  connections = 0;
  /** How many reads gave bytes. */
  reads = 0;
  /** How many bytes came. */
  received = 0;
  /** Whether what goes over it is kept. */
  readonly keepsBytes: boolean;
  /** Connections that are open at this end. */
  readonly open: Set<Connection> = new Set();
  #bytes = "";

  constructor(options: { readonly keepsBytes?: boolean } = {}) {
    this.keepsBytes = options.keepsBytes ?? true;
  }

  /** Whether those bytes went over it, in either direction. */
  carried(text: string): boolean {
    const latin = String.fromCharCode(...new TextEncoder().encode(text));
    return this.#bytes.includes(latin);
  }

  async connect(to: Address): Promise<Connection> {
    return this.#watch(await tcpTransport.connect(to));
  }

  listen(at: Address): Listener {
    const listener = tcpTransport.listen(at);
    return { ...listener, accept: async () => this.#watch(await listener.accept()) };
  }

  #watch(connection: Connection): Connection {
    this.connections++;
    let cutOff = (): void => {};
    const closed = new Promise<never>((_, reject) => {
      cutOff = () => reject(new TransportError("closed", "closed"));
    });
    closed.catch(() => {});
    this.open.add(connection);
    return {
      ...connection,
      read: async (buffer) => {
        try {
          const count = await connection.read(buffer);
          if (count !== null) {
            this.reads++;
            this.received += count;
            this.#note(buffer.subarray(0, count));
          }
          return count === null && this.isBlind ? await closed : count;
        } catch (error) {
          if (this.isBlind) return await closed;
          throw error;
        }
      },
      write: async (bytes) => {
        this.#note(bytes);
        await connection.write(bytes).catch((error: unknown) => {
          if (!this.isBlind) throw error;
        });
      },
      close: () => {
        cutOff();
        this.open.delete(connection);
        connection.close();
      },
    };
  }

  #note(bytes: Uint8Array): void {
    if (!this.keepsBytes) return;
    this.#bytes += Array.from(bytes, (byte) => String.fromCharCode(byte)).join("");
  }
}

/** A peer that has the cookie, and sends what it likes. */
export class Hostile {
  readonly name: string;
  readonly connection: Connection;
  readonly #node: TestNode;
  readonly #creation: number;
  readonly #sealer: Sealer | undefined;

  private constructor(
    name: string,
    creation: number,
    node: TestNode,
    connection: Connection,
    handshaken: Handshaken,
  ) {
    this.name = name;
    this.connection = connection;
    this.#node = node;
    this.#creation = creation;
    this.#sealer = handshaken.sealed ? new Sealer(handshaken.keys.send) : undefined;
  }

  /** Connects to a node, and is proven. */
  static async connect(
    net: Net,
    node: TestNode,
    options: {
      readonly name?: string;
      readonly creation?: number;
      readonly encryption?: EncryptionWish;
      readonly isHidden?: boolean;
    } = {},
  ): Promise<Hostile> {
    const { name = "mallory@localhost", creation = 77, encryption = "may_be_plain" } = options;
    const connection = await tcpTransport.connect(await net.addressOf(node));
    const machine = connector({
      name,
      creation,
      capabilities: options.isHidden ? capabilityBits.hidden : 0,
      encryption,
      randomBytes: systemSeams.randomBytes,
      to: node.name,
      cookie,
    });
    const shaken = await shake(connection, machine, systemSeams.clock, 5_000);
    if (shaken.tag !== "proven") throw new Error(`not proven: ${Deno.inspect(shaken)}`);
    net.onEnd(() => connection.close());
    await eventually(`${name} is linked`, () => node.kernel.outbound.isConnected(name));
    return new Hostile(name, creation, node, connection, shaken.handshaken);
  }

  /** Sends bytes as they are. */
  raw(bytes: Uint8Array): Promise<void> {
    return this.connection.write(bytes);
  }

  /** Sends a frame with that body, sealed where the link is. */
  frame(body: Uint8Array): Promise<void> {
    const writer = new FrameWriter();
    writer.append(body);
    const bytes = writer.take();
    return this.raw(this.#sealer?.seal(bytes) ?? bytes);
  }

  /** The body of a frame with that signal. */
  encode(signal: Signal): Uint8Array {
    return encodeSignal(signal, nodeLife(this.name, this.#creation), this.#node.kernel.life).slice();
  }

  /** A process of its own, as it says. */
  pid(number: number): Pid {
    return nodeLife(this.name, this.#creation).pid(number);
  }

  /** Sends a signal. */
  signal(signal: Signal): Promise<void> {
    return this.frame(this.encode(signal));
  }

  /** Reads, and forgets, until the node closes. */
  async isClosed(): Promise<void> {
    await soon("the node closes the link", readToEnd(this.connection));
    await eventually("the node has no link", () => !this.#node.kernel.outbound.isConnected(this.name));
  }
}

/** Whether each of the two nodes reaches the other. */
export const serves = async (one: TestNode, other: TestNode): Promise<void> => {
  for (const [from, to] of [[one, other], [other, one]] as const) {
    const { pid, messages } = await to.collector();
    await from.run(Process.send(pid, "are you there?"));
    await eventually(`${to.name} hears ${from.name}`, () => messages.length === 1);
    await to.run(Process.exit(pid, "kill"));
  }
};
