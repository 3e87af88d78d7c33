/**
 * A mailbox against the simplest thing that behaves like one: an array.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import fc from "fast-check";
import { Mailbox } from "../../src/process/mailbox.ts";

/** What is done to a mailbox: messages are numbers, and a selective receive wants those of one remainder. */
type Step =
  | { readonly do: "push"; readonly message: number }
  | { readonly do: "shift" }
  | { readonly do: "take"; readonly scanner: number };

const step: fc.Arbitrary<Step> = fc.oneof(
  { weight: 3, arbitrary: fc.record({ do: fc.constant("push" as const), message: fc.nat(20) }) },
  { weight: 1, arbitrary: fc.record({ do: fc.constant("shift" as const) }) },
  { weight: 2, arbitrary: fc.record({ do: fc.constant("take" as const), scanner: fc.nat(2) }) },
);

Deno.test("a mailbox gives the oldest message, or the oldest that matches, and leaves the others in order", () => {
  fc.assert(fc.property(fc.array(step, { maxLength: 200 }), (steps) => {
    const mailbox = new Mailbox();
    const model: Array<number> = [];
    const scanners = [{}, {}, {}];
    for (const step of steps) {
      if (step.do === "push") {
        mailbox.push(step.message);
        model.push(step.message);
      } else if (step.do === "shift" && model.length > 0) {
        assertEquals(mailbox.shift(), model.shift());
      } else if (step.do === "take") {
        const isWanted = (message: unknown): boolean => Number(message) % 3 === step.scanner;
        const index = model.findIndex(isWanted);
        const expected = index < 0 ? undefined : { found: model.splice(index, 1)[0] };
        const match = (message: unknown) => isWanted(message) ? { found: message } : undefined;
        assertEquals(mailbox.take(scanners[step.scanner] ?? {}, match), expected);
      }
      assertEquals(mailbox.length, model.length);
      assertEquals(mailbox.peek(), model);
    }
  }));
});

Deno.test("undefined is a message like any other", () => {
  const mailbox = new Mailbox();
  mailbox.push(undefined);
  mailbox.push(1);
  mailbox.push(undefined);
  assertEquals(mailbox.length, 3);
  assertEquals([mailbox.shift(), mailbox.shift(), mailbox.shift()], [undefined, 1, undefined]);
  assertEquals(mailbox.length, 0);
});

Deno.test("a long queue comes out in the order in which it went in, also while more comes", () => {
  const mailbox = new Mailbox();
  let next = 0;
  let expected = 0;
  for (let round = 0; round < 5_000; round++) {
    mailbox.push(next++);
    mailbox.push(next++);
    assertEquals(mailbox.shift(), expected++);
  }
  while (mailbox.length > 0) assertEquals(mailbox.shift(), expected++);
  assertEquals(expected, next);
});
