/**
 * Between the oracle's JSON and our terms, in both directions.
 *
 * An atom of Erlang is a string of ours where its *position* says so (an exit reason, a name, a node), and an
 * `Atom` elsewhere; both are written as JSON's plain string.
 *
 * @module
 */
import { Atom, atom, isTuple, Pid, Reference } from "../../mod.ts";
import { toTuple } from "../../src/term/tuple.ts";
import { isCrash, isTaggedError } from "../../src/term/errors.ts";

/** Any JSON. */
export type Json = null | boolean | number | string | ReadonlyArray<Json> | JsonObject;
/** A JSON object. */
export interface JsonObject {
  readonly [key: string]: Json;
}

/** What the names in a case stand for. */
export interface Names {
  /** The pid of `<name>`; `undefined` when there is none, since its spawn has failed. */
  readonly pid: (name: string) => Pid | undefined;
  /** The reference of `#name`. */
  readonly reference: (name: string) => Reference | undefined;
  /** The name of a pid, without its brackets. */
  readonly nameOfPid: (pid: Pid) => string | undefined;
  /** The name of a reference, without its mark. */
  readonly nameOfReference: (reference: Reference) => string | undefined;
}

/** A step mentions a process or reference that was never made. */
export class Unplayable extends Error {
  override readonly name = "Unplayable";
}

const host = "localhost";

/** The node's name behind a label: `@peer` is `peer@localhost`. */
export const nodeName = (label: string): string => `${label.slice(1)}@${host}`;

/** The label of a node's name; other texts stay as they are. */
export const nodeLabel = (name: string): string =>
  name.endsWith(`@${host}`) ? `@${name.slice(0, -host.length - 1)}` : name;

/** Whether JSON is an object. */
export const isObject = (json: Json | undefined): json is JsonObject =>
  typeof json === "object" && json !== null && !Array.isArray(json);

/** Where a term stands: in a message a plain text of ours is a string, elsewhere it is an atom by position. */
export type Position = "message" | "reason";

/** A list as the oracle writes it. */
export const list = (items: ReadonlyArray<Json>): Json => ({ list: items });

/** The oracle's JSON for a term of ours. */
export const encode = (term: unknown, names: Names, position: Position = "message"): Json => {
  switch (typeof term) {
    case "string": {
      const label = nodeLabel(term);
      return position === "reason" || label !== term ? label : { str: term };
    }
    case "number":
    case "boolean":
      return term;
    case "undefined":
      return null;
    case "object":
      return term === null ? null : encodeObject(term, names, position);
    case "function":
      return "fun";
    default:
      return { unknown: String(term) };
  }
};

const encodeObject = (term: object, names: Names, position: Position): Json => {
  if (term instanceof Atom) return nodeLabel(term.name);
  if (term instanceof Pid) return `<${names.nameOfPid(term) ?? "?"}>`;
  if (term instanceof Reference) return `#${names.nameOfReference(term) ?? "?"}`;
  if (isTuple(term)) return encodeTuple(term, names, position);
  if (Array.isArray(term)) return list(term.map((element) => encode(element, names, position)));
  if (isTaggedError(term)) return encodeFailure(term);
  if (isCrash(term)) {
    return [{ error: term.error.name, message: term.error.message }, "stacktrace"];
  }
  const fields = Object.entries(term).map(([key, value]) => [key, encode(value, names, position)] as const);
  return { map: Object.fromEntries(fields) };
};

/** A failure as an exit reason: `undef` as the BEAM has it, others by their tag. */
const encodeFailure = (failure: Error & { readonly _tag: string }): Json =>
  failure._tag === "undef" ? ["undef", "stacktrace"] : failure._tag;

/** The system's own messages have reasons, names and nodes at places that are known. */
const encodeTuple = (tuple: ReadonlyArray<unknown>, names: Names, position: Position): Json => {
  const [tag] = tuple;
  const at = (index: number, place: Position): Json => encode(tuple[index], names, place);
  if (tag === atom("DOWN") && tuple.length === 5) {
    return ["DOWN", at(1, "message"), at(2, "message"), at(3, "reason"), at(4, "reason")];
  }
  // Of the event log.
  if ((tag === atom("down") || tag === atom("terminate")) && tuple.length === 3) {
    return [at(0, "message"), at(1, "message"), at(2, "reason")];
  }
  if (tag === atom("EXIT") && tuple.length === 3) return ["EXIT", at(1, "message"), at(2, "reason")];
  if ((tag === atom("nodeup") || tag === atom("nodedown")) && tuple.length === 3) {
    return [at(0, "message"), at(1, "reason"), encodeNodeInfo(tuple[2])];
  }
  return tuple.map((element) => encode(element, names, position));
};

/** `{ nodeType, nodedownReason }` as the property list of `net_kernel:monitor_nodes/2`, sorted. */
const encodeNodeInfo = (info: unknown): Json => {
  const known: ReadonlyArray<readonly [string, string]> = [
    ["nodedownReason", "nodedown_reason"],
    ["nodeType", "node_type"],
  ];
  const properties = known.flatMap(([ours, theirs]): ReadonlyArray<Json> => {
    const value: unknown = typeof info === "object" && info !== null ? Reflect.get(info, ours) : undefined;
    return typeof value === "string" ? [[theirs, value]] : [];
  });
  return list(properties);
};

/** Our term for the oracle's JSON. Throws {@link Unplayable} for a pid or reference that was never made. */
export const decode = (json: Json, names: Names, position: Position = "message"): unknown => {
  if (typeof json === "string") return decodeText(json, names, position);
  if (json === null || typeof json !== "object") return json;
  if (!isObject(json)) return toTuple(json.map((element) => decode(element, names, position)));
  const { str, list: items, map } = json;
  if (typeof str === "string") return str;
  if (Array.isArray(items)) return items.map((item) => decode(item, names, position));
  if (isObject(map)) {
    return Object.fromEntries(Object.entries(map).map(([key, value]) => [key, decode(value, names)]));
  }
  throw new Error(`a term that this interpreter does not know: ${JSON.stringify(json)}`);
};

const decodeText = (text: string, names: Names, position: Position): unknown => {
  const pidName = /^<(.+)>$/.exec(text)?.[1];
  if (pidName !== undefined) return decodePid(text, names);
  if (/^#./.test(text)) return decodeReference(text, names);
  if (/^@./.test(text)) return nodeName(text);
  return position === "reason" ? text : atom(text);
};

/** The pid that `<name>` stands for. */
export const decodePid = (text: string, names: Names): Pid => {
  const pid = names.pid(text.slice(1, -1));
  if (pid === undefined) throw new Unplayable(`there is no process ${text}`);
  return pid;
};

/** The reference that `#name` stands for. */
export const decodeReference = (text: string, names: Names): Reference => {
  const reference = names.reference(text.slice(1));
  if (reference === undefined) throw new Unplayable(`there is no reference ${text}`);
  return reference;
};

/** Whom a step addresses: a pid, a name, or a name on a node. */
export const decodeAddress = (
  json: Json,
  names: Names,
): Pid | string | readonly [name: string, node: string] => {
  if (typeof json === "string") return json.startsWith("<") ? decodePid(json, names) : json;
  if (Array.isArray(json)) {
    const [name, node] = json;
    if (typeof name === "string" && typeof node === "string") return [name, nodeName(node)];
  }
  throw new Error(`no address: ${JSON.stringify(json)}`);
};

/** Whether two pieces of JSON are the same; `left` may hold `<?>` and `#?`, which stand for any. */
export const isSame = (left: Json, right: Json): boolean => {
  if (left === right) return true;
  if (typeof left === "string" && typeof right === "string") {
    return (left === "<?>" && right.startsWith("<")) || (left === "#?" && right.startsWith("#"));
  }
  if (typeof left !== "object" || typeof right !== "object" || left === null || right === null) return false;
  if (Array.isArray(left) || Array.isArray(right)) {
    return Array.isArray(left) && Array.isArray(right) && left.length === right.length &&
      left.every((element, index) => isSame(element, right[index] ?? null));
  }
  return isSameObject(left as JsonObject, right as JsonObject);
};

const isSameObject = (left: JsonObject, right: JsonObject): boolean => {
  const keys = Object.keys(left);
  return keys.length === Object.keys(right).length &&
    keys.every((key) => key in right && isSame(left[key] ?? null, right[key] ?? null));
};
