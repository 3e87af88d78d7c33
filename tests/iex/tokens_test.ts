/**
 * Sources as tokens: what is one, and that nothing is lost.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { textOf, tokensOf } from "../../src/iex/tokens.ts";

const kinds: ReadonlyArray<readonly [source: string, tokens: string]> = [
  ["a.b(c)", "word:a sign:. word:b group:(c)"],
  ["a?.b ?.5 : 1", "word:a sign:?. word:b sign:? literal:.5 sign:: literal:1"],
  ["a/b/c", "word:a sign:/ word:b sign:/ word:c"],
  ["/a[/]b/g.test(x)", "literal:/a[/]b/g sign:. word:test group:(x)"],
  ["x = /b;/", "word:x sign:= literal:/b;/"],
  ["return /b;/", "word:return literal:/b;/"],
  ["a.return / b;", "word:a sign:. word:return sign:/ word:b sign:;"],
  ["a++ / b / c", "word:a sign:++ sign:/ word:b sign:/ word:c"],
  ["(a) / b / c", "group:(a) sign:/ word:b sign:/ word:c"],
  ["'a;\\'' + \"b\\\"\"", "literal:'a;\\'' sign:+ literal:\"b\\\"\""],
  ["`a${`b${c}`}`;", "template:`a${`b${c}`}` sign:;"],
  ["`\\${a`", "template:`\\${a`"],
  ["[a, {b: '}'}]", "group:[a, {b: '}'}]"],
  ["...a => b >>>= c", "sign:... word:a sign:=> word:b sign:>>>= word:c"],
  ["0x1Fn + 1_0.5e-3", "literal:0x1Fn sign:+ literal:1_0.5e-3"],
  ["#x in y", "word:#x word:in word:y"],
  ["имя + ß", "word:имя sign:+ word:ß"],
];

for (const [source, expected] of kinds) {
  Deno.test(`the tokens of ${source}`, () => {
    const found = tokensOf(source).filter((token) => token.kind !== "blank");
    assertEquals(found.map(({ kind, text }) => `${kind}:${text}`).join(" "), expected);
  });
}

Deno.test("the tokens together are the source, also of one that is cut off anywhere", () => {
  const whole =
    "const {a, b: [c]} = await f(`x${await g({y: /[/]\\//})}z`, 'q\\'', \"\") /* ; */ // e\n + 1 / 2;";
  for (let end = 0; end <= whole.length; end++) {
    const source = whole.slice(0, end);
    assertEquals(textOf(tokensOf(source)), source);
  }
});
