/**
 * Tags and filters: the truth table of what runs, and that the real ExUnit has the same one.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { announce, combine, taggedName, tagProblem, verdictOn } from "../../src/testing/tags.ts";

type Row = readonly [exclude: string, include: string, tags: string, expected: string];

/** Exclude, include, the test's tags, each apart by spaces; what becomes of the test. */
const table: ReadonlyArray<Row> = [
  ["", "", "", "run"],
  ["", "", "a", "run"],
  ["a", "", "", "run"],
  ["a", "", "b", "run"],
  ["a", "", "a", "excluded by a"],
  ["a", "", "a:x", "excluded by a"],
  ["a:x", "", "a:x", "excluded by a:x"],
  ["a:x", "", "a:y", "run"],
  ["a:x", "", "a:xy", "run"],
  ["a:x", "", "a", "run"],
  ["a:true", "", "a", "excluded by a:true"],
  ["a:true", "", "a:false", "run"],
  ["a:b:c", "", "a:b:c", "excluded by a:b:c"],
  ["b a", "", "a b", "excluded by b"],
  // Include alone leaves nothing out, and overrides exclude.
  ["", "a", "b", "run"],
  ["a", "a", "a", "run"],
  ["a", "b", "a", "excluded by a"],
  ["a", "b", "a b", "run"],
  ["a b", "b", "a b", "run"],
  ["os", "os:x", "os:x", "run"],
  ["os", "os:x", "os:y", "excluded by os"],
  ["a:x", "a", "a:x", "run"],
  // What --only does: every test is excluded, these are taken in.
  ["test", "a", "", "excluded by test"],
  ["test", "a", "a", "run"],
  ["test", "os:x", "os:x", "run"],
  ["test", "os:x", "os:y", "excluded by test"],
  ["test", "a b", "b", "run"],
  ["test", "test:name", "", "run"],
  ["test", "test:other", "", "excluded by test"],
  // A test tagged skip runs where its very skip is included.
  ["", "", "skip", "skipped"],
  ["", "", "skip:slow", "skipped"],
  ["", "a", "a skip", "skipped"],
  ["a", "", "a skip", "excluded by a"],
  ["a", "b", "a b skip", "skipped"],
  ["skip", "a", "a skip", "skipped"],
  ["", "skip", "skip", "run"],
  ["a", "skip", "a skip", "run"],
  ["", "skip:slow", "skip:slow", "run"],
  ["", "skip:dull", "skip:slow", "skipped"],
  ["test", "skip", "skip", "run"],
];

const words = (text: string): ReadonlyArray<string> => text === "" ? [] : text.split(" ");

const verdictOf = ([exclude, include, tags]: Row): string => {
  const verdict = verdictOn({ exclude: words(exclude), include: words(include) }, "name", words(tags));
  return verdict.tag === "excluded" ? `excluded by ${verdict.by}` : verdict.tag;
};

Deno.test("exclude leaves out, include overrides it, skip skips: the truth table", () => {
  assertEquals(table.map((row) => [...row.slice(0, 3), verdictOf(row)]), table.map((row) => [...row]));
});

const hasElixir = await new Deno.Command("elixir", { args: ["--version"], stdout: "null", stderr: "null" })
  .output().then(({ success }) => success, () => false);

/** A filter, or a tag, as Elixir has it. */
const asFilter = (text: string): string => {
  const [key = "", ...value] = text.split(":");
  return value.length === 0 ? `:${key}` : `{:${key}, ${JSON.stringify(value.join(":"))}}`;
};
const asTag = (text: string): string => text.includes(":") ? asFilter(text) : `{:${text}, true}`;

const list = (texts: ReadonlyArray<string>): string => `[${texts.join(", ")}]`;

Deno.test({
  name: "ExUnit's own filters have the same truth table",
  ignore: !hasElixir,
  fn: async () => {
    const rows = table.map(([exclude, include, tags]) =>
      `{${list(words(include).map(asFilter))}, ${list(words(exclude).map(asFilter))}, ` +
      `Map.new(${list([...words(tags), "test:name"].map(asTag))})}`
    );
    const script = `for {include, exclude, tags} <- ${list(rows)} do
      case ExUnit.Filters.eval(include, exclude, tags, []) do
        :ok -> IO.puts("run")
        {:excluded, _} -> IO.puts("excluded")
        {:skipped, _} -> IO.puts("skipped")
      end
    end`;
    const { stdout, stderr } = await new Deno.Command("elixir", {
      args: ["-e", "Application.ensure_all_started(:ex_unit)", "-e", script],
    }).output();
    const answers = new TextDecoder().decode(stdout).trim().split("\n");
    const expected = table.map((row) => row[3].split(" ")[0]);
    assertEquals(answers, expected, new TextDecoder().decode(stderr));
  },
});

Deno.test("only is an include that excludes every test; what is included as it stands is not excluded", () => {
  assertEquals(combine({}), { exclude: [], include: [] });
  assertEquals(combine({ exclude: ["a"] }, { exclude: ["b", "a"] }), { exclude: ["a", "b"], include: [] });
  assertEquals(combine({ exclude: ["a"] }, { include: ["a"] }), { exclude: [], include: ["a"] });
  assertEquals(combine({ exclude: ["a"] }, { include: ["a:x"] }), { exclude: ["a"], include: ["a:x"] });
  assertEquals(combine({ exclude: ["a"] }, { only: ["b"] }), { exclude: ["test", "a"], include: ["b"] });
  assertEquals(combine({ exclude: ["a"] }, { only: ["a"] }), { exclude: ["test"], include: ["a"] });
  assertEquals(combine({ only: ["a"] }, { include: ["b"] }), { exclude: ["test"], include: ["b", "a"] });
});

Deno.test("what is excluded and included is announced as ExUnit does", () => {
  assertEquals(announce({ exclude: [], include: [] }), []);
  assertEquals(announce({ exclude: ["distributed"], include: [] }), ["Excluding tags: [distributed: true]"]);
  assertEquals(announce({ exclude: ["a", "os:windows"], include: ["b"] }), [
    'Excluding tags: [a: true, os: "windows"]',
    "Including tags: [b: true]",
  ]);
});

Deno.test("the tags stand in the test's name", () => {
  assertEquals(taggedName("sendMessage", []), "sendMessage");
  assertEquals(taggedName("sendMessage", ["distributed", "os:mac"]), "sendMessage #distributed #os:mac");
});

Deno.test("a text that is no tag is told from one", () => {
  for (const tag of ["distributed", "os:windows", "a-b_c", "note:with blanks: and colons"]) {
    assertEquals(tagProblem(tag), undefined, tag);
  }
  for (const text of ["", " ", "a b", ":x", "a:", "#a", "a:\n"]) {
    assertEquals(
      tagProblem(text),
      `${JSON.stringify(text)} is no tag: write it as distributed, or with a value as os:windows`,
    );
  }
});
