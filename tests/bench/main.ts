/**
 * `deno task bench`: measures Spawnlink side by side with raw sockets and with the BEAM, and says what was
 * reached.
 *
 * Options: `--rows a,b` (all by default), `--rounds N` (7), `--json FILE` for all figures, `--profile FOLDER`
 * for CPU profiles of all that runs on Deno, `--quick` for tiny sizes that only show that it works. It ends with 1 when a row could not be measured; a figure that was not
 * reached is in the table, and is no failure.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { findBeam } from "./beam.ts";
import { measure, type Measured, type MeasureOptions, type Row } from "./row.ts";
import { localRows } from "./rows/local.ts";
import { memoryRow } from "./rows/memory.ts";
import { remoteRows } from "./rows/remote.ts";
import { saturationRow } from "./rows/saturation.ts";
import { streamRows } from "./rows/streams.ts";
import { tableOf } from "./table.ts";

const rows: ReadonlyArray<Row> = [...remoteRows, ...streamRows, ...localRows, memoryRow, saturationRow];

const { values: options } = parseArgs({
  args: Deno.args.filter((argument, index) => index > 0 || argument !== "--"),
  options: {
    rows: { type: "string" },
    rounds: { type: "string" },
    json: { type: "string" },
    profile: { type: "string" },
    quick: { type: "boolean", default: false },
  },
});

const chosenRows = (names: string | undefined): ReadonlyArray<Row> => {
  if (names === undefined) return rows;
  return names.split(",").map((name) => {
    const found = rows.find((row) => row.name === name);
    if (found !== undefined) return found;
    console.error(`No row ${name}; there are: ${rows.map((row) => row.name).join(", ")}`);
    Deno.exit(2);
  });
};

const headerOf = (beam: string | undefined, rounds: number): string =>
  [
    `${navigator.hardwareConcurrency} cores, load ${
      Deno.loadavg()[0]?.toFixed(1)
    }; Deno ${Deno.version.deno}; ` +
    (beam ?? "no Elixir here"),
    `${rounds} rounds, turns taken; nobody is pinned to a core. Shown: median (least – most), and the same of ` +
    "the ratio within each round.",
  ].join("\n");

/** Measures row after row; what fails is said, and the others go on. */
const measureAll = async (
  chosen: ReadonlyArray<Row>,
  how: MeasureOptions,
): Promise<ReadonlyArray<Measured>> => {
  const measured: Array<Measured> = [];
  for (const row of chosen) {
    console.error(`… ${row.name}`);
    try {
      measured.push(await measure(row, how));
    } catch (error) {
      console.error(`${row.name} could not be measured: ${error instanceof Error ? error.message : error}`);
    }
  }
  return measured;
};

const chosen = chosenRows(options.rows);
const rounds = Number(options.rounds ?? (options.quick ? 1 : 7));
if (!Number.isInteger(rounds) || rounds < 1) {
  console.error("--rounds takes a number, 1 or more");
  Deno.exit(2);
}
const beam = await findBeam();
try {
  const header = headerOf(beam?.version, rounds);
  console.log(header);
  const measured = await measureAll(chosen, {
    beam,
    rounds,
    quick: options.quick,
    profiles: options.profile,
  });
  console.log(`\n${tableOf(measured)}`);
  if (options.json !== undefined) {
    const results = measured.map(({ row, ...rest }) => ({ name: row.name, goal: row.goal, ...rest }));
    await Deno.writeTextFile(options.json, JSON.stringify({ header, rows: results }, undefined, 2));
  }
  if (measured.length < chosen.length) Deno.exitCode = 1;
} finally {
  await beam?.end();
}
