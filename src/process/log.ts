/**
 * The log: one line an event, to standard error, with node and pid; standard output belongs to the program.
 *
 * @module
 */
import { Cause, Effect, Logger } from "../deps/effect.ts";
import { formatExitReason, isCrash, isTaggedError } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";
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
export const log = (kernel: Kernel, level: "warning" | "error" | "info", message: string): void => {
  const line = `${kernel.life.name} ${message}`;
  const effect = level === "warning"
    ? Effect.logWarning(line)
    : level === "error"
    ? Effect.logError(line)
    : Effect.logInfo(line);
  Effect.runForkWith(kernel.context)(effect);
};

/** Logs the end of a process by a defect or a typed failure that nobody else is told of. */
export const logCrash = (kernel: Kernel, entry: Entry, reason: unknown): void => {
  if (entry.failureIsTold || entry.parent === undefined) return;
  if (isCrash(reason)) {
    log(kernel, "error", `Process ${entry.pid} terminating: ${reason.stack || formatExitReason(reason)}`);
  } else if (isTaggedError(reason)) log(kernel, "error", `Process ${entry.pid} terminating: ${reason}`);
};
