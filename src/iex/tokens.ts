/**
 * TypeScript without types as tokens, as far as a line's awaits and declarations need it: words, literals,
 * signs, and brackets with what stands in them. It judges no syntax, which the engine does.
 *
 * @module
 */

/** A part of a source; the texts of all tokens, one behind the other, are the source. */
export interface Token {
  /** `blank` is space and comments, `group` a bracket up to the one that closes it. */
  readonly kind: "blank" | "word" | "literal" | "template" | "sign" | "group";
  /** As it stands in the source. */
  readonly text: string;
  /** What a group or a template is made of, its brackets and quotes included. */
  readonly inside?: ReadonlyArray<Token>;
}

const word = /#?[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const number = /0[xXbBoO][\da-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?/y;
const space = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)+/y;
const sign = /\.{3}|\?\.(?!\d)|=>|\+\+|--|\*\*=?|&&=?|\|\|=?|\?\?=?|<<=?|>>>?=?|[=!]==?|[-+*/%&|^<>]=|[^]/y;
const string = /"(?:[^"\\\n]|\\[^])*"?|'(?:[^'\\\n]|\\[^])*'?/y;
const regularExpression = /\/(?:[^\\/[\n]|\\.|\[(?:[^\]\\\n]|\\.)*\])+\/[\p{ID_Continue}$]*/uy;
const templateText = /(?:[^\\`$]|\\[^]|\$(?!\{))+/y;

/** Words behind which an operand follows, and so a `/` begins a regular expression. */
const prefixWords: ReadonlySet<string> = new Set(
  ("await case delete do else in instanceof new of return throw typeof void yield").split(" "),
);

const closings: ReadonlyMap<string, string> = new Map([["(", ")"], ["[", "]"], ["{", "}"], ["${", "}"]]);

/** Takes a source apart. */
export const tokensOf = (source: string): ReadonlyArray<Token> => new Scanner(source).until(undefined);

/** Whether a token is that sign or word. */
export const isToken = (token: Token | undefined, text: string): boolean =>
  token?.text === text && (token.kind === "sign" || token.kind === "word");

/** Whether a word behind that token is the name of a member. */
export const isMemberSign = (token: Token | undefined): boolean =>
  isToken(token, ".") || isToken(token, "?.");

class Scanner {
  readonly #source: string;
  #at = 0;

  constructor(source: string) {
    this.#source = source;
  }

  /** The tokens up to a closing bracket, or to the end. */
  until(closing: string | undefined): ReadonlyArray<Token> {
    const tokens: Array<Token> = [];
    // The last token that is no blank, and the one before it.
    let [before, last]: [Token | undefined, Token | undefined] = [undefined, undefined];
    while (this.#at < this.#source.length && this.#source[this.#at] !== closing) {
      const token = this.#next(isOperandNext(before, last));
      tokens.push(token);
      if (token.kind !== "blank") [before, last] = [last, token];
    }
    return tokens;
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found !== undefined) this.#at += found.length;
    return found;
  }

  #next(operandIsNext: boolean): Token {
    const blank = this.#match(space);
    if (blank !== undefined) return { kind: "blank", text: blank };
    const name = this.#match(word);
    if (name !== undefined) return { kind: "word", text: name };
    const literal = this.#match(string) ?? (operandIsNext ? this.#match(regularExpression) : undefined) ??
      this.#match(number);
    if (literal !== undefined) return { kind: "literal", text: literal };
    const character = this.#source[this.#at] ?? "";
    if (character === "`") return this.#template();
    if (closings.has(character)) return this.#group(character);
    return { kind: "sign", text: this.#match(sign) ?? "" };
  }

  #group(opening: string): Token {
    this.#at += opening.length;
    const inside: Array<Token> = [{ kind: "sign", text: opening }, ...this.until(closings.get(opening))];
    const closing = this.#source[this.#at];
    if (closing !== undefined) inside.push({ kind: "sign", text: closing });
    this.#at++;
    return { kind: "group", text: textOf(inside), inside };
  }

  #template(): Token {
    const inside: Array<Token> = [{ kind: "sign", text: "`" }];
    this.#at++;
    for (;;) {
      const text = this.#match(templateText);
      if (text !== undefined) inside.push({ kind: "literal", text });
      if (!this.#source.startsWith("${", this.#at)) break;
      inside.push(this.#group("${"));
    }
    if (this.#source[this.#at] === "`") inside.push({ kind: "sign", text: "`" });
    this.#at++;
    return { kind: "template", text: textOf(inside), inside };
  }
}

const isOperandNext = (before: Token | undefined, last: Token | undefined): boolean => {
  if (last === undefined) return true;
  if (last.kind === "word") return prefixWords.has(last.text) && !isMemberSign(before);
  // What stands behind `x++` is no operand.
  if (last.text === "++" || last.text === "--") return before === undefined || before.kind === "sign";
  return last.kind === "sign";
};

/** The source of tokens. */
export const textOf = (tokens: ReadonlyArray<Token>): string => tokens.map((token) => token.text).join("");
