/**
 * Imports of a line: `await import("./chat.ts")` is a file in the folder where the shell was started, and not in that
 * of the shell's own code.
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { isMemberSign, isToken, type Token, tokensOf } from "./tokens.ts";

/**
 * Imports a module.
 *
 * @param specifier A path from the current folder, or what else an import can name.
 * @param options What else is said of it, as `{ with: { type: "json" } }`.
 */
export const importFromHere = (specifier: unknown, options?: ImportCallOptions): Promise<unknown> => {
  const name = String(specifier);
  return import(/^\.{0,2}\//.test(name) ? pathToFileURL(resolve(name)).href : name, options);
};

/**
 * Rewrites each `import(…)` into a call of a function.
 *
 * @param source The line, without types.
 * @param name The function's name.
 */
export const rewriteImports = (source: string, name: string): string => rewrite(tokensOf(source), name);

const rewrite = (tokens: ReadonlyArray<Token>, name: string): string => {
  let last: Token | undefined;
  return tokens.map((token, at) => {
    const isImport = isToken(token, "import") && !isMemberSign(last) && isCall(tokens, at + 1);
    if (token.kind !== "blank") last = token;
    if (isImport) return name;
    return token.inside === undefined ? token.text : rewrite(token.inside, name);
  }).join("");
};

/** Whether a bracket opens there; `import.meta` is none. */
const isCall = (tokens: ReadonlyArray<Token>, at: number): boolean => {
  const token = tokens[at]?.kind === "blank" ? tokens[at + 1] : tokens[at];
  return token?.kind === "group" && token.text.startsWith("(");
};
