/**
 * One row of the bench: what is measured, against whom, and what must be reached; and how it is measured,
 * turn by turn.
 *
 * @module
 */
import { Crew, type CrewOptions, type Figure } from "./crew.ts";

/** One who takes turns: does a round of that size. */
export interface Side {
  round(size: number): Promise<Figure>;
}

/** Starts a side; its processes belong to the crew. */
export type Start = (crew: Crew) => Promise<Side>;

/** Whom we are compared with. */
export interface Opponent {
  readonly name: string;
  readonly start: Start;
  /** Whether it needs Elixir. */
  readonly isBeam?: true;
}

/** What must be reached: a ratio to the first opponent, or a figure of our own. */
export type Goal =
  | { readonly kind: "ratio at least" | "ratio at most"; readonly value: number }
  | { readonly kind: "at most"; readonly value: number };

/** A row. */
export interface Row {
  /** For `--rows`. */
  readonly name: string;
  /** For the table. */
  readonly title: string;
  /** The figure that is compared, and one that is only shown. */
  readonly figure: string;
  readonly also?: string;
  readonly show: (value: number) => string;
  /** More that is only shown, each in a unit of its own. */
  readonly others?: ReadonlyArray<{ readonly figure: string; readonly show: (value: number) => string }>;
  readonly goal: Goal;
  /** How much a round does: always so much, or as much as takes so many seconds. */
  readonly size: { readonly fixed: number } | { readonly seconds: number };
  /** How much a round does with `--quick`. */
  readonly quickSize: number;
  readonly ours: Start;
  readonly opponents: readonly [Opponent, ...ReadonlyArray<Opponent>];
}

/** How rows are measured. */
export interface MeasureOptions extends CrewOptions {
  readonly rounds: number;
  readonly quick: boolean;
}

/** One opponent's figures, and ours over its, round by round. */
export interface Comparison {
  readonly name: string;
  /** `undefined` when it is not here. */
  readonly figures: ReadonlyArray<Figure> | undefined;
  readonly ratios: ReadonlyArray<number>;
}

/** What came of a row. */
export interface Measured {
  readonly row: Row;
  readonly ours: ReadonlyArray<Figure>;
  readonly comparisons: ReadonlyArray<Comparison>;
  /** `undefined` when there was nobody to compare with. */
  readonly isReached: boolean | undefined;
}

/** A side that is one peer which answers `round`. */
export const sideOf = (peer: { ask(command: string): Promise<Figure> }): Side => ({
  round: (size) => peer.ask(`round ${size}`),
});

/** The middle one. */
export const median = (values: ReadonlyArray<number>): number => {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = Math.floor(sorted.length / 2);
  const upper = sorted[middle] ?? NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? NaN) + upper) / 2;
};

/** The figure of that name, which every round of the row has. */
export const valueOf = (figure: Figure | undefined, name: string): number => {
  const value = figure?.[name];
  if (value === undefined || !Number.isFinite(value)) throw new Error(`a round without the figure ${name}`);
  return value;
};

/** Measures a row: starts all sides, warms them up, and lets them take turns. */
export const measure = async (row: Row, options: MeasureOptions): Promise<Measured> => {
  const crew = new Crew(options);
  try {
    // Who only stands by for information is left out when all is to be quick.
    const opponents = options.quick ? row.opponents.slice(0, 1) : row.opponents;
    const here = opponents.filter((opponent) => !opponent.isBeam || options.beam !== undefined);
    const sides = await Promise.all(
      [row.ours, ...here.map(({ start }) => start)].map((start) => start(crew)),
    );
    const sizes: Array<number> = [];
    for (const side of sides) sizes.push(await warmUp(row, side, options.quick));
    const figures = sides.map((): Array<Figure> => []);
    for (let round = 0; round < options.rounds; round++) {
      for (const [index, side] of sides.entries()) {
        figures[index]?.push(await side.round(sizes[index] ?? row.quickSize));
      }
    }
    const [ours = [], ...theirs] = figures;
    const comparisons = opponents.map((opponent): Comparison => {
      const found = theirs[here.indexOf(opponent)];
      const ratios = found?.map((figure, round) =>
        valueOf(ours[round], row.figure) / valueOf(figure, row.figure)
      );
      return { name: opponent.name, figures: found, ratios: ratios ?? [] };
    });
    return { row, ours, comparisons, isReached: isReached(row, ours, comparisons[0]?.ratios ?? []) };
  } finally {
    await crew.end();
  }
};

const isReached = (
  { goal, figure }: Row,
  ours: ReadonlyArray<Figure>,
  ratios: ReadonlyArray<number>,
): boolean | undefined => {
  if (goal.kind === "at most") return median(ours.map((round) => valueOf(round, figure))) <= goal.value;
  if (ratios.length === 0) return undefined;
  return goal.kind === "ratio at least" ? median(ratios) >= goal.value : median(ratios) <= goal.value;
};

/** Finds the size of a round, and runs until the just-in-time compilers have had their turn. */
const warmUp = async (row: Row, side: Side, quick: boolean): Promise<number> => {
  if (quick) {
    await side.round(row.quickSize);
    return row.quickSize;
  }
  const [size, rounds] = "fixed" in row.size
    ? [row.size.fixed, 2]
    : [await sizeFor(row, side, row.size.seconds), 4];
  for (let round = 0; round < rounds; round++) await side.round(size);
  return size;
};

/** How much takes so many seconds. */
const sizeFor = async (row: Row, side: Side, seconds: number): Promise<number> => {
  let size = row.quickSize;
  // Ten times more at most, since the first rounds are the slowest.
  for (let round = 0; round < 12; round++) {
    const wanted = Math.ceil(valueOf(await side.round(size), "rate") * seconds);
    if (wanted < size * 1.2) return wanted;
    size = Math.min(size * 10, wanted);
  }
  return size;
};
