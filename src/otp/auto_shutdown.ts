/**
 * Whether a supervisor ends when a significant child has ended, as a pure function (supervisor(3), "Automatic
 * Shutdown", OTP 24).
 *
 * @module
 */

/** When the end of significant children, which are not restarted, ends the supervisor. */
export type AutoShutdown =
  /** Never: no child may be significant. */
  | "never"
  /** When one of them has ended. */
  | "any_significant"
  /** When the last of them has ended. */
  | "all_significant";

/** Whether that is one of the three. */
export const isAutoShutdown = (value: unknown): value is AutoShutdown =>
  value === "never" || value === "any_significant" || value === "all_significant";

/**
 * Whether the supervisor ends, now that a child has ended by itself and is not restarted.
 *
 * @param autoShutdown What the supervisor was started with.
 * @param isSignificant Whether the child is.
 * @param othersRun Whether another significant child runs, or is being restarted.
 */
export const endsSupervisor = (
  autoShutdown: AutoShutdown,
  isSignificant: boolean,
  othersRun: () => boolean,
): boolean => {
  if (!isSignificant || autoShutdown === "never") return false;
  return autoShutdown === "any_significant" || !othersRun();
};
