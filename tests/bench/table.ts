/**
 * The bench's table as text.
 *
 * @module
 */
import type { Figure } from "./crew.ts";
import { type Comparison, type Goal, type Measured, median, type Row, valueOf } from "./row.ts";

/** A number in three figures or so: `12.3 k`. */
export const short = (value: number): string => {
  if (value >= 999_500) return `${(value / 1_000_000).toPrecision(3)} M`;
  if (value >= 9_995) return `${(value / 1_000).toPrecision(3)} k`;
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
};

/** So many a second. */
export const perSecond = (value: number): string => `${short(value)}/s`;

const headings = ["row", "spawnlink", "against", "", "ratio", "must reach", "reached"] as const;

/** The lines of a table: one for each opponent of each row. */
export const tableOf = (measured: ReadonlyArray<Measured>): string => {
  const lines = [headings, ...measured.flatMap(linesOf)];
  const widths = headings.map((_, column) => Math.max(...lines.map((line) => line[column]?.length ?? 0)));
  const texts = lines.map((line) =>
    line.map((cell, column) => cell.padEnd(widths[column] ?? 0)).join("  ").trimEnd()
  );
  texts.splice(1, 0, widths.map((width) => "-".repeat(width)).join("  "));
  return texts.join("\n");
};

const linesOf = ({ row, ours, comparisons, isReached }: Measured): ReadonlyArray<ReadonlyArray<string>> =>
  comparisons.map((comparison, index) => {
    const isDecisive = index === 0;
    return [
      isDecisive ? row.title : "",
      isDecisive ? figuresText(row, ours) : "",
      comparison.name,
      comparison.figures === undefined ? "no Elixir here" : figuresText(row, comparison.figures),
      ratioText(comparison),
      isDecisive ? goalText(row) : "",
      !isDecisive ? "" : isReached === undefined ? "not compared" : isReached ? "yes" : "NO",
    ];
  });

const figuresText = (row: Row, figures: ReadonlyArray<Figure>): string => {
  const { figure, also, show, others = [] } = row;
  const values = figures.map((round) => valueOf(round, figure));
  const text = `${show(median(values))} (${show(Math.min(...values))} – ${show(Math.max(...values))})`;
  const middle = (name: string): number => median(figures.map((round) => valueOf(round, name)));
  const more = others.map((other) => `, ${other.show(middle(other.figure))}`).join("");
  if (also === undefined) return text + more;
  return `${figure} ${text}, ${also} ${show(middle(also))}${more}`;
};

const ratioText = ({ ratios }: Comparison): string => {
  if (ratios.length === 0) return "–";
  const [least, most] = [Math.min(...ratios), Math.max(...ratios)];
  return `${median(ratios).toFixed(2)} × (${least.toFixed(2)} – ${most.toFixed(2)})`;
};

const goalTexts: Readonly<Record<Goal["kind"], (value: string) => string>> = {
  "ratio at least": (value) => `${value} × or more`,
  "ratio at most": (value) => `${value} × or less`,
  "at most": (value) => `${value} or less`,
};

const goalText = ({ goal, figure, show }: Row): string =>
  goal.kind === "at most"
    ? `${figure} ${goalTexts[goal.kind](show(goal.value))}`
    : goalTexts[goal.kind](String(goal.value));
