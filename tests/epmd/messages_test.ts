/**
 * Tests of the port mapper's messages: golden bytes of Erlang's own tools, limits, pieces and refusals.
 *
 * @module
 */
import { assertEquals, assertNotEquals, assertThrows } from "@std/assert";
import type { AnswerFormat, Parsed, Refusal, Registration, Request } from "../../src/epmd/messages.ts";
import {
  alive2Answer,
  AnswerParser,
  encodeAlive2Answer,
  encodeNamesAnswer,
  encodePort2Answer,
  encodeRequest,
  hiddenNode,
  killRefused,
  maxExtraBytes,
  nameProblem,
  namesAnswer,
  normalNode,
  port2Answer,
  RequestParser,
  requestProblem,
} from "../../src/epmd/messages.ts";

const hex = (text: string): Uint8Array =>
  Uint8Array.from(text.trim().split(/\s+/), (digits) => parseInt(digits, 16));

const registration = (parts: Partial<Registration> = {}): Registration => ({
  name: "alex",
  port: 8080,
  nodeType: normalNode,
  protocol: 0,
  highestVersion: 6,
  lowestVersion: 5,
  extra: new Uint8Array(0),
  ...parts,
});

const alive2 = (parts: Partial<Registration> = {}): Request => ({
  tag: "ALIVE2_REQ",
  registration: registration(parts),
});

/** What `erl -sname kate@localhost` of OTP 25 sends, and what OTP 25's `epmd` and `erl_epmd` ask. */
const goldenRequests: readonly (readonly [string, string, Request])[] = [
  [
    "erl -sname kate@localhost",
    "00 11 78 b1 7f 4d 00 00 06 00 05 00 04 6b 61 74 65 00 00",
    alive2({ name: "kate", port: 45439 }),
  ],
  [
    "erl_epmd:port_please/2 for olga",
    "00 05 7a 6f 6c 67 61",
    { tag: "PORT_PLEASE2_REQ", name: "olga" },
  ],
  ["epmd -names", "00 01 6e", { tag: "NAMES_REQ" }],
  ["epmd -kill", "00 01 6b", { tag: "KILL_REQ" }],
];

/** What OTP 25's `epmd` answers. */
const alexAnswer = "77 00 1f 90 4d 00 00 06 00 05 00 04 61 6c 65 78 00 03 01 02 03";
const namesBytes = `00 00 5f 31
  6e 61 6d 65 20 6f 6c 67 61 20 61 74 20 70 6f 72 74 20 38 30 38 30 0a
  6e 61 6d 65 20 61 6c 65 78 20 61 74 20 70 6f 72 74 20 38 30 38 30 0a`;

const parseRequest = (bytes: Uint8Array): Parsed<Request> => new RequestParser().push(bytes);

const parseAnswer = <A>(format: AnswerFormat<A>, bytes: Uint8Array): Parsed<A> => {
  const parser = new AnswerParser(format);
  const parsed = parser.push(bytes);
  return parsed.tag === "more" ? parser.end() : parsed;
};

const refusalOf = (parsed: Parsed<unknown>): Refusal | undefined =>
  parsed.tag === "refused" ? parsed.because : undefined;

const framed = (body: Uint8Array): Uint8Array => Uint8Array.of(body.length >> 8, body.length & 255, ...body);

/** Numbers that look random and are the same each run (a linear congruential generator). */
const numbers = (seed: number): (below: number) => number => {
  let state = seed;
  return (below) => {
    state = (Math.imul(state, 1664525) + 1013904223) >>> 0;
    return Math.floor(state / 2 ** 32 * below);
  };
};

for (const [what, bytes, request] of goldenRequests) {
  Deno.test(`the request of ${what} is read, and written byte for byte`, () => {
    assertEquals(parseRequest(hex(bytes)), { tag: "done", value: request });
    assertEquals(encodeRequest(request), hex(bytes));
  });
}

Deno.test("epmd's ALIVE2_X_RESP is read, and written byte for byte", () => {
  const success = { tag: "ALIVE2_X_RESP", result: 0, creation: 0x6b05ac3d } as const;
  assertEquals(parseAnswer(alive2Answer, hex("76 00 6b 05 ac 3d")), { tag: "done", value: success });
  assertEquals(encodeAlive2Answer(success), hex("76 00 6b 05 ac 3d"));
  const taken = { tag: "ALIVE2_X_RESP", result: 1, creation: 99 } as const;
  assertEquals(parseAnswer(alive2Answer, hex("76 01 00 00 00 63")), { tag: "done", value: taken });
  assertEquals(encodeAlive2Answer(taken), hex("76 01 00 00 00 63"));
});

Deno.test("epmd's ALIVE2_RESP, for nodes before OTP 23, is read, and written byte for byte", () => {
  const success = { tag: "ALIVE2_RESP", result: 0, creation: 1 } as const;
  assertEquals(parseAnswer(alive2Answer, hex("79 00 00 01")), { tag: "done", value: success });
  assertEquals(encodeAlive2Answer(success), hex("79 00 00 01"));
  const taken = { tag: "ALIVE2_RESP", result: 1, creation: 99 } as const;
  assertEquals(parseAnswer(alive2Answer, hex("79 01 00 63")), { tag: "done", value: taken });
  assertEquals(encodeAlive2Answer(taken), hex("79 01 00 63"));
});

Deno.test("epmd's PORT2_RESP is read, and written byte for byte", () => {
  const found = { tag: "PORT2_RESP", registration: registration({ extra: Uint8Array.of(1, 2, 3) }) } as const;
  assertEquals(parseAnswer(port2Answer, hex(alexAnswer)), { tag: "done", value: found });
  assertEquals(encodePort2Answer(found), hex(alexAnswer));
  const absent = { tag: "PORT2_RESP", registration: undefined } as const;
  assertEquals(parseAnswer(port2Answer, hex("77 01")), { tag: "done", value: absent });
  assertEquals(encodePort2Answer(absent), hex("77 01"));
});

Deno.test("epmd's list of names is read, and written byte for byte", () => {
  const answer = {
    tag: "NAMES_RESP",
    mapperPort: 24369,
    nodes: [{ name: "olga", port: 8080 }, { name: "alex", port: 8080 }],
  } as const;
  assertEquals(parseAnswer(namesAnswer, hex(namesBytes)), { tag: "done", value: answer });
  assertEquals(encodeNamesAnswer(answer), hex(namesBytes));
  const none = { tag: "NAMES_RESP", mapperPort: 4369, nodes: [] } as const;
  assertEquals(parseAnswer(namesAnswer, hex("00 00 11 11")), { tag: "done", value: none });
  assertEquals(encodeNamesAnswer(none), hex("00 00 11 11"));
});

Deno.test("the refusal of KILL_REQ is epmd's NO", () => {
  assertEquals(killRefused, hex("4e 4f"));
});

Deno.test("registrations of all kinds come back as they were, in a request and in an answer", () => {
  const below = numbers(1);
  const alphabet = Array.from("azAZ09_-. @éß中🦕\ufeffe\u0301");
  for (let round = 0; round < 500; round++) {
    const one = registration({
      name: Array.from({ length: 1 + below(255) }, () => alphabet[below(alphabet.length)] ?? "a").join(""),
      port: below(65536),
      nodeType: below(256),
      protocol: below(256),
      highestVersion: below(65536),
      lowestVersion: below(65536),
      extra: Uint8Array.from({ length: below(maxExtraBytes + 1) }, () => below(256)),
    });
    const request: Request = { tag: "ALIVE2_REQ", registration: one };
    assertEquals(parseRequest(encodeRequest(request)), { tag: "done", value: request });
    const question: Request = { tag: "PORT_PLEASE2_REQ", name: one.name };
    assertEquals(parseRequest(encodeRequest(question)), { tag: "done", value: question });
    const answer = { tag: "PORT2_RESP", registration: one } as const;
    assertEquals(parseAnswer(port2Answer, encodePort2Answer(answer)), { tag: "done", value: answer });
    const list = {
      tag: "NAMES_RESP",
      mapperPort: 4369,
      nodes: [{ name: one.name, port: one.port }],
    } as const;
    assertEquals(parseAnswer(namesAnswer, encodeNamesAnswer(list)), { tag: "done", value: list });
  }
});

Deno.test("the extremes of a creation come back as they were", () => {
  for (const creation of [0, 1, 2 ** 31, 2 ** 32 - 1]) {
    const answer = { tag: "ALIVE2_X_RESP", result: 0, creation } as const;
    assertEquals(parseAnswer(alive2Answer, encodeAlive2Answer(answer)), { tag: "done", value: answer });
  }
});

for (const [what, bytes, request] of goldenRequests) {
  Deno.test(`the request of ${what} is read one byte at a time, from a buffer that is used again`, () => {
    const parser = new RequestParser();
    const buffer = new Uint8Array(1);
    const whole = hex(bytes);
    whole.forEach((byte, at) => {
      buffer[0] = byte;
      const parsed = parser.push(buffer);
      assertEquals(parsed, at + 1 < whole.length ? { tag: "more" } : { tag: "done", value: request });
    });
    assertEquals(parser.end(), { tag: "done", value: request });
  });

  Deno.test(`the request of ${what}, cut at any byte, is truncated`, () => {
    const whole = hex(bytes);
    for (let length = 0; length < whole.length; length++) {
      const parser = new RequestParser();
      assertEquals(parser.push(whole.subarray(0, length)), { tag: "more" });
      assertEquals(refusalOf(parser.end()), "truncated");
    }
  });

  Deno.test(`a byte after the request of ${what} is refused, in the same piece or later`, () => {
    const whole = hex(bytes);
    assertEquals(refusalOf(parseRequest(Uint8Array.of(...whole, 0))), "trailing_bytes");
    const parser = new RequestParser();
    assertEquals(parser.push(whole).tag, "done");
    assertEquals(refusalOf(parser.push(Uint8Array.of(0))), "trailing_bytes");
    assertEquals(refusalOf(parser.end()), "trailing_bytes");
  });
}

Deno.test("an ALIVE2_REQ whose length says less than its fields is truncated at every length", () => {
  const whole = encodeRequest(alive2({ extra: Uint8Array.of(1, 2, 3) }));
  for (let length = 1; length < whole.length - 2; length++) {
    const parsed = parseRequest(framed(whole.subarray(2, 2 + length)));
    assertEquals(refusalOf(parsed), "truncated", `length ${length}`);
  }
});

Deno.test("an ALIVE2_REQ whose length says more than its fields has trailing bytes", () => {
  const body = encodeRequest(alive2()).subarray(2);
  assertEquals(refusalOf(parseRequest(framed(Uint8Array.of(...body, 0)))), "trailing_bytes");
});

const answers: readonly (readonly [string, AnswerFormat<unknown>, string])[] = [
  ["ALIVE2_X_RESP", alive2Answer, "76 00 6b 05 ac 3d"],
  ["ALIVE2_RESP", alive2Answer, "79 00 00 01"],
  ["PORT2_RESP of a node", port2Answer, alexAnswer],
  ["PORT2_RESP of no node", port2Answer, "77 01"],
];

for (const [what, format, bytes] of answers) {
  Deno.test(`${what} is whole at its last byte, one byte at a time, and truncated before`, () => {
    const whole = hex(bytes);
    const expected = parseAnswer(format, whole);
    assertEquals(expected.tag, "done");
    const parser = new AnswerParser(format);
    const buffer = new Uint8Array(1);
    whole.forEach((byte, at) => {
      buffer[0] = byte;
      assertEquals(parser.push(buffer), at + 1 < whole.length ? { tag: "more" } : expected);
    });
    assertEquals(parser.end(), expected);
    for (let length = 0; length < whole.length; length++) {
      assertEquals(refusalOf(parseAnswer(format, whole.subarray(0, length))), "truncated");
    }
  });

  Deno.test(`a byte after ${what} is refused, in the same piece or later`, () => {
    assertEquals(refusalOf(parseAnswer(format, Uint8Array.of(...hex(bytes), 0))), "trailing_bytes");
    const parser = new AnswerParser(format);
    assertEquals(parser.push(hex(bytes)).tag, "done");
    assertEquals(refusalOf(parser.push(Uint8Array.of(0))), "trailing_bytes");
  });
}

Deno.test("a list of names is whole at its end alone, one byte at a time, and truncated within a line", () => {
  const whole = hex(namesBytes);
  const expected = parseAnswer(namesAnswer, whole);
  const parser = new AnswerParser(namesAnswer);
  for (const byte of whole) assertEquals(parser.push(Uint8Array.of(byte)), { tag: "more" });
  assertEquals(parser.end(), expected);
  const lineEnds = [4, 4 + 23, 4 + 46];
  for (let length = 0; length < whole.length; length++) {
    const cut = parseAnswer(namesAnswer, whole.subarray(0, length));
    assertEquals(refusalOf(cut), lineEnds.includes(length) ? undefined : "truncated", `length ${length}`);
  }
});

Deno.test("a name has at most 255 characters, of four bytes each", () => {
  const longest = "🦕".repeat(255);
  assertEquals(nameProblem(longest), undefined);
  assertEquals(parseRequest(encodeRequest(alive2({ name: longest }))).tag, "done");
  assertEquals(parseRequest(encodeRequest({ tag: "PORT_PLEASE2_REQ", name: longest })).tag, "done");
  assertNotEquals(nameProblem(longest + "🦕"), undefined);
  assertNotEquals(nameProblem("a".repeat(256)), undefined);
  const question = Uint8Array.of(122, ...new TextEncoder().encode("a".repeat(256)));
  assertEquals(refusalOf(parseRequest(framed(question))), "bad_name");
});

Deno.test("a request is measured before it is read: by its length, then by its tag", () => {
  const header = (length: number, ...tag: number[]): Uint8Array =>
    Uint8Array.of(length >> 8, length & 255, ...tag);
  assertEquals(parseRequest(header(2053)).tag, "more");
  assertEquals(refusalOf(parseRequest(header(2054))), "oversize");
  assertEquals(refusalOf(parseRequest(header(65535))), "oversize");
  assertEquals(parseRequest(header(2053, 120)).tag, "more");
  assertEquals(parseRequest(header(1021, 122)).tag, "more");
  assertEquals(refusalOf(parseRequest(header(1022, 122))), "oversize");
  assertEquals(refusalOf(parseRequest(header(2, 110))), "trailing_bytes");
  assertEquals(refusalOf(parseRequest(header(2, 107))), "trailing_bytes");
});

Deno.test("an extra has at most 1,020 bytes", () => {
  const longest = alive2({ extra: new Uint8Array(1020) });
  assertEquals(parseRequest(encodeRequest(longest)), { tag: "done", value: longest });
  assertNotEquals(requestProblem(alive2({ extra: new Uint8Array(1021) })), undefined);
  const body = encodeRequest(alive2({ extra: new Uint8Array(1020) })).subarray(2);
  const longer = Uint8Array.of(...body, 0);
  new DataView(longer.buffer).setUint16(15, 1021);
  assertEquals(refusalOf(parseRequest(framed(longer))), "oversize");
});

Deno.test("the longest PORT2_RESP is read, and one that says more is refused at the field that says so", () => {
  const longest = registration({ name: "🦕".repeat(255), extra: new Uint8Array(1020) });
  const bytes = encodePort2Answer({ tag: "PORT2_RESP", registration: longest });
  assertEquals(parseAnswer(port2Answer, bytes).tag, "done");
  const longName = bytes.slice(0, 12);
  new DataView(longName.buffer).setUint16(10, 1021);
  assertEquals(refusalOf(parseAnswer(port2Answer, longName)), "oversize");
  const longExtra = bytes.slice(0, 14 + 1020);
  new DataView(longExtra.buffer).setUint16(12 + 1020, 1021);
  assertEquals(refusalOf(parseAnswer(port2Answer, longExtra)), "oversize");
});

Deno.test("a list of 1,024 of the longest lines is read, and a byte more is refused", () => {
  const nodes = Array.from({ length: 1024 }, () => ({ name: "🦕".repeat(255), port: 65535 }));
  const bytes = encodeNamesAnswer({ tag: "NAMES_RESP", mapperPort: 4369, nodes });
  assertEquals(bytes.length, namesAnswer.maxBytes);
  assertEquals(parseAnswer(namesAnswer, bytes).tag, "done");
  const parser = new AnswerParser(namesAnswer);
  assertEquals(parser.push(bytes).tag, "more");
  assertEquals(refusalOf(parser.push(Uint8Array.of(10))), "oversize");
});

Deno.test("a name that is empty, no UTF-8, or has control characters is refused", () => {
  const asked = (...name: number[]): Refusal | undefined =>
    refusalOf(parseRequest(framed(Uint8Array.of(122, ...name))));
  assertEquals(asked(), "bad_name");
  assertEquals(asked(97, 0), "bad_name");
  assertEquals(asked(97, 10, 98), "bad_name");
  assertEquals(asked(0xc3), "bad_name");
  assertEquals(asked(0xc0, 0x80), "bad_name");
  assertEquals(asked(0xed, 0xa0, 0x80), "bad_name");
  assertEquals(asked(97), undefined);
  assertNotEquals(nameProblem("\ud800"), undefined);
  const answer = hex(alexAnswer);
  answer[12] = 10;
  assertEquals(refusalOf(parseAnswer(port2Answer, answer)), "bad_name");
});

Deno.test("names that look alike and differ in a byte stay two names", () => {
  const names = ["é", "e\u0301", "\ufeffalex", "alex", "Alex", "alex "];
  const read = names.map((name) => parseRequest(encodeRequest({ tag: "PORT_PLEASE2_REQ", name })));
  assertEquals(read, names.map((name) => ({ tag: "done", value: { tag: "PORT_PLEASE2_REQ", name } })));
  assertEquals(new Set(read.map((parsed) => JSON.stringify(parsed))).size, names.length);
});

Deno.test("a name may hold what ends a line of names", () => {
  const nodes = [{ name: "a at port 1", port: 2 }];
  const bytes = encodeNamesAnswer({ tag: "NAMES_RESP", mapperPort: 1, nodes });
  assertEquals(parseAnswer(namesAnswer, bytes), {
    tag: "done",
    value: { tag: "NAMES_RESP", mapperPort: 1, nodes },
  });
});

Deno.test("what is no request is refused by name", () => {
  assertEquals(refusalOf(parseRequest(hex("00 00"))), "unknown_request");
  assertEquals(refusalOf(parseRequest(hex("00 01 61"))), "unknown_request");
  assertEquals(refusalOf(parseRequest(hex("00 01 64"))), "unsupported");
  assertEquals(refusalOf(parseRequest(hex("00 05 73 61 6c 65 78"))), "unsupported");
  assertEquals(refusalOf(parseRequest(new TextEncoder().encode("GET / HTTP/1.1\r\n\r\n"))), "oversize");
});

Deno.test("what is no answer is refused by name", () => {
  const http = new TextEncoder().encode("HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n");
  assertEquals(refusalOf(parseAnswer(alive2Answer, http)), "unexpected_answer");
  assertEquals(refusalOf(parseAnswer(port2Answer, http)), "unexpected_answer");
  assertEquals(refusalOf(parseAnswer(namesAnswer, http)), "unexpected_answer");
  const line = (text: string): Uint8Array => Uint8Array.of(0, 0, 0, 1, ...new TextEncoder().encode(text));
  assertEquals(refusalOf(parseAnswer(namesAnswer, line("name a at port 65536\n"))), "unexpected_answer");
  assertEquals(refusalOf(parseAnswer(namesAnswer, line("name  at port 1\n"))), "unexpected_answer");
  assertEquals(refusalOf(parseAnswer(namesAnswer, line("\n"))), "unexpected_answer");
  assertEquals(refusalOf(parseAnswer(namesAnswer, hex("00 00 00 01 ff"))), "unexpected_answer");
});

Deno.test("a parser that has refused gives the same refusal for ever", () => {
  const request = new RequestParser();
  const refused = request.push(hex("00 01 61"));
  assertEquals(refused.tag, "refused");
  assertEquals(request.push(hex("00 01 6e")), refused);
  assertEquals(request.end(), refused);
  const answer = new AnswerParser(port2Answer);
  const unexpected = answer.push(hex("00"));
  assertEquals(unexpected.tag, "refused");
  assertEquals(answer.push(hex("77 01")), unexpected);
  assertEquals(answer.end(), unexpected);
});

Deno.test("a message keeps none of the bytes that it was read from", () => {
  const bytes = encodeRequest(alive2({ extra: Uint8Array.of(1, 2, 3) }));
  const parsed = parseRequest(bytes);
  bytes.fill(0xff);
  assertEquals(parsed, { tag: "done", value: alive2({ extra: Uint8Array.of(1, 2, 3) }) });
});

Deno.test("what cannot be written is refused before it is", () => {
  const wrong: readonly Partial<Registration>[] = [
    { name: "" },
    { port: 65536 },
    { port: -1 },
    { port: 1.5 },
    { nodeType: 256 },
    { protocol: -1 },
    { highestVersion: 65536 },
    { lowestVersion: NaN },
    { extra: new Uint8Array(maxExtraBytes + 1) },
  ];
  for (const parts of wrong) {
    assertNotEquals(requestProblem(alive2(parts)), undefined);
    assertThrows(() => encodeRequest(alive2(parts)), RangeError);
    assertThrows(
      () => encodePort2Answer({ tag: "PORT2_RESP", registration: registration(parts) }),
      RangeError,
    );
  }
  assertEquals(requestProblem(alive2({ nodeType: hiddenNode })), undefined);
  assertThrows(() => encodeRequest({ tag: "PORT_PLEASE2_REQ", name: "a\nb" }), RangeError);
  assertThrows(() => encodeAlive2Answer({ tag: "ALIVE2_X_RESP", result: 0, creation: 2 ** 32 }), RangeError);
  assertThrows(() => encodeAlive2Answer({ tag: "ALIVE2_RESP", result: 0, creation: 65536 }), RangeError);
  assertThrows(() => encodeAlive2Answer({ tag: "ALIVE2_RESP", result: 256, creation: 1 }), RangeError);
  const nodes = [{ name: "a", port: 65536 }];
  assertThrows(() => encodeNamesAnswer({ tag: "NAMES_RESP", mapperPort: 1, nodes }), RangeError);
});
