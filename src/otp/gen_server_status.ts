/**
 * A server's state as others are shown it, in crash reports and by `Sys.getStatus`: its `formatStatus` keeps secrets
 * out (OTP's `format_status/1`).
 *
 * @module
 */
import type { Definition, Status } from "./gen_server_define.ts";

/**
 * What is shown. Where `formatStatus` fails, or gives no status, that is said in the state's place, as OTP does.
 *
 * @param definition The server's definition.
 * @param status What there is to show; without a `reason` where the server goes on.
 */
export const shownStatus = (definition: Definition, status: Status<unknown>): Status<unknown> => {
  const { formatStatus, name } = definition;
  if (formatStatus === undefined) return status;
  try {
    const given: unknown = formatStatus(status as never);
    if (typeof given === "object" && given !== null && "state" in given) return { ...status, ...given };
    return { ...status, state: `${name}.formatStatus did not return a status` };
  } catch {
    return { ...status, state: `${name}.formatStatus failed` };
  }
};
