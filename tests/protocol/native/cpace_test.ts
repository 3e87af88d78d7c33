/**
 * CPace against the vectors of draft-irtf-cfrg-cpace (group ristretto255, SHA-512), points that it must
 * refuse included.
 *
 * @module
 */
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import {
  confirmationKey,
  confirmationTag,
  type Exchange,
  generator,
  generatorString,
  lengthValueConcat,
  message,
  pointBytes,
  sampleScalar,
  sessionKey,
  sharedPoint,
  transcriptHash,
} from "../../../src/protocol/native/cpace.ts";
import vectors from "../../data/cpace-vectors.json" with { type: "json" };

const bytes = (hexadecimal: string): Uint8Array => Uint8Array.fromHex(hexadecimal);
const hex = (data: Uint8Array): string => data.toHex().toUpperCase();
const scalar = (littleEndian: string): bigint => BigInt(`0x${bytes(littleEndian).reverse().toHex()}`);

const draft = vectors.exchange;
const invalid = vectors.invalid;
const password = bytes(draft.PRS);
const channel = bytes(draft.CI);
const sid = bytes(draft.sid);
const exchange: Exchange = {
  sid,
  initiatorMessage: bytes(draft.Ya),
  initiatorData: bytes(draft.ADa),
  responderMessage: bytes(draft.Yb),
  responderData: bytes(draft.ADb),
};

Deno.test("the generator is the draft's", () => {
  assertEquals(
    hex(generatorString(password, channel, sid)),
    draft["generator_string(G.DSI,PRS,CI,sid,H.s_in_bytes)"],
  );
  assertEquals(hex(generator(password, channel, sid)), draft["encoded generator g"]);
});

Deno.test("both messages are the draft's", () => {
  assertEquals(hex(message(password, channel, sid, scalar(draft.ya))), draft.Ya);
  assertEquals(hex(message(password, channel, sid, scalar(draft.yb))), draft.Yb);
});

Deno.test("both ends arrive at the draft's point and session key", () => {
  for (const [own, received] of [[draft.ya, draft.Yb], [draft.yb, draft.Ya]] as const) {
    const shared = sharedPoint(scalar(own), bytes(received));
    assertEquals(shared && hex(shared), draft.K);
  }
  assertEquals(hex(sessionKey(exchange, bytes(draft.K))), draft.ISK_IR);
  assertEquals(hex(transcriptHash(exchange)), draft.sid_output_ir);
});

Deno.test("a valid point is multiplied as in the draft, the invalid ones are refused", () => {
  const secret = scalar(invalid.Valid.s);
  const shared = sharedPoint(secret, bytes(invalid.Valid.X));
  assertEquals(shared && hex(shared), invalid.Valid["G.scalar_mult_vfy(s,X)"]);
  assertEquals(sharedPoint(secret, bytes(invalid["Invalid Y1"])), undefined);
  assertEquals(sharedPoint(secret, bytes(invalid["Invalid Y2"])), undefined);
});

Deno.test("what is no encoding of a point is refused, whatever its length", () => {
  for (const length of [0, 1, 31, 33, 64]) assertEquals(sharedPoint(7n, new Uint8Array(length)), undefined);
  assertEquals(sharedPoint(7n, new Uint8Array(32).fill(255)), undefined);
  // The valid point's encoding, with the sign that the one encoding of it does not have.
  const other = bytes(invalid.Valid.X);
  other[31] = (other[31] ?? 0) | 128;
  assertEquals(sharedPoint(7n, other), undefined);
});

Deno.test("a scalar is never zero, and never the group's order", () => {
  assertEquals(sampleScalar(new Uint8Array(64)), 1n);
  const order = 2n ** 252n + 27742317777372353535851937790883648493n;
  const minusOne = bytes((order - 1n).toString(16).padStart(128, "0")).reverse();
  assertEquals(sampleScalar(minusOne), 1n);
  const minusTwo = bytes((order - 2n).toString(16).padStart(128, "0")).reverse();
  assertEquals(sampleScalar(minusTwo), order - 1n);
  assertThrows(() => sampleScalar(new Uint8Array(32)), RangeError, "64 random bytes");
});

Deno.test("lengths above 127 are LEB128", () => {
  const long = new Uint8Array(300).fill(7);
  const written = lengthValueConcat(new Uint8Array(0), long);
  assertEquals([...written.subarray(0, 3)], [0, 0b1010_1100, 0b10]);
  assertEquals(written.length, 303);
});

Deno.test("another password, channel, session or word in between gives another key", () => {
  const other = new TextEncoder().encode("other");
  const own = scalar(draft.ya);
  const messages = [
    message(password, channel, sid, own),
    message(other, channel, sid, own),
    message(password, other, sid, own),
    message(password, channel, other, own),
  ].map(hex);
  assertEquals(new Set(messages).size, 4);
  const key = sessionKey(exchange, bytes(draft.K));
  for (const part of Object.keys(exchange)) {
    assertNotEquals(sessionKey({ ...exchange, [part]: other }, bytes(draft.K)), key);
  }
});

Deno.test("the two ends' confirmation tags differ, also when only the data does", () => {
  const key = confirmationKey(sid, bytes(draft.ISK_IR));
  const one = confirmationTag(key, exchange.initiatorMessage, exchange.initiatorData);
  assertEquals(one.length, 64);
  assertNotEquals(one, confirmationTag(key, exchange.responderMessage, exchange.responderData));
  assertNotEquals(one, confirmationTag(key, exchange.initiatorMessage, exchange.responderData));
  assertEquals(pointBytes, 32);
});
