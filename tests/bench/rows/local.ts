/**
 * Rows within one node: messages between its processes, and their beginning and end.
 *
 * @module
 */
import { type Row, sideOf } from "../row.ts";
import { perSecond } from "../table.ts";

const local = (
  workload: string,
  rest: Pick<Row, "title" | "size" | "quickSize"> & { readonly goal: number },
): Row => ({
  ...rest,
  name: workload,
  figure: "rate",
  show: perSecond,
  goal: { kind: "ratio at least", value: rest.goal },
  ours: async (crew) => sideOf(await crew.deno("alone", "local.ts", workload)),
  opponents: [{
    name: "Elixir",
    isBeam: true,
    start: async (crew) => sideOf(await crew.beam("alone", "local.exs", [workload])),
  }],
});

/** The rows. */
export const localRows: ReadonlyArray<Row> = [
  local("ping-pong", {
    title: "local ping-pong, there and back",
    goal: 1.5,
    size: { seconds: 0.5 },
    quickSize: 500,
  }),
  local("call", {
    title: "GenServer.call, one after the other",
    goal: 0.7,
    size: { seconds: 0.5 },
    quickSize: 500,
  }),
  local("ring", {
    title: "ring of 10,000 processes, 1,000,000 hops",
    goal: 0.4,
    size: { fixed: 1_000_000 },
    quickSize: 20_000,
  }),
  local("spawn", {
    title: "spawn and exit of 200,000 processes",
    goal: 0.7,
    size: { fixed: 200_000 },
    quickSize: 500,
  }),
  local("supervised", {
    title: "start and stop of 10,000 supervised servers",
    goal: 0.5,
    size: { fixed: 10_000 },
    quickSize: 100,
  }),
];
