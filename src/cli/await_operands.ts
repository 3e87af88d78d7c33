/**
 * Finds what stands behind each `await` of an expression, so that an Effect there can be run: `await x.y(1)`
 * becomes `await run(x.y(1))`. Reads the text as far as that needs it: strings, templates, comments, regular
 * expressions and brackets; it judges no syntax, which the engine does.
 *
 * @module
 */

const word = /[\p{ID_Start}$_][\p{ID_Continue}$\u200c\u200d]*/uy;
const number = /0[xXbBoO][\da-fA-F_]+n?|(?:\d[\d_]*\.?[\d_]*|\.\d[\d_]*)(?:[eE][+-]?\d+)?n?/y;
const space = /(?:\s|\/\/[^\n]*|\/\*[\s\S]*?\*\/)*/y;
/** Words behind which a `/` begins a regular expression, and an operand follows. */
const prefixWords = new Set([
  "await",
  "typeof",
  "void",
  "delete",
  "new",
  "return",
  "yield",
  "throw",
  "in",
  "of",
]);

/** Rewrites each operand of `await` into a call of the function of that name. */
export const wrapAwaits = (source: string, run: string): string => new Wrapper(source, run).all();

class Wrapper {
  readonly #source: string;
  readonly #run: string;
  #at = 0;

  constructor(source: string, run: string) {
    this.#source = source;
    this.#run = run;
  }

  all(): string {
    return this.#until(undefined);
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    const found = pattern.exec(this.#source)?.[0];
    if (found === undefined || found === "") return undefined;
    this.#at += found.length;
    return found;
  }

  /** Everything up to a closing bracket, or the end. */
  #until(closing: string | undefined): string {
    let out = "";
    let isOperandNext = true;
    while (this.#at < this.#source.length) {
      const blank = this.#match(space);
      if (blank !== undefined) {
        out += blank;
        continue;
      }
      const character = this.#source[this.#at];
      if (character === closing) {
        this.#at++;
        return out + closing;
      }
      const follows = out.trimEnd().at(-1);
      const found = follows === "." ? this.#match(word) : undefined;
      if (found !== undefined) {
        out += found;
        isOperandNext = false;
        continue;
      }
      const token = this.#token(isOperandNext);
      out += token.text;
      isOperandNext = token.isOperandNext;
    }
    return out;
  }

  #token(isOperandNext: boolean): { readonly text: string; readonly isOperandNext: boolean } {
    const found = this.#match(word);
    if (found === "await") {
      const blank = this.#match(space) ?? "";
      // `for await` has no operand of its own.
      if (
        this.#source[this.#at] === "(" && /\bfor\s*$/.test(this.#source.slice(0, this.#at - blank.length - 5))
      ) {
        return { text: `await${blank}`, isOperandNext: true };
      }
      return {
        text: `await${blank === "" ? " " : blank}${this.#run}(${this.#operand()})`,
        isOperandNext: false,
      };
    }
    if (found !== undefined) return { text: found, isOperandNext: prefixWords.has(found) };
    const literal = this.#literal(isOperandNext);
    if (literal !== undefined) return { text: literal, isOperandNext: false };
    const bracket = this.#bracket();
    if (bracket !== undefined) return { text: bracket, isOperandNext: false };
    return { text: this.#source[this.#at++] ?? "", isOperandNext: true };
  }

  #literal(isOperandNext: boolean): string | undefined {
    const character = this.#source[this.#at];
    if (character === '"' || character === "'") return this.#string(character);
    if (character === "`") return this.#template();
    if (character === "/" && isOperandNext) return this.#regularExpression();
    return this.#match(number);
  }

  #bracket(): string | undefined {
    const opening = this.#source[this.#at];
    const closing = opening === "(" ? ")" : opening === "[" ? "]" : opening === "{" ? "}" : undefined;
    if (closing === undefined) return undefined;
    this.#at++;
    return opening + this.#until(closing);
  }

  /** A unary expression: prefixes, one primary, and the members and calls behind it. */
  #operand(): string {
    let out = this.#match(/(?:[!~+-]|\s)+/y) ?? "";
    const first = this.#match(word);
    if (first !== undefined && prefixWords.has(first)) {
      const blank = this.#match(space) ?? "";
      if (first === "await") return `${out}await${blank}${this.#run}(${this.#operand()})`;
      return `${out}${first}${blank}${this.#operand()}`;
    }
    out += first ?? this.#literal(true) ?? this.#bracket() ?? "";
    for (;;) {
      const before = this.#at;
      const blank = this.#match(space) ?? "";
      const member = this.#match(/\?\.|\./y);
      if (member !== undefined) {
        out += blank + member + (this.#match(space) ?? "") +
          (this.#match(/#?[\p{ID_Start}$_][\p{ID_Continue}$]*/uy) ?? "");
        continue;
      }
      const next = this.#source[this.#at];
      const more = next === "(" || next === "["
        ? this.#bracket()
        : next === "`"
        ? this.#template()
        : undefined;
      if (more === undefined) {
        this.#at = before;
        return out;
      }
      out += blank + more;
    }
  }

  #string(quote: string): string {
    const start = this.#at++;
    while (this.#at < this.#source.length && this.#source[this.#at] !== quote) {
      this.#at += this.#source[this.#at] === "\\" ? 2 : 1;
    }
    return this.#source.slice(start, ++this.#at);
  }

  #template(): string {
    let out = "`";
    this.#at++;
    while (this.#at < this.#source.length) {
      const character = this.#source[this.#at];
      if (character === "`") {
        this.#at++;
        return out + "`";
      }
      if (character === "\\") {
        out += this.#source.slice(this.#at, this.#at + 2);
        this.#at += 2;
      } else if (character === "$" && this.#source[this.#at + 1] === "{") {
        this.#at += 2;
        out += "${" + this.#until("}");
      } else {
        out += character;
        this.#at++;
      }
    }
    return out;
  }

  #regularExpression(): string {
    const start = this.#at++;
    let isInClass = false;
    while (this.#at < this.#source.length) {
      const character = this.#source[this.#at];
      if (character === "\n") break;
      if (character === "[") isInClass = true;
      if (character === "]") isInClass = false;
      this.#at += character === "\\" ? 2 : 1;
      if (character === "/" && !isInClass) break;
    }
    return this.#source.slice(start, this.#at);
  }
}
