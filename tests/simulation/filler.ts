/**
 * Bytes that a message carries, each by its place: what is put together wrongly is seen.
 *
 * @module
 */

const byteAt = (index: number): number => (index + (index >> 8) + 7 * (index >> 16)) & 255;

/** That many bytes. */
export const filler = (count: number): Uint8Array =>
  Uint8Array.from({ length: count }, (_, index) => byteAt(index));

/** How many bytes these are, if they are as they were made. */
export const intactBytes = (bytes: unknown): number | undefined =>
  bytes instanceof Uint8Array && bytes.every((byte, index) => byte === byteAt(index))
    ? bytes.length
    : undefined;
