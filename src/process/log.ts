/**
 * The log: one line an event, to standard error, with node and pid; standard output belongs to the program.
 *
 * @module
 */
import { Cause, Effect, Logger } from "../deps/effect.ts";
import { formatExitReason, isCrash, isTaggedError } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
import { crashReport } from "./crash_report.ts";
import type { Entry } from "./entry.ts";
import type { Kernel } from "./kernel.ts";
import { CurrentProcess } from "./current.ts";

/** Writes `time level node pid message` to standard error. */
export const stderrLogger: Logger.Logger<unknown, void> = Logger.make(
  ({ message, logLevel, date, cause, fiber }) => {
    const entry = fiber.getRef(CurrentProcess);
    const who = entry === undefined ? "" : ` ${entry.kernel.life.name} ${entry.pid}`;
    const text = (Array.isArray(message) ? message : [message])
      .map((part) => typeof part === "string" ? part : inspect(part)).join(" ");
    const why = cause.reasons.length === 0 ? "" : ` ${Cause.pretty(cause)}`;
    console.error(`${date.toISOString()} ${logLevel.toUpperCase()}${who} ${text}${why}`);
  },
);

/** Logs for a kernel, with the loggers that its node was started with. */
export const log = (kernel: Kernel, level: keyof typeof logs, message: string): void => {
  Effect.runForkWith(kernel.context)(logs[level](`${kernel.life.name} ${message}`));
};

const logs = {
  error: Effect.logError,
  warning: Effect.logWarning,
  info: Effect.logInfo,
  debug: Effect.logDebug,
} as const;

/**
 * Logs the end of a process that nobody else is told of: a defect or a typed failure; of OTP's behaviours every
 * abnormal end, as they log it.
 *
 * @param name The name that it had.
 */
export const logCrash = (kernel: Kernel, entry: Entry, name: string | undefined, reason: unknown): void => {
  if (entry.failureIsTold || entry.parent === undefined) return;
  const { crashed = {}, pid, initialCall, ancestors = [], restarts } = entry;
  if (crashed.isBehaviour !== true && !isCrash(reason) && !isTaggedError(reason)) return;
  kernel.reported.add(pid);
  const shown = crashed.reason === undefined ? reason : crashed.reason.value;
  const [why = ""] = formatExitReason(shown).split("\n");
  const { kind = "Process", what = "terminating" } = crashed;
  const call = initialCall === undefined ? "" : ` ${initialCall.slice(0, 200)}`;
  if (!kernel.crashes.isNews(`${kind}${call} ${what} ** ${why.slice(0, 200)}`)) return;
  log(kernel, "error", crashReport({ pid, name, initialCall, ancestors, restarts }, shown, crashed));
};
