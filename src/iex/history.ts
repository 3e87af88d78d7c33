/**
 * The lines that were typed at a terminal, kept from one session to the next in `~/.spawnlink_history`: where
 * Deno's permissions allow it, for which nobody is asked.
 *
 * @module
 */
import { isGranted } from "../cli/permission.ts";

/** How many lines are kept. */
const kept = 1000;

/** The lines of earlier sessions. */
export interface History {
  /** Oldest first. */
  readonly lines: ReadonlyArray<string>;
  /** Adds a line. */
  add(line: string): void;
}

/** Where nothing is kept. */
const forgetful: History = { lines: [], add: () => {} };

/** The user's history. */
export const openHistory = (): History => {
  const home = variable("HOME") ?? variable("USERPROFILE");
  if (home === undefined) return forgetful;
  const path = `${home}/.spawnlink_history`;
  return isGranted({ name: "read", path }) && isGranted({ name: "write", path })
    ? historyIn(path)
    : forgetful;
};

const variable = (name: string): string | undefined =>
  isGranted({ name: "env", variable: name }) ? Deno.env.get(name) || undefined : undefined;

/**
 * The history in a file. Where the file cannot be read or written, lines are forgotten: that is no reason to
 * disturb who types.
 *
 * @param path The file; it is made with the first line, readable by its owner alone.
 */
export const historyIn = (path: string): History => {
  const all = readLines(path);
  const lines = all.slice(-kept);
  // What has grown beyond twice its length is cut.
  if (all.length > 2 * kept) write(path, lines.map((line) => `${line}\n`).join(""), false);
  let last = lines.at(-1);
  return {
    lines,
    add: (line) => {
      if (line.trim() === "" || line === last) return;
      last = line;
      write(path, `${line}\n`, true);
    },
  };
};

const readLines = (path: string): ReadonlyArray<string> => {
  try {
    return Deno.readTextFileSync(path).split("\n").filter((line) => line !== "");
  } catch {
    return [];
  }
};

const write = (path: string, text: string, append: boolean): void => {
  try {
    Deno.writeTextFileSync(path, text, { append, mode: 0o600 });
  } catch {
    // A disk that is full, or a home that is read-only.
  }
};
