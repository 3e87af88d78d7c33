/**
 * Packages and their versions, hosts, and paths, as they stand in this repository's texts.
 *
 * @module
 */
import type { Sources } from "./imports.ts";

const packagePattern = /npm:\/?((?:@[\w.-]+\/)?[\w.-]+)@([\^~]?\d+(?:\.\d+){0,2}(?:-[\w.]+)?)/g;

/** Whether a package's version may stand in a file. */
const mayName = (path: string, name: string): boolean =>
  name === "effect" || path.startsWith("src/deps/") || path === "deno.json";

/** Versions that stand where they should not, and packages that have more than one. */
export const versionProblems = (files: Sources): ReadonlyArray<string> => {
  const found: string[] = [];
  const ranges = new Map<string, Map<string, string>>();
  for (const [path, text] of files) {
    for (const [, name = "", range = ""] of text.matchAll(packagePattern)) {
      if (!mayName(path, name)) found.push(`${path} names a version of ${name}`);
      const known = ranges.get(name) ?? new Map<string, string>();
      ranges.set(name, known);
      if (!known.has(range)) known.set(range, path);
    }
  }
  for (const [name, known] of ranges) {
    if (known.size === 1) continue;
    const where = [...known].map(([range, path]) => `${range} in ${path}`);
    found.push(`${name} has ${known.size} ranges: ${where.join(", ")}`);
  }
  return found;
};

/** The packages that are named, as `name@range`. */
export const namedPackages = (files: Sources): ReadonlySet<string> => {
  const named = new Set<string>();
  for (const text of files.values()) {
    for (const [, name = "", range = ""] of text.matchAll(packagePattern)) named.add(`${name}@${range}`);
  }
  return named;
};

const registryPattern =
  /\b(?:npmjs\.(?:org|com)|jsr\.io|deno\.land|esm\.sh|unpkg\.com|jsdelivr\.net|skypack\.dev|yarnpkg\.com|npmmirror\.com)\b/g;

/** A folder of one machine, at the beginning of a path. */
const machinePattern = /(?<![\w.~}\-])\/(?:work|root|home|Users)\/[\w.-]+/g;

/** Hosts of package registries, and absolute paths of one machine. */
export const placeProblems = (files: Sources): ReadonlyArray<string> =>
  [...files].flatMap(([path, text]) => [
    ...[...text.matchAll(registryPattern)].map(([host]) => `${path} names the registry ${host}`),
    ...[...text.matchAll(machinePattern)].map(([place]) => `${path} names the place ${place}`),
  ]);
