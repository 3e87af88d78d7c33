/**
 * Signals as bytes: golden bytes, every kind of term there and back, hostile bytes of every kind.
 *
 * @module
 */
import {
  assert,
  assertEquals,
  assertInstanceOf,
  assertNotStrictEquals,
  assertStrictEquals,
  assertThrows,
} from "@std/assert";
import { Buffer } from "node:buffer";
import fc from "fast-check";
import { Decoder, Encoder, Tag } from "../../../src/deps/cbor.ts";
import { Data, Duration, Option, Result } from "../../../src/deps/effect.ts";
import { capture } from "../../../src/process/modules.ts";
import { Op, type Signal } from "../../../src/process/signal.ts";
import { nestingLimit, TermTag } from "../../../src/protocol/native/scan.ts";
import { BadSignal, decodeSignal, encodeSignal } from "../../../src/protocol/native/signals.ts";
import { atom } from "../../../src/term/atom.ts";
import { Capture } from "../../../src/term/capture.ts";
import {
  AlreadyStarted,
  failureClasses,
  ForeignError,
  NoConnection,
  Timeout,
  Unsendable,
} from "../../../src/term/errors.ts";
import { NodeLife, nodeLife } from "../../../src/term/identifier.ts";
import { toTuple, tuple } from "../../../src/term/tuple.ts";

const here = nodeLife("alex@localhost", 1);
const there = nodeLife("kate@localhost", 2);
const other = nodeLife("moebi@elsewhere", 3);

const encode = (signal: Signal): Uint8Array => encodeSignal(signal, here, there).slice();
/** Decoded where it is for, and then the bytes are overwritten, as a socket's buffer would be. */
const decode = (body: Uint8Array): Signal => {
  const buffer = body.slice();
  const signal = decodeSignal(buffer, there, here);
  buffer.fill(0xee);
  return signal;
};
const carry = (term: unknown): unknown => decode(encode([Op.send, 117, term]))[2];
const carryReason = (reason: unknown): unknown => decode(encode([Op.down, 12, reason]))[2];

const problemOf = (body: Uint8Array): string => {
  const error: unknown = assertThrows(() => decodeSignal(body, there, here), BadSignal);
  assert(error instanceof BadSignal);
  assertEquals(error.message, error.problem);
  return error.problem;
};
const problemOfHex = (hex: string): string => problemOf(Uint8Array.fromHex(hex.replaceAll(" ", "")));

class Sold extends Data.TaggedError("Sold")<{ readonly item: string; readonly left: number }> {}

/** Equal in every respect that a term has: `assertEquals` takes 0 for -0, and a tuple for an array. */
const isSame = (a: unknown, b: unknown): boolean => {
  if (Object.is(a, b)) return true;
  if (typeof a !== "object" || typeof b !== "object" || a === null || b === null) return false;
  if (Object.getPrototypeOf(a) !== Object.getPrototypeOf(b)) return false;
  if (a instanceof Uint8Array && b instanceof Uint8Array) {
    return a.length === b.length && a.every((byte, index) => byte === b[index]);
  }
  if (a instanceof Date && b instanceof Date) return Object.is(a.getTime(), b.getTime());
  if (a instanceof Map && b instanceof Map) return isSame([...a], [...b]);
  if (a instanceof Set && b instanceof Set) return isSame([...a], [...b]);
  if (a instanceof Error && b instanceof Error && (a.message !== b.message || a.name !== b.name)) {
    return false;
  }
  const keys = Object.keys(a);
  return haveSame(keys, Object.keys(b)) &&
    keys.every((key) => isSame(Reflect.get(a, key), Reflect.get(b, key)));
};
const haveSame = (a: ReadonlyArray<string>, b: ReadonlyArray<string>): boolean =>
  a.length === b.length && new Set([...a, ...b]).size === a.length;

const assertSame = (actual: unknown, expected: unknown): void => {
  if (isSame(actual, expected)) return;
  const show = (value: unknown): string => Deno.inspect(value, { depth: 9 });
  assert(false, `${show(actual)} is not ${show(expected)}`);
};

const leader = here.pid(1);

/** One of each signal. */
const signals: ReadonlyArray<Signal> = [
  [Op.link, 1, 2],
  [Op.send, 117, "hi"],
  [Op.exit, 1, 2, "noproc"],
  [Op.sendName, "shop", ["hi"]],
  [Op.groupLeader, 2, leader],
  [Op.exitSignal, 1, 2, { error: { name: "Error", message: "no" }, stack: "" }],
  [Op.monitor, 1, "shop", 3],
  [Op.monitor, 1, 2, 3],
  [Op.demonitor, 1, 2, 3],
  [Op.down, 3, "normal"],
  [Op.spawnRequest, 12, 107, leader, "Chat", "receiveMessage", ["hi", atom("ok")], 3],
  [Op.spawnReply, 12, 117],
  [Op.sendAlias, 12, null],
  [Op.unlink, 1, 2, 3],
  [Op.unlinkAck, 1, 2, 3],
  [Op.request, 12, 107, "Chat.TaskSupervisor", true, [
    "start_task",
    "Chat",
    "receiveMessage",
    ["hi"],
  ]],
  [Op.reply, 12, atom("ok")],
  [Op.requestDown, 12, tuple(atom("shutdown"), there.pid(5))],
  [Op.requestExit, 12, "kill"],
  [Op.requestCancel, 12],
  [Op.requestHolder, 12],
  [Op.requestDisown, 12],
  [Op.requestRefused, 12, "noproc"],
  [Op.requestHeldBy, 12, Number.MAX_SAFE_INTEGER],
];

Deno.test("signals have these bytes", () => {
  const golden: ReadonlyArray<readonly [signal: Signal, hex: string]> = [
    [[Op.send, 117, "hi"], "83 02 1875 626869"],
    [[Op.request, 12, 107, "shop", true, ["a"]], "86 1864 0c 186b 6473686f70 f5 81 6161"],
    [[Op.reply, 12, atom("ok")], "83 1865 0c d8a0 626f6b"],
    [[Op.send, 1, tuple(here.pid(5), there.pid(6))], "83 02 01 d8a1 82 d8a2 05 d8a3 06"],
    [[Op.send, 1, other.pid(7)], "83 02 01 d8a4 83 6f6d6f6562694065 6c73657768657265 03 07"],
    [[Op.send, 1, [here.reference(5), there.reference(6)]], "83 02 01 82 d8a5 05 d8a6 06"],
    [[Op.send, 1, new Capture("M", "f")], "83 02 01 d8a8 82 614d 6166"],
    [[Op.send, 1, "\ud800"], "83 02 01 d8a9 42 d800"],
    [[Op.send, 1, [-0, 0, -1, 1.5]], "83 02 01 84 d8aa 00 00 20 fb3ff8000000000000"],
    [[Op.send, 1, [5n, -1n]], "83 02 01 82 1b0000000000000005 3b0000000000000000"],
    [
      [Op.send, 1, [2n ** 64n, -(2n ** 64n)]],
      "83 02 01 82 d8ab 49010000000000000000 d8ac 49010000000000000000",
    ],
    [[Op.send, 1, Uint8Array.of(1, 2)], "83 02 01 420102"],
    [[Op.send, 1, { a: 1 }], "83 02 01 b90001 6161 01"],
    [[Op.send, 1, new Date(5)], "83 02 01 d8ad 05"],
    [[Op.send, 1, new Map([[1, 2]])], "83 02 01 d8ae 82 01 02"],
    [[Op.send, 1, new Set([1])], "83 02 01 d8af 81 01"],
    [[Op.send, 1, Object.create(null)], "83 02 01 d8b1 80"],
    [[Op.send, 1, [Option.none(), Option.some(1)]], "83 02 01 82 d8b3 80 d8b3 81 01"],
    [[Op.send, 1, [Result.succeed(1), Result.fail(2)]], "83 02 01 82 d8b4 81 01 d8b5 81 02"],
    [[Op.send, 1, Duration.seconds(1)], "83 02 01 d8b6 81 1903e8"],
    [[Op.down, 3, atom("normal")], "83 15 03 666e6f726d616c"],
  ];
  for (const [signal, hex] of golden) assertEquals(encode(signal).toHex(), hex.replaceAll(" ", ""));
});

Deno.test("every signal comes back as it was", () => {
  assertEquals(new Set(signals.map(([op]) => op)), new Set(Object.values(Op)));
  for (const signal of signals) assertSame(decode(encode(signal)), signal);
});

Deno.test("names keep what UTF-8 cannot", () => {
  const name = "shop \ud83d and \udc00";
  for (
    const signal of [
      [Op.sendName, name, 1],
      [Op.monitor, 1, name, 2],
      [Op.request, 1, 2, name, false, 1],
      [Op.spawnRequest, 1, 2, leader, name, name, [name], 0],
    ] satisfies ReadonlyArray<Signal>
  ) assertSame(decode(encode(signal)), signal);
});

Deno.test("the edges of every kind of term come back as they were", () => {
  const terms: ReadonlyArray<unknown> = [
    [null, undefined, true, false],
    [0, -0, NaN, Infinity, -Infinity, Number.MIN_VALUE, Number.MAX_VALUE],
    [23, 24, 255, 256, 65_535, 65_536, 2 ** 31, 2 ** 32 - 1, 2 ** 32, 2 ** 53, 2 ** 53 + 2, 1e300],
    [
      -24,
      -25,
      -256,
      -257,
      -65_536,
      -65_537,
      -(2 ** 31),
      -(2 ** 31) - 1,
      -(2 ** 32),
      -(2 ** 32) - 1,
      -(2 ** 60),
    ],
    [
      0n,
      1n,
      -1n,
      2n ** 53n,
      2n ** 63n,
      2n ** 64n - 1n,
      2n ** 64n,
      -(2n ** 64n) + 1n,
      -(2n ** 64n),
      7n ** 999n,
    ],
    ["", "a", "я", "€", "😀", "\0", "a".repeat(63), "я".repeat(64), "😀".repeat(10_000), "x".repeat(70_000)],
    [
      "\ud800",
      "\udc00\ud800",
      "\ud83d".repeat(5_000),
      "\ufeff",
      "\ufeff".repeat(90),
      `\ufeff${"x".repeat(80)}`,
    ],
    [new Uint8Array(0), new Uint8Array(23), new Uint8Array(24), new Uint8Array(300).fill(7)],
    [[], [[]], [[[1], 2], 3], Array.from({ length: 70_000 }, (_, index) => index)],
    [{}, { a: undefined }, { "": 1 }, { "\ud800": 1 }, { ["__proto__"]: { a: 1 }, b: 2 }, { "\ufeffkey": 1 }],
    [{ constructor: 1, hasOwnProperty: 2, toString: 3, then: 4, toJSON: 5, length: 6 }, { 1: 1, 0: 0 }],
    [Object.create(null), Object.assign(Object.create(null), { ["__proto__"]: 1, a: atom("b") })],
    [new Map(), new Map<unknown, unknown>([[1, 2], ["1", 3], [atom("1"), 4], [NaN, 5], [[], 6], [[], 7]])],
    [new Map<unknown, unknown>([[undefined, null], [new Map([[{}, {}]]), new Set([new Set()])]])],
    [new Set(), new Set<unknown>([1, "1", 1n, atom("1"), tuple(1), [1], undefined])],
    [new Date(0), new Date(-1), new Date(1.7e12 + 0.5), new Date(8.64e15), new Date(-8.64e15), new Date(NaN)],
    [atom("ok"), atom(""), atom("with space"), atom("\ud800"), atom("\ufeff".repeat(70)), atom("true")],
    [tuple(), tuple(1), tuple(3), tuple(atom("a"), [tuple([])])],
    [
      here.pid(0),
      there.pid(2 ** 40),
      other.pid(3),
      here.reference(4),
      there.reference(5),
      other.reference(6),
    ],
    [capture("Chat", "receiveMessage"), new Capture("", "\ud800")],
    [
      Option.none(),
      Option.some(Option.none()),
      Option.some(undefined),
      Result.succeed(1),
      Result.fail(atom("no")),
    ],
    [Duration.zero, Duration.millis(1.5), Duration.days(9), Duration.infinity, Duration.negativeInfinity],
    [Duration.nanos(1n), Duration.nanos(-(2n ** 70n)), Duration.nanos(2n ** 64n)],
  ];
  for (const term of terms) {
    assertSame(carry(term), term);
    assertSame(carryReason(term), term);
  }
});

Deno.test("an object with more keys than cbor-x counts comes back whole", () => {
  for (const count of [65_535, 65_536, 70_000]) {
    const object = Object.fromEntries(Array.from({ length: count }, (_, index) => [`key ${index}`, index]));
    assertEquals(Object.keys(carry(object) as object).length, count);
  }
});

Deno.test("bytes come back as a Uint8Array in a buffer of their own", () => {
  for (const length of [0, 5, 65_536]) {
    const bytes = crypto.getRandomValues(new Uint8Array(length));
    const within = new Uint8Array([1, ...bytes, 2]).subarray(1, length + 1);
    for (const term of [bytes, within, Buffer.from(bytes)]) {
      const body = encode([Op.send, 117, term]);
      for (const received of [body, Buffer.from(body)]) {
        const came: unknown = decodeSignal(received, there, here)[2];
        assert(came instanceof Uint8Array);
        assertStrictEquals(Object.getPrototypeOf(came), Uint8Array.prototype);
        assertEquals(came.buffer.byteLength, length);
        assertNotStrictEquals(came.buffer, received.buffer);
        assertEquals(came, bytes);
      }
    }
  }
});

Deno.test("pids, references and atoms are one object a value, after a journey too", () => {
  const pids = [here.pid(1), there.pid(2), other.pid(3)];
  const references = [here.reference(1), there.reference(2), other.reference(3)];
  const atoms = [atom("ok"), atom("\ud800")];
  const came = carry([pids, references, atoms]) as ReadonlyArray<ReadonlyArray<unknown>>;
  for (const [row, expected] of [[came[0], pids], [came[1], references], [came[2], atoms]] as const) {
    expected.forEach((value, index) => assertStrictEquals(row?.[index], value));
  }
});

Deno.test("a pid that leaves is found again, also one that was made without being entered", () => {
  const life = new NodeLife("alex@localhost", 77, 0);
  const probe = life.pid(1);
  const unpublished: typeof probe = Reflect.construct(probe.constructor as new () => typeof probe, [life, 2]);
  assert(!unpublished.published);
  const body = encodeSignal([Op.send, 1, unpublished], life, there).slice();
  assert(unpublished.published);
  assertStrictEquals(life.pid(2), unpublished);
  assertStrictEquals(decodeSignal(body, there, life)[2], unpublished);
});

Deno.test("a program that took a name is the same life to those who knew its pids", () => {
  const life = new NodeLife("nonode@nohost", 0, 0);
  const pid = life.pid(9);
  life.rename("late@localhost", 5);
  const away = encodeSignal([Op.send, 1, pid], there, here).slice();
  assertStrictEquals(decodeSignal(away, here, there)[2], pid);
});

Deno.test("Spawnlink's own errors come back as instances of their classes", () => {
  const errors = [
    new NoConnection({ operation: "Node.ping", node: "kate@localhost", because: "lost" }),
    new Timeout({ operation: "Task.await", milliseconds: 5000 }),
    new AlreadyStarted({ operation: "x", taken: "shop", pid: there.pid(2) }),
  ];
  for (const error of errors) {
    for (const came of [carry(error), carryReason(error), (carry([error]) as ReadonlyArray<unknown>)[0]]) {
      assertSame(came, error);
      assertInstanceOf(came, error.constructor as new () => Error);
      assertEquals(String(came), String(error));
      assertEquals(came.stack, String(error), "no stack goes over the wire");
      assert(Error.isError(came));
    }
  }
  for (const [tag, Class] of failureClasses) {
    const came: unknown = carry(Object.assign(new Error("text"), { _tag: tag, name: tag }));
    assert(came instanceof Class, tag);
  }
});

Deno.test("other tagged errors come back as ForeignError with tag, message and fields", () => {
  const came: unknown = carry(new Sold({ item: "tea", left: 0 }));
  assert(came instanceof ForeignError);
  assertEquals({ ...came }, { _tag: "Sold", name: "Sold", item: "tea", left: 0 } as unknown as typeof came);
  assertSame(carry(came), came);
  const odd = Object.assign(new Error("m\ud800"), {
    _tag: "Odd",
    constructor: 1,
    toString: 2,
    cause: tuple(1),
    stack: "secret",
  });
  Object.defineProperty(odd, "__proto__", { value: { evil: true }, enumerable: true });
  const oddly: unknown = carry(odd);
  assert(oddly instanceof ForeignError);
  assertEquals(oddly.message, "m\ud800");
  assertEquals(oddly.stack, "Error: m\ud800");
  assert(Object.hasOwn(oddly, "__proto__") && Object.getPrototypeOf(oddly) === ForeignError.prototype);
  assertSame(Reflect.get(oddly, "cause"), tuple(1));
});

Deno.test("any term, nested in any other, comes back as it was", () => {
  const text = fc.string({ unit: fc.nat(0xffff).map((unit) => String.fromCharCode(unit)) });
  const life = fc.constantFrom(here, there, other);
  const id = fc.oneof(fc.nat(), fc.maxSafeNat());
  const leaf = fc.oneof(
    fc.constantFrom<unknown>(null, undefined, true, false, -0, NaN, Infinity, -Infinity),
    fc.double(),
    fc.integer(),
    fc.maxSafeInteger(),
    fc.bigInt(),
    fc.bigInt({ min: -(2n ** 66n), max: 2n ** 66n }),
    fc.string({ unit: "binary" }),
    text,
    fc.uint8Array(),
    fc.date({ noInvalidDate: false }),
    text.map((name) => atom(name)),
    fc.tuple(life, id).map(([home, number]) => home.pid(number)),
    fc.tuple(life, id).map(([home, number]) => home.reference(number)),
    fc.tuple(text, text).map(([module, name]) => new Capture(module, name)),
    fc.bigInt().map((nanos) => Duration.nanos(nanos)),
    fc.integer().map((millis) => Duration.millis(millis)),
  );
  const key = fc.oneof(text, fc.constantFrom("__proto__", "constructor", "then", "length"));
  const { term } = fc.letrec<{ term: unknown }>((tie) => ({
    term: fc.oneof(
      { depthSize: "small", withCrossShrink: true },
      leaf,
      fc.array(tie("term")),
      fc.array(tie("term")).map((elements) => toTuple(elements)),
      fc.array(fc.tuple(key, tie("term"))).map((entries) => Object.fromEntries(entries)),
      fc.array(fc.tuple(key, tie("term"))).map((entries) => {
        const bare: object = Object.create(null);
        for (const [name, value] of entries) {
          Object.defineProperty(bare, name, { value, enumerable: true, writable: true, configurable: true });
        }
        return bare;
      }),
      fc.array(fc.tuple(tie("term"), tie("term"))).map((entries) => new Map(entries)),
      fc.array(tie("term")).map((elements) => new Set(elements)),
      tie("term").map(Option.some),
      fc.constant(Option.none()),
      tie("term").map(Result.succeed),
      tie("term").map(Result.fail),
      tie("term").map((value) => new ForeignError("Some", "Some", "text", { value })),
    ),
  }));
  fc.assert(
    fc.property(term, (value) => {
      const signal: Signal = [Op.request, 12, 107, "name", true, value];
      const body = encode(signal);
      const came = decode(body);
      assertSame(came, signal);
      assertEquals(encodeSignal(came, there, here).length, body.length, "back again it is as long");
      assertSame(carryReason([value]), [value]);
    }),
    { numRuns: 1_500 },
  );
});

Deno.test(`a message ${nestingLimit} deep goes and comes, whatever it is nested in`, () => {
  const makers: ReadonlyArray<(inner: unknown) => unknown> = [
    (inner) => [inner],
    (inner) => ({ inner }),
    (inner) => ({ ["__proto__"]: inner }),
    (inner) => tuple(inner),
    (inner) => new Map([[inner, 1]]),
    (inner) => new Set([inner]),
    (inner) => Option.some(inner),
    (inner) => Result.fail(inner),
    (inner) => new ForeignError("Some", "Some", "", { inner }),
  ];
  for (const make of makers) {
    for (const leaf of [1, other.pid(1), new Capture("a", "b"), Duration.millis(1)]) {
      let term: unknown = leaf;
      for (let count = 0; count < nestingLimit; count++) term = make(term);
      assertSame(carry(term), term);
      assertThrows(() => encode([Op.send, 117, make(term)]), Unsendable, "nested more than 512 deep");
      assert(carryReason(make(term)) !== undefined);
    }
  }
});

Deno.test("a message that cannot travel fails as unsendable, with its path", () => {
  const fail = (signal: Signal): string => {
    const error: unknown = assertThrows(() => encode(signal), Unsendable);
    assert(error instanceof Unsendable && error.operation === "");
    return `${error.path} is ${error.found}`;
  };
  const bad = { socket: () => 1 };
  assertEquals(fail([Op.send, 1, { items: [0, 0, 0, bad] }]), "message.items[3].socket is a function");
  assertEquals(fail([Op.sendName, "shop", bad]), "message.socket is a function");
  assertEquals(fail([Op.sendAlias, 1, bad]), "message.socket is a function");
  assertEquals(fail([Op.reply, 1, bad]), "message.socket is a function");
  assertEquals(fail([Op.request, 1, 2, 3, false, bad]), "message.socket is a function");
  assertEquals(fail([Op.spawnRequest, 1, 2, leader, "M", "f", [1, bad], 0]), "args[1].socket is a function");
  const cycle: Record<string, unknown> = {};
  cycle.self = cycle;
  assert(fail([Op.send, 1, cycle]).includes("self.self"));
  assertEquals(
    fail([Op.send, 1, {
      get bad(): never {
        throw new Error("mine");
      },
    }]),
    "message is what fails to encode: mine",
  );
  // Each time another value: what was looked at is not what is written.
  let times = 0;
  const fickle = {
    get value(): unknown {
      return times++ === 0 ? 1 : () => 1;
    },
  };
  assert(fail([Op.send, 1, fickle]).startsWith("message is what fails to encode"));
  assertEquals(encode([Op.send, 117, "hi"]).toHex(), "83021875626869", "and the next one is as ever");
});

Deno.test("a getter that sends while its object is being encoded is told, and harms nothing", () => {
  let told: unknown;
  const term = {
    before: "x".repeat(100),
    get sends(): string {
      try {
        encodeSignal([Op.send, 2, "inner"], here, there);
      } catch (error) {
        told = error;
      }
      return "sent";
    },
  };
  assertSame(carry(term), { before: term.before, sends: "sent" });
  assert(told instanceof Unsendable);
});

Deno.test("exit reasons encode in every signal that has one", () => {
  const cycle: Record<string, unknown> = { f: () => 1 };
  cycle.self = cycle;
  const error = new RangeError("boom");
  const reasons: ReadonlyArray<readonly [reason: unknown, comes: unknown]> = [
    [atom("shutdown"), "shutdown"],
    [tuple("shutdown", Symbol("x")), tuple("shutdown", "Symbol(x)")],
    [error, { error: { name: "RangeError", message: "boom" }, stack: error.stack }],
    [cycle, { f: "[Function: f]", self: "[Circular]" }],
    [/x/, "/x/"],
    [new Sold({ item: "tea", left: 1 }), carry(new Sold({ item: "tea", left: 1 }))],
  ];
  for (const [reason, comes] of reasons) {
    for (
      const signal of [
        [Op.exit, 1, 2, reason],
        [Op.exitSignal, 1, 2, reason],
        [Op.down, 3, reason],
        [Op.requestDown, 12, reason],
        [Op.requestRefused, 12, reason],
        [Op.requestExit, 12, reason],
      ] satisfies ReadonlyArray<Signal>
    ) assertSame(decode(encode(signal)).at(-1), comes);
  }
  let times = 0;
  const fickle = {
    get value(): unknown {
      return times++ === 0 ? 1 : () => 1;
    },
  };
  assertEquals(typeof carryReason(fickle), "string");
});

Deno.test("what is encoded is valid until the next call, large messages before it or not", () => {
  const large = encodeSignal([Op.send, 1, new Uint8Array(9_000_000).fill(1)], here, there);
  assertEquals(large.length, 9_000_000 + 8);
  assertEquals(large.at(-1), 1);
  const small = encodeSignal([Op.send, 117, "hi"], here, there);
  assertEquals(small.toHex(), "83021875626869");
  assert(small.buffer.byteLength < 1_000_000, "the large buffer is given back");
});

Deno.test("hostile bytes are refused by name", () => {
  const cases: ReadonlyArray<readonly [hex: string, problem: string]> = [
    ["", "it ends in the middle of an item"],
    ["83 02 19 01", "it ends in the middle of an item"],
    ["83 02 01 01 00", "1 bytes behind its end"],
    ["9f 02 01 01 ff", "an item of indefinite length"],
    ["83 02 01 bf ff", "an item of indefinite length"],
    ["83 02 01 5f 41 00 ff", "an item of indefinite length"],
    ["83 02 01 7f 61 41 ff", "an item of indefinite length"],
    ["83 02 01 f8 20", "the unknown simple value 32"],
    ["83 02 01 d8 1b 83 66 526567457870 61 78 60", "the unknown tag 27"],
    ["83 02 01 c1 00", "the unknown tag 1"],
    ["83 02 01 9a 7fffffff", "a length beyond the end"],
    ["83 02 01 61 ff", "a text that is not UTF-8"],
    ["83 02 01 a2 6161 00 6161 00", "a key twice in a map"],
    ["83 02 01 a1 69 5f5f70726f746f5f5f 00", "the key __proto__ in a plain map"],
    ["83 02 01 a1 01 00", "a key that is no text"],
    ["83 02 01" + "81".repeat(513) + "00", "nested more than 512 deep"],
    // What the content of a tag is not.
    ["83 02 01 d8a0 01", "an atom of another form"],
    ["83 02 01 d8a0 41 00", "a string of another form"],
    ["83 02 01 d8a1 01", "a tuple of another form"],
    ["83 02 01 d8a2 20", "a pid of another form"],
    ["83 02 01 d8a3 fb3ff8000000000000", "a pid of another form"],
    ["83 02 01 d8a3 1b0000000000000001", "a pid of another form"],
    ["83 02 01 d8a4 82 60 01", "a pid of another form"],
    ["83 02 01 d8a4 83 60 01 01", "a pid of a node whose name is none"],
    ["83 02 01 d8a4 83 63 614062 20 01", "a pid of another form"],
    ["83 02 01 d8a5 60", "a reference of another form"],
    ["83 02 01 d8a7 01", "a reference of another form"],
    ["83 02 01 d8a8 81 60", "a capture of another form"],
    ["83 02 01 d8a8 82 60 01", "a capture of another form"],
    ["83 02 01 d8a9 60", "a string of another form"],
    ["83 02 01 d8aa 01", "-0 of another form"],
    ["83 02 01 d8ab 01", "a bigint of another form"],
    ["83 02 01 d8ad 60", "a date of another form"],
    ["83 02 01 d8ae 81 01", "a map of another form"],
    ["83 02 01 d8ae 84 01 02 01 03", "a key twice in a map"],
    ["83 02 01 d8af 82 01 01", "an element twice in a set"],
    ["83 02 01 d8b0 81 60", "an object of another form"],
    ["83 02 01 d8b0 82 01 01", "an object of another form"],
    ["83 02 01 d8b0 84 60 01 60 01", "a key twice in an object"],
    ["83 02 01 d8b2 82 60 60", "an error of another form"],
    ["83 02 01 d8b2 84 60 60 60 61 61", "an error of another form"],
    ["83 02 01 d8b2 85 60 60 60 64 6e616d65 01", "an error with a field that none has"],
    ["83 02 01 d8b2 87 60 60 60 6161 01 6161 01", "a key twice in an object"],
    ["83 02 01 d8b3 82 01 01", "an Option of another form"],
    ["83 02 01 d8b4 80", "a Result of another form"],
    ["83 02 01 d8b6 81 60", "a Duration of another form"],
    // Signals of another shape.
    ["02", "what is no array"],
    ["a0", "what is no array"],
    ["d8a1 83 02 01 01", "what is no array"],
    ["80", "the unknown operation undefined"],
    ["81 60", "the unknown operation string"],
    ["81 00", "the unknown operation 0"],
    ["81 1907cf", "the unknown operation 1999"],
    ["81 20", "the unknown operation -1"],
    ["81 fb3ff8000000000000", "the unknown operation 1.5"],
    ["81 02", "operation 2 with 0 fields, which has 2"],
    ["84 02 01 01 01", "operation 2 with 3 fields, which has 2"],
    ["83 02 20 01", "operation 2 whose field 1 is no number"],
    ["83 02 61 61 01", "operation 2 whose field 1 is no number"],
    ["83 02 fb7ff8000000000000 01", "operation 2 whose field 1 is no number"],
    ["83 02 fb4340000000000000 01", "operation 2 whose field 1 is no number"],
    ["83 02 1b0000000000000001 01", "operation 2 whose field 1 is no number"],
    ["83 06 01 01", "operation 6 whose field 1 is no name"],
    ["83 07 01 01", "operation 7 whose field 2 is no pid"],
    ["83 07 01 d8a5 01", "operation 7 whose field 2 is no pid"],
    ["84 13 01 f6 01", "operation 19 whose field 2 is no target"],
    ["86 1864 01 01 01 01 01", "operation 100 whose field 4 is no boolean"],
    ["88 181d 01 01 d8a2 01 60 60 01 00", "operation 29 whose field 6 is no args"],
    ["88 181d 01 01 d8a2 01 60 60 d8a1 80 00", "operation 29 whose field 6 is no args"],
    ["88 181d 01 01 d8a2 01 60 60 80 04", "operation 29 whose field 7 is no flags"],
  ];
  for (const [hex, problem] of cases) assertEquals(problemOfHex(hex), problem, hex);
});

Deno.test("a signal cut anywhere is refused", () => {
  const kitchen = [1, "я", tuple(atom("a"), other.pid(1)), new Map([[1, { a: new Uint8Array(30) }]])];
  for (const signal of [...signals, [Op.send, 1, kitchen] satisfies Signal]) {
    const body = encode(signal);
    for (let length = 0; length < body.length; length++) problemOf(body.subarray(0, length));
    problemOf(Uint8Array.of(...body, 0));
  }
});

Deno.test("one altered byte anywhere is refused or is another signal, never anything else", () => {
  const every = [
    new ForeignError("Some", "Some", "text", { a: 1 }),
    [Option.some(1), Result.fail(2), Duration.nanos(2n ** 70n), new Date(5), 2n ** 80n, -0, 1.5, "\ud800"],
    tuple(atom("a"), here.pid(1), there.reference(2), other.pid(3)),
    { a: new Map([[1, new Set([2])]]), ["__proto__"]: [capture("M", "f")] },
    "x".repeat(100),
  ];
  for (const signal of [...signals, [Op.send, 1, every] satisfies Signal]) {
    const body = encode(signal);
    for (let at = 0; at < body.length; at++) {
      const was = body[at] ?? 0;
      for (let byte = 0; byte < 256; byte++) {
        body[at] = byte;
        try {
          decodeSignal(body, there, here);
        } catch (error) {
          if (!(error instanceof BadSignal)) throw error;
        }
      }
      body[at] = was;
    }
    assertSame(decode(body), signal);
  }
});

Deno.test("random bytes are refused or are a signal, never anything else", () => {
  const head = fc.constantFrom(
    [0x83, 0x02, 0x01],
    [0x83, 0x02, 0x01, 0xd8],
    [0x83, 0x15, 0x01, 0xd8, 0xb2, 0x85],
    [0x83, 0x02, 0x01, 0xb9, 0x00],
    [],
  );
  fc.assert(
    fc.property(head, fc.uint8Array({ maxLength: 60 }), (start, rest) => {
      try {
        decodeSignal(Uint8Array.of(...start, ...rest), there, here);
      } catch (error) {
        if (!(error instanceof BadSignal)) throw error;
      }
    }),
    { numRuns: 20_000 },
  );
});

Deno.test("large hostile bodies are done with quickly", () => {
  const filled = (head: string, length: number, byte: number): Uint8Array => {
    const start = Uint8Array.fromHex(head.replaceAll(" ", ""));
    const body = new Uint8Array(start.length + length).fill(byte);
    body.set(start);
    return body;
  };
  const began = performance.now();
  // A bigint of 4 MiB, a string of 4 MiB units, arrays in arrays, as many keys as fit, all the same but one.
  assertEquals(
    typeof decodeSignal(filled("83 02 01 d8ab 5a 00400000", 0x400000, 0xff), there, here)[2],
    "bigint",
  );
  assertEquals(
    typeof decodeSignal(filled("83 02 01 d8a9 5a 00400000", 0x400000, 0xdc), there, here)[2],
    "string",
  );
  assertEquals(problemOf(filled("83 02 01", 0x400000, 0x81)), "nested more than 512 deep");
  assertEquals(problemOf(filled("83 02 01 ba 00100000", 0x200000, 0x60)), "a key twice in a map");
  assertEquals(problemOf(filled("83 02 01 d8af 9a 00400000", 0x400000, 0x00)), "an element twice in a set");
  assert(performance.now() - began < 10_000);
});

Deno.test("to other users of cbor-x our tags are tags, and what they encode is as ever", () => {
  const options = { useRecords: false, mapsAsObjects: true };
  for (const tag of Object.values(TermTag)) {
    const came: unknown = new Decoder(options).decode(new Encoder(options).encode(new Tag([1], tag)));
    assert(came instanceof Tag);
    assertEquals([came.tag, came.value], [tag, [1]]);
  }
});
