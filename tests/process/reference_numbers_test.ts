/**
 * The numbers of references.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { systemSeams } from "../../src/process/own_kernel.ts";
import { ReferenceNumbers } from "../../src/process/reference_numbers.ts";
import { seeded } from "../simulation/chance.ts";

/** So many draws of such a generator. */
const draw = (numbers: ReferenceNumbers, count: number): ReadonlyArray<number> =>
  Array.from({ length: count }, () => numbers.next());

/** How often each of the 53 bits is set, of all those numbers. */
const bitShares = (numbers: ReadonlyArray<number>): ReadonlyArray<number> =>
  Array.from(
    { length: 53 },
    (_, bit) => numbers.filter((number) => Math.floor(number / 2 ** bit) % 2 === 1).length / numbers.length,
  );

Deno.test("a reference's number is random in all of its 53 bits, and comes no second time", () => {
  const drawn = draw(new ReferenceNumbers(systemSeams.randomBytes), 20_000);
  assert(drawn.every((number) => Number.isSafeInteger(number) && number >= 0));
  assertEquals(new Set(drawn).size, drawn.length);
  // Twelve standard deviations: of a fair coin once in 10^32 runs.
  for (const share of bitShares(drawn)) assert(Math.abs(share - 0.5) < 12 * 0.5 / Math.sqrt(drawn.length));
});

Deno.test("the same random bytes give the same references, however many are drawn", () => {
  const bytesBy = (seed: number) => {
    const chance = seeded(seed);
    return (count: number): Uint8Array =>
      Uint8Array.from({ length: count }, () => Math.floor(256 * chance()));
  };
  assertEquals(
    draw(new ReferenceNumbers(bytesBy(7)), 2_000),
    draw(new ReferenceNumbers(bytesBy(7)), 2_000),
  );
});

Deno.test("no random byte is drawn before a reference is wanted", () => {
  let draws = 0;
  const numbers = new ReferenceNumbers((count) => {
    draws++;
    return new Uint8Array(count);
  });
  assertEquals(draws, 0);
  numbers.next();
  assertEquals(draws, 1);
});
