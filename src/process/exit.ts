/**
 * Ending one's own process (Elixir's `exit/1`).
 *
 * @module
 */
import { Effect } from "../deps/effect.ts";
import { Exit } from "../term/errors.ts";
import { normalizeReason } from "./exit_reason.ts";

/**
 * Ends the caller's own process with a reason (Elixir's `exit/1`), as a typed failure that can be caught.
 *
 * @param reason The exit reason; an atom counts as its name.
 * @returns Never; fails with `exit`.
 */
export const exit = (reason: unknown): Effect.Effect<never, Exit> =>
  Effect.suspend(() => Effect.fail(new Exit({ operation: "exit", reason: normalizeReason(reason) })));
