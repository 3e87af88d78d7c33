/**
 * The failure to start a peer.
 *
 * @module
 */
import { failure, type FailureClass } from "../term/errors.ts";

const BootFailedBase: FailureClass<"boot_failed", {
  readonly node: string;
  readonly code: number;
  readonly stderr: string;
}> = failure("boot_failed", ({ node, code, stderr }) => {
  const said = stderr === "" ? "and said nothing" : `and said:\n${stderr}`;
  return `${node} ended with code ${code} before it was connected, ${said}`;
});
/** A peer's program ended before it was connected; `stderr` is what it said (`boot_failed` of OTP's `peer`). */
export class BootFailed extends BootFailedBase {}
