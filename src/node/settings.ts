/**
 * What `Node.start` is given, checked and completed.
 *
 * @module
 */
import { Duration, Option, Redacted } from "../deps/effect.ts";
import type { AnyModule, Services } from "../process/modules.ts";
import type { Address, Transport } from "../process/seams.ts";
import { acceptor, connector, type EncryptionWish, type Versions } from "../protocol/native/handshake.ts";
import { defaultLimits, type LinkLimits } from "../net/link.ts";
import { defaultPort } from "../epmd/messages.ts";
import { resolveHost } from "../net/dial.ts";
import { type TlsOptions, tlsTransport } from "../net/tls.ts";
import { tcpTransport } from "../net/tcp.ts";
import { BadArg } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { isLoopbackHost, type NodeName, parseNodeName } from "../term/node_name.ts";

/** How a node is started. All but the cookie has a default. */
export interface StartOptions<Modules extends ReadonlyArray<AnyModule> = ReadonlyArray<AnyModule>> {
  /** The secret that all nodes of a cluster share. It is never sent, logged or printed. */
  readonly cookie: string | Redacted.Redacted<string>;
  /** Modules whose functions need services: the caller's are theirs, when another node asks for them. */
  readonly modules?: Modules;
  /**
   * The port mapper: its port on every host is 4369, or `ERL_EPMD_PORT`; `host` is where this node registers, its
   * own host by default; `false` does without one.
   */
  readonly epmd?: { readonly host?: string; readonly port?: number } | false;
  /** Where to listen: by default what the node's name says, on any free port. */
  readonly listen?: { readonly host?: string; readonly port?: number };
  /** Where other nodes listen, as `HOST:PORT` by their names: these are not asked of a mapper. */
  readonly addresses?: Readonly<Record<string, string>>;
  /**
   * Nodes to keep a link to: connected at the start, and again, with growing pauses, after every loss. This
   * node's own name among them is passed over.
   */
  readonly connect?: ReadonlyArray<string>;
  /** Whether links are sealed: `auto` seals all but those within one machine's loopback. */
  readonly encryption?: "auto" | "always" | "never";
  /** Links inside TLS, with this node's certificate: all nodes of a cluster, or none. */
  readonly tls?: TlsOptions;
  /** Whether the node is hidden: in no plain list of others, and they in none of its. */
  readonly hidden?: boolean;
  /**
   * Whether the node connects to all nodes that those know which it is connected to, as they do to it: true by
   * default. A hidden node never does.
   */
  readonly connectAll?: boolean;
  /** Silence of a peer after which it is down: 10 seconds. */
  readonly netTickTime?: Duration.Input;
  /** How long connecting to a node may take: 7 seconds. */
  readonly connectTime?: Duration.Input;
  /** A process whose mailbox grows beyond this ends with `max_mailbox`; no limit by default, as in Erlang. */
  readonly maxMailbox?: number;
  /** Bounds, in bytes: a frame, what a write buffer holds before senders wait, and what answers may fill. */
  readonly limits?: Partial<Omit<LinkLimits, "netTickTime">>;
  /** @internal The protocol versions spoken. */
  readonly versions?: Versions;
  /** @internal How connections are made; TCP. */
  readonly transport?: Transport;
}

/** The services that the given modules' functions need. */
export type ServicesOf<Modules extends ReadonlyArray<AnyModule>> = {
  [Index in keyof Modules]: Services<Modules[Index]>;
}[
  number
];

/** How the two ends of a handshake are made. */
export interface Handshakes {
  readonly connector: typeof connector;
  readonly acceptor: typeof acceptor;
}

/** A node's settings. */
export interface Settings {
  readonly name: NodeName;
  /** How port mappers are reached. */
  readonly transport: Transport;
  /** How nodes are: the same, or TLS over it. */
  readonly linkTransport: Transport;
  /** The two ends of a handshake. No option leads here: a simulation puts cheaper ones in place of the proof. */
  readonly handshake: Handshakes;
  readonly listen: Address;
  /** The port of every host's mapper; `undefined` where there is none. */
  readonly mapperPort: number | undefined;
  /** The host of the mapper that this node registers with. */
  readonly mapperHost: string;
  /** Where other nodes listen, by their names; the rest are asked of a mapper. */
  readonly addresses: Map<string, Address>;
  /** The nodes to keep a link to. */
  readonly connect: ReadonlyArray<string>;
  readonly hidden: boolean;
  /** Whether it takes part in the mesh. */
  readonly connectAll: boolean;
  readonly limits: LinkLimits;
  /** Milliseconds that connecting may take; also how long one that connects may be unproven. */
  readonly connectTime: number;
  readonly maxMailbox: number;
  readonly versions: Versions | undefined;
  /** What this node wants of a link to that node, or of one that comes in. */
  readonly encryptionWish: (node: string | undefined) => EncryptionWish;
  /** The cookie for that node. */
  readonly cookieFor: (node: string) => string;
  /** The cookies: the node's own, and those set for single nodes. */
  readonly cookies: {
    own: Redacted.Redacted<string>;
    readonly others: Map<string, Redacted.Redacted<string>>;
  };
}

/** The port of the mapper where no option names one: `ERL_EPMD_PORT`, where reading it is allowed. */
const mapperPortOfEnvironment = (): number => {
  const permission = Deno.permissions.querySync({ name: "env", variable: "ERL_EPMD_PORT" });
  const text = permission.state === "granted" ? Deno.env.get("ERL_EPMD_PORT") : undefined;
  const port = Number(text);
  return Number.isInteger(port) && port > 0 && port < 65_536 ? port : defaultPort;
};

/** Takes `HOST:PORT` apart; `undefined` when it is none. IPv6 hosts stand in brackets. */
export const parseAddress = (text: string): Address | undefined => {
  const match = /^(?:\[([^\]]+)\]|([^:]+)):(\d{1,5})$/.exec(text);
  const host = match?.[1] ?? match?.[2];
  const port = Number(match?.[3]);
  return host === undefined || !(port < 65_536) ? undefined : { host, port };
};

/** A time in milliseconds; NaN for what is none. */
const timeOf = (time: Duration.Input): number =>
  Option.match(Duration.fromInput(time), { onNone: () => NaN, onSome: Duration.toMillis });

const isCount = (value: number | undefined): boolean =>
  value === undefined || (value > 0 && !Number.isNaN(value));
const isPort = (port: number | undefined, least: number): boolean =>
  port === undefined || (Number.isInteger(port) && port >= least && port < 65_536);

/** What is wrong with options that the compiler would have refused, or could not know. */
const problemOf = (options: StartOptions): string | undefined => {
  const { connect = [], encryption = "auto", epmd, listen, maxMailbox, limits = {}, tls } = options;
  if (!Array.isArray(connect)) return `connect is an array of nodes' names, and not ${inspect(connect)}`;
  if (!["auto", "always", "never"].includes(encryption)) {
    return `encryption is auto, always or never, and not ${inspect(encryption)}`;
  }
  const noName = connect.find((node) => typeof node !== "string" || "problem" in parseNodeName(node));
  if (noName !== undefined) return `connect names nodes, as kate@localhost, and not ${inspect(noName)}`;
  if (epmd !== false && !isPort(epmd?.port, 1)) return "the port mapper's port is a number from 1 to 65535";
  if (!isPort(listen?.port, 0)) return "the port to listen on is a number from 0 to 65535";
  const wrongTls = tls === undefined ? undefined : tlsProblem(tls);
  if (wrongTls !== undefined) return wrongTls;
  if (!isCount(maxMailbox)) return "maxMailbox is a number of messages above 0";
  const wrong = Object.entries(limits).find(([, bytes]) => !isCount(bytes));
  return wrong === undefined ? undefined : `the limit ${wrong[0]} is a number of bytes above 0`;
};

const tlsProblem = ({ cert, key, ca, verify = "peer" }: TlsOptions): string | undefined => {
  const isPem = (text: unknown): boolean => typeof text === "string" && text.includes("-----BEGIN");
  if (!isPem(cert)) return "tls.cert is the text of a certificate in PEM, and not a file's name";
  if (!isPem(key)) return "tls.key is the text of a private key in PEM, and not a file's name";
  const authorities: ReadonlyArray<unknown> = ca === undefined ? [] : Array.isArray(ca) ? ca : [ca];
  if (!authorities.every(isPem)) return "tls.ca is the text of an authority's certificate in PEM, or several";
  return verify === "peer" || verify === "none"
    ? undefined
    : `tls.verify is peer or none, and not ${inspect(verify)}`;
};

/** Checks and completes what `Node.start` was given. */
export const settingsOf = (name: string, options: StartOptions): Settings | BadArg => {
  const refuse = (problem: string): BadArg =>
    new BadArg({ operation: `Node.start(${JSON.stringify(name)})`, problem });
  if (typeof name !== "string") return refuse("a node's name is a text, as alex@localhost");
  const parsed = parseNodeName(name);
  if ("problem" in parsed) return refuse(parsed.problem);
  const given: unknown = options?.cookie;
  if (typeof given !== "string" && !Redacted.isRedacted(given)) {
    return refuse("there is no cookie: give all nodes of the cluster the same secret text, { cookie: … }");
  }
  const problem = problemOf(options);
  if (problem !== undefined) return refuse(problem);
  const own = typeof options.cookie === "string" ? Redacted.make(options.cookie) : options.cookie;
  if (Redacted.value(own) === "") {
    return refuse("the cookie is empty: give all nodes of the cluster the same secret text");
  }
  const addresses = new Map<string, Address>();
  for (const [node, text] of Object.entries(options.addresses ?? {})) {
    const address = parseAddress(text);
    if (address === undefined) return refuse(`the address of ${node} is written HOST:PORT, as 10.0.0.5:9100`);
    addresses.set(node, { ...address, host: resolveHost(address.host) });
  }
  const netTickTime = timeOf(options.netTickTime ?? defaultLimits.netTickTime);
  const connectTime = timeOf(options.connectTime ?? "7 seconds");
  if (!(connectTime > 0)) {
    return refuse('connectTime is a time above 0, as 7000 (milliseconds) or "7 seconds"');
  }
  if (!(netTickTime >= 100)) return refuse("netTickTime is 100 milliseconds or more");
  const listenHost = options.listen?.host ?? parsed.host;
  const listenPort = options.listen?.port ?? 0;
  const isPrivate = isLoopbackHost(listenHost);
  const { encryption = "auto", tls, transport = tcpTransport } = options;
  // Where TLS proves both ends, sealing once more would be for nothing.
  const isSecured = tls !== undefined && tls.verify !== "none";
  const others = new Map<string, Redacted.Redacted<string>>();
  const cookies = { own, others };
  const isLoopbackNode = (node: string): boolean => {
    const host = addresses.get(node)?.host ?? node.slice(node.indexOf("@") + 1);
    return isLoopbackHost(host);
  };
  return {
    name: parsed,
    transport,
    linkTransport: tls === undefined ? transport : tlsTransport(tls, transport),
    handshake: { connector, acceptor },
    listen: { host: resolveHost(listenHost), port: listenPort },
    mapperPort: options.epmd === false ? undefined : options.epmd?.port ?? mapperPortOfEnvironment(),
    // A private node's mapper is private too.
    mapperHost: resolveHost(
      (options.epmd === false ? undefined : options.epmd?.host) ??
        (isLoopbackHost(parsed.host) ? parsed.host : listenHost),
    ),
    addresses,
    connect: options.connect ?? [],
    hidden: options.hidden ?? false,
    connectAll: (options.connectAll ?? true) && options.hidden !== true,
    limits: { ...defaultLimits, ...options.limits, netTickTime },
    connectTime,
    maxMailbox: options.maxMailbox ?? Infinity,
    versions: options.versions,
    encryptionWish: (node) => {
      if (encryption !== "auto") return encryption === "always" ? "must_seal" : "must_be_plain";
      const isWithinHost = node === undefined ? isPrivate : isLoopbackNode(node);
      return isSecured || isWithinHost ? "may_be_plain" : "must_seal";
    },
    cookieFor: (node) => Redacted.value(others.get(node) ?? cookies.own),
    cookies,
  };
};
