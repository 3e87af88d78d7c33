/**
 * The README's lesson is played: its terminals are opened by its commands, what stands behind its prompts is
 * typed, and what these show is compared. Ignored where there is no tmux.
 *
 * @module
 */
import { assertEquals } from "@std/assert";
import { freePort } from "../cli/support.ts";
import { hasTmux, type Screen, Tmux } from "../iex/tmux.ts";

const root = new URL("../../", import.meta.url);
const readme = await Deno.readTextFile(new URL("README.md", root));
const { default: config } = await import("../../deno.json", { with: { type: "json" } });

/** The blocks of a chapter of the lesson. */
const blocksOf = (heading: string): ReadonlyArray<string> => {
  const chapter = readme.split(`\n### ${heading}\n`)[1]?.split(/\n##+ /)[0] ?? "";
  return [...chapter.matchAll(/^```(?:sh|text)\n([\s\S]*?)^```$/gm)].map(([, text = ""]) => text.trimEnd());
};

const prompt = /^(?:iex|\.\.\.)\((\w+)@localhost\)\d+>/;

/** The numbers of pids are this run's own; what comes from elsewhere may stand before or behind an answer. */
const comparable = (lines: ReadonlyArray<string>): string => {
  const plain = lines.map((line) => line.replaceAll(/#PID<\d+\.\d+\.0>/g, "#PID<…>"));
  const groups: Array<Array<string>> = [[]];
  for (const line of plain) {
    if (prompt.test(line)) groups.push([line]);
    else groups.at(-1)?.push(line);
  }
  return groups.map(([first = "", ...rest]) => [first, ...rest.sort()].join("\n")).join("\n");
};

/** Opens a terminal by a command of the README. */
const open = (tmux: Tmux, command: string): Promise<Screen> => {
  const [, name = ""] = /--sname (\w+)@localhost/.exec(command) ?? [];
  const task = command.replace(/^deno task iex/, config.tasks.iex);
  const args = task.split(" ").slice(1).map((part) => part.endsWith(".ts") ? new URL(part, root).href : part);
  return tmux.open(name, args);
};

/** What one terminal has shown so far, as the README has it, but for its last prompt. */
interface Terminal {
  readonly screen: Screen;
  readonly shown: Array<string>;
}

const play = async (tmux: Tmux, blocks: ReadonlyArray<string>): Promise<void> => {
  const terminals = new Map<string, Terminal>();
  for (const block of blocks) {
    const [, opened] = /^deno .*--sname (\w+)@localhost/.exec(block) ?? [];
    if (opened !== undefined) {
      const screen = await open(tmux, block);
      await screen.endsWith(`iex(${opened}@localhost)1>`);
      terminals.set(opened, { screen, shown: [] });
      continue;
    }
    const lines = block.split("\n");
    const [, name = ""] = prompt.exec(lines.find((line) => prompt.test(line)) ?? "") ?? [];
    const terminal = terminals.get(name);
    if (terminal === undefined) continue;
    const { screen, shown } = terminal;
    if (block.includes("** noconnection")) await terminals.get("moebi")?.screen.kill();
    for (const line of lines) {
      const typed = prompt.test(line) ? line.replace(prompt, "").slice(1) : "";
      if (typed === "") continue;
      await screen.endsWith(prompt.exec(line)?.[0] ?? "");
      await screen.enter(typed);
    }
    await screen.endsWith(lines.at(-1) ?? "");
    shown.push(...lines.slice(0, -1));
    const seen = await screen.lines();
    assertEquals(comparable(seen.slice(0, -1)), comparable(shown));
  }
};

const ignore = !hasTmux();

for (const chapters of [["Two nodes", "A message and its reply"], ["The chat"]]) {
  Deno.test({
    name: `the README's lesson is played: ${chapters.join(", ")}${
      ignore ? " (ignored: there is no tmux)" : ""
    }`,
    ignore,
    fn: async () => {
      await using tmux = new Tmux(freePort());
      await play(tmux, chapters.flatMap(blocksOf));
    },
  });
}
