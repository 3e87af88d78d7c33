/**
 * What a supervisor decides, as pure functions: whether a child is restarted, and whether that is too often.
 *
 * @module
 */
import { isNormalEnd } from "../process/exit_reason.ts";

/** When a child is restarted: always, never, or only when it ended abnormally. */
export type Restart = "permanent" | "temporary" | "transient";

/** Whether a child that ended with that reason is to be restarted (supervisor(3), "Child specification"). */
export const isRestarted = (restart: Restart, reason: unknown): boolean =>
  restart === "permanent" || (restart === "transient" && !isNormalEnd(reason));

/** How many restarts a supervisor allows, in how many seconds, before it gives up. */
export interface Intensity {
  readonly maxRestarts: number;
  readonly maxSeconds: number;
}

/**
 * Counts a restart (supervisor(3), "Maximum Restart Intensity").
 *
 * @param earlier The moments of earlier restarts, in milliseconds, oldest first.
 * @param now The moment of this one.
 * @param intensity What is allowed.
 * @returns The moments that count from now on, and whether this one is too many.
 */
export const countRestart = (
  earlier: ReadonlyArray<number>,
  now: number,
  { maxRestarts, maxSeconds }: Intensity,
): { readonly restarts: ReadonlyArray<number>; readonly isTooMany: boolean } => {
  const restarts = [...earlier.filter((moment) => now - moment <= maxSeconds * 1000), now];
  return { restarts, isTooMany: restarts.length > maxRestarts };
};
