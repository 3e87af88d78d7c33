/**
 * Finds what stands behind each `await` of a line, so that an Effect there can be run: `await x.y(1)` becomes
 * `await run(x.y(1))`.
 *
 * @module
 */
import { isMemberSign, isToken, type Token, tokensOf } from "./tokens.ts";

/** Signs and words that stand before an operand and belong to it. */
const prefixes: ReadonlySet<string> = new Set(
  "! ~ + - ++ -- await typeof void delete new async".split(" "),
);

/**
 * Rewrites each operand of `await` into a call.
 *
 * @param source The line, without types.
 * @param run The name of the function that is called.
 */
export const wrapAwaits = (source: string, run: string): string => rewrite(tokensOf(source), run);

const rewrite = (tokens: ReadonlyArray<Token>, run: string): string => {
  let out = "";
  let last: Token | undefined;
  for (let at = 0; at < tokens.length; at++) {
    const token = tokens[at];
    if (token === undefined) break;
    // `x.await` is a member, and `for await` has no operand of its own.
    const isAwait = isToken(token, "await") && !isMemberSign(last) && !isToken(last, "for");
    const start = isAwait ? skipBlank(tokens, at + 1) : at;
    const end = isAwait ? endOfOperand(tokens, start) : at;
    if (end > start) {
      const blank = start === at + 1 ? " " : tokens[at + 1]?.text ?? " ";
      out += `await${blank}${run}(${rewrite(tokens.slice(start, end), run)})`;
      at = end - 1;
      last = tokens[at];
    } else {
      out += token.inside === undefined ? token.text : rewrite(token.inside, run);
      if (token.kind !== "blank") last = token;
    }
  }
  return out;
};

const skipBlank = (tokens: ReadonlyArray<Token>, at: number): number =>
  tokens[at]?.kind === "blank" ? at + 1 : at;

/** Where a unary expression ends: prefixes, one primary, and the members and calls behind it. */
const endOfOperand = (tokens: ReadonlyArray<Token>, start: number): number => {
  let at = start;
  while (tokens[at]?.kind !== "literal" && prefixes.has(tokens[at]?.text ?? "")) {
    at = skipBlank(tokens, at + 1);
  }
  const primary = tokens[at];
  if (primary === undefined || primary.kind === "sign") return start;
  at = isToken(primary, "function") ? endOfFunction(tokens, at) : at + 1;
  for (;;) {
    const next = skipBlank(tokens, at);
    const token = tokens[next];
    if (isMemberSign(token)) at = skipBlank(tokens, next + 1) + 1;
    else if (token?.kind === "template" || isGroup(token, "(") || isGroup(token, "[")) at = next + 1;
    else return Math.min(at, tokens.length);
  }
};

const endOfFunction = (tokens: ReadonlyArray<Token>, start: number): number => {
  const body = tokens.findIndex((token, at) => at > start && isGroup(token, "{"));
  return body < 0 ? tokens.length : body + 1;
};

const isGroup = (token: Token | undefined, opening: string): boolean =>
  token?.kind === "group" && token.inside?.[0]?.text === opening;
