/**
 * Node names: `name@host`, and what may stand in them (Erlang's "Distributed Erlang", section Nodes).
 *
 * @module
 */

/** A node name taken apart. */
export interface NodeName {
  /** The whole name, `alex@localhost`. */
  readonly full: string;
  /** What stands before the `@`: what the port mapper of the host knows. */
  readonly alive: string;
  /** The host's name or address. */
  readonly host: string;
}

/** Why a text is no node name, in words that say what to write instead. */
export interface BadNodeName {
  /** What is wrong with it and what to write instead. */
  readonly problem: string;
}

const alivePattern = /^[\p{L}\p{N}_\-.]+$/u;
const hostPattern = /^[A-Za-z0-9_\-.:]+$/;

/** Takes `name@host` apart; the whole is at most 255 bytes (Erlang's limit on atoms). */
export const parseNodeName = (text: string): NodeName | BadNodeName => {
  const [alive, host, ...rest] = text.split("@");
  if (alive === undefined || host === undefined || rest.length > 0 || alive === "" || host === "") {
    return { problem: `a node's name is written name@host, as alex@localhost` };
  }
  if (!alivePattern.test(alive)) {
    return { problem: `before the @ stand letters, digits, "_", "-" and "." alone, as in alex@localhost` };
  }
  if (!hostPattern.test(host)) {
    return { problem: `after the @ stands a host's name or address, as in alex@localhost` };
  }
  if (new TextEncoder().encode(text).length > 255) return { problem: "a node's name has at most 255 bytes" };
  return { full: text, alive, host };
};

/** Whether a host's name or address is this machine's loopback: such nodes are private to the machine. */
export const isLoopbackHost = (host: string): boolean =>
  host === "localhost" || host === "::1" || /^127\.\d+\.\d+\.\d+$/.test(host);
