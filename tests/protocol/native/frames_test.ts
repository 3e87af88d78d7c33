/**
 * Frames: golden bytes, any split, limits, buffers that are used again, callbacks that stop.
 *
 * @module
 */
import { assert, assertEquals, assertNotStrictEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { type FrameFailure, FrameReader, FrameWriter } from "../../../src/protocol/native/frames.ts";

const text = (string: string): Uint8Array => new TextEncoder().encode(string);

/** Reads pieces, each overwritten as soon as its push is over, as a socket's buffer would be. */
const read = (
  pieces: Iterable<Uint8Array>,
  reader = new FrameReader(),
): { readonly frames: Array<string>; readonly failure: FrameFailure | undefined } => {
  const frames: Array<string> = [];
  let failure: FrameFailure | undefined;
  for (const piece of pieces) {
    const buffer = piece.slice();
    const bodies: Array<Uint8Array | "tick"> = [];
    failure = reader.push(buffer, (body) => bodies.push(body), () => bodies.push("tick"));
    // Valid until the next push: looked at only when this one is over.
    for (const body of bodies) frames.push(body === "tick" ? body : new TextDecoder().decode(body));
    buffer.fill(0xee);
  }
  return { frames, failure };
};

const written = (...frames: ReadonlyArray<string>): Uint8Array => {
  const writer = new FrameWriter();
  for (const frame of frames) {
    if (frame === "tick") writer.tick();
    else assert(writer.append(text(frame)));
  }
  return writer.take().slice();
};

const pieces = (stream: Uint8Array, size: number): Array<Uint8Array> => {
  const cut: Array<Uint8Array> = [];
  for (let at = 0; at < stream.length; at += size) cut.push(stream.subarray(at, at + size));
  return cut;
};

Deno.test("frames and ticks have these bytes", () => {
  assertEquals(written("hi", "tick", "!").toHex(), "00000002686900000000" + "0000000121");
});

Deno.test("what is written is read, in order, at any split", () => {
  const frames = ["a", "tick", "hello", "tick", "tick", "x".repeat(300), "end", "y".repeat(5000), "tick"];
  const stream = written(...frames);
  for (const size of [1, 2, 3, 4, 5, 6, 7, 8, 9, 64, 303, 304, 305, 1000, 4999, stream.length]) {
    assertEquals(read(pieces(stream, size)), { frames, failure: undefined });
  }
});

Deno.test("random frames at random splits come out as they went in", () => {
  let seed = 1;
  const random = (below: number): number => {
    seed = Math.imul(seed, 1_103_515_245) + 12_345 >>> 0;
    return (seed >>> 8) % below;
  };
  for (let round = 0; round < 200; round++) {
    const frames = Array.from({ length: 1 + random(12) }, () => {
      if (random(5) === 0) return "tick";
      return String.fromCharCode(97 + random(26)).repeat(1 + random(random(8) === 0 ? 200_000 : 50));
    });
    const stream = written(...frames);
    const cut: Array<Uint8Array> = [];
    for (let at = 0; at < stream.length;) {
      const end = at + 1 + random(random(3) === 0 ? 100_000 : 40 + stream.length / 50 | 0);
      cut.push(stream.subarray(at, end));
      at = end;
    }
    assertEquals(read(cut), { frames, failure: undefined });
  }
});

Deno.test("a body within a chunk is not copied", () => {
  const chunk = written("one", "two");
  const bodies: Array<Uint8Array> = [];
  new FrameReader().push(chunk, (body) => bodies.push(body), () => {});
  assertEquals(bodies.map((body) => body.buffer === chunk.buffer), [true, true]);
});

Deno.test("a chunk that ends one cut body and begins another keeps both apart until the next push", () => {
  const stream = written("first", "second", "third");
  // The cuts are within the first and within the last body.
  assertEquals(read([stream.subarray(0, 6), stream.subarray(6, 25), stream.subarray(25)]).frames, [
    "first",
    "second",
    "third",
  ]);
});

Deno.test("a frame of the limit is read, of one byte more refused by its length", () => {
  const header = (length: number): Uint8Array => {
    const bytes = new Uint8Array(4);
    new DataView(bytes.buffer).setUint32(0, length);
    return bytes;
  };
  const limit = 100;
  const full = "x".repeat(limit);
  for (const size of [1, 3, 50, 1000]) {
    assertEquals(read(pieces(written(full, "tick"), size), new FrameReader({ limit })).frames, [
      full,
      "tick",
    ]);
    const reader = new FrameReader({ limit });
    const { frames, failure } = read(pieces(header(limit + 1), size), reader);
    assertEquals(frames, []);
    assertEquals(failure, { reason: "limit", detail: "a frame of 101 bytes, where 100 is the limit" });
    assertStrictEquals(read([written("more")], reader).failure, failure);
  }
  assertEquals(read([header(134_217_728)]).failure, undefined);
  assertEquals(read([header(134_217_729)]).failure?.reason, "limit");
  assertEquals(read([header(0xffff_ffff)]).failure?.reason, "limit");
});

Deno.test("the frames before one that is over the limit are still read", () => {
  const { frames, failure } = read([written("ok", "tick", "too long")], new FrameReader({ limit: 3 }));
  assertEquals(frames, ["ok", "tick"]);
  assertEquals(failure?.reason, "limit");
});

Deno.test("a declared length alone takes no memory", () => {
  const before = Deno.memoryUsage();
  const readers = Array.from({ length: 100 }, () => {
    const reader = new FrameReader();
    // 128 MiB are promised, one byte comes.
    reader.push(Uint8Array.of(8, 0, 0, 0, 1), () => {}, () => {});
    return reader;
  });
  const after = Deno.memoryUsage();
  assertEquals(readers.length, 100);
  assert(after.external - before.external < 100 * 300_000);
});

Deno.test("a large frame over many chunks comes whole", () => {
  const body = new Uint8Array(3_000_001);
  for (let at = 0; at < body.length; at += 1000) body[at] = at / 1000;
  const writer = new FrameWriter();
  writer.append(body);
  writer.append(Uint8Array.of(1));
  let received = 0;
  const reader = new FrameReader();
  const buffer = new Uint8Array(65_536);
  for (const piece of pieces(writer.take(), buffer.length)) {
    buffer.set(piece);
    reader.push(buffer.subarray(0, piece.length), (frame) => {
      if (received++ === 0) assertEquals(frame, body);
      else assertEquals([...frame], [1]);
    }, () => {});
  }
  assertEquals(received, 2);
});

Deno.test("a stream cut at every offset gives the frames before the cut and no failure", () => {
  const stream = written("one", "tick", "two");
  for (let cut = 0; cut < stream.length; cut++) {
    const { frames, failure } = read([stream.subarray(0, cut)]);
    assertEquals(frames, ["one", "tick"].slice(0, cut < 7 ? 0 : cut < 11 ? 1 : 2));
    assertEquals(failure, undefined);
  }
});

Deno.test("a callback that closes the reader gets no more, at every place where frames come from", () => {
  const stream = written("one", "tick", "two", "tick");
  for (const size of [1, 2, 3, 6, 9, 100]) {
    for (let last = 1; last <= 4; last++) {
      const reader = new FrameReader();
      let seen = 0;
      const stop = () => {
        if (++seen === last) reader.close();
      };
      for (const piece of pieces(stream, size)) assertEquals(reader.push(piece, stop, stop), undefined);
      assertEquals(seen, last);
    }
  }
});

Deno.test("a callback that throws closes the reader, and its error comes out", () => {
  const stream = written("one", "tick", "two");
  for (const size of [1, 5, 100]) {
    const reader = new FrameReader();
    let seen = 0;
    const burst = () => {
      seen++;
      throw new Error("burst");
    };
    assertThrows(
      () => {
        for (const piece of pieces(stream, size)) reader.push(piece, burst, burst);
      },
      Error,
      "burst",
    );
    assertEquals(reader.push(stream, burst, burst), undefined);
    assertEquals(seen, 1);
  }
});

Deno.test("an empty body and one over the limit are not written", () => {
  const writer = new FrameWriter({ limit: 3 });
  assertEquals(writer.append(new Uint8Array(0)), false);
  assertEquals(writer.append(text("four")), false);
  assertEquals(writer.size, 0);
  assertEquals(writer.append(text("six")), true);
  assertEquals(writer.take().toHex(), "00000003736978");
});

Deno.test("what was taken stays as it is while the next turn is written", () => {
  const writer = new FrameWriter();
  for (let turn = 0; turn < 50; turn++) {
    const frames = Array.from(
      { length: turn * turn % 37 },
      (_, index) => `${turn}:${index}`.repeat(turn * 20),
    );
    for (const frame of frames) if (frame !== "") writer.append(text(frame));
    const size = writer.size;
    const taken = writer.take();
    assertEquals(taken.length, size);
    assertEquals(writer.size, 0);
    for (let index = 0; index < 2000; index++) writer.append(text("in between"));
    assertEquals(read([taken]).frames, frames.filter((frame) => frame !== ""));
    assertNotStrictEquals(writer.take().buffer, taken.buffer);
    writer.take();
    writer.take();
  }
});

Deno.test("a buffer that a burst made large is given back in quiet turns", () => {
  const writer = new FrameWriter();
  for (let turn = 0; turn < 2; turn++) {
    writer.append(new Uint8Array(4_000_000));
    writer.take();
  }
  for (let turn = 0; turn < 40; turn++) {
    writer.tick();
    writer.take();
  }
  assert(writer.take().buffer.byteLength <= 16_384);
  assert(writer.take().buffer.byteLength <= 16_384);
});
