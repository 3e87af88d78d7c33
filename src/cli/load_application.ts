/**
 * `-S FILE`: a module's application, from a path or a URL (Elixir's `iex -S mix`).
 *
 * @module
 */
import { resolve } from "node:path";
import { pathToFileURL } from "node:url";
import { type AnyApplication, isApplication } from "../otp/application_definition.ts";
import type { BadFlags } from "./flags.ts";

/** A scheme has two letters or more: with one, it is a drive of Windows. */
const isUrl = (file: string): boolean => /^[a-z][a-z0-9+.-]+:/i.test(file);

/**
 * Imports a module and takes its application.
 *
 * @param file A path from the current folder, or a URL.
 * @returns Its default export where that is an application, else the one export that is; or in one line what
 *   to write.
 */
export const loadApplication = async (file: string): Promise<AnyApplication | BadFlags> => {
  const url = isUrl(file) ? file : pathToFileURL(resolve(file)).href;
  try {
    return applicationOf(file, await import(url));
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { problem: `-S ${file} cannot be loaded: ${message}` };
  }
};

const applicationOf = (
  file: string,
  exports: Readonly<Record<string, unknown>>,
): AnyApplication | BadFlags => {
  if (isApplication(exports["default"])) return exports["default"];
  const found = Object.entries(exports).filter(([, value]) => isApplication(value));
  const [first, second] = found;
  if (second !== undefined) {
    const names = found.map(([name]) => name).join(", ");
    return {
      problem: `-S ${file} exports ${found.length} applications, ${names}: make one the default export`,
    };
  }
  if (isApplication(first?.[1])) return first[1];
  const example = 'export default Application.make({ name: "chat", modules: [Chat] })';
  return { problem: `-S ${file} exports no application: write ${example}` };
};
