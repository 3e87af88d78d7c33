/**
 * The history file: what is kept, what is not, and that nothing is disturbed where it cannot be.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { historyIn } from "../../src/iex/history.ts";

const withFolder = async (body: (folder: string) => void): Promise<void> => {
  const folder = await Deno.makeTempDir();
  try {
    body(folder);
  } finally {
    await Deno.remove(folder, { recursive: true });
  }
};

Deno.test("lines are kept, but for blank ones and for the same one again", () =>
  withFolder((folder) => {
    const path = `${folder}/history`;
    const first = historyIn(path);
    assertEquals(first.lines, []);
    for (const line of ["a", "a", "", "  ", "b", "a"]) first.add(line);
    const second = historyIn(path);
    assertEquals(second.lines, ["a", "b", "a"]);
    second.add("a");
    second.add("c");
    assertEquals(historyIn(path).lines, ["a", "b", "a", "c"]);
  }));

Deno.test("the last thousand lines are given, and a file of more than two is cut to them", () =>
  withFolder((folder) => {
    const path = `${folder}/history`;
    const write = (count: number): void =>
      Deno.writeTextFileSync(path, Array.from({ length: count }, (_, at) => `line ${at}\n`).join(""));
    for (const [count, left] of [[1000, 1000], [2000, 2000], [2001, 1000]] as const) {
      write(count);
      const { lines } = historyIn(path);
      assertEquals([lines.length, lines.at(-1)], [1000, `line ${count - 1}`]);
      assertEquals(Deno.readTextFileSync(path).split("\n").length - 1, left);
    }
  }));

Deno.test("where the file cannot be, lines are forgotten", () =>
  withFolder((folder) => {
    const history = historyIn(`${folder}/no/such/folder`);
    history.add("a");
    assertEquals(history.lines, []);
  }));
