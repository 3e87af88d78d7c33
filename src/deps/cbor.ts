/**
 * cbor-x's encoder and decoder, without its native addon and without a look at the environment.
 *
 * @module
 */
// cbor-x asks for cbor-extract@^2.2.2, whose newest version names platform packages that do not exist; this
// import, of which nothing runs, pins a version that resolves, also where there is no lock file.
import "npm:cbor-extract@2.2.2/package.json" with { type: "json" };
import { Buffer } from "node:buffer";
import { addExtension, Decoder, Encoder, Tag } from "npm:cbor-x@1.6.8/encode";

export { addExtension, Decoder, Encoder, Tag };

/** cbor-x's REUSE_BUFFER_MODE and RESET_BUFFER_MODE: hand back the buffer itself, and begin there again. */
const keepBuffer = 512 | 1024;
/** A buffer that one large value made larger than this is not kept. */
const keptBytes = 4_194_304;
/** What cbor-x begins with. */
const initialBytes = 8_192;
/**
 * Encoded at the start of each buffer, and left there. Large buffers begin at the same place in a page, and some
 * processors copy fifteen times more slowly to where, within a page, the source's place is just before.
 */
const lead = "x".repeat(62);

/** Encodes a value; the bytes are valid until the next call. Throws what the value's getters throw. */
export type Encode = (value: unknown) => Uint8Array;
/** Decodes the first `end` bytes, which must be one item of well-formed CBOR. */
export type Decode = (bytes: Uint8Array, end: number) => unknown;

/** An encoder into one buffer: the second argument of cbor-x's `encode` is missing in its types. */
export const makeEncoder = (options: ConstructorParameters<typeof Encoder>[0]): Encode => {
  const encoder = new Encoder(options) as unknown as {
    encode(value: unknown, mode: number): Uint8Array & { readonly start: number; readonly end: number };
    useBuffer(buffer: Uint8Array): void;
  };
  let isAtStart = true;
  return (value) => {
    if (isAtStart) encoder.encode(lead, 0);
    const buffer = encoder.encode(value, keepBuffer);
    isAtStart = buffer.start === 0 || buffer.length > keptBytes;
    // A Buffer, since cbor-x uses its methods.
    if (buffer.length > keptBytes) encoder.useBuffer(Buffer.allocUnsafeSlow(initialBytes));
    return new Uint8Array(buffer.buffer, buffer.byteOffset + buffer.start, buffer.end - buffer.start);
  };
};

/** A decoder of the beginning of a buffer: the second argument of cbor-x's `decode` is missing in its types. */
export const makeDecoder = (options: ConstructorParameters<typeof Decoder>[0]): Decode => {
  const decoder = new Decoder(options) as unknown as { decode: Decode };
  return (bytes, end) => decoder.decode(bytes, end);
};

/** What becomes of a tag's content, for every decoder of this cbor-x. */
export const onTag = (tag: number, decode: (content: unknown) => unknown): void =>
  (addExtension as unknown as (extension: { tag: number; decode: typeof decode }) => void)({ tag, decode });
