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

/** So many a second, at least that much of the first opponent's. */
const row = (
  name: string,
  title: string,
  workload: string,
  atLeast: number,
  size: Row["size"],
  opponents: Row["opponents"],
): Row => ({
  name,
  title,
  figure: "rate",
  show: perSecond,
  goal: { kind: "ratio at least", value: atLeast },
  size,
  quickSize: 50,
  ours: ours(workload),
  opponents,
});

/** One question after the other, beside the wire itself. */
const oneByOne = (name: string, title: string, workload: string, atLeast: number): Row =>
  row(name, title, workload, atLeast, { seconds: 0.5 }, [rawEcho, elixir(workload)]);

/** So many at once, beside Elixir. */
const atOnce = (name: string, title: string, count: number, atLeast: number): Row =>
  row(name, `${count.toLocaleString("en")} ${title}`, name, atLeast, { fixed: count }, [elixir(name)]);

/** The rows. */
export const remoteRows: ReadonlyArray<Row> = [
  oneByOne("tasks", "remote async, then await, one after the other", "tasks", 0.7),
  atOnce("tasks-at-once", "remote tasks started, then all awaited", 20_000, 8),
  oneByOne("remote-call", "remote GenServer.call, one after the other", "call", 0.65),
  oneByOne("remote-ping-pong", "remote ping-pong of two processes", "ping-pong", 0.8),
  atOnce("monitors", "monitors across one link answered when it dies", 100_000, 1),
];
