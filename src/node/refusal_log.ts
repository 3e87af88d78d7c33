/**
 * Connection attempts that were refused, in the log: nobody who tries again and again, or under ever new names, fills
 * it.
 *
 * @module
 */
import type { Refusal } from "../net/accept.ts";
import type { Kernel } from "../process/kernel.ts";
import { log } from "../process/log.ts";

/** A name is not logged again for so long, in milliseconds. */
const pause = 60_000;
/** Of so many names in that time. */
const mostNames = 20;

/** What has been logged lately. */
export class RefusalLog {
  readonly #kernel: Kernel;
  readonly #logged = new Map<string, number>();

  constructor(kernel: Kernel) {
    this.#kernel = kernel;
  }

  /** Logs a refusal, if it is news; one that only comes at the wrong moment is none. */
  note(failure: Refusal): void {
    if (failure.reason === "refused" || failure.reason === "busy") return;
    const who = failure.claimed ?? "someone";
    const now = this.#kernel.clock.now();
    for (const [name, at] of this.#logged) {
      if (now - at >= pause) this.#logged.delete(name);
    }
    const { size } = this.#logged;
    if (size > mostNames || this.#logged.has(who)) return;
    this.#logged.set(who, now);
    if (size === mostNames) {
      return log(
        this.#kernel,
        "warning",
        "More connection attempts are refused, and not logged for a minute",
      );
    }
    const whose = failure.claimed === undefined ? "" : ` of one who says to be ${failure.claimed}`;
    log(this.#kernel, "warning", `Connection attempt${whose} refused: ${failure.detail}`);
  }
}
