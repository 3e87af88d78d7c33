/**
 * A source's doc comments, exports and signatures, as far as help needs them: by the form that this
 * repository's sources have, in which each declaration begins its line.
 *
 * @module
 */
import { isToken, textOf, type Token, tokensOf } from "./tokens.ts";

/** One export of a source. */
export type Export =
  /** `export * from`. */
  | { readonly tag: "all"; readonly from: string }
  /** `export * as Name from`. */
  | { readonly tag: "module"; readonly name: string; readonly from: string }
  /** A declaration, or a name of this source or of another one, which it has there as `own`. */
  | { readonly tag: "name"; readonly name: string; readonly own: string; readonly from?: string };

/** A declaration as help shows it; an overloaded function has several. */
export interface Documented {
  /** What stands behind its name, in one line. */
  readonly signature: string;
  /** Its comment, without stars. */
  readonly text: string;
  /** The first sentence of it. */
  readonly summary: string;
  /** Whether it is a type alone. */
  readonly isType: boolean;
}

const declaration =
  /^(?:export )?(?:abstract )?(const|function|class|interface|type) ([\p{ID_Start}$_][\p{ID_Continue}$]*)/gmu;
const exported = /^export (?:\* as (\w+) from|\* from|(?:type )?\{([^}]*)\}(?: from)?)(?: "([^"]+)")?;$/gm;

/** What a source exports. */
export const exportsOf = (source: string): ReadonlyArray<Export> => {
  const found: Array<Export> = [];
  for (const { 0: text, 2: name = "" } of source.matchAll(declaration)) {
    if (text.startsWith("export ") && !found.some((one) => one.tag === "name" && one.name === name)) {
      found.push({ tag: "name", name, own: name });
    }
  }
  for (const [, name, list, from] of source.matchAll(exported)) {
    if (list !== undefined) {
      for (const part of list.split(",").map((one) => one.trim()).filter((one) => one !== "")) {
        const [own = "", as = own] = part.replace(/^type /, "").split(" as ");
        found.push({ tag: "name", name: as, own, ...from === undefined ? {} : { from } });
      }
    } else if (from !== undefined) {
      found.push(name === undefined ? { tag: "all", from } : { tag: "module", name, from });
    }
  }
  return found;
};

/** Where a source has a name from that it has not declared. */
export const importOf = (
  source: string,
  name: string,
): { readonly own: string; readonly from: string } | undefined => {
  for (
    const [, list = "", from = ""] of source.matchAll(/^import (?:type )?\{([^}]*)\} from "([^"]+)";$/gm)
  ) {
    for (const part of list.split(",")) {
      const [own = "", as = own] = part.trim().replace(/^type /, "").split(" as ");
      if (as === name) return { own, from };
    }
  }
  return undefined;
};

/** What a source says of itself. */
export const moduleTextOf = (source: string): string =>
  plain(/^\/\*\*([\s\S]*?)\*\//.exec(source)?.[1] ?? "").replace(/\s*@module$/, "");

/** The declarations of a name. */
export const declarationsOf = (source: string, name: string): ReadonlyArray<Documented> => {
  const found = [...source.matchAll(declaration)].filter((one) => one[2] === name);
  const all = found.map((one): Documented => {
    const text = plain(commentBefore(source.slice(0, one.index)));
    const kind = one[1] ?? "";
    return {
      // No signature goes on over a blank line.
      signature: signatureOf(
        kind,
        tokensOf(source.slice(one.index + one[0].length).split("\n\n", 1)[0] ?? ""),
      ),
      text,
      summary: firstSentence(text),
      isType: kind === "interface" || kind === "type",
    };
  });
  const values = all.filter((one) => !one.isType);
  // The last one of an overloaded function's is its implementation, which no caller sees.
  if (values.length > 1) return values.slice(0, -1);
  return values.length > 0 ? values : all;
};

/** The first sentence of a text. */
export const firstSentence = (text: string): string =>
  /^[\s\S]*?[.:;](?=\s|$)/.exec(text.replaceAll(/\s+/g, " "))?.[0].replace(/[:;]$/, ".") ?? text;

/** The doc comment that a text ends with. */
const commentBefore = (before: string): string => {
  const trimmed = before.trimEnd();
  return trimmed.endsWith("*/") ? trimmed.slice(trimmed.lastIndexOf("/**") + 3, -2) : "";
};

/** A doc comment as text: no stars, no links, parameters as `name: what it is`. */
const plain = (comment: string): string =>
  comment.split("\n").map((line) => line.replace(/^\s*\* ?/, "")).join("\n").trim()
    .replaceAll(/\{@link ([^}]+)\}/g, "$1")
    .replaceAll(/^@param (\S+) /gm, "$1: ")
    .replaceAll(/^@returns /gm, "Returns: ")
    .replaceAll(/^@throws /gm, "Throws: ")
    .replaceAll(/^@\w+\n+/gm, "");

/** A declaration behind its name, up to its body or value, in one line. */
const signatureOf = (kind: string, tokens: ReadonlyArray<Token>): string => {
  const end = endOfSignature(kind, tokens);
  const text = textOf(tokens.slice(0, end)).replaceAll(/\/\/[^\n]*|\/\*[\s\S]*?\*\//g, "").replaceAll(
    /\s+/g,
    " ",
  );
  const head = kind === "const" ? text.replace(/^ = (?:async )?/, "") : text;
  return head.replaceAll(/([(<[]) /g, "$1").replaceAll(/,? ([)>\]])/g, "$1").trimEnd();
};

const endOfSignature = (kind: string, tokens: ReadonlyArray<Token>): number => {
  /** Within how many `<`. */
  let depth = 0;
  for (const [at, token] of tokens.entries()) {
    if (depth === 0 && isEndOfSignature(kind, tokens, at)) return at;
    if (token.kind !== "sign") continue;
    if (token.text === "<") depth++;
    else if (/^>+$/.test(token.text)) depth -= token.text.length;
  }
  return tokens.length;
};

const isEndOfSignature = (kind: string, tokens: ReadonlyArray<Token>, at: number): boolean => {
  const token = tokens[at];
  switch (kind) {
    case "const":
      // A function's arrow; of anything else the name, and its type where it says one.
      return isToken(token, "=>") || isToken(token, ";") || (isToken(token, "=") && !isFunction(tokens, at));
    case "type":
      return isToken(token, ";");
    case "function":
      return isToken(token, ";") || token?.text.startsWith("{") === true;
    default:
      return token?.text.startsWith("{") === true;
  }
};

/** Whether what stands behind that `=` is a function: its arguments, maybe with type parameters before them. */
const isFunction = (tokens: ReadonlyArray<Token>, equals: number): boolean => {
  const first = tokens.slice(equals + 1).find((token) => token.kind !== "blank");
  return first !== undefined && (first.text.startsWith("(") || first.text === "<" || first.text === "async");
};
