/**
 * A node's command line: flags to options, and one line of advice for what cannot be.
 *
 * @module
 */
import { parseArgs } from "../deps/std_cli.ts";
import { parseAddress } from "../node/settings.ts";
import { parseNodeName } from "../term/node_name.ts";

/** What the command line says. */
export interface Flags {
  /** The node's name, with its host; `undefined` runs without distribution. */
  readonly name: string | undefined;
  readonly cookie: string | undefined;
  readonly cookieFile: string | undefined;
  readonly listen: { readonly host: string; readonly port: number } | undefined;
  /** The nodes to keep a link to. */
  readonly connect: ReadonlyArray<string>;
  /** Where nodes listen, as `HOST:PORT` by their names. */
  readonly addresses: Readonly<Record<string, string>>;
  /** The files of TLS: a certificate, its key, and the authority that is trusted. */
  readonly tls: TlsFiles | undefined;
  /** Which configuration counts, as `prod`; `undefined` leaves that to the environment. */
  readonly env: string | undefined;
  /** The module whose application is to run: a path or a URL. */
  readonly file: string | undefined;
  readonly hidden: boolean;
  readonly halt: boolean;
  readonly help: boolean;
  readonly version: boolean;
}

/** The files that TLS needs, each in PEM. */
export interface TlsFiles {
  readonly cert: string;
  readonly key: string;
  readonly ca: string | undefined;
}

/** A command line that cannot be: what to write instead, in one line. */
export interface BadFlags {
  readonly problem: string;
}

/** The help text of `--help`, but for its first line. */
export const help = `Options:
  --sname NAME        the node's name: alex@localhost, or alex for this host
  --name NAME         the same with a full host name: alex@host.example.com
  --cookie TEXT       the cluster's secret; else SPAWNLINK_COOKIE, else ~/.erlang.cookie
  --cookie-file PATH  a file that holds the secret
  --listen HOST:PORT  where to listen; by default what the name says, on a free port
  --connect NODE      a node to keep a link to; may stand several times
  --address NODE=HOST:PORT  where a node listens, instead of asking its port mapper; several times, too
  --tls-cert FILE     links inside TLS: this node's certificate, in PEM,
  --tls-key FILE      its key,
  --tls-ca FILE       and the authority that is trusted; the system's, where none is given
  --env ENV           the configuration: dev, test or prod, or what the application has
  -S FILE             run this module's application, a path or a URL: for a shell alone
  --hidden            a hidden node: in no list of others
  --no-halt           stay up until SIGTERM or SIGINT, and read no input
  --help              this text
  --version           the version
Environment: ERL_EPMD_PORT, the port mapper's port (4369); SPAWNLINK_COOKIE; SPAWNLINK_ENV, for --env.`;

const texts = [
  "sname",
  "name",
  "cookie",
  "cookie-file",
  "listen",
  "connect",
  "address",
  "tls-cert",
  "tls-key",
  "tls-ca",
  "env",
  "S",
] as const;
/** Those that may stand several times. */
const repeated: ReadonlySet<string> = new Set(["connect", "address"]);
const switches = ["hidden", "no-halt", "help", "version"] as const;

/** An empty command line. */
const nothing: Flags = {
  name: undefined,
  cookie: undefined,
  cookieFile: undefined,
  listen: undefined,
  connect: [],
  addresses: {},
  tls: undefined,
  env: undefined,
  file: undefined,
  hidden: false,
  halt: true,
  help: false,
  version: false,
};

/**
 * Reads a command line.
 *
 * @param args What stands behind the program's name; one leading `--` is passed over.
 * @param hostName This host's name, for `--sname alex`; asked for only then.
 */
export const parseFlags = (
  args: ReadonlyArray<string>,
  hostName: () => string | BadFlags,
): Flags | BadFlags => {
  const given = args[0] === "--" ? args.slice(1) : args;
  const unknown: Array<string> = [];
  // `no-halt` would be read as "not halt": it is told apart before.
  const halt = !given.includes("--no-halt");
  const parsed = parseArgs(given.filter((one) => one !== "--no-halt"), {
    boolean: switches,
    string: texts,
    collect: texts,
    unknown: (argument) => {
      unknown.push(argument);
      return false;
    },
  });
  const valuesOf = (name: typeof texts[number]): ReadonlyArray<unknown> => {
    const values = parsed[name];
    return Array.isArray(values) ? values : [];
  };
  const text = (name: typeof texts[number]): string | undefined => {
    const [value] = valuesOf(name);
    return typeof value === "string" ? value : undefined;
  };
  const twice = texts.find((name) => valuesOf(name).length > 1 && !repeated.has(name));
  if (twice !== undefined) return { problem: `${dashed(twice)} stands twice: give it once` };
  const empty = texts.find((name) => valuesOf(name).includes(""));
  if (empty !== undefined) return { problem: `${dashed(empty)} needs a value: --help shows how` };
  // What stands behind a second `--` is asked about by nobody.
  const [stray] = [...unknown, ...parsed._];
  if (stray !== undefined) return { problem: `unknown argument ${stray}: --help lists what there is` };
  const [isHelp, isVersion] = [parsed["help"] === true, parsed["version"] === true];
  if (isHelp || isVersion) return { ...nothing, help: isHelp, version: isVersion };
  const [sname, long] = [text("sname"), text("name")];
  if (sname !== undefined && long !== undefined) return { problem: "give either --sname or --name" };
  if (text("cookie") !== undefined && text("cookie-file") !== undefined) {
    return { problem: "give either --cookie or --cookie-file" };
  }
  const name = nameOf(sname, long, hostName);
  if (typeof name === "object") return name;
  const listen = text("listen");
  const address = listen === undefined ? undefined : parseAddress(listen);
  if (listen !== undefined && address === undefined) {
    return { problem: `--listen ${listen} is no address: write HOST:PORT, as 127.0.0.1:9100` };
  }
  const connect = valuesOf("connect").map(String);
  const noNode = connect.find((node) => "problem" in parseNodeName(node));
  if (noNode !== undefined) return { problem: `--connect ${noNode} is no node: write kate@localhost` };
  const addresses = addressesOf(valuesOf("address").map(String));
  if ("problem" in addresses) return addresses;
  const [cert, key, ca] = [text("tls-cert"), text("tls-key"), text("tls-ca")];
  if ((cert === undefined) !== (key === undefined) || (ca !== undefined && cert === undefined)) {
    return { problem: "TLS needs both --tls-cert and --tls-key; --tls-ca says whom to trust" };
  }
  return {
    name,
    connect,
    addresses: addresses.found,
    tls: cert === undefined || key === undefined ? undefined : { cert, key, ca },
    cookie: text("cookie"),
    cookieFile: text("cookie-file"),
    listen: address,
    env: text("env"),
    file: text("S"),
    hidden: parsed["hidden"] === true,
    halt,
    help: false,
    version: false,
  };
};

const addressesOf = (
  given: ReadonlyArray<string>,
): { readonly found: Readonly<Record<string, string>> } | BadFlags => {
  const found: Record<string, string> = {};
  for (const one of given) {
    const at = one.indexOf("=");
    const [node, address] = [one.slice(0, Math.max(0, at)), one.slice(at + 1)];
    if ("problem" in parseNodeName(node) || parseAddress(address) === undefined) {
      return { problem: `--address ${one} is none: write NODE=HOST:PORT, as kate@localhost=127.0.0.1:9100` };
    }
    found[node] = address;
  }
  return { found };
};

const dashed = (name: typeof texts[number]): string => `${name.length === 1 ? "-" : "--"}${name}`;

const nameOf = (
  short: string | undefined,
  long: string | undefined,
  hostName: () => string | BadFlags,
): string | undefined | BadFlags => {
  if (short === undefined && long === undefined) return undefined;
  let text = short ?? long ?? "";
  if (short !== undefined && !short.includes("@")) {
    const host = hostName();
    if (typeof host === "object") return host;
    text = `${short}@${host}`;
  }
  const parsed = parseNodeName(text);
  if ("problem" in parsed) return { problem: `${text} is no node name: ${parsed.problem}` };
  if (long !== undefined && !/[.:]/.test(parsed.host)) {
    return {
      problem: `--name needs a full host name, as ${parsed.alive}@host.example.com: for ${text} use --sname`,
    };
  }
  return text;
};
