/**
 * CPace, a key exchange from a password that nobody can guess offline: draft-irtf-cfrg-cpace, sections "The
 * CPace protocol" and "CPace using group ristretto255 and hash SHA-512". Not here: the wire format and who
 * sends what when (the handshake), random bytes, the symmetric form without roles, and other groups. The
 * arithmetic is that of noble-curves: its time does not depend on secrets by design, but JavaScript's big
 * integers cannot promise it.
 *
 * @module
 */
import { createHash, createHmac } from "node:crypto";
import { ristretto255, ristretto255_hasher } from "../../deps/curves.ts";

type Point = typeof ristretto255.Point.BASE;

const text = new TextEncoder();

/** The draft's `G.DSI`, its name for this group and hash. */
const domain = text.encode("CPaceRistretto255");
/** The draft's `H.s_in_bytes`: the block that SHA-512 takes in at once. */
const hashBlock = 128;

/** Bytes of an encoded group element: of a message, and of the shared point. */
export const pointBytes = 32;
/** Bytes of randomness behind a scalar: twice its size, so that no scalar is likelier than another. */
export const scalarRandomBytes = 64;
/** Bytes of a session key, a confirmation key and a confirmation tag (SHA-512). */
export const tagBytes = 64;

/** What both ends saw of an exchange: each message with the data that it vouches for. */
export interface Exchange {
  /** The session's identifier, `sid`. */
  readonly sid: Uint8Array;
  /** The initiator's message, `Ya`. */
  readonly initiatorMessage: Uint8Array;
  /** What the initiator sent along with it, `ADa`. */
  readonly initiatorData: Uint8Array;
  /** The responder's message, `Yb`. */
  readonly responderMessage: Uint8Array;
  /** What the responder sent along with it, `ADb`. */
  readonly responderData: Uint8Array;
}

/** Byte strings one behind the other. */
const concat = (parts: ReadonlyArray<Uint8Array>): Uint8Array => {
  let length = 0;
  for (const part of parts) length += part.length;
  const whole = new Uint8Array(length);
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
};

/** The draft's `prepend_len`: the length as LEB128, then the bytes. */
const withLength = (bytes: Uint8Array): Uint8Array => {
  const length: Array<number> = [];
  let left = bytes.length;
  while (left > 127) {
    length.push(left & 127 | 128);
    left >>>= 7;
  }
  length.push(left);
  return concat([Uint8Array.from(length), bytes]);
};

const hash = (bytes: Uint8Array): Uint8Array => new Uint8Array(createHash("sha512").update(bytes).digest());

/**
 * Byte strings in a row, each behind its length, so that no two rows give the same bytes (the draft's
 * `lv_cat`).
 *
 * @param parts The strings.
 * @returns One string.
 */
export const lengthValueConcat = (...parts: ReadonlyArray<Uint8Array>): Uint8Array =>
  concat(parts.map(withLength));

/**
 * What is hashed to the generator (the draft's `generator_string`): password and domain fill one block of the
 * hash, so that the time it takes tells nothing of the password.
 *
 * @param password The password-related string, `PRS`.
 * @param channel The channel identifier, `CI`: who talks to whom.
 * @param sid The session's identifier.
 * @returns The string.
 */
export const generatorString = (password: Uint8Array, channel: Uint8Array, sid: Uint8Array): Uint8Array => {
  const taken = withLength(password).length + withLength(domain).length;
  const padding = new Uint8Array(Math.max(0, hashBlock - 1 - taken));
  return lengthValueConcat(domain, password, padding, channel, sid);
};

/**
 * The one-way map of RFC 9496, section 4.3.4; noble-curves types it as optional, since not every group has
 * one.
 */
const mapToGroup = (uniform: Uint8Array): Point => {
  const point = ristretto255_hasher.deriveToCurve?.(uniform);
  if (point === undefined) throw new TypeError("noble-curves has no map to ristretto255");
  return point;
};

const generatorPoint = (password: Uint8Array, channel: Uint8Array, sid: Uint8Array): Point =>
  mapToGroup(hash(generatorString(password, channel, sid)));

/**
 * The generator of a session, encoded (the draft's `calculate_generator`).
 *
 * @param password The password-related string, `PRS`.
 * @param channel The channel identifier, `CI`.
 * @param sid The session's identifier.
 * @returns 32 bytes, as secret as the password.
 */
export const generator = (password: Uint8Array, channel: Uint8Array, sid: Uint8Array): Uint8Array =>
  generatorPoint(password, channel, sid).toBytes();

/**
 * An end's secret of one session (the draft's `sample_scalar`), never zero.
 *
 * @param random 64 fresh random bytes.
 * @returns The scalar.
 */
export const sampleScalar = (random: Uint8Array): bigint => {
  if (random.length !== scalarRandomBytes) {
    throw new RangeError(`a scalar is made of ${scalarRandomBytes} random bytes, not ${random.length}`);
  }
  let number = 0n;
  for (let index = random.length - 1; index >= 0; index--) number = number << 8n | BigInt(random[index] ?? 0);
  return number % (ristretto255.Point.Fn.ORDER - 1n) + 1n;
};

/**
 * What an end sends: the generator times its scalar (the draft's `Ya` and `Yb`).
 *
 * @param password The password-related string, `PRS`.
 * @param channel The channel identifier, `CI`.
 * @param sid The session's identifier.
 * @param scalar This end's secret, from {@link sampleScalar}.
 * @returns 32 bytes that say nothing of the password.
 */
export const message = (
  password: Uint8Array,
  channel: Uint8Array,
  sid: Uint8Array,
  scalar: bigint,
): Uint8Array => generatorPoint(password, channel, sid).multiply(scalar).toBytes();

/**
 * The point that both ends arrive at (the draft's `K = scalar_mult_vfy(y, Y)`).
 *
 * @param scalar This end's secret.
 * @param received The other end's message.
 * @returns 32 secret bytes, or undefined where the exchange must stop: the message is not the one encoding of
 *   a point, or it is the neutral element.
 */
export const sharedPoint = (scalar: bigint, received: Uint8Array): Uint8Array | undefined => {
  if (received.length !== pointBytes) return undefined;
  let point: Point;
  try {
    point = ristretto255.Point.fromBytes(received);
  } catch {
    return undefined;
  }
  // The order of the group is prime: the product is neutral only if the point is.
  return point.is0() ? undefined : point.multiply(scalar).toBytes();
};

const transcript = (exchange: Exchange): Uint8Array =>
  concat([
    lengthValueConcat(exchange.initiatorMessage, exchange.initiatorData),
    lengthValueConcat(exchange.responderMessage, exchange.responderData),
  ]);

/**
 * The intermediate session key of the initiator-responder form, `ISK`: to be put through a key derivation,
 * never used as it is.
 *
 * @param exchange What both ends saw.
 * @param shared The shared point, from {@link sharedPoint}.
 * @returns 64 secret bytes, the same at both ends only if the password and all of the exchange were.
 */
export const sessionKey = (exchange: Exchange, shared: Uint8Array): Uint8Array =>
  hash(concat([
    lengthValueConcat(concat([domain, text.encode("_ISK")]), exchange.sid, shared),
    transcript(exchange),
  ]));

/**
 * A public hash of the whole exchange (the draft's `sid_output`).
 *
 * @param exchange What both ends saw.
 * @returns 64 bytes.
 */
export const transcriptHash = (exchange: Exchange): Uint8Array =>
  hash(concat([text.encode("CPaceSidOutput"), transcript(exchange)]));

/**
 * The key under which the ends confirm to each other that they share a session key (the draft's `mac_key`).
 *
 * @param sid The session's identifier.
 * @param key The session key.
 * @returns 64 secret bytes.
 */
export const confirmationKey = (sid: Uint8Array, key: Uint8Array): Uint8Array =>
  hash(concat([text.encode("CPaceMac"), sid, key]));

/**
 * An end's proof that it has the session key (the draft's `Ta` and `Tb`, HMAC-SHA-512). Compare in constant
 * time.
 *
 * @param key The confirmation key.
 * @param said What that end said: its message, the data that went along, and what else it vouches for.
 * @returns 64 bytes.
 */
export const confirmationTag = (key: Uint8Array, ...said: ReadonlyArray<Uint8Array>): Uint8Array =>
  new Uint8Array(createHmac("sha512", key).update(lengthValueConcat(...said)).digest());
