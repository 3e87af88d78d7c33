/**
 * Crash reports: what is told of a process that ended abnormally, as one block of text. Pure.
 *
 * @module
 */
import { Cause } from "../deps/effect.ts";
import { formatExitReason, isCrash, isTaggedError } from "../term/errors.ts";
import type { Pid } from "../term/identifier.ts";
import { inspect } from "../term/inspect.ts";

/** What is known of a crash beside the exit reason. */
export interface Crashed {
  /** What the process is: `GenServer Counter`; just a process by default. */
  readonly kind?: string | undefined;
  /** What it was about when it ended: `terminating` by default. */
  readonly what?: "terminating" | "failed to start";
  /** Whether every abnormal reason is reported, as of OTP's behaviours, or only failures and defects. */
  readonly isBehaviour?: boolean;
  /** What is told as its exit reason, where that is not to be the real one. */
  readonly reason?: Shown | undefined;
  /** Why, as Effect has it. */
  readonly cause?: Cause.Cause<unknown> | undefined;
  /** The message that was handled; of a call the request, and who made it. */
  readonly lastMessage?: Shown & { readonly from?: Pid } | undefined;
  /** The state at that moment. */
  readonly state?: Shown | undefined;
}

/** A value that is to be shown, also when it is `undefined`. */
export interface Shown {
  readonly value: unknown;
}

/** Who has crashed. */
export interface Who {
  readonly pid: Pid;
  readonly name: string | undefined;
  readonly initialCall: string | undefined;
  readonly ancestors: ReadonlyArray<Pid | string>;
  /** How often its supervisor had restarted it before. */
  readonly restarts: number;
}

/** A value's text may be so long. */
const longest = 1000;

/** A process as texts name it: `"Counter" #PID<0.106.0>`. */
export const nameOf = ({ name, pid }: { readonly name: string | undefined; readonly pid: Pid }): string =>
  name === undefined ? String(pid) : `${inspect(name)} ${pid}`;

/** The block that is logged. */
export const crashReport = (who: Who, reason: unknown, crashed: Crashed): string => {
  const { kind = "Process", what = "terminating", cause, lastMessage, state } = crashed;
  const { initialCall, ancestors, restarts } = who;
  return block(`${kind} ${nameOf(who)} ${what}`, [
    ["** ", whyOf(reason, cause)],
    [
      lastMessage?.from === undefined ? "Last message: " : `Last message (from ${lastMessage.from}): `,
      lastMessage === undefined ? undefined : textOf(lastMessage.value),
    ],
    ["State: ", state === undefined ? undefined : textOf(state.value)],
    ["Initial call: ", initialCall],
    ["Ancestors: ", ancestors.length === 0 ? undefined : ancestors.map((one) => inspect(one)).join(", ")],
    ["Restarts: ", restarts === 0 ? undefined : String(restarts)],
  ]);
};

/** Lines under a title, those without a text left out. */
export const block = (
  title: string,
  lines: ReadonlyArray<readonly [label: string, text: string | undefined]>,
): string => {
  const shown = lines.flatMap(([label, text]) => text === undefined ? [] : [`${label}${text}`]);
  return [title, ...shown.flatMap((line) => line.split("\n").map((part) => `  ${part}`))].join("\n");
};

const textOf = (value: unknown): string => {
  const text = inspect(value);
  return text.length > longest ? `${text.slice(0, longest)}…` : text;
};

/** Why a process has ended: Effect's cause, or the exit reason. */
export const whyOf = (reason: unknown, cause: Cause.Cause<unknown> | undefined): string => {
  if (cause !== undefined && !cause.reasons.some(isExit)) {
    return [withoutEffect(Cause.pretty(cause)), ...cause.reasons.filter(Cause.isFailReason).flatMap(fieldsOf)]
      .join("\n");
  }
  if (isCrash(reason) && reason.stack !== "") return withoutEffect(reason.stack);
  // A failure says its tag itself.
  return isTaggedError(reason) ? String(reason) : `(exit) ${formatExitReason(reason)}`;
};

/** What a failure without a message has to tell: its fields. */
const fieldsOf = ({ error }: Cause.Fail<unknown>): ReadonlyArray<string> => {
  if (!isTaggedError(error) || error.message !== "") return [];
  const fields = Object.entries(error).filter(([key]) => key !== "_tag" && key !== "name");
  return fields.length === 0 ? [] : [`with ${textOf(Object.fromEntries(fields))}`];
};

/** Whether that is the failure of `exit(reason)`, whose reason says all. */
const isExit = (reason: Cause.Reason<unknown>): boolean =>
  Cause.isFailReason(reason) && typeof reason.error === "object" && reason.error !== null &&
  "_tag" in reason.error && reason.error._tag === "exit";

/** The frames of Effect's own loop say nothing of the program. */
const withoutEffect = (text: string): string =>
  text.split("\n").filter((line) => !/^\s+at .*\/effect\/\d[^/]*\//.test(line)).join("\n");
