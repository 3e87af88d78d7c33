/**
 * What `deno task simulate` is told, from its arguments.
 *
 * @module
 */

/** What to do. */
export type Options =
  | { readonly mode: "many"; readonly from: number; readonly seeds: number; readonly workers: number }
  | { readonly mode: "one"; readonly seed: number };

const usage = "deno task simulate -- --seeds 1000 [--from 1] [--workers 2], or --seed 17";
const known = ["--seeds", "--from", "--workers", "--seed"] as const;

/** Reads the arguments; one line about what is wrong with them. */
export const readOptions = (
  args: ReadonlyArray<string>,
  cores: number,
): Options | { readonly problem: string } => {
  const given = new Map<string, number>();
  const problem = (what: string): { readonly problem: string } => ({ problem: `${what}: ${usage}` });
  const rest = args.filter((argument, index) => index > 0 || argument !== "--")
    .flatMap((argument) => argument.startsWith("--") ? argument.split(/=(.*)/s, 2) : [argument]);
  for (let index = 0; index < rest.length; index += 2) {
    const [name = "", text] = rest.slice(index, index + 2);
    if (!known.some((one) => one === name)) return problem(`${name} is no option`);
    const least = name === "--seeds" || name === "--workers" ? 1 : 0;
    if (text === undefined || !/^\d{1,9}$/.test(text) || Number(text) < least) {
      return problem(
        `${name} is a whole number of ${least} or more${text === undefined ? "" : `, not ${text}`}`,
      );
    }
    if (given.has(name)) return problem(`${name} stands twice`);
    given.set(name, Number(text));
  }
  const seed = given.get("--seed");
  if (seed !== undefined) {
    return given.size === 1 ? { mode: "one", seed } : problem("--seed plays one seed, and stands alone");
  }
  const seeds = given.get("--seeds");
  if (seeds === undefined) return problem("there is nothing to do");
  return { mode: "many", from: given.get("--from") ?? 1, seeds, workers: given.get("--workers") ?? cores };
};
