/**
 * Rows of questions and answers between two OS processes: tasks, and messages there and back.
 *
 * @module
 */
import { type Opponent, type Row, sideOf, type Start } from "../row.ts";
import { beamPair, nodePair, rawPair } from "../pairs.ts";
import { perSecond } from "../table.ts";

const ours = (workload: string): Start => async (crew) => sideOf(await nodePair(crew, workload));

const rawEcho: Opponent = {
  name: "raw echo of 64 bytes",
  start: async (crew) => sideOf(await rawPair(crew, "echo")),
};

const elixir = (workload: string): Opponent => ({
  name: "Elixir",
  isBeam: true,
  start: async (crew) => sideOf(await beamPair(crew, workload)),
});

/** The rows. */
export const remoteRows: ReadonlyArray<Row> = [
  {
    name: "tasks",
    title: "remote async, then await, one after the other",
    figure: "rate",
    show: perSecond,
    goal: { kind: "ratio at least", value: 0.7 },
    size: { seconds: 0.5 },
    quickSize: 50,
    ours: ours("tasks"),
    opponents: [rawEcho, elixir("tasks")],
  },
  {
    name: "tasks-at-once",
    title: "20,000 remote tasks started, then all awaited",
    figure: "rate",
    show: perSecond,
    goal: { kind: "ratio at least", value: 8 },
    size: { fixed: 20_000 },
    quickSize: 50,
    ours: ours("tasks-at-once"),
    opponents: [elixir("tasks-at-once")],
  },
  {
    name: "remote-call",
    title: "remote GenServer.call, one after the other",
    figure: "rate",
    show: perSecond,
    goal: { kind: "ratio at least", value: 0.65 },
    size: { seconds: 0.5 },
    quickSize: 50,
    ours: ours("call"),
    opponents: [rawEcho, elixir("call")],
  },
  {
    name: "remote-ping-pong",
    title: "remote ping-pong of two processes",
    figure: "rate",
    show: perSecond,
    goal: { kind: "ratio at least", value: 0.8 },
    size: { seconds: 0.5 },
    quickSize: 50,
    ours: ours("ping-pong"),
    opponents: [rawEcho, elixir("ping-pong")],
  },
  {
    name: "monitors",
    title: "100,000 monitors across one link answered when it dies",
    figure: "rate",
    show: perSecond,
    goal: { kind: "ratio at least", value: 1 },
    size: { fixed: 100_000 },
    quickSize: 50,
    ours: ours("monitors"),
    opponents: [elixir("monitors")],
  },
];
