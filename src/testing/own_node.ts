/**
 * The node that a test file runs as, where its command line says so: up when the file's tests are registered,
 * gone when they are over.
 *
 * @module
 */
import { textOfCause } from "../cli/failure_text.ts";
import type { BadFlags, Flags } from "../cli/flags.ts";
import { nodeOptions } from "../cli/node_options.ts";
import { isGranted } from "../cli/permission.ts";
import { Effect } from "../deps/effect.ts";
import * as Node from "../node/node.ts";
import { load } from "../otp/config.ts";
import { ownKernel } from "../process/own_kernel.ts";
import { parseNodeName } from "../term/node_name.ts";
import { parseTestFlags, type TestFlags } from "./flags.ts";
import { claim, type GiveUp } from "./locks.ts";

/** Whether this file is run by `deno test`: elsewhere Deno's `test` does nothing. */
export const isTestRun = (): boolean => Deno.test.name !== "noopTest";

const hostName = (): string | BadFlags =>
  isGranted({ name: "sys", kind: "hostname" }) ? Deno.hostname().split(".")[0] ?? "localhost" : {
    problem: "--sname without a host needs --allow-sys=hostname: or write the host, as sophie@localhost",
  };

/**
 * A name that no other test file of this OS process has: files that run in parallel are nodes of their own,
 * `sophie@localhost`, `sophie-1@localhost` and so on.
 */
const claimName = async (name: string): Promise<{ readonly name: string; readonly giveUp: GiveUp }> => {
  const at = name.indexOf("@");
  for (let number = 0;; number++) {
    const candidate = number === 0 ? name : `${name.slice(0, at)}-${number}${name.slice(at)}`;
    const giveUp = await claim(`spawnlink node ${candidate}`);
    if (giveUp !== undefined) return { name: candidate, giveUp };
  }
};

/** Starts the node. */
const start = async (name: string, flags: Flags): Promise<BadFlags | undefined> => {
  const parsed = parseNodeName(name);
  if ("problem" in parsed) return parsed;
  const options = nodeOptions(name, flags);
  if ("problem" in options) return options;
  const { name: claimed, giveUp } = await claimName(name);
  const exit = await Effect.runPromiseExit(Node.start(claimed, options));
  if (exit._tag === "Failure") {
    await giveUp();
    return { problem: textOfCause(exit.cause).replaceAll(/\s*\n\s*/g, " ") };
  }
  Deno.test.afterAll(async () => {
    await Effect.runPromise(Effect.ignore(Node.stop()));
    await giveUp();
  });
  return undefined;
};

const none: TestFlags["filters"] = { exclude: [], include: [], only: [] };

const begin = async (): Promise<TestFlags["filters"]> => {
  if (!isTestRun()) return none;
  const flags = parseTestFlags(Deno.args, hostName);
  if ("node" in flags) await Effect.runPromise(load(ownKernel(), "the tests", undefined, flags.node.env));
  const problem = "problem" in flags
    ? flags
    : flags.node.name === undefined
    ? undefined
    : await start(flags.node.name, flags.node);
  if (problem !== undefined) {
    console.error(problem.problem);
    Deno.exit(1);
  }
  return "problem" in flags ? none : flags.filters;
};

/** What the command line says of tags; known when the node is up. */
export const commandLine: TestFlags["filters"] = await begin();

/** Whether this test file runs as a named node. */
export const isNode = (): boolean => ownKernel().isAlive;
