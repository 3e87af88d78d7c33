/**
 * What is to be done, in parts, and how far it is.
 *
 * @module
 */

/** The numbers from one to below another. */
export type Part = readonly [from: number, to: number];

/**
 * The numbers below a limit in parts of the same size, the dearest first: so that nobody begins with one of these
 * when all others have finished.
 *
 * @param limit The numbers' end, which is none of them.
 * @param count How many parts.
 */
export const partsOf = (limit: number, count: number): ReadonlyArray<Part> => {
  const size = Math.ceil(limit / count);
  const starts = Array.from({ length: Math.ceil(limit / size) }, (_, index) => index * size);
  return starts.map((from): Part => [from, Math.min(from + size, limit)]).reverse();
};

const width = 30;

/**
 * A progress bar.
 *
 * @param done How much is done.
 * @param total Of how much; more than 0.
 */
export const bar = (done: number, total: number): string => {
  const filled = Math.floor(width * done / total);
  const percent = String(Math.floor(100 * done / total)).padStart(3);
  return `[${"#".repeat(filled)}${".".repeat(width - filled)}] ${percent} %`;
};

/**
 * What is to be said when others use the machine too, and a speed-up says less; `undefined` when they hardly do.
 *
 * @param load How many programs wanted a core, on average, in the last minute.
 * @param cores How many cores there are.
 */
export const busyness = (load: number, cores: number): string | undefined =>
  load < cores / 4
    ? undefined
    : `other programs use this machine (load ${load.toFixed(1)} on ${cores} cores): peers share what is left`;
