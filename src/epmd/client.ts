/**
 * The port mapper's client: registers a node, and asks where others listen. "EPMD Protocol" of Erlang's
 * `erl_dist_protocol`, over the transport and the clock of the kernel's seams.
 *
 * One connection a question. Nothing here rejects: what can happen is the `tag` of the result. A port mapper
 * that is stopped still accepts and never answers, so every question has a limit of {@link questionTime}.
 *
 * What this does *not* do: start a port mapper, register again when a registration ends (its `closed` says
 * when), or take a question back (each ends by itself within its limit).
 *
 * @module
 */
import type { Address, Connection, KernelClock, Transport } from "../process/seams.ts";
import { TransportError } from "../process/seams.ts";
import type { AnswerFormat, NamedPort, Registration, Request } from "./messages.ts";
import {
  alive2Answer,
  AnswerParser,
  encodeRequest,
  namesAnswer,
  newestVersion,
  oldestVersion,
  port2Answer,
  requestProblem,
  tcpProtocol,
} from "./messages.ts";

/** How long one question may take, in milliseconds, from before connecting to the end of the answer. */
export const questionTime = 2_000;

/**
 * How long a name that is taken is asked for again, in milliseconds: a node that ends and starts at once
 * under its name meets its own earlier registration (erlang/otp #11083).
 */
export const takenTime = 1_000;

/** How long to wait before a name that is taken is asked for again, in milliseconds. */
const takenPause = 100;

/** What of the kernel's seams a question needs. */
export interface ClientSeams {
  /** How the port mapper is reached. */
  readonly transport: Transport;
  /** The clock of the time limits. */
  readonly clock: KernelClock;
}

/** Why there is no answer. */
export interface NoAnswer {
  /** The kind of silence. */
  readonly tag:
    /** Nothing accepts at that address: a port mapper may be started there. */
    | "no_mapper"
    /** What answers is no port mapper. */
    | "not_epmd"
    /** No whole answer within {@link questionTime}. */
    | "timeout"
    /** The host cannot be found or reached. */
    | "unreachable"
    /** Deno's permission to connect there is missing. */
    | "denied"
    /** The connection ended before the whole answer: the mapper went, or takes nothing from this host. */
    | "closed"
    /** The question cannot be written: a name, port or extra that is none. Nothing was sent. */
    | "bad_request";
  /** What happened, in words. */
  readonly detail: string;
}

/** A registration that lives. */
export interface LiveRegistration {
  /** The node is registered. */
  readonly tag: "registered";
  /** What tells this life of the node from earlier ones: 32 bits, or 1 to 3 from an `epmd` before OTP 23. */
  readonly creation: number;
  /** Resolved when the registration has ended: closed here, or since the port mapper went. */
  readonly closed: Promise<void>;
  /** Ends the registration ("Unregister a Node from EPMD"). May be called twice. */
  readonly close: () => void;
}

/** What came of {@link register}. */
export type Registered =
  | LiveRegistration
  /** Another node has the name, and still had it after {@link takenTime}. */
  | { readonly tag: "taken"; readonly detail: string }
  | NoAnswer;

/** What came of {@link lookup}. */
export type Found =
  | { readonly tag: "found"; readonly registration: Registration }
  /** The port mapper knows no node of that name. */
  | { readonly tag: "absent" }
  | NoAnswer;

/** What came of {@link names}. */
export type Listed = { readonly tag: "names"; readonly nodes: readonly NamedPort[] } | NoAnswer;

/** What {@link register} needs. */
export interface RegisterOptions extends ClientSeams {
  /** Where the port mapper listens: an address of this host, else it does not take registrations. */
  readonly mapper: Address;
  /** What stands before the `@` of the node's name. */
  readonly name: string;
  /** The TCP port on which the node listens. */
  readonly port: number;
  /** `normalNode` or `hiddenNode`. */
  readonly nodeType: number;
  /** Free bytes that {@link lookup} gives back; none when left out. */
  readonly extra?: Uint8Array;
}

const textOf = (address: Address): string =>
  address.host.includes(":") ? `[${address.host}]:${address.port}` : `${address.host}:${address.port}`;

const noAnswerFor = (error: unknown, mapper: Address): NoAnswer => {
  const said = error instanceof Error ? error.message : String(error);
  const detail = `port mapper at ${textOf(mapper)}: ${said}`;
  if (!(error instanceof TransportError)) return { tag: "unreachable", detail };
  switch (error.kind) {
    case "refused":
      return { tag: "no_mapper", detail: `no port mapper at ${textOf(mapper)}` };
    case "denied":
      return { tag: "denied", detail };
    case "closed":
      return { tag: "closed", detail };
    case "unreachable":
    case "in_use":
    case "tls":
      return { tag: "unreachable", detail };
  }
};

type Asked<A> = { readonly tag: "answer"; readonly answer: A; readonly connection: Connection } | NoAnswer;

/** Sends the request and reads until its answer is whole, or cannot become one. */
const converse = async <A>(
  connection: Connection,
  mapper: Address,
  request: Uint8Array,
  format: AnswerFormat<A>,
): Promise<Asked<A>> => {
  const parser = new AnswerParser(format);
  const buffer = new Uint8Array(4096);
  await connection.write(request);
  while (true) {
    const count = await connection.read(buffer);
    const parsed = count === null ? parser.end() : parser.push(buffer.subarray(0, count));
    if (parsed.tag === "done") return { tag: "answer", answer: parsed.value, connection };
    if (parsed.tag === "more") continue;
    return parsed.because === "truncated"
      ? { tag: "closed", detail: `the port mapper at ${textOf(mapper)} closed: ${parsed.detail}` }
      : { tag: "not_epmd", detail: `no port mapper answers at ${textOf(mapper)}: ${parsed.detail}` };
  }
};

/** Asks one question within its limit. With an answer the connection is the caller's, else it is closed. */
const ask = <A>(
  { transport, clock }: ClientSeams,
  mapper: Address,
  request: Request,
  format: AnswerFormat<A>,
): Promise<Asked<A>> => {
  const problem = requestProblem(request);
  if (problem !== undefined) return Promise.resolve({ tag: "bad_request", detail: problem });
  return new Promise((resolve) => {
    let over = false;
    let connection: Connection | undefined;
    const giveUp = new AbortController();
    const settle = (asked: Asked<A>): void => {
      if (over) return;
      over = true;
      takeBack();
      if (asked.tag !== "answer") {
        giveUp.abort();
        connection?.close();
      }
      resolve(asked);
    };
    const takeBack = clock.after(questionTime, () => {
      settle({
        tag: "timeout",
        detail: `no answer from the port mapper at ${textOf(mapper)} within ${questionTime} ms`,
      });
    });
    const run = async (): Promise<void> => {
      try {
        connection = await transport.connect(mapper, undefined, giveUp.signal);
        // Not every transport takes a connect back: one that succeeds after the limit is closed here.
        if (over) connection.close();
        else settle(await converse(connection, mapper, encodeRequest(request), format));
      } catch (error) {
        settle(noAnswerFor(error, mapper));
      }
    };
    run();
  });
};

/** Keeps the registration's connection until it ends; a byte on it is no part of the protocol and ends it. */
const keep = (connection: Connection, creation: number): LiveRegistration => {
  const watch = async (): Promise<void> => {
    try {
      await connection.read(new Uint8Array(1));
    } catch {
      // However the connection ended, so did the registration.
    }
    connection.close();
  };
  return { tag: "registered", creation, closed: watch(), close: () => connection.close() };
};

const pause = (clock: KernelClock, milliseconds: number): Promise<void> =>
  new Promise((resolve) => {
    clock.after(milliseconds, resolve);
  });

/**
 * Registers a node with a port mapper of this host ("Register a Node in EPMD"). The registration lives as
 * long as the connection behind it. A name that is taken is asked for again for {@link takenTime}.
 *
 * @param options The node, the port mapper and the seams.
 * @returns `registered` with the creation and `closed`; `taken`; or why there is no answer.
 */
export const register = async (options: RegisterOptions): Promise<Registered> => {
  const { clock, mapper, name, port, nodeType, extra = new Uint8Array(0) } = options;
  const registration: Registration = {
    name,
    port,
    nodeType,
    protocol: tcpProtocol,
    highestVersion: newestVersion,
    lowestVersion: oldestVersion,
    extra,
  };
  const start = clock.now();
  while (true) {
    const asked = await ask(options, mapper, { tag: "ALIVE2_REQ", registration }, alive2Answer);
    if (asked.tag !== "answer") return asked;
    if (asked.answer.result === 0) return keep(asked.connection, asked.answer.creation);
    asked.connection.close();
    if (clock.now() - start >= takenTime) {
      return { tag: "taken", detail: `the name ${name} is taken at the port mapper at ${textOf(mapper)}` };
    }
    await pause(clock, takenPause);
  }
};

/**
 * Asks a port mapper where a node listens ("Get the Distribution Port of Another Node").
 *
 * @param seams How the port mapper is reached, and the clock of the limit.
 * @param mapper Where the port mapper listens.
 * @param name What stands before the `@` of the node's name.
 * @returns `found` with port, type and extra; `absent`; or why there is no answer.
 */
export const lookup = async (seams: ClientSeams, mapper: Address, name: string): Promise<Found> => {
  const asked = await ask(seams, mapper, { tag: "PORT_PLEASE2_REQ", name }, port2Answer);
  if (asked.tag !== "answer") return asked;
  asked.connection.close();
  const { registration } = asked.answer;
  if (registration === undefined) return { tag: "absent" };
  if (registration.name !== name) {
    return { tag: "not_epmd", detail: `asked for ${name}, ${textOf(mapper)} told of ${registration.name}` };
  }
  return { tag: "found", registration };
};

/**
 * Asks a port mapper for all its nodes ("Get All Registered Names from EPMD"; `epmd -names`,
 * `:net_adm.names/1`).
 *
 * @param seams How the port mapper is reached, and the clock of the limit.
 * @param mapper Where the port mapper listens.
 * @returns `names` with the nodes in the port mapper's order, or why there is no answer.
 */
export const names = async (seams: ClientSeams, mapper: Address): Promise<Listed> => {
  const asked = await ask(seams, mapper, { tag: "NAMES_REQ" }, namesAnswer);
  if (asked.tag !== "answer") return asked;
  asked.connection.close();
  return { tag: "names", nodes: asked.answer.nodes };
};
