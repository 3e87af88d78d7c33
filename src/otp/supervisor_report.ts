/**
 * What a supervisor tells the log: which child ended, did not start, did not end as asked, and that it gives up
 * (OTP's supervisor reports).
 *
 * @module
 */
import type { Entry } from "../process/entry.ts";
import { block, nameOf, whyOf } from "../process/crash_report.ts";
import { log } from "../process/log.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";
import { isTuple } from "../term/tuple.ts";
import type { Intensity } from "./restart.ts";

/** What is told of a child beside its id. */
export interface About {
  /** Its process, which has ended. */
  readonly pid?: Pid;
  /** When it is restarted. */
  readonly restart?: string;
  /** How many restarts the supervisor has made of late, and how many it allows. */
  readonly restarts?: number;
  readonly intensity?: Intensity;
}

/** One block; the same again within a second is counted. */
const report = (supervisor: Entry, what: string, reason: unknown, about: About = {}): void => {
  const { kernel } = supervisor;
  const { pid, restart, restarts, intensity } = about;
  const why = whyOf(reason, undefined);
  if (!kernel.crashes.isNews(`${what} ** ${why.split("\n")[0]}`)) return;
  const limit = intensity === undefined
    ? ""
    : ` of ${intensity.maxRestarts} within ${intensity.maxSeconds} s`;
  const text = block(what, [
    ["** ", why],
    ["Process: ", pid === undefined ? undefined : inspect(pid)],
    ["Restart: ", restart],
    ["Restarts: ", restarts === undefined ? undefined : `${restarts}${limit}`],
    ["Ancestors: ", supervisor.ancestors?.map((one) => inspect(one)).join(", ")],
  ]);
  log(kernel, "error", text);
};

/** A child has ended abnormally; one whose own report was logged is not told of twice. */
export const childTerminated = (supervisor: Entry, child: string, reason: unknown, about: About): void => {
  if (about.pid !== undefined && supervisor.kernel.reported.has(about.pid)) return;
  report(supervisor, `Child ${child} of supervisor ${nameOf(supervisor)} terminated`, reason, about);
};

/** A child did not start. */
export const startFailed = (supervisor: Entry, child: string, reason: unknown, about: About = {}): void =>
  report(
    supervisor,
    `Child ${child} of supervisor ${nameOf(supervisor)} failed to start`,
    // What `catch` made of a defect is told as the defect.
    isTuple(reason) && reason.length === 2 && reason[0] === "EXIT" ? reason[1] : reason,
    about,
  );

/** A child that was told to end did so otherwise. */
export const shutdownFailed = (supervisor: Entry, child: string, reason: unknown, about: About = {}): void =>
  report(supervisor, `Child ${child} of supervisor ${nameOf(supervisor)} did not shut down`, reason, about);

/** The restart intensity is reached. */
export const tooManyRestarts = (supervisor: Entry, child: string, about: About = {}): void =>
  report(
    supervisor,
    `Supervisor ${nameOf(supervisor)}: too many restarts, the last of ${child}: shutting down`,
    "reached_max_restart_intensity",
    about,
  );
