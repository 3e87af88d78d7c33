/**
 * A line as statements, and what each declares: so that what a line declares is there for the next one.
 *
 * @module
 */
import { isToken, textOf, type Token, tokensOf } from "./tokens.ts";

/** One name or pattern of a declaration, and what it is bound to. */
export interface Declarator {
  /** A name, or a destructuring pattern. */
  readonly pattern: string;
  /** The expression behind the `=`; `undefined` where there is none. */
  readonly value: string | undefined;
}

/** One statement of a line. */
export type Statement =
  /** `const`, `let` and `var`. */
  | { readonly tag: "declaration"; readonly declarators: ReadonlyArray<Declarator> }
  /** A function or a class with a name: `source` is also an expression for it. */
  | { readonly tag: "definition"; readonly name: string; readonly source: string }
  /** An expression, or a statement that declares nothing for other lines. */
  | { readonly tag: "other"; readonly source: string };

/**
 * Takes a line apart.
 *
 * @param source The line, without types.
 */
export const statementsOf = (source: string): ReadonlyArray<Statement> =>
  joined(split(tokensOf(source))).map(statementOf);

/** Splits at semicolons, and behind the body of a function or a class that a statement begins with. */
const split = (tokens: ReadonlyArray<Token>): ReadonlyArray<ReadonlyArray<Token>> => {
  const all: Array<ReadonlyArray<Token>> = [];
  let current: Array<Token> = [];
  const end = (): void => {
    if (current.some((token) => token.kind !== "blank")) all.push(current);
    current = [];
  };
  for (const token of tokens) {
    if (isToken(token, ";")) {
      end();
      continue;
    }
    current.push(token);
    if (token.kind === "group" && token.text.startsWith("{") && definedName(current) !== undefined) end();
  }
  end();
  return all;
};

/** `if (a) b; else c` and `do a; while (b)` are one statement each. */
const joined = (parts: ReadonlyArray<ReadonlyArray<Token>>): ReadonlyArray<ReadonlyArray<Token>> => {
  const all: Array<ReadonlyArray<Token>> = [];
  const semicolon: Token = { kind: "sign", text: ";" };
  for (const part of parts) {
    const previous = all.at(-1);
    const belongs = previous !== undefined &&
      (isToken(significant(part)[0], "else") ||
        (isToken(significant(previous)[0], "do") && isToken(significant(part)[0], "while")));
    if (belongs) all[all.length - 1] = [...previous, semicolon, ...part];
    else all.push(part);
  }
  return all;
};

const significant = (tokens: ReadonlyArray<Token>): ReadonlyArray<Token> =>
  tokens.filter((token) => token.kind !== "blank");

const statementOf = (tokens: ReadonlyArray<Token>): Statement => {
  const source = textOf(tokens).trim();
  const first = significant(tokens)[0];
  if (isToken(first, "const") || isToken(first, "let") || isToken(first, "var")) {
    const declarators = splitAtCommas(tokens.slice(tokens.findIndex((token) => token === first) + 1))
      .map(declaratorOf);
    const isWhole = declarators.every((one): one is Declarator => one !== undefined);
    if (isWhole) return { tag: "declaration", declarators };
  }
  const name = definedName(tokens);
  return name === undefined ? { tag: "other", source } : { tag: "definition", name, source };
};

/** The name of a function or a class that is declared here. */
const definedName = (tokens: ReadonlyArray<Token>): string | undefined => {
  const parts = significant(tokens).filter((token, at) =>
    !(at === 0 && isToken(token, "async")) && !isToken(token, "*")
  );
  const [keyword, name] = parts;
  const isDefinition = isToken(keyword, "class") || isToken(keyword, "function");
  const isNamed = name?.kind === "word" && !(isToken(keyword, "class") && name.text === "extends");
  return isDefinition && isNamed && parts.at(-1)?.text.startsWith("{") === true ? name.text : undefined;
};

const splitAtCommas = (tokens: ReadonlyArray<Token>): ReadonlyArray<ReadonlyArray<Token>> => {
  const parts: Array<Array<Token>> = [[]];
  for (const token of tokens) {
    if (isToken(token, ",")) parts.push([]);
    else parts.at(-1)?.push(token);
  }
  return parts;
};

const declaratorOf = (tokens: ReadonlyArray<Token>): Declarator | undefined => {
  const [target, equals] = significant(tokens);
  const isTarget = target?.kind === "word" || (target?.kind === "group" && !target.text.startsWith("("));
  if (target === undefined || !isTarget) return undefined;
  if (equals === undefined) return { pattern: target.text, value: undefined };
  if (!isToken(equals, "=")) return undefined;
  return { pattern: target.text, value: textOf(tokens.slice(tokens.indexOf(equals) + 1)).trim() };
};
