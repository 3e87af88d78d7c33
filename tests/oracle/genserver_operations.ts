/**
 * The oracle's operations of GenServers.
 *
 * @module
 */
import { Effect, Option } from "../../src/deps/effect.ts";
import { AlreadyStarted, atom, Exit, GenServer, Ignore, Pid, Process, Timeout } from "../../mod.ts";
import type { Step } from "./differences.ts";
import { field, number, type Operation, pid, text } from "./fields.ts";
import { runProgram, savedFrom, saveFrom, startScripted, stopWith } from "./scripted_server.ts";
import { decode, decodeAddress, encode, isObject, type Json, list, nodeName } from "./terms.ts";
import { bodyOf } from "./operations.ts";
import type { Work, World } from "./world.ts";

const timeoutOf = (step: Step): readonly [timeout?: number | "infinity"] => {
  const { timeout } = step;
  if (timeout === undefined) return [];
  return [timeout === "infinity" ? timeout : number(step, "timeout")];
};

const addressOf = (step: Step, { names }: World): GenServer.ServerRef =>
  decodeAddress(field(step, "to"), names);
const messageOf = (step: Step, { names }: World) => decode(field(step, "message"), names) as never;
const nodesOf = (step: Step): ReadonlyArray<string> => {
  const nodes = field(step, "nodes");
  return Array.isArray(nodes) ? nodes.map((node) => nodeName(String(node))) : [];
};

const startOf = (how: "start" | "start_link") => (step: Step, world: World): Work => {
  const { register, server = {} } = step;
  return Effect.result(startScripted(world, {
    name: text(step, "name"),
    register: typeof register === "string" ? register : undefined,
    timeout: step["timeout"] === undefined ? undefined : number(step, "timeout"),
    script: isObject(server) ? server : {},
  }, how));
};

/** What a start came to, as Elixir answers it. */
export const encodeStart = (result: unknown, { names }: World): Json => {
  const { success, failure } = result as { readonly success?: unknown; readonly failure?: unknown };
  if (success instanceof Pid) return ["ok", encode(success, names)];
  if (failure instanceof Ignore) return "ignore";
  if (failure instanceof AlreadyStarted) {
    return ["error", ["already_started", failure.pid === undefined ? null : encode(failure.pid, names)]];
  }
  if (failure instanceof Timeout) return ["error", "timeout"];
  if (failure instanceof Exit) return ["error", encode(failure.reason, names, "reason")];
  return ["error", encode(failure, names, "reason")];
};

const encodeAddress = (address: unknown, { names }: World): Json => {
  if (!Option.isOption(address) || Option.isNone(address)) return null;
  const { value } = address;
  return Array.isArray(value) ? value.map((part) => encode(part, names, "reason")) : encode(value, names);
};

const encodeReplies = (answer: unknown, { names }: World): Json => {
  const [replies, bad] = answer as GenServer.Replies<unknown>;
  return [
    list(replies.map(([node, reply]): Json => [encode(node, names, "reason"), encode(reply, names)])),
    list(bad.map((node) => encode(node, names, "reason"))),
  ];
};

/** By their names. */
export const genserverOperations: Readonly<Record<string, Operation>> = {
  "genserver.start": { run: startOf("start"), encode: encodeStart },
  "genserver.start_link": { run: startOf("start_link"), encode: encodeStart },
  "genserver.call": {
    run: (step, world) => GenServer.call(addressOf(step, world), messageOf(step, world), ...timeoutOf(step)),
  },
  "genserver.cast": { run: (step, world) => GenServer.cast(addressOf(step, world), messageOf(step, world)) },
  "genserver.stop": {
    run: (step, world) => {
      const { reason = "normal" } = step;
      return GenServer.stop(
        addressOf(step, world),
        decode(reason, world.names, "reason"),
        ...timeoutOf(step),
      );
    },
  },
  "genserver.whereis": {
    run: (step, world) => GenServer.whereis(addressOf(step, world)),
    encode: encodeAddress,
  },
  "genserver.abcast": {
    run: (step, world) => GenServer.abcast(nodesOf(step), text(step, "to"), messageOf(step, world)),
  },
  "genserver.multi_call": {
    run: (step, world) =>
      GenServer.multiCall(nodesOf(step).toSorted(), text(step, "to"), messageOf(step, world), 500),
    encode: encodeReplies,
  },
  "server.stop_with": {
    run: (step, world) =>
      Process.send(pid(step, "of", world), stopWith(decode(field(step, "reason"), world.names, "reason"))),
  },
  "server.run": {
    run: (step, world) =>
      Effect.as(
        Process.send(pid(step, "of", world), runProgram(world.programId(bodyOf(step["do"], world)))),
        atom("ok"),
      ),
  },
  save_from: { run: (step, world) => Effect.sync(() => saveFrom(world, String(step["key"] ?? "from"))) },
  reply: {
    run: (step, world) =>
      GenServer.reply(
        savedFrom(world, String(step["key"] ?? "from")),
        decode(field(step, "value"), world.names),
      ),
  },
};
