/**
 * Fragments: large messages in parts, others between them, each sender's signals in their order.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import {
  Assembler,
  fragmentBytes,
  Fragmenter,
  isFragment,
  messagesAtOnce,
  wholeBytes,
} from "../../../src/protocol/native/fragments.ts";
import { FrameReader, FrameWriter } from "../../../src/protocol/native/frames.ts";
import { seeded } from "../../simulation/chance.ts";

/** A signal of that many bytes, which begins as signals do and says whose it is and which. */
const signal = (sender: number, number: number, size: number): Uint8Array => {
  const bytes = new Uint8Array(size).fill(number);
  bytes.set([0x83, sender, number]);
  return bytes;
};

/** What waits in a fragmenter, as the frames' bodies in which it goes. */
const frames = (fragmenter: Fragmenter): ReadonlyArray<Uint8Array> => {
  const writer = new FrameWriter();
  while (fragmenter.next(writer));
  const bodies: Array<Uint8Array> = [];
  new FrameReader().push(writer.take(), (body) => void bodies.push(body.slice()), () => {});
  return bodies;
};

/** What an assembler makes of bodies. */
const assembled = (bodies: ReadonlyArray<Uint8Array>): ReadonlyArray<Uint8Array> => {
  const assembler = new Assembler(10_000_000);
  return bodies.flatMap((body) => {
    const whole = isFragment(body) ? assembler.push(body) : body;
    if (whole === undefined) return [];
    assert(whole instanceof Uint8Array, Deno.inspect(whole));
    return [whole];
  });
};

Deno.test("a message goes in parts of 64 KiB, and comes out as it was", () => {
  const fragmenter = new Fragmenter();
  const large = signal(1, 7, 3 * fragmentBytes + 1);
  fragmenter.append(1, large.subarray(0, 100), large.subarray(100), true);
  assertEquals([fragmenter.size, fragmenter.answerBytes], [large.length, large.length]);
  const bodies = frames(fragmenter);
  assertEquals(bodies.map(({ length }) => length - 5), [fragmentBytes, fragmentBytes, fragmentBytes, 1]);
  assertEquals(bodies.map(([first]) => first), [0, 0, 0, 1]);
  assertEquals(assembled(bodies), [large]);
  assertEquals([fragmenter.size, fragmenter.answerBytes], [0, 0]);
});

Deno.test("what waits behind a large message of its sender goes whole when it is small", () => {
  const fragmenter = new Fragmenter();
  const [large, small] = [signal(1, 1, 2 * fragmentBytes), signal(1, 2, wholeBytes)];
  fragmenter.append(1, large, undefined, false);
  assert(fragmenter.isWaiting(1));
  assert(!fragmenter.isWaiting(2));
  fragmenter.append(1, small, undefined, false);
  const bodies = frames(fragmenter);
  assertEquals(bodies.length, 3);
  assertEquals(assembled(bodies), [large, small]);
  assert(!fragmenter.isWaiting(1));
});

Deno.test("of several large messages each gets its turn, and only so many are under way", () => {
  const fragmenter = new Fragmenter();
  const senders = Array.from({ length: messagesAtOnce + 3 }, (_, index) => index + 1);
  for (const sender of senders) {
    fragmenter.append(sender, signal(sender, 1, 5 * fragmentBytes), undefined, false);
  }
  const bodies = frames(fragmenter);
  const underWay = bodies.slice(0, 2 * messagesAtOnce).map((body) => new DataView(body.buffer).getUint32(1));
  assertEquals(new Set(underWay).size, messagesAtOnce);
  assertEquals(assembled(bodies).length, senders.length);
});

Deno.test("random messages of random senders come out whole, each sender's in order", () => {
  for (let seed = 1; seed <= 6; seed++) {
    const chance = seeded(seed);
    const fragmenter = new Fragmenter();
    const writer = new FrameWriter();
    const bodies: Array<Uint8Array> = [];
    const flush = (): void =>
      void new FrameReader().push(writer.take(), (body) => void bodies.push(body.slice()), () => {});
    const sent = new Map<number, Array<number>>();
    for (let number = 1; number < 60; number++) {
      const sender = 1 + Math.floor(chance() * 6);
      const size = chance() < 0.4 ? 10 : Math.floor(chance() * 4 * fragmentBytes) + 10;
      const bytes = signal(sender, number, size);
      sent.set(sender, [...sent.get(sender) ?? [], number]);
      if (size > wholeBytes || fragmenter.isWaiting(sender)) {
        fragmenter.append(sender, bytes, undefined, false);
      } else writer.append(bytes);
      if (chance() < 0.5) {
        fragmenter.next(writer);
        flush();
      }
    }
    while (fragmenter.next(writer));
    flush();
    const got = new Map<number, Array<number>>();
    for (const whole of assembled(bodies)) {
      const [, sender = 0, number = 0] = whole;
      assert(whole.subarray(3).every((byte) => byte === number), "parts of another");
      got.set(sender, [...got.get(sender) ?? [], number]);
    }
    assertEquals(got, sent, `seed ${seed}`);
  }
});

Deno.test("what is no fragment, too many at once and what is too large are refused", () => {
  const fragment = (number: number, size: number): Uint8Array => {
    const bytes = new Uint8Array(5 + size);
    new DataView(bytes.buffer).setUint32(1, number);
    return bytes;
  };
  assertEquals(new Assembler(100).push(fragment(1, 0)), { detail: "a fragment without bytes" });
  assertEquals(new Assembler(100).push(Uint8Array.of(0, 0)), { detail: "a fragment without bytes" });
  const crowded = new Assembler(fragmentBytes);
  for (let number = 0; number < messagesAtOnce; number++) {
    assertEquals(crowded.push(fragment(number, fragmentBytes)), undefined);
  }
  assertEquals(crowded.push(fragment(99, fragmentBytes)), {
    detail: "more than 4 messages in fragments at once",
  });
  const full = new Assembler(100_000);
  assertEquals(full.push(fragment(1, fragmentBytes)), undefined);
  assertEquals(full.push(fragment(1, fragmentBytes)), {
    detail: "a message of more than 100000 bytes, which is the limit",
  });
  // Many small parts would take far more memory than what is in them, which alone is counted.
  for (const size of [1, fragmentBytes - 1, fragmentBytes + 1]) {
    assertEquals(new Assembler(1_000_000).push(fragment(1, size)), {
      detail: `a fragment of ${size} bytes that is not the last`,
    });
  }
});

Deno.test("unfinished messages of a peer hold four times the longest one, and not a byte more", () => {
  const limit = 10 * fragmentBytes;
  const body = (number: number): Uint8Array => {
    const bytes = new Uint8Array(5 + fragmentBytes);
    new DataView(bytes.buffer).setUint32(1, number);
    return bytes;
  };
  const assembler = new Assembler(limit);
  let held = 0;
  for (let number = 1; number <= messagesAtOnce; number++) {
    for (let size = 0; size < limit; size += fragmentBytes) {
      assertEquals(assembler.push(body(number)), undefined);
      held += fragmentBytes;
    }
  }
  assertEquals(held, 4 * limit);
  for (let number = 1; number <= messagesAtOnce + 1; number++) {
    const refused = assembler.push(body(number));
    assert(refused !== undefined && "detail" in refused, `fragment of message ${number} was kept`);
  }
});
