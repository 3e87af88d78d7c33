/**
 * The row of a saturated run queue: how long an echo from another OS process takes meanwhile, since sockets
 * and processes share one event loop.
 *
 * @module
 */
import { type Row, type Side, type Start, valueOf } from "../row.ts";

const pairsOfProcesses = 100;

const echo = (pairs: number): Start => async (crew): Promise<Side> => {
  const server = await crew.deno("server", "saturated.ts");
  const client = await crew.deno("client", "raw_client.ts", "echo", String(valueOf(server.ready, "port")));
  return {
    round: async (size) => {
      await server.ask(`load ${pairs}`);
      const figure = await client.ask(`round ${size}`);
      const { messages = 0 } = await server.ask("load 0");
      if (pairs > 0 && messages < size) throw new Error("there was no load");
      return figure;
    },
  };
};

/** The row. */
export const saturationRow: Row = {
  name: "echo",
  title: "echo while the run queue is saturated",
  figure: "p99",
  also: "p50",
  show: (milliseconds) => `${milliseconds.toFixed(2)} ms`,
  goal: { kind: "at most", value: 10 },
  size: { seconds: 1 },
  quickSize: 50,
  ours: echo(pairsOfProcesses),
  opponents: [{ name: "the same, idle", start: echo(0) }],
};
