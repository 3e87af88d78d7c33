/**
 * From a node's name to a proven connection: ask its host's port mapper, connect, shake hands.
 *
 * @module
 */
import { lookup } from "../epmd/client.ts";
import type { Address, Connection, KernelClock, Transport } from "../process/seams.ts";
import { TransportError } from "../process/seams.ts";
import type {
  connector,
  ConnectorOptions,
  HandshakeFailure,
  Handshaken,
} from "../protocol/native/handshake.ts";
import type { NoConnectionReason } from "../term/errors.ts";
import { parseNodeName } from "../term/node_name.ts";
import { shake } from "./shake.ts";

/** How a node is dialled. */
export interface DialOptions {
  /** How the port mapper is reached. */
  readonly transport: Transport;
  /** How the node is reached. */
  readonly linkTransport: Transport;
  readonly clock: KernelClock;
  /** Where the node listens, when that is known; else its host's mapper is asked. */
  readonly address: Address | undefined;
  /** The port of every host's mapper; `undefined` where there is none. */
  readonly mapperPort: number | undefined;
  /** Where the node listened when it was last reached: tried where its mapper does not know, or does not answer. */
  readonly lastKnown: Address | undefined;
  /** What this end brings to the handshake. */
  readonly handshake: ConnectorOptions;
  /** Makes this end of it. */
  readonly connector: typeof connector;
  /** Milliseconds for all of it. */
  readonly milliseconds: number;
  /** Gives up a connect that is not answered: aborted by whoever dials, when it hears what came of it or stops. */
  readonly signal: AbortSignal;
  /** Given each connection, to the mapper and then to the node, so that the attempt can be given up. */
  readonly onConnection: (connection: Connection) => void;
}

/** What came of dialling. */
export type Dialled =
  | {
    readonly tag: "proven";
    readonly connection: Connection;
    readonly handshaken: Handshaken;
    /** Where it listens. */
    readonly address: Address;
  }
  /** It refuses for now: it has, or prefers, another connection, or is busy. */
  | { readonly tag: "refused"; readonly why: string }
  | { readonly tag: "failed"; readonly because: NoConnectionReason; readonly detail?: string };

/** Dials; never rejects. */
export const dial = async (options: DialOptions): Promise<Dialled> => {
  const { linkTransport, clock, handshake, milliseconds } = options;
  const due = clock.now() + milliseconds;
  const found = options.address ?? await findAddress(options);
  const unknown = "tag" in found ? found : undefined;
  const address = "tag" in found ? options.lastKnown : found;
  if (address === undefined) return unknown ?? { tag: "failed", because: "absent" };
  const connected = await connect(options, linkTransport, address, due - clock.now());
  if ("tag" in connected) return unknown ?? connected;
  options.onConnection(connected);
  const shaken = await shake(connected, options.connector(handshake), clock, Math.max(1, due - clock.now()));
  switch (shaken.tag) {
    case "proven":
      return { tag: "proven", connection: connected, handshaken: shaken.handshaken, address };
    case "failed":
      return failureOf(shaken.failure);
    case "timeout":
      return { tag: "failed", because: "timeout", detail: "it accepts, and does not answer" };
    case "closed":
      // What asks for TLS says nothing to who does not speak it.
      return shaken.problem === undefined
        ? {
          tag: "failed",
          because: "refused",
          detail: "it closed the connection during the handshake: it may ask for TLS",
        }
        : { tag: "failed", because: "tls", detail: shaken.problem };
  }
};

const failureOf = ({ reason, detail }: HandshakeFailure): Dialled => {
  switch (reason) {
    case "cookie":
      return { tag: "failed", because: "cookie", detail };
    case "version":
    case "encryption":
    case "frame":
    case "point":
      return { tag: "failed", because: "incompatible", detail };
    case "name":
      return { tag: "failed", because: "absent", detail };
    case "busy":
      return { tag: "refused", why: "busy" };
    case "refused":
      return { tag: "refused", why: detail };
  }
};

type Failed = Extract<Dialled, { readonly tag: "failed" }>;

/** Loopback's name is resolved here, so that `--allow-net=127.0.0.1` is enough and no IPv6 address is tried. */
export const resolveHost = (host: string): string => host === "localhost" ? "127.0.0.1" : host;

/** The host of a node's name. */
const hostOf = (node: string): string => node.slice(node.indexOf("@") + 1);

/** A mapper that is stopped accepts, and says nothing: after so many milliseconds the last address is tried. */
const mapperPatience = 200;

/** Asks the node's mapper; does not wait for one that is slow where the last address is known. */
const findAddress = (options: DialOptions): Promise<Address | Failed> =>
  new Promise((resolve) => {
    const { clock, lastKnown } = options;
    const stop = lastKnown === undefined ? () => {} : clock.after(mapperPatience, () => resolve(lastKnown));
    void askMapper(options).then((found) => {
      stop();
      resolve(found);
    });
  });

const askMapper = async (options: DialOptions): Promise<Address | Failed> => {
  const name = parseNodeName(options.handshake.to);
  if ("problem" in name) return { tag: "failed", because: "absent", detail: name.problem };
  const host = resolveHost(name.host);
  if (options.mapperPort === undefined) {
    return {
      tag: "failed",
      because: "absent",
      detail: "no address is given for it, and there is no port mapper",
    };
  }
  const mapper = { host, port: options.mapperPort };
  const { clock, onConnection } = options;
  const transport: Transport = {
    listen: (at) => options.transport.listen(at),
    // The question is given up with the attempt.
    connect: async (to, name, signal = options.signal) => {
      const either = AbortSignal.any([signal, options.signal]);
      const connection = await options.transport.connect(to, name, either);
      onConnection(connection);
      return connection;
    },
  };
  const found = await lookup({ transport, clock }, mapper, name.alive);
  switch (found.tag) {
    case "found":
      return { host, port: found.registration.port };
    case "absent":
      return { tag: "failed", because: "absent" };
    case "no_mapper":
    case "unreachable":
      return { tag: "failed", because: "absent", detail: found.detail };
    default:
      return { tag: "failed", because: "mapper", detail: found.detail };
  }
};

const connect = (
  { clock, handshake, signal }: DialOptions,
  transport: Transport,
  to: Address,
  milliseconds: number,
): Promise<Connection | Failed> =>
  new Promise((resolve) => {
    const stop = clock.after(Math.max(1, milliseconds), () => {
      resolve({ tag: "failed", because: "timeout", detail: `${to.host}:${to.port} does not answer` });
    });
    transport.connect(to, hostOf(handshake.to), signal).then((connection) => {
      stop();
      // Nobody waits for a connection that comes late, by a transport that takes no connect back.
      if (!signal.aborted) return resolve(connection);
      connection.close();
      resolve({ tag: "failed", because: "timeout", detail: "it is given up" });
    }, (error: unknown) => {
      stop();
      const detail = error instanceof Error ? error.message : String(error);
      const kind = error instanceof TransportError ? error.kind : undefined;
      const because = kind === "unreachable" ? "absent" : kind === "tls" ? "tls" : "refused";
      resolve({ tag: "failed", because, detail });
    });
  });
