/**
 * Nodes in OS processes of their own, for tests that stop and kill them.
 *
 * @module
 */
import * as Node from "../../src/node/node.ts";
import { eventually, type Net, type TestNode } from "../node/support.ts";
import { cookie } from "./modules.ts";

/** An OS process that runs a node. */
export interface NodeProcess {
  readonly name: string;
  /** Sends it a signal. */
  readonly kill: (signal: Deno.Signal) => void;
  /** Its end. */
  readonly status: Promise<Deno.CommandStatus>;
  /** What it wrote to standard error; complete once it has ended. */
  readonly errors: Promise<string>;
}

/** A program on a busy machine may take so many milliseconds to be up. */
const patience = 30_000;

/** Starts one, and waits until `from` can connect to it. It is killed when the test is over. */
export const nodeProcess = async (
  net: Net,
  from: TestNode,
  name: string,
  program = new URL("./node.ts", import.meta.url).href,
): Promise<NodeProcess> => {
  const child = new Deno.Command(Deno.execPath(), {
    args: ["run", "-A", "--no-check", program, "--sname", name, "--cookie", cookie, "--no-halt"],
    env: { ERL_EPMD_PORT: String(net.mapperPort), NO_COLOR: "1" },
    stdin: "null",
    stdout: "null",
    stderr: "piped",
  }).spawn();
  const errors = new Response(child.stderr).text();
  let hasEnded = false;
  const status = child.status.then((one) => {
    hasEnded = true;
    return one;
  });
  const kill = (signal: Deno.Signal): void => {
    if (!hasEnded) child.kill(signal);
  };
  net.onEnd(async () => {
    kill("SIGKILL");
    await status;
    await errors;
  });
  await eventually(`${name} answers`, async () => {
    if (hasEnded) throw new Error(`${name} ended: ${await errors}`);
    return String(await from.run(Node.ping(name))) === ":pong";
  }, patience);
  return { name, kill, status, errors };
};
