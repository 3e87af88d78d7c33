/**
 * Rows of messages one way between two OS processes: small ones, and 64 KiB binaries, plain and sealed.
 *
 * @module
 */
import { beamPair, nodePair, rawPair } from "../pairs.ts";
import { type Opponent, type Row, sideOf } from "../row.ts";
import { perSecond, short } from "../table.ts";

const mebibytesPerSecond = (messages: number): string => `${short(messages / 16)} MiB/s`;

const rawStream: Opponent = {
  name: "raw writes of 64 KiB",
  start: async (crew) => sideOf(await rawPair(crew, "stream")),
};

const binaries = (encryption: "never" | "always", goal: number): Row => ({
  name: encryption === "never" ? "binaries" : "binaries-sealed",
  title: `64 KiB binaries one way, ${encryption === "never" ? "plain" : "sealed"}`,
  figure: "rate",
  show: mebibytesPerSecond,
  goal: { kind: "ratio at least", value: goal },
  size: { seconds: 0.6 },
  quickSize: 20,
  ours: async (crew) => sideOf(await nodePair(crew, "binaries", encryption)),
  opponents: [rawStream, {
    name: "Elixir (plain)",
    isBeam: true,
    start: async (crew) => sideOf(await beamPair(crew, "binaries")),
  }],
});

/** The rows. */
export const streamRows: ReadonlyArray<Row> = [
  {
    name: "one-way",
    title: "small messages one way",
    figure: "rate",
    show: perSecond,
    goal: { kind: "ratio at least", value: 2.5 },
    size: { seconds: 0.5 },
    quickSize: 500,
    ours: async (crew) => sideOf(await nodePair(crew, "one-way")),
    opponents: [{
      name: "Elixir",
      isBeam: true,
      start: async (crew) => sideOf(await beamPair(crew, "one-way")),
    }],
  },
  binaries("never", 0.7),
  binaries("always", 0.45),
];
