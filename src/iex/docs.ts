/**
 * What the library's sources say of its parts, read where they lie: beside this file, or at its URL. So the
 * shell's help is never older than the code, and is there only where Deno's permissions let it be read.
 *
 * @module
 */
import { isGranted } from "../cli/permission.ts";
import {
  declarationsOf,
  type Documented,
  exportsOf,
  firstSentence,
  importOf,
  moduleTextOf,
} from "./doc_comments.ts";

const root = new URL("../../mod.ts", import.meta.url);

/** What is known of a part. */
export type Found =
  | { readonly tag: "module"; readonly text: string; readonly members: ReadonlyArray<Member> }
  | { readonly tag: "member"; readonly documented: ReadonlyArray<Documented> }
  /** The library has no such part. */
  | { readonly tag: "nothing" }
  /** The sources may not be read: `flag` would let them. */
  | { readonly tag: "forbidden"; readonly flag: string };

/** A part of a module, with the first sentence that is said of it. */
export interface Member {
  readonly name: string;
  readonly summary: string;
}

/** Reads sources. */
export type Read = (url: URL) => Promise<string>;

/** A source may not be read. */
export class Forbidden extends Error {
  readonly flag: string;
  constructor(flag: string) {
    super(`it needs ${flag}`);
    this.flag = flag;
  }
}

const texts = new Map<string, Promise<string>>();

/** Reads a source from its file or from its URL; asks nobody for the permission. */
export const readSource: Read = (url) => {
  const isFile = url.protocol === "file:";
  const isAllowed = isFile
    ? isGranted({ name: "read", path: url })
    : isGranted({ name: "net", host: url.host });
  if (!isAllowed) {
    const folder = new URL("../../", import.meta.url);
    throw new Forbidden(isFile ? `--allow-read=${decodeURI(folder.pathname)}` : `--allow-net=${url.host}`);
  }
  const known = texts.get(url.href);
  if (known !== undefined) return known;
  const text = isFile ? Deno.readTextFile(url) : fetchText(url);
  texts.set(url.href, text);
  // What could not be fetched now may be there later.
  text.catch(() => texts.delete(url.href));
  return text;
};

const fetchText = async (url: URL): Promise<string> => {
  const response = await fetch(url);
  if (!response.ok) throw new Error(`${url} answers ${response.status}`);
  return await response.text();
};

/**
 * Finds a part of the library by its name.
 *
 * @param name As in `Node.spawnLink`, from `mod.ts` on.
 * @param read What reads the sources.
 */
export const find = async (name: string, read: Read = readSource): Promise<Found> => {
  try {
    return await findIn(root, name.split("."), read);
  } catch (error) {
    if (error instanceof Forbidden) return { tag: "forbidden", flag: error.flag };
    throw error;
  }
};

const findIn = async (url: URL, [name, ...rest]: ReadonlyArray<string>, read: Read): Promise<Found> => {
  const names = await namesIn(url, read);
  if (name === undefined) {
    const members = [...names].flatMap(([own, place]): ReadonlyArray<Member> => {
      if (place.tag === "module") return [{ name: own, summary: place.summary }];
      const [first] = place.documented();
      return first === undefined || first.isType ? [] : [{ name: own, summary: first.summary }];
    });
    return { tag: "module", text: moduleTextOf(await read(url)), members };
  }
  const place = names.get(name);
  if (place?.tag === "module") return findIn(place.url, rest, read);
  return place === undefined || rest.length > 0
    ? { tag: "nothing" }
    : { tag: "member", documented: place.documented() };
};

/** Where a name that a source exports leads to. */
type Place =
  | { readonly tag: "module"; readonly url: URL; readonly summary: string }
  | { readonly tag: "declaration"; readonly documented: () => ReadonlyArray<Documented> };

type Names = ReadonlyMap<string, Place>;

/** What has been read, by what read it, and where. */
const known = new WeakMap<Read, Map<string, Promise<Names>>>();

/** All that a source exports, of its own or of others. */
const namesIn = (url: URL, read: Read): Promise<Names> => {
  const all = known.get(read) ?? new Map<string, Promise<Names>>();
  known.set(read, all);
  const before = all.get(url.href);
  if (before !== undefined) return before;
  const names = readNames(url, read);
  all.set(url.href, names);
  // What could not be read now may be readable later.
  names.catch(() => all.delete(url.href));
  return names;
};

const readNames = async (url: URL, read: Read): Promise<Names> => {
  const source = await read(url);
  const names = new Map<string, Place>();
  for (const one of exportsOf(source)) {
    const target = one.from === undefined ? undefined : new URL(one.from, url);
    if (one.tag === "all") {
      if (target !== undefined) {
        for (const [name, place] of await namesIn(target, read)) names.set(name, place);
      }
    } else if (one.tag === "module") {
      if (target !== undefined) {
        names.set(one.name, {
          tag: "module",
          url: target,
          summary: firstSentence(moduleTextOf(await read(target))),
        });
      }
    } else {
      const elsewhere = one.from === undefined ? importOf(source, one.own) : one;
      const place = elsewhere?.from === undefined
        ? { tag: "declaration" as const, documented: () => declarationsOf(source, one.own) }
        : (await namesIn(new URL(elsewhere.from, url), read)).get(elsewhere.own);
      if (place !== undefined) names.set(one.name, place);
    }
  }
  return names;
};
