/**
 * Fuzzing in short: some thousand attacks by fixed seeds, all that was ever found, and that it can find.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";
import { attack, bytesOf, type Finding } from "./fuzz.ts";
import { findings } from "./findings.ts";
import { type Target, targets } from "./targets.ts";

/** Those that compute points, or open records, cost much more than those that read. */
const costly: ReadonlyMap<string, number> = new Map([
  ["the handshake, accepting", 150],
  ["the handshake, connecting", 150],
  ["records", 500],
]);
const attacksOn = ({ name }: Target): number => costly.get(name) ?? 3_000;

const show = (finding: Finding | undefined): string =>
  finding === undefined ? "" : `seed ${finding.seed}: ${finding.problem}\n${finding.bytes.toHex()}`;

for (const target of targets) {
  Deno.test(`${target.name} stands ${attacksOn(target)} attacks`, () => {
    for (let seed = 0; seed < attacksOn(target); seed++) {
      const finding = attack(target, bytesOf(target, seed), seed);
      assert(finding === undefined, show(finding));
    }
  });
}

for (const [name, hex] of findings) {
  Deno.test(`${name} stands what was found once: ${hex.slice(0, 40)}`, () => {
    const target = targets.find((one) => one.name === name);
    assert(target !== undefined, `there is no ${name}`);
    const finding = attack(target, Uint8Array.fromHex(hex), 0);
    assert(finding === undefined, show(finding));
  });
}

Deno.test("a reader that trusts a length is found, and its seed gives the same bytes again", () => {
  const trusting: Target = {
    name: "trusting",
    corpus: [Uint8Array.of(2, 7, 7)],
    attack: (bytes) => {
      const [length = 0] = bytes;
      if (length > bytes.length - 1) throw new RangeError("read over the end");
    },
  };
  const seeds = Array.from({ length: 100 }, (_, seed) => seed);
  const found = seeds.map((seed) => attack(trusting, bytesOf(trusting, seed), seed)).find((one) => one);
  assert(found !== undefined);
  assertEquals(bytesOf(trusting, found.seed), found.bytes);
});
