/**
 * Lines that belong together: a text goes on on the next line while a bracket is open, or while what stands
 * there is the beginning of something.
 *
 * @module
 */
import { Script } from "node:vm";
import { compile, stripTypes } from "./compile.ts";
import { isToken, type Token, tokensOf } from "./tokens.ts";

/**
 * Whether a text goes on on the next line.
 *
 * @param text What has been typed so far.
 * @param next The next line, where it is known already, as in what is pasted: `.pipe(…)` goes on from any text.
 */
export const isUnfinished = (text: string, next: string = ""): boolean => {
  if (/^\s*(?:\.(?!\.)|\?\.)/.test(next) && text.trim() !== "") return true;
  const tokens = tokensOf(text);
  if (tokens.some(isClosing)) return false;
  switch (bracketsOf(tokens)) {
    case "open":
      return true;
    case "wrong":
      return false;
    case "closed":
      return typeof compile(text) === "string" && (endsWithOperator(tokens) || endsTooEarly(text));
  }
};

/**
 * Takes a text of many lines apart, as if they had been typed one after the other.
 *
 * @param text The text.
 * @returns What is evaluated at a time.
 */
export const entriesOf = (text: string): ReadonlyArray<string> => {
  const entries: Array<string> = [];
  const lines = text.split("\n");
  let entry: string | undefined;
  for (const [at, line] of lines.entries()) {
    entry = entry === undefined ? line : `${entry}\n${line}`;
    if (isUnfinished(entry, lines[at + 1])) continue;
    entries.push(entry);
    entry = undefined;
  }
  if (entry !== undefined) entries.push(entry);
  return entries;
};

type Brackets = "closed" | "open" | "wrong";

const closings: ReadonlyMap<string, string> = new Map([
  ["(", ")"],
  ["[", "]"],
  ["{", "}"],
  ["${", "}"],
  ["`", "`"],
]);

/** Whether all brackets, templates and comments end; `wrong` where one is closed by another's end. */
const bracketsOf = (tokens: ReadonlyArray<Token>): Brackets => {
  let isOpen = false;
  for (const [at, token] of tokens.entries()) {
    // No division is followed by these: it is a comment that does not end.
    if (isToken(token, "/") && tokens[at + 1]?.text.startsWith("*") === true) return "open";
    if (isCutOff(token)) return "wrong";
    if (token.inside === undefined) continue;
    const within = bracketsOf(token.inside.slice(1));
    if (within === "wrong") return "wrong";
    const last = token.inside.length > 1 ? token.inside.at(-1)?.text : undefined;
    const closing = closings.get(token.inside[0]?.text ?? "");
    if (within === "closed" && last === closing) continue;
    if (
      token.inside.some((one) => one.kind === "sign" && /^[)\]}]$/.test(one.text) && one.text !== closing)
    ) {
      return "wrong";
    }
    isOpen = true;
  }
  return isOpen ? "open" : "closed";
};

/** Whether that closes a bracket; among a text's own tokens, one that nothing has opened. */
const isClosing = ({ kind, text }: Token): boolean => kind === "sign" && /^[)\]}]$/.test(text);

/** Whether that is a text without its second quote: it cannot get one on another line. */
const isCutOff = ({ kind, text }: Token): boolean =>
  kind === "literal" && /^["']/.test(text) && (text.length === 1 || text[0] !== text.at(-1));

const operators =
  /^(?:=>|\+|-|\*\*?|[/%&|^?:=<>.,]|&&|\|\||\?\?|\?\.|\.\.\.|<<|>>>?|[=!]==?|<=|>=|[^=!<>]+=)$/;

const endsWithOperator = (tokens: ReadonlyArray<Token>): boolean => {
  const last = tokens.findLast((token) => token.kind !== "blank");
  return last?.kind === "sign" && operators.test(last.text);
};

/** Whether the engine finds nothing wrong but the end: it reads on in a function that is open still. */
const endsTooEarly = (text: string): boolean => {
  try {
    new Script(`(async () => {${stripTypes(text)}`);
    return false;
  } catch (error) {
    return error instanceof SyntaxError && error.message === "Unexpected end of input";
  }
};
