/**
 * Runs the compiler on the files beside this one: what should be accepted is, and what should be refused is
 * refused in words that say what to mend.
 *
 * In `refused/` a comment `// Refused: words` stands above each line that must be refused in such words.
 *
 * @module
 */
import { assert, assertEquals } from "@std/assert";

/** What the compiler says, and where. */
interface Complaint {
  readonly file: string;
  readonly line: number;
  readonly text: string;
}

/** Type-checks files, also those that deno.json excludes: through a program that imports them. */
const complaintsOf = async (files: ReadonlyArray<URL>): Promise<ReadonlyArray<Complaint>> => {
  const program = await Deno.makeTempFile({ suffix: ".ts" });
  try {
    await Deno.writeTextFile(program, files.map((file) => `import ${JSON.stringify(file.href)};\n`).join(""));
    const { stderr } = await new Deno.Command(Deno.execPath(), {
      args: ["check", "--quiet", "--config", new URL("../../deno.json", import.meta.url).pathname, program],
      env: { NO_COLOR: "1" },
      stdout: "null",
    }).output();
    return readComplaints(new TextDecoder().decode(stderr));
  } finally {
    await Deno.remove(program);
  }
};

const readComplaints = (output: string): ReadonlyArray<Complaint> =>
  output.split(/\n(?=TS\d+ \[ERROR\])/).flatMap((text) => {
    const place = /^ +at (file:.*):(\d+):\d+$/m.exec(text);
    return place === null ? [] : [{ file: place[1] ?? "", line: Number(place[2]), text }];
  });

const folder = (name: string): ReadonlyArray<URL> =>
  [...Deno.readDirSync(new URL(name, import.meta.url))]
    .map((entry) => new URL(`${name}${entry.name}`, import.meta.url))
    .sort((one, other) => one.href < other.href ? -1 : 1);

Deno.test("the compiler accepts the lesson's program, and knows the types of the API", async () => {
  const files = ["lesson.ts", "api.ts"].map((name) => new URL(name, import.meta.url));
  assertEquals(await complaintsOf(files), []);
});

Deno.test("what the compiler refuses, it refuses in words that say what to mend", async (test) => {
  const files = folder("refused/");
  assert(files.length > 0);
  const complaints = await complaintsOf(files);
  for (const file of files) {
    await test.step(file.pathname.slice(file.pathname.lastIndexOf("/") + 1), () => {
      const found = complaints.filter((one) => one.file === file.href);
      const expected = Deno.readTextFileSync(file).split("\n").flatMap((text, index) => {
        const words = /^ *\/\/ Refused: (.*)$/.exec(text)?.[1];
        return words === undefined ? [] : [{ line: index + 2, words }];
      });
      for (const { line, words } of expected) {
        const said = found.filter((one) => one.line === line).map((one) => one.text).join("\n");
        assert(said.includes(words), `line ${line} should be refused with\n${words}\nbut: ${said}`);
      }
      assertEquals(found.map((one) => one.line), expected.map((one) => one.line));
    });
  }
});
