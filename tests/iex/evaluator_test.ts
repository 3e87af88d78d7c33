/**
 * Lines that are evaluated one after the other in one process: values, Effects, awaits, failures, names.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { Effect, Fiber } from "npm:effect@^4.1.0";
import { evaluate } from "../../src/iex/evaluator.ts";
import { turn } from "../waiting.ts";
import { play, playAll, type Table } from "./play.ts";

const table: Table = [
  ["values are shown as they are", ["1 + 1", "2"], ["'a'", '"a"'], ["atom('ok')", ":ok"], ["null", "null"]],
  ["an object is a value, with or without brackets", ["{ a: 1 }", "{ a: 1 }"], [
    "{ a: 1, b: 2 }",
    "{ a: 1, b: 2 }",
  ], [
    "({})",
    "{}",
  ]],
  ["a line's semicolon and comments are passed over", ["1;", "1"], ["1 // one", "1"], ["/* one */ 1;", "1"], [
    "",
    "-",
  ], [
    "// nothing",
    "-",
  ]],
  ["an Effect is run, and a promise is awaited", ["count.of(3)", "3"], ["Promise.resolve(4)", "4"], [
    "Promise.resolve(count.of(5))",
    "5",
  ]],
  [
    "what stands behind await is run",
    ["await count.of(3)", "3"],
    ["1 + await count.of(3) * 2", "7"],
    [
      "(await pair)[1].x",
      "2",
    ],
    ["count.of(await count.of(await count.of(6)))", "6"],
    ["[...await Effect.succeed([1, 2])]", "[ 1, 2 ]"],
    [
      "`${await count.of(7)}`",
      '"7"',
    ],
  ],
  ["a function of a line runs Effects when it is called", [
    "const twice = async (x) => 2 * await x",
    "[AsyncFunction (anonymous)]",
  ], [
    "twice(count.of(4))",
    "8",
  ]],
  [
    "const, let and var persist, and can be declared again",
    ["const a = 1", "1"],
    ["let b = a + 1", "2"],
    [
      "var c = a + b",
      "3",
    ],
    ["a + b + c", "6"],
    ["b = 10", "10"],
    ["a + b", "11"],
    ["const a = a + 1", "2"],
    ["let d", "-"],
    ["d", "undefined"],
  ],
  ["a declaration runs its Effect", ["const three = count.of(3)", "3"], ["three", "3"]],
  ["several declarations of a line persist", ["const a = 1, b = a + 1; let c = b + 1", "3"], [
    "[a, b, c]",
    "[ 1, 2, 3 ]",
  ]],
  [
    "destructured arrays persist",
    ["const [a, { x, y: [z] }] = await pair", "[ 1, { x: 2, y: [ 3 ] } ]"],
    [
      "[a, x, z]",
      "[ 1, 2, 3 ]",
    ],
    ["const [, ...rest] = [1, 2, 3]", "[ 1, 2, 3 ]"],
    ["rest", "[ 2, 3 ]"],
  ],
  [
    "destructured objects persist, with their defaults",
    ["const { x, y: z, w = x + 1 } = { x: 1, y: 2 }", "{ x: 1, y: 2 }"],
    [
      "[x, z, w]",
      "[ 1, 2, 2 ]",
    ],
    ["const { of } = count", "{ of: [Function: of] }"],
    ["of(1)", "1"],
  ],
  ["an Effect is run before it is destructured", ["const [a] = pair, { length } = 'abc'", '"abc"'], [
    "a + length",
    "4",
  ]],
  ["a pattern that does not fit is a failure", [
    "const [a] = 5",
    "** TypeError: number 5 is not iterable (cannot read property Symbol(Symbol.iterator))",
  ], [
    "const { b = missing } = {}",
    "** ReferenceError: missing is not defined",
  ], ["1", "1"]],
  [
    "functions and classes persist",
    ["function double(x) { return 2 * x; }", "-"],
    ["double(4)", "8"],
    [
      "async function run(effect) { return (await effect) + 1 }",
      "-",
    ],
    ["run(count.of(1))", "2"],
    ["class Point { constructor(x) { this.x = x } }; new Point(3).x", "3"],
    [
      "class Point3 extends Point {}",
      "-",
    ],
    ["new Point3(4)", "Point3 { x: 4 }"],
    ["function* two() { yield 1; yield 2 } [...two()]", "[ 1, 2 ]"],
  ],
  [
    "a function sees names that come later",
    ["const later = () => soon + 1", "[Function (anonymous)]"],
    [
      "later()",
      "** ReferenceError: soon is not defined",
    ],
    ["const soon = 1", "1"],
    ["later()", "2"],
  ],
  ["statements run, and show nothing", ["let sum = 0", "0"], ["for (let i = 0; i < 4; i++) sum += i", "-"], [
    "sum",
    "6",
  ], [
    "if (sum > 5) { sum = 1 } else { sum = 2 }",
    "-",
  ], ["if (sum > 5) sum = 3; else sum = 4; sum", "4"]],
  [
    "types are left out",
    ["const n: number = 5", "5"],
    ["(n as unknown as string).length", "undefined"],
    [
      "const { x }: { x: number } = { x: 1 }",
      "{ x: 1 }",
    ],
    ["function id<T>(value: T): T { return value }", "-"],
    ["id<number>(x)", "1"],
    ["interface A { b: 1 }", "-"],
    [
      "n!",
      "5",
    ],
  ],
  [
    "a failure is shown with tag and message, and the next line runs",
    [
      "gone",
      "** noconnection: Test: no connection to moebi@localhost",
    ],
    ["await gone", "** noconnection: Test: no connection to moebi@localhost"],
    ["const x = await gone", "** noconnection: Test: no connection to moebi@localhost"],
    [
      "tooBig",
      "** TooBig: 12 is over 10",
    ],
    ["Effect.fail('text')", '** "text"'],
    ["Effect.interrupt", "** interrupted"],
    ["1", "1"],
  ],
  [
    "defects and what is thrown are shown, and the next line runs",
    ["defect", "** RangeError: no such thing"],
    [
      "throw new Error('thrown')",
      "** Error: thrown",
    ],
    ["null.x", "** TypeError: Cannot read properties of null (reading 'x')"],
    ["nobody", "** ReferenceError: nobody is not defined"],
    [
      "Promise.reject('text')",
      '** "text"',
    ],
    ["throw 5", "** 5"],
    ["1", "1"],
  ],
  ["a failed declaration declares nothing, and keeps what was", ["const a = 1", "1"], [
    "const a = await gone",
    "** noconnection: Test: no connection to moebi@localhost",
  ], ["a", "1"]],
  [
    "a line with a syntax error runs no part of it",
    ["let a = 1", "1"],
    ["a = 2; b = ", "** SyntaxError: Unexpected end of input"],
    [
      "a",
      "1",
    ],
    ["f(", "** SyntaxError: Unexpected end of input"],
    ["'abc", "** SyntaxError: Invalid or unexpected token"],
    [
      "const = 1",
      "** SyntaxError: Unexpected token '='",
    ],
    ["1", "1"],
  ],
  ["a line catches what an Effect fails with", [
    "try { await gone } catch (error) { var caught = [error._tag, error.node, error instanceof NoConnection] }",
    "-",
  ], [
    "let tag; try { await tooBig } catch (error) { tag = error._tag } finally { tag += '!' }; tag",
    '"TooBig!"',
  ], [
    "gone.pipe(Effect.catchTag('noconnection', ({ node }) => Effect.succeed(node)))",
    '"moebi@localhost"',
  ]],
  ["names of objects' own kind are no names of a line", ["toString", "[Function: toString]"], [
    "typeof __proto__",
    '"undefined"',
  ]],
];

playAll(table);

Deno.test("self is the same on all lines, in awaits and in functions, and so is the mailbox", async () => {
  const [first, ...others] = await play(
    "self()",
    "await self()",
    "Process.self()",
    "(async () => await self())()",
    "const me = await self()",
    "Effect.all([self(), self()], { concurrency: 2 }).pipe(Effect.map(([one]) => one))",
  );
  assert(first?.startsWith("#PID<"));
  assertEquals(others, others.map(() => first));
  assertEquals(
    await play("const me = self()", "send(me, 'hi') && await send(me, 'hi')", "Process.receive()").then((
      all,
    ) => all[2]),
    '"hi"',
  );
});

Deno.test("an evaluation that is interrupted interrupts the Effect that it runs", async () => {
  let isInterrupted = false;
  const waits = Effect.onInterrupt(Effect.never, () => Effect.sync(() => isInterrupted = true));
  await Effect.runPromise(Effect.gen(function* () {
    const fiber = yield* Effect.forkChild(evaluate("await waits", { waits }), { startImmediately: true });
    yield* Effect.yieldNow;
    yield* Effect.promise(turn);
    yield* Fiber.interrupt(fiber);
  }));
  await turn();
  assert(isInterrupted);
});
