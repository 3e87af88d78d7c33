/**
 * The files of this repository, as the tests of its order read them.
 *
 * @module
 */
import type { Sources } from "./imports.ts";

const top = new URL("../../", import.meta.url);

/** What `.gitignore` keeps out of the repository. */
const isIgnored = (name: string): boolean => name === ".git" || name === "coverage" || name.endsWith(".log");

/** The names at the top level. */
export const topLevel = (): ReadonlyArray<string> =>
  [...Deno.readDirSync(top)].map((entry) => entry.name).filter((name) => !isIgnored(name)).sort();

/** The paths of all files below these files and folders, from the top; what is not there has none. */
const pathsOf = (names: ReadonlyArray<string>): ReadonlyArray<string> =>
  names.flatMap((name): ReadonlyArray<string> => {
    const url = new URL(name, top);
    if (Deno.statSync(url).isFile) return [name];
    const inside = [...Deno.readDirSync(url)].map((entry) => entry.name).filter((one) => !isIgnored(one));
    return pathsOf(inside.sort().map((one) => `${name}/${one}`));
  });

const readAll = (paths: ReadonlyArray<string>): Sources =>
  new Map(paths.map((path) => [path, Deno.readTextFileSync(new URL(path, top))]));

/** The texts of all files. */
export const allFiles = (): Sources => readAll(pathsOf(topLevel()));

/** The texts of `mod.ts` and of what stands under `src/`. */
export const librarySources = (): Sources => readAll(pathsOf(["mod.ts", "src"]));
