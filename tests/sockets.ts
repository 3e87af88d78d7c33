/**
 * What the tests do with raw connections.
 *
 * @module
 */
import type { Connection } from "../src/process/seams.ts";

/** Reads until the other end closes, in whatever way. */
export const readToEnd = async (connection: Pick<Connection, "read">): Promise<Uint8Array> => {
  const parts: Array<Uint8Array> = [];
  const buffer = new Uint8Array(65_536);
  try {
    for (;;) {
      const count = await connection.read(buffer);
      if (count === null) break;
      parts.push(buffer.slice(0, count));
    }
  } catch {
    // A connection that is reset has ended too.
  }
  return new Uint8Array(await new Blob(parts as Array<BlobPart>).arrayBuffer());
};
