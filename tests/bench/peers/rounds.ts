/**
 * What every peer on Deno is: says that it is ready, does rounds on command, and ends with its input.
 *
 * @module
 */
import type { Figure } from "../crew.ts";
import { linesOf } from "../lines.ts";

/** Answers the commands of standard input, one figure a line, until that ends. */
export const serveRounds = async (
  commands: Readonly<Record<string, (size: number) => Promise<Figure>>>,
  ready: Figure = {},
): Promise<never> => {
  console.log(JSON.stringify(ready));
  let last: Promise<void> = Promise.resolve();
  const answer = async (line: string): Promise<void> => {
    const [name = "", size] = line.split(" ");
    const command = commands[name];
    if (command === undefined) throw new Error(`no command ${name}`);
    console.log(JSON.stringify(await command(Number(size))));
  };
  // Read on during a round, so that this process never outlives the bench.
  for await (const line of linesOf(Deno.stdin.readable)) {
    last = last.then(() => answer(line));
    last.catch((error) => {
      console.error(error);
      Deno.exit(1);
    });
  }
  Deno.exit(0);
};

/** Times something that happens so many times. */
export const rateOf = async (count: number, work: () => Promise<unknown>): Promise<Figure> => {
  const start = performance.now();
  await work();
  return { rate: count * 1000 / (performance.now() - start) };
};
