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

/** Type-checks files together, also those that deno.json excludes: through a program that imports them. */
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

/** The comments `// Refused: words` of a file, with the lines that they are about. */
const refusalsOf = (file: URL): ReadonlyArray<{ readonly line: number; readonly words: string }> =>
  Deno.readTextFileSync(file).split("\n").flatMap((text, index) => {
    const words = /^ *\/\/ Refused: (.*)$/.exec(text)?.[1];
    return words === undefined ? [] : [{ line: index + 2, words }];
  });

Deno.test("the compiler accepts what it should, and refuses the rest in words that say what to mend", async (test) => {
  const refused = [...Deno.readDirSync(new URL("refused/", import.meta.url))].map((entry) => entry.name);
  const names = ["lesson.ts", "api.ts", "servers.ts", ...refused.map((name) => `refused/${name}`)];
  const files = names.map((name) => ({ name, url: new URL(name, import.meta.url) }));
  const complaints = await complaintsOf(files.map(({ url }) => url));
  for (const { name, url } of files) {
    await test.step(name, () => {
      const found = complaints.filter((one) => one.file === url.href);
      const expected = refusalsOf(url);
      assertEquals(expected.length > 0, name.startsWith("refused/"));
      for (const { line, words } of expected) {
        const said = found.filter((one) => one.line === line).map((one) => one.text).join("\n");
        assert(said.includes(words), `line ${line} should be refused with\n${words}\nbut: ${said}`);
      }
      const others = found.filter((one) => !expected.some(({ line }) => line === one.line));
      assertEquals(others.map((one) => `${one.line}: ${one.text}`), []);
    });
  }
});
