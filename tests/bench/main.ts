/**
 * `deno task bench`: measures Spawnlink side by side with raw sockets and with the BEAM, and says what was
 * reached.
 *
 * Options: `--rows a,b` (all by default), `--rounds N` (5), `--json FILE` for all figures, `--profile FOLDER`
 * for CPU profiles of all that runs on Deno, `--place apart|together|free` for the cores of the two ends of
 * remote rows (apart), `--quick` for tiny sizes that only show that it works. It ends with 1 when a row could
 * not be measured; a figure that was not reached is in the table, and is no failure.
 *
 * @module
 */
import { parseArgs } from "node:util";
import { findBeam } from "./beam.ts";
import { pinningOf, type Placement } from "./cores.ts";
import { measure, type Measured, type MeasureOptions, type Row } from "./row.ts";
import { localRows } from "./rows/local.ts";
import { memoryRow } from "./rows/memory.ts";
import { meshRow } from "./rows/mesh.ts";
import { remoteRows } from "./rows/remote.ts";
import { saturationRow } from "./rows/saturation.ts";
import { streamRows } from "./rows/streams.ts";
import { tableOf } from "./table.ts";

const rows: ReadonlyArray<Row> = [
  ...remoteRows,
  ...streamRows,
  ...localRows,
  memoryRow,
  saturationRow,
  meshRow,
];

const refuse = (problem: string): never => {
  console.error(problem);
  Deno.exit(2);
};

const usage = "deno task bench [-- --rows a,b --rounds N --json FILE --profile FOLDER " +
  "--place apart|together|free --quick]";

const readOptions = () => {
  try {
    return parseArgs({
      args: Deno.args.filter((argument, index) => index > 0 || argument !== "--"),
      options: {
        rows: { type: "string" },
        rounds: { type: "string" },
        json: { type: "string" },
        profile: { type: "string" },
        place: { type: "string", default: "apart" },
        quick: { type: "boolean", default: false },
      },
    }).values;
  } catch (error) {
    return refuse(`${error instanceof Error ? error.message : error}: ${usage}`);
  }
};
const options = readOptions();

const chosenRows = (names: string | undefined): ReadonlyArray<Row> => {
  if (names === undefined) return rows;
  return names.split(",").map((name) => {
    const found = rows.find((row) => row.name === name);
    return found ?? refuse(`no row ${name}; there are: ${rows.map((row) => row.name).join(", ")}`);
  });
};

const isPlacement = (text: string): text is Placement => ["apart", "together", "free"].includes(text);

/** Measures row after row; what fails is said, and the others go on. */
const measureAll = async (
  chosen: ReadonlyArray<Row>,
  how: MeasureOptions,
): Promise<ReadonlyArray<Measured>> => {
  const results: Array<Measured | undefined> = chosen.map(() => undefined);
  const waiting = [...chosen.entries()];
  const measureNext = async (): Promise<void> => {
    for (let next = waiting.shift(); next !== undefined; next = waiting.shift()) {
      const [index, row] = next;
      console.error(`… ${row.name}`);
      try {
        results[index] = await measure(row, how);
      } catch (error) {
        console.error(`${row.name} could not be measured: ${error instanceof Error ? error.message : error}`);
      }
    }
  };
  // Beside each other only where no figure counts.
  await Promise.all(Array.from({ length: how.quick ? 4 : 1 }, measureNext));
  return results.filter((result) => result !== undefined);
};

const chosen = chosenRows(options.rows);
const rounds = Number(options.rounds ?? (options.quick ? 1 : 5));
if (!Number.isInteger(rounds) || rounds < 1) refuse("--rounds takes a number, 1 or more");
const { place, quick, profile } = options;
const { pinning, text } = await pinningOf(
  isPlacement(place) ? place : refuse("--place: apart, together, free"),
);
const beam = await findBeam();
try {
  const header = `${navigator.hardwareConcurrency} cores, load ${Deno.loadavg()[0]?.toFixed(1)}; ` +
    `Deno ${Deno.version.deno}; ${beam?.version ?? "no Elixir here"}
${rounds} rounds, turns taken; ${text}.
Shown: median (least – most), and the same of the ratios within the rounds.`;
  console.log(header);
  const measured = await measureAll(chosen, { beam, pinning, profiles: profile, rounds, quick });
  console.log(`\n${tableOf(measured)}`);
  if (options.json !== undefined) {
    const results = measured.map(({ row, ...rest }) => ({ name: row.name, goal: row.goal, ...rest }));
    await Deno.writeTextFile(options.json, JSON.stringify({ header, rows: results }, undefined, 2));
  }
  if (measured.length < chosen.length) Deno.exitCode = 1;
} finally {
  await beam?.end();
}
