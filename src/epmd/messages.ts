/**
 * The port mapper's messages as bytes and back: "EPMD Protocol" of Erlang's `erl_dist_protocol`, and nothing
 * that touches a socket or a clock.
 *
 * A request is `u16 length, u8 tag, …`; one connection carries one request. An answer has no length before
 * it: its own fields say how long it is, but NAMES, which ends with the connection. All integers are
 * big-endian.
 *
 * What this does *not* do: it decides nothing about who may register what (`server.ts` does), it does
 * not read DUMP_REQ and STOP_REQ (refused by name: the one tells of file descriptors that do not exist here,
 * the other ends somebody else's registration), and it knows no ALIVE_CLOSE (a registration ends with its
 * connection, nothing is sent). No result refers to bytes that were handed in: every buffer may be used again
 * at once.
 *
 * @example A request, and what the port mapper makes of it
 * ```ts
 * import { encodeRequest, RequestParser } from "./messages.ts";
 * import { assertEquals } from "@std/assert";
 *
 * const bytes = encodeRequest({ tag: "PORT_PLEASE2_REQ", name: "alex" });
 * assertEquals([...bytes], [0, 5, 122, 97, 108, 101, 120]);
 *
 * const parser = new RequestParser();
 * assertEquals(parser.push(bytes.subarray(0, 3)), { tag: "more" });
 * assertEquals(parser.push(bytes.subarray(3)), {
 *   tag: "done",
 *   value: { tag: "PORT_PLEASE2_REQ", name: "alex" },
 * });
 * ```
 *
 * @module
 */
export * from "./answers.ts";
export {
  type Alive2Answer,
  defaultPort,
  hiddenNode,
  maxExtraBytes,
  maxNameBytes,
  maxNameCharacters,
  type NamedPort,
  nameProblem,
  type NamesAnswer,
  newestVersion,
  normalNode,
  oldestVersion,
  type Parsed,
  type Port2Answer,
  type Refusal,
  type Refused,
  type Registration,
  type Request,
  tcpProtocol,
} from "./fields.ts";
export * from "./requests.ts";
