/**
 * Nodes in OS processes of their own, for tests that stop and kill them.
 *
 * @module
 */
import * as Node from "../../src/node/node.ts";
import type { Net, TestNode } from "../node/support.ts";
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
  while (String(await from.run(Node.ping(name))) !== ":pong") {
    if (hasEnded) throw new Error(`${name} ended: ${await errors}`);
    await new Promise((resolve) => setTimeout(resolve, 20));
  }
  return { name, kill, status, errors };
};
