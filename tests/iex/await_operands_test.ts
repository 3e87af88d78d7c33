/**
 * What stands behind `await`: a table of sources, with what they become.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { wrapAwaits } from "../../src/iex/await_operands.ts";

const wrapped: ReadonlyArray<readonly [source: string, expected: string]> = [
  ["await x", "await r(x)"],
  ["await x.y.z", "await r(x.y.z)"],
  ["await x.y(1, 2).z[3]", "await r(x.y(1, 2).z[3])"],
  ["await x?.y?.(1)?.[2]", "await r(x?.y?.(1)?.[2])"],
  ["await x . y (1)", "await r(x . y (1))"],
  ["await x.pipe(y)", "await r(x.pipe(y))"],
  ["await x.await", "await r(x.await)"],
  ["(await x).y", "(await r(x)).y"],
  ["(await x.y()).z(1)", "(await r(x.y())).z(1)"],
  ["1 + await x", "1 + await r(x)"],
  ["await x + await y", "await r(x) + await r(y)"],
  ["await x / await y / 2", "await r(x) / await r(y) / 2"],
  ["x++ / await y", "x++ / await r(y)"],
  ["await x ? await y : await z", "await r(x) ? await r(y) : await r(z)"],
  ["await x, await y", "await r(x), await r(y)"],
  ["await x; await y", "await r(x); await r(y)"],
  ["await x === y", "await r(x) === y"],
  ["await x ?? y", "await r(x) ?? y"],
  ["!await x", "!await r(x)"],
  ["await !x", "await r(!x)"],
  ["await -x.y", "await r(-x.y)"],
  ["await typeof x", "await r(typeof x)"],
  ["await await x", "await r(await r(x))"],
  ["await f(await g(await h()))", "await r(f(await r(g(await r(h())))))"],
  ["f(await x, [await y], { z: await z })", "f(await r(x), [await r(y)], { z: await r(z) })"],
  ["[...await x]", "[...await r(x)]"],
  ["await [x, y][0]", "await r([x, y][0])"],
  ["await (x, y)", "await r((x, y))"],
  ["await (async () => await x)()", "await r((async () => await r(x))())"],
  ["await new X(await y).z", "await r(new X(await r(y)).z)"],
  ["await new X", "await r(new X)"],
  ["await function () { return 1 }()", "await r(function () { return 1 }())"],
  ["async () => await x", "async () => await r(x)"],
  ["async (y) => { await x(y); return await z }", "async (y) => { await r(x(y)); return await r(z) }"],
  ["await `a${await x}b`", "await r(`a${await r(x)}b`)"],
  ["`a${await x.y}b${`${await z}`}`", "`a${await r(x.y)}b${`${await r(z)}`}`"],
  ["await tag`a${x}`", "await r(tag`a${x}`)"],
  ["await /a b/.exec(x)", "await r(/a b/.exec(x))"],
  ["await 'x'.y", "await r('x'.y)"],
  ["await 1", "await r(1)"],
  ["await/* why */x", "await/* why */r(x)"],
  ["await(x)", "await r((x))"],
  ["await(x).y", "await r((x).y)"],
  ["await\nx\n.y()", "await\nr(x\n.y())"],
  ["for await (const x of await y) await z", "for await (const x of await r(y)) await r(z)"],
  ["for await (const x of y) {}", "for await (const x of y) {}"],
  ["const [a] = await x, b = await y", "const [a] = await r(x), b = await r(y)"],
  ["a = await x", "a = await r(x)"],
  ["await x // await y", "await r(x) // await y"],
];

const untouched: ReadonlyArray<string> = [
  "'await x'",
  '"await x"',
  "`await x`",
  "`\\${await x}`",
  "'\\'await x'",
  "/await x/",
  "/[/]await x/.test(y)",
  "f(/await x/g)",
  "// await x",
  "/* await x */ y",
  "x.await",
  "x?.await",
  "x.await.y",
  "awaits x",
  "$await",
  "не_await",
  "({ await: 1 })",
  "await",
  "await )",
  "",
];

for (const [source, expected] of wrapped) {
  Deno.test(`await is found in ${JSON.stringify(source)}`, () =>
    assertEquals(wrapAwaits(source, "r"), expected));
}

for (const source of untouched) {
  Deno.test(`no await is found in ${JSON.stringify(source)}`, () =>
    assertEquals(wrapAwaits(source, "r"), source));
}
