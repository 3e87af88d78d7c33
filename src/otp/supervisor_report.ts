/**
 * What a supervisor tells the log: which child ended, did not start, did not end as asked, and that it gives up
 * (OTP's supervisor reports).
 *
 * @module
 */
import type { Entry } from "../process/entry.ts";
import { log } from "../process/log.ts";
import { formatExitReason } from "../term/errors.ts";
import { inspect } from "../term/inspect.ts";

const nameOf = ({ name, pid }: Entry): string =>
  name === undefined ? inspect(pid) : `${inspect(name)} ${pid}`;

/** A child has ended abnormally. */
export const childTerminated = (supervisor: Entry, child: string, reason: unknown): void =>
  log(
    supervisor.kernel,
    "error",
    `Child ${child} of supervisor ${nameOf(supervisor)} terminated: ${formatExitReason(reason)}`,
  );

/** A child did not start. */
export const startFailed = (supervisor: Entry, child: string, reason: unknown): void =>
  log(
    supervisor.kernel,
    "error",
    `Child ${child} of supervisor ${nameOf(supervisor)} failed to start: ${formatExitReason(reason)}`,
  );

/** A child that was told to end did so otherwise. */
export const shutdownFailed = (supervisor: Entry, child: string, reason: unknown): void =>
  log(
    supervisor.kernel,
    "error",
    `Child ${child} of supervisor ${nameOf(supervisor)} did not shut down: ${formatExitReason(reason)}`,
  );

/** The restart intensity is reached. */
export const tooManyRestarts = (supervisor: Entry, child: string): void =>
  log(
    supervisor.kernel,
    "error",
    `Supervisor ${nameOf(supervisor)}: too many restarts, the last of ${child}: shutting down`,
  );
