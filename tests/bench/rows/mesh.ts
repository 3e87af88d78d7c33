/**
 * The row of a full mesh of 40 nodes: ours are kernels in one OS process, Erlang's are an OS process each, since
 * it has no other; both from a chain of connections, over TCP on loopback. Memory is what all of them hold in the
 * end, in MiB; `busy` is the CPU that they use while nothing happens, in hundredths of a core.
 *
 * @module
 */
import { freePort } from "../../free_port.ts";
import { type Row, sideOf } from "../row.ts";

/** The row. */
export const meshRow: Row = {
  name: "mesh",
  title: "40 nodes, from a chain to a full mesh (lower is better)",
  figure: "time",
  show: (milliseconds) => `${milliseconds.toFixed(0)} ms`,
  others: [
    { figure: "memory", show: (mebibytes) => `${mebibytes.toFixed(0)} MiB` },
    { figure: "busy", show: (percent) => `${percent.toFixed(1)} % of a core idle` },
  ],
  goal: { kind: "ratio at most", value: 1 },
  size: { fixed: 40 },
  quickSize: 4,
  ours: async (crew) => sideOf(await crew.deno("alone", "mesh.ts", String(freePort()))),
  opponents: [{
    name: "Elixir",
    isBeam: true,
    start: async (crew) => sideOf(await crew.beam("alone", "mesh.exs", [])),
  }],
};
