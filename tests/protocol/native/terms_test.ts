/**
 * Terms on their way to cbor-x: what is left as it is, what is refused and where, what a reason becomes.
 *
 * @module
 */
import { assert, assertEquals, assertStrictEquals, assertThrows } from "@std/assert";
import { Tag } from "../../../src/deps/cbor.ts";
import { Data, Effect, Redacted } from "../../../src/deps/effect.ts";
import { capture, defmodule } from "../../../src/process/modules.ts";
import { nestingLimit, TermTag } from "../../../src/protocol/native/scan.ts";
import { unshown, wrapReason, wrapTerm } from "../../../src/protocol/native/wrap.ts";
import { atom } from "../../../src/term/atom.ts";
import { Timeout, Unsendable } from "../../../src/term/errors.ts";
import { nodeLife } from "../../../src/term/identifier.ts";
import { tuple } from "../../../src/term/tuple.ts";

const here = nodeLife("alex@localhost", 1);
const there = nodeLife("kate@localhost", 2);

const wrap = (term: unknown, name = "message"): unknown => wrapTerm(term, name, here, there);
const reason = (value: unknown): unknown => wrapReason(value, here, there);

/** Path and words of the refusal. */
const refusal = (term: unknown, name?: string): string => {
  const error: unknown = assertThrows(() => wrap(term, name), Unsendable);
  assert(error instanceof Unsendable);
  assertEquals(error.operation, "");
  return `${error.path} is ${error.found}`;
};

class Socket {
  readonly port = 4369;
}

class Lost extends Data.TaggedError("Lost")<{ readonly socket: unknown }> {}

const Chat = defmodule("Chat", { receiveMessage: (text: string) => text });

Deno.test("a term in which nothing has a form of its own is handed on as it is, not copied", () => {
  const terms: ReadonlyArray<unknown> = [
    null,
    "text",
    1.5,
    2n ** 64n - 1n,
    -(2n ** 64n) + 1n,
    new Uint8Array(3),
    Object.freeze(["start_task", "Chat", "receiveMessage", ["hi"]]),
    { name: "alex", tags: ["a", { deep: [undefined, true, NaN] }] },
    { constructor: 1, hasOwnProperty: 2, toString: 3, length: 4 },
  ];
  for (const term of terms) assertStrictEquals(wrap(term), term);
});

Deno.test("the sender's own term stays as it was when parts of it need a form", () => {
  const term = { list: [1, atom("ok"), 2], rest: { a: -0 } };
  assertEquals(wrap(term), {
    list: [1, new Tag("ok", TermTag.atom), 2],
    rest: { a: new Tag(0, TermTag.minusZero) },
  });
  assertStrictEquals(term.list[1], atom("ok"));
  assert(Object.is(term.rest.a, -0));
});

Deno.test("whatever cannot travel is refused, with its path and in words", () => {
  const cases: ReadonlyArray<readonly [term: unknown, says: string]> = [
    [() => 1, "message is a function"],
    [Chat.receiveMessage, 'message is a function: write capture(Chat, "receiveMessage")'],
    [{ on: [Chat.receiveMessage] }, 'message.on[0] is a function: write capture(Chat, "receiveMessage")'],
    [Symbol("x"), "message is a symbol"],
    [{ items: [1, 2, 3, { socket: new Socket() }] }, "message.items[3].socket is an instance of Socket"],
    [new (class {})(), "message is an instance of a class without a name"],
    [new (class extends Array {})(), "message is an instance of a class without a name"],
    [Object.create({ inherited: 1 }), "message is an object with a prototype of its own"],
    [[1, , 3], "message is an array with holes"],
    [/x/, "message is an instance of RegExp"],
    [new URL("http://host/"), "message is an instance of URL"],
    [new WeakMap(), "message is an instance of WeakMap"],
    [new ArrayBuffer(1), "message is an ArrayBuffer: use a Uint8Array"],
    [new SharedArrayBuffer(1), "message is a SharedArrayBuffer: use a Uint8Array"],
    [new Float64Array(1), "message is a Float64Array: use a Uint8Array"],
    [new Int8Array(1), "message is an Int8Array: use a Uint8Array"],
    [new DataView(new ArrayBuffer(1)), "message is a DataView: use a Uint8Array"],
    [new Error("no"), "message is an Error without a _tag"],
    [[new TypeError("no")], "message[0] is a TypeError without a _tag"],
    [Promise.resolve(), "message is a Promise: send what it gives"],
    [Effect.succeed(1), "message is an Effect: run it and send what it gives"],
    [Effect.never, "message is an Effect: run it and send what it gives"],
    [Redacted.make("secret"), "message is an object with a prototype of its own"],
    [new Tag(1, 2), "message is an instance of Tag"],
    [{ [Symbol("x")]: 1 }, "message is an object with a symbol for a key"],
    [
      { a: Object.assign(Object.create(null), { b: { [Symbol("x")]: 1 } }) },
      "message.a.b is an object with a symbol for a key",
    ],
    [{ "two words": { 3: Symbol() } }, 'message["two words"]["3"] is a symbol'],
    [{ map: new Map<unknown, unknown>([[1, 1], [Symbol(), 2]]) }, "key 2 of message.map is a symbol"],
    [{ map: new Map<number, unknown>([[1, 1], [2, Symbol()]]) }, "value 2 of message.map is a symbol"],
    [[new Map([[{ key: [Symbol()] }, 1]])], "(key 1 of message[0]).key[0] is a symbol"],
    [[atom("x".repeat(256))], "message[0] is an atom of 256 characters, over the limit of 255"],
    [new Set([1, Symbol()]), "element 2 of message is a symbol"],
    [tuple(atom("hi"), { f: () => 1 }), "message[1].f is a function"],
    [new Lost({ socket: new Socket() }), "message.socket is an instance of Socket"],
    [{ ["__proto__"]: { x: Symbol() }, y: 1 }, "message.__proto__.x is a symbol"],
  ];
  for (const [term, says] of cases) assertEquals(refusal(term), says);
  assertEquals(refusal([new Socket()], "args"), "args[0] is an instance of Socket");
});

Deno.test("a symbol for a key does not matter where it is not enumerable", () => {
  const object = Object.defineProperty({ a: 1 }, Symbol("hidden"), { value: () => 1 });
  assertStrictEquals(wrap(object), object);
});

Deno.test(`nesting is refused from ${nestingLimit + 1} on, and so is a cycle, with the way into it`, () => {
  const nested = (depth: number, make: (inner: unknown) => unknown): unknown => {
    let term: unknown = 1;
    for (let count = 0; count < depth; count++) term = make(term);
    return term;
  };
  const makers: ReadonlyArray<(inner: unknown) => unknown> = [
    (inner) => [inner],
    (inner) => ({ inner }),
    (inner) => tuple(inner),
    (inner) => new Map([[inner, 1]]),
    (inner) => new Map([[1, inner]]),
    (inner) => new Set([inner]),
    (inner) => new Lost({ socket: inner }),
  ];
  for (const make of makers) {
    wrap(nested(nestingLimit, make));
    assert(refusal(nested(nestingLimit + 1, make)).endsWith(" is a cycle, or nested more than 512 deep"));
  }
  const cycle: Record<string, unknown> = { name: "loop" };
  cycle.self = [cycle];
  const step = ".self[0]";
  assertEquals(
    refusal(cycle),
    `message${step.repeat(8)}… is a cycle, or nested more than 512 deep`,
  );
  const wide: Array<unknown> = [];
  wide.push(wide, wide, wide);
  assert(refusal(wide).startsWith("message[0][0]"));
});

Deno.test("what a getter throws is no harm to the next term", () => {
  assertThrows(
    () =>
      wrap({
        get bad(): never {
          throw new RangeError("mine");
        },
      }),
    RangeError,
    "mine",
  );
  assertStrictEquals(wrap("next"), "next");
});

Deno.test("an exit reason that can travel travels as it is, but that an atom counts as its name", () => {
  assertStrictEquals(reason("normal"), "normal");
  assertStrictEquals(reason(atom("shutdown")), "shutdown");
  const crash = { error: { name: "Error", message: "no" }, stack: "" };
  assertStrictEquals(reason(crash), crash);
  assertEquals(reason(tuple(atom("shutdown"), 1)), wrap(tuple(atom("shutdown"), 1)));
  assertEquals(
    reason(new Timeout({ operation: "x", milliseconds: 1 })),
    wrap(new Timeout({ operation: "x", milliseconds: 1 })),
  );
});

Deno.test("of an exit reason, only the parts that cannot travel become text", () => {
  assertEquals(reason({ code: 1, socket: new Socket() }), { code: 1, socket: "Socket { port: 4369 }" });
  assertEquals(reason([Symbol("x"), atom("ok")]), ["Symbol(x)", new Tag("ok", TermTag.atom)]);
  const error = new TypeError("no");
  const crash = { error: { name: "TypeError", message: "no" }, stack: error.stack };
  assertEquals(reason(error), crash);
  assertEquals(reason({ because: [error] }), { because: [crash] });
  assertEquals(reason(Redacted.make("secret")), "<redacted>");
});

Deno.test("an exit reason always encodes: cycles, webs, depths and getters", () => {
  const cycle: Record<string, unknown> = { name: "loop" };
  cycle.self = cycle;
  assertEquals(reason(cycle), { name: "loop", self: "[Circular]" });

  let deep: unknown = "end";
  for (let count = 0; count < 10_000; count++) deep = [deep];
  reason(deep);
  let deepError: unknown = new Error("at the bottom");
  for (let count = 0; count < nestingLimit - 1; count++) deepError = [deepError];
  reason(deepError);

  const thrower = {
    fine: 1,
    get bad(): never {
      throw new Error("no");
    },
  };
  assertEquals(typeof reason(thrower), "string");
  const worse = new Proxy({}, {
    ownKeys: () => {
      throw new Error("no");
    },
    getPrototypeOf: () => {
      throw new Error("no");
    },
    get: () => {
      throw new Error("no");
    },
  });
  assert(reason(worse) !== undefined);

  // Each points to each: there are more ways through it than can be walked.
  const web = Array.from({ length: 30 }, (): Array<unknown> => []);
  for (const node of web) node.push(...web.filter((other) => other !== node));
  assertEquals(reason(web), unshown);
});

Deno.test("a capture is a term, and a module's function is not", () => {
  assertEquals(wrap(capture(Chat, "receiveMessage")), new Tag(["Chat", "receiveMessage"], TermTag.capture));
});
