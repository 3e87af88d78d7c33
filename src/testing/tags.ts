/**
 * Which tests run: tags against the filters that exclude and include them (ExUnit's `ExUnit.Filters`).
 *
 * @module
 */

/**
 * A tag of a test, or a filter for tags, as text: `distributed`, or `os:windows` with a value. The tag
 * `distributed` has the value `true`; as a filter it is for every value of that key.
 */
export type Tag = string;

/** Which tests are left out, and which of these are taken in again. */
export interface Filters {
  /** Tests with any of these tags are left out. */
  readonly exclude: ReadonlyArray<Tag>;
  /** Tests with any of these are taken in, though they are excluded. */
  readonly include: ReadonlyArray<Tag>;
}

/** What becomes of a test. */
export type Verdict =
  | { readonly tag: "run" }
  /** A filter leaves it out. */
  | { readonly tag: "excluded"; readonly by: Tag }
  /** Its own tag `skip` does. */
  | { readonly tag: "skipped" };

/** The tag that every test has: `only` excludes it. */
const everyTest = "test";

/** A tag or filter, taken apart at its first colon. */
const parse = (text: Tag): { readonly key: string; readonly value: string | undefined } => {
  const colon = text.indexOf(":");
  return colon < 0
    ? { key: text, value: undefined }
    : { key: text.slice(0, colon), value: text.slice(colon + 1) };
};

const matches = (filter: Tag, tags: ReadonlyArray<Tag>): boolean => {
  const wanted = parse(filter);
  return tags.some((text) => {
    const { key, value = "true" } = parse(text);
    return key === wanted.key && (wanted.value === undefined || wanted.value === value);
  });
};

/**
 * What is wrong with a text that is to be a tag; `undefined` where nothing is.
 *
 * @param text A tag or filter.
 */
export const tagProblem = (text: Tag): string | undefined =>
  /^[^\s:#]+(:[^\n]+)?$/.test(text)
    ? undefined
    : `${JSON.stringify(text)} is no tag: write it as distributed, or with a value as os:windows`;

/**
 * What the filters make of a test: what `exclude` leaves out, `include` takes in again; what neither is about
 * runs. A test with the tag `skip` only runs where `include` is about that very tag.
 *
 * @param filters The filters.
 * @param name The test's name: its tag `test` has it as value.
 * @param tags The test's own tags.
 */
export const verdictOn = (filters: Filters, name: string, tags: ReadonlyArray<Tag>): Verdict => {
  const all = [...tags, `${everyTest}:${name}`];
  const isIncluded = filters.include.some((filter) => matches(filter, all));
  const by = filters.exclude.find((filter) => matches(filter, all));
  if (by !== undefined && !isIncluded) return { tag: "excluded", by };
  const skips = tags.filter((tag) => parse(tag).key === "skip");
  return skips.length === 0 || filters.include.some((filter) => matches(filter, skips))
    ? { tag: "run" }
    : { tag: "skipped" };
};

/** Filters as they are written, with ExUnit's third kind. */
export interface WrittenFilters extends Filters {
  /** All other tests are left out: each is an `include`, and every test is excluded. */
  readonly only: ReadonlyArray<Tag>;
}

/**
 * Several wishes as one: a tag that is included as it stands is not excluded, and none stands twice.
 *
 * @param wishes The filters of a configuration, of a command line.
 */
export const combine = (...wishes: ReadonlyArray<Partial<WrittenFilters>>): Filters => {
  const only = wishes.flatMap((wish) => wish.only ?? []);
  const include = new Set([...wishes.flatMap((wish) => wish.include ?? []), ...only]);
  const exclude = new Set(only.length > 0 ? [everyTest] : []);
  for (const tag of wishes.flatMap((wish) => wish.exclude ?? [])) if (!include.has(tag)) exclude.add(tag);
  return { exclude: [...exclude], include: [...include] };
};

/**
 * What ExUnit prints before the tests: `Excluding tags: [distributed: true]`, and the like of `Including`.
 *
 * @param filters The filters.
 * @returns A line for each of the two that there is.
 */
export const announce = ({ exclude, include }: Filters): ReadonlyArray<string> =>
  ([["Excluding", exclude], ["Including", include]] as const).flatMap(([what, tags]) =>
    tags.length === 0 ? [] : [`${what} tags: [${tags.map(asPair).join(", ")}]`]
  );

/** As a pair of Elixir's keyword list. */
const asPair = (tag: Tag): string => {
  const { key, value } = parse(tag);
  return `${key}: ${value === undefined || value === "true" ? "true" : JSON.stringify(value)}`;
};

/**
 * A test's name with its tags, so that Deno's own `--filter '#distributed'` selects by them.
 *
 * @param name The name.
 * @param tags The tags.
 */
export const taggedName = (name: string, tags: ReadonlyArray<Tag>): string =>
  [name, ...tags.map((tag) => `#${tag}`)].join(" ");
