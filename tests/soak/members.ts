/**
 * Nodes in OS processes of their own, one of which serves the port mapper of all and is killed: another takes
 * over, all register again, and who comes back under its name is one of them.
 *
 * @module
 */
import { names } from "../../src/epmd/client.ts";
import { tcpTransport } from "../../src/net/tcp.ts";
import * as Node from "../../src/node/node.ts";
import * as Erpc from "../../src/otp/erpc.ts";
import { defmodule } from "../../src/process/modules.ts";
import { systemSeams } from "../../src/process/own_kernel.ts";
import { type Transport, TransportError } from "../../src/process/seams.ts";
import { linesOf } from "../bench/lines.ts";
import { cookie } from "../faults/modules.ts";
import { freePort } from "../free_port.ts";
import { Net, type TestNode } from "../node/support.ts";
import { eventually } from "../waiting.ts";

/** What is asked of each of them. */
export const Members = defmodule("Soak members", { others: () => Node.list() });

/** One of them, while it runs. */
interface Member {
  /** Kills it, and waits for its end. */
  kill(): Promise<void>;
}

/** The cluster, seen from a hidden node of this OS process that never serves the mapper itself. */
class Cluster {
  readonly #net: Net;
  readonly #names: ReadonlyArray<string>;
  readonly #members = new Map<string, Member>();
  /** Who serves the mapper; nobody, after it was killed. */
  serving: string | undefined;

  constructor(net: Net, names: ReadonlyArray<string>) {
    this.#net = net;
    this.#names = names;
  }

  /** Starts one. */
  start(name: string): void {
    const others = this.#names.filter((other) => other !== name);
    const program = new URL("./member.ts", import.meta.url).href;
    const child = new Deno.Command(Deno.execPath(), {
      args: ["run", "-A", "--no-check", program, name, String(this.#net.mapperPort), ...others],
      stdin: "piped",
      stdout: "piped",
      stderr: "inherit",
    }).spawn();
    const heard = (async () => {
      for await (const line of linesOf(child.stdout)) if (line === "serving") this.serving = name;
    })();
    this.#members.set(name, {
      kill: async () => {
        this.#members.delete(name);
        child.kill("SIGKILL");
        await child.status;
        await heard;
        await child.stdin.close().catch(() => {});
      },
    });
  }

  /** Kills who serves the mapper; its name. */
  async killServing(): Promise<string> {
    const gone = this.serving ?? "";
    this.serving = undefined;
    await this.#members.get(gone)?.kill();
    return gone;
  }

  /** Resolved when all that run, and no others, are registered at a mapper that one of them serves. */
  async areRegistered(): Promise<void> {
    const expected = [...this.#members.keys()].sort().join(" ");
    await eventually(`registered: ${expected}`, async () => {
      const listed = await names(
        { transport: tcpTransport, clock: systemSeams.clock },
        { host: "127.0.0.1", port: this.#net.mapperPort },
      );
      if (listed.tag !== "names") return false;
      const found = listed.nodes.map(({ name }) => `${name}@localhost`).filter((name) => name !== observer);
      return found.sort().join(" ") === expected && this.serving !== undefined;
    });
  }

  /** Resolved when each that runs is connected to all others. */
  async areMeshed(from: TestNode): Promise<void> {
    for (const name of this.#members.keys()) {
      const expected = [...this.#members.keys()].filter((other) => other !== name).sort().join();
      await eventually(`${name} sees ${expected}`, async () => {
        const others = await from.run(Erpc.call(name, Members.others, []));
        return others.toSorted().join() === expected;
      });
    }
  }

  /** Kills all. */
  async end(): Promise<void> {
    await Promise.all([...this.#members.values()].map((member) => member.kill()));
  }
}

const observer = "observer@localhost";

/**
 * Kills the mapper's node of a cluster of that many, again and again.
 *
 * @returns Milliseconds from each kill until all others were registered again.
 */
export const takeOver = async (options: {
  readonly nodes: number;
  readonly rounds: number;
  readonly onRound?: (round: number, milliseconds: number) => void;
}): Promise<ReadonlyArray<number>> => {
  const net = new Net(freePort());
  const all = Array.from({ length: options.nodes }, (_, number) => `member${number}@localhost`);
  const cluster = new Cluster(net, all);
  // A mapper that this node served could not be killed.
  const transport: Transport = {
    ...tcpTransport,
    listen: (at) => {
      if (at.port === net.mapperPort) throw new TransportError("in_use", "left to the members");
      return tcpTransport.listen(at);
    },
  };
  try {
    for (const name of all) cluster.start(name);
    await cluster.areRegistered();
    const from = await net.node(observer, { cookie, hidden: true, transport });
    await cluster.areMeshed(from);
    const times: Array<number> = [];
    for (let round = 0; round < options.rounds; round++) {
      const gone = await cluster.killServing();
      const start = performance.now();
      await cluster.areRegistered();
      const milliseconds = performance.now() - start;
      times.push(milliseconds);
      await cluster.areMeshed(from);
      cluster.start(gone);
      await cluster.areRegistered();
      await cluster.areMeshed(from);
      options.onRound?.(round, milliseconds);
    }
    return times;
  } finally {
    await cluster.end();
    await net.end();
  }
};
