/**
 * The row of what a process that waits for a message takes: bytes that live after a garbage collection, on
 * V8 `heapUsed`, on the BEAM `:erlang.memory(:processes)`, each less what there was before, by processes.
 *
 * @module
 */
import { type Row, sideOf } from "../row.ts";

/** The row. */
export const memoryRow: Row = {
  name: "memory",
  title: "live bytes of a parked process (lower is better)",
  figure: "bytes",
  show: (bytes) => `${bytes.toFixed(0)} B`,
  goal: { kind: "ratio at most", value: 0.6 },
  size: { fixed: 100_000 },
  quickSize: 500,
  ours: async (crew) => sideOf(await crew.deno("alone", "local.ts", "memory")),
  opponents: [{
    name: "Elixir",
    isBeam: true,
    start: async (crew) => sideOf(await crew.beam("alone", "local.exs", ["memory"])),
  }],
};
