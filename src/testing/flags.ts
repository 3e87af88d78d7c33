/**
 * What stands behind `deno test -A --`: which tests run, and as which node.
 *
 * @module
 */
import { type BadFlags, type Flags, parseFlags } from "../cli/flags.ts";
import { tagProblem, type WrittenFilters } from "./tags.ts";

/** A test run's command line. */
export interface TestFlags {
  /** The tags of `--exclude`, `--include` and `--only`. */
  readonly filters: WrittenFilters;
  /** The node's flags. */
  readonly node: Flags;
}

/** The flags that say which tests run. */
const filterFlags = ["exclude", "include", "only"] as const;
/** Flags of a node's program that mean nothing to tests. */
const meaningless = ["--help", "--version", "--no-halt", "-S"];

/** What tests take, in words. */
export const usage = "--include TAG, --exclude TAG, --only TAG, and a node's --sname, --name, --cookie, " +
  "--cookie-file, --listen, --connect, --address, --tls-cert, --tls-key, --tls-ca, --hidden, --env";

/**
 * Reads a test run's command line.
 *
 * @param args What stands behind `--`.
 * @param hostName This host's name, for `--sname sophie`; asked for only then.
 * @returns The flags, or in one line what cannot be.
 */
export const parseTestFlags = (
  args: ReadonlyArray<string>,
  hostName: () => string | BadFlags,
): TestFlags | BadFlags => {
  const filters = { exclude: new Array<string>(), include: new Array<string>(), only: new Array<string>() };
  const rest: Array<string> = [];
  for (let index = 0; index < args.length; index++) {
    const argument = args[index] ?? "";
    const flag = filterFlags.find((name) => argument === `--${name}` || argument.startsWith(`--${name}=`));
    if (flag === undefined) {
      rest.push(argument);
      continue;
    }
    const attached = argument.includes("=");
    const tag = attached ? argument.slice(argument.indexOf("=") + 1) : args[++index];
    if (tag === undefined || tag === "" || (!attached && tag.startsWith("--"))) {
      return {
        problem: `--${flag} needs a tag: --${flag} distributed, or with a value --${flag} os:windows`,
      };
    }
    const problem = tagProblem(tag);
    if (problem !== undefined) return { problem: `--${flag}: ${problem}` };
    filters[flag].push(tag);
  }
  const node = parseFlags(rest, hostName);
  const stray = rest.find((one) => meaningless.includes(one));
  if (stray !== undefined) return { problem: `unknown argument ${stray}: tests take ${usage}` };
  if ("problem" in node) {
    return { problem: node.problem.replace("--help lists what there is", `tests take ${usage}`) };
  }
  return { filters, node };
};
