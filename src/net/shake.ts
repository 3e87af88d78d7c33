/**
 * A handshake over a connection: feeds the machine until the link is proven, refused, or out of time.
 *
 * @module
 */
import { type Connection, type KernelClock, TransportError } from "../process/seams.ts";
import type { Handshake, HandshakeFailure, Handshaken } from "../protocol/native/handshake.ts";

/** What came of a handshake. */
export type Shaken =
  | { readonly tag: "proven"; readonly handshaken: Handshaken }
  | { readonly tag: "failed"; readonly failure: HandshakeFailure }
  /** It was closed; `problem` is what the transport says of that, where the two ends could not secure it. */
  | { readonly tag: "closed"; readonly problem?: string }
  | { readonly tag: "timeout" };

/** Handshake frames are small: 4 KiB at most. */
const bufferBytes = 4096;

/**
 * Carries a handshake out; the connection stays open only when the peer is proven.
 *
 * @param milliseconds How long it may take.
 */
export const shake = async (
  connection: Connection,
  machine: Handshake,
  clock: KernelClock,
  milliseconds: number,
): Promise<Shaken> => {
  let isLate = false;
  const stop = clock.after(milliseconds, () => {
    isLate = true;
    connection.close();
  });
  try {
    const outcome = await exchange(connection, machine);
    if (outcome.tag !== "proven") connection.close();
    return outcome;
  } catch (error) {
    connection.close();
    if (isLate) return { tag: "timeout" };
    const isUnsecured = error instanceof TransportError && error.kind === "tls";
    return { tag: "closed", ...isUnsecured ? { problem: error.message } : {} };
  } finally {
    stop();
  }
};

const exchange = async (connection: Connection, machine: Handshake): Promise<Shaken> => {
  const first = machine.start();
  if (first.length > 0) await connection.write(first);
  const buffer = new Uint8Array(bufferBytes);
  for (;;) {
    const count = await connection.read(buffer);
    if (count === null) return { tag: "closed" };
    const step = machine.receive(buffer.slice(0, count));
    if (step.done !== undefined) {
      if (step.send !== undefined) await connection.write(step.send);
      return { tag: "proven", handshaken: step.done };
    }
    if (step.failed !== undefined) {
      // A peer that is gone already does not hear why it was refused.
      if (step.send !== undefined) await connection.write(step.send).catch(() => {});
      return { tag: "failed", failure: step.failed };
    }
    if (step.send !== undefined) await connection.write(step.send);
  }
};
