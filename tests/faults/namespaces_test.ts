/**
 * Two nodes on real addresses, and a cable between them that is pulled and plugged in again.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { linesOf } from "../bench/lines.ts";
import { eventually } from "../waiting.ts";
import { Cable, type Place } from "./namespaces.ts";

/** Why there can be no namespaces here, if so. */
const obstacle = async (): Promise<string | undefined> => {
  if (Deno.build.os !== "linux") return "this is no Linux";
  const cable = await Cable.lay();
  if (typeof cable === "string") return cable;
  await cable.remove();
};

/** A node at one end: what it said, what went wrong with it, and how it ends. */
const nodeAt = (
  { namespace }: Place,
  name: string,
  other: string,
): {
  readonly said: ReadonlyArray<string>;
  readonly logged: ReadonlyArray<string>;
  readonly end: () => Promise<void>;
} => {
  const program = new URL("./namespace_node.ts", import.meta.url).href;
  const child = new Deno.Command("ip", {
    args: ["netns", "exec", namespace, Deno.execPath(), "run", "-A", "--no-check", program, name, other],
    stdin: "piped",
    stdout: "piped",
    stderr: "piped",
  }).spawn();
  const said: Array<string> = [];
  const logged: Array<string> = [];
  const keep = async (
    stream: ReadableStream<Uint8Array<ArrayBuffer>>,
    lines: Array<string>,
  ): Promise<void> => {
    for await (const line of linesOf(stream)) lines.push(line);
  };
  const listening = Promise.all([keep(child.stdout, said), keep(child.stderr, logged)]);
  return {
    said,
    logged,
    end: async () => {
      await child.stdin.close();
      await child.status;
      await listening;
    },
  };
};

const problem = await obstacle();

Deno.test({
  name:
    "network namespaces: a pulled cable is a node down at both ends, and the link heals by itself when it is back" +
    (problem === undefined ? "" : ` (ignored: ${problem})`),
  ignore: problem !== undefined,
  fn: async () => {
    const cable = await Cable.lay();
    assert(cable instanceof Cable, String(cable));
    const [alex, kate] = [`alex@${cable.one.address}`, `kate@${cable.other.address}`];
    const nodes = [nodeAt(cable.one, alex, kate), nodeAt(cable.other, kate, alex)];
    const both = (what: string, expected: ReadonlyArray<string>): Promise<void> =>
      eventually(
        () => `both ${what}: ${Deno.inspect(nodes.map(({ said, logged }) => ({ said, logged })))}`,
        () => nodes.every(({ said }) => said.toSorted().join() === expected.toSorted().join()),
      );
    try {
      await both("are there", ["ready"]);
      await cable.plug("in");
      await both("see each other", ["ready", "up", "greeted"]);
      await cable.plug("out");
      await both("see the other down", ["ready", "up", "greeted", "down"]);
      await cable.plug("in");
      await both("see each other again", ["ready", "up", "greeted", "down", "up", "greeted"]);
      for (const { said } of nodes) {
        const order = said.filter((line) => line !== "greeted");
        assertEquals(order, ["ready", "up", "down", "up"]);
      }
    } finally {
      for (const { end } of nodes) await end();
      await cable.remove();
    }
  },
});
