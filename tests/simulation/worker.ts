/**
 * Plays a part of the seeds in a thread of its own, and tells of those that fail.
 *
 * @module
 */
import { problemsOfSeed } from "./failure.ts";

/** Which seeds: `from`, and every `step`-th behind it. */
export interface Part {
  readonly from: number;
  readonly to: number;
  readonly step: number;
}

/** What a thread tells: a seed that fails, that one more was played, or that it is through. */
export type Told =
  | { readonly is: "failure"; readonly seed: number; readonly problems: ReadonlyArray<string> }
  | { readonly is: "played" }
  | { readonly is: "done" };

/** Plays a part of the seeds. */
export const playPart = async ({ from, to, step }: Part, tell: (told: Told) => void): Promise<void> => {
  for (let seed = from; seed < to; seed += step) {
    const problems = await problemsOfSeed(seed);
    if (problems.length > 0) tell({ is: "failure", seed, problems });
    tell({ is: "played" });
  }
  tell({ is: "done" });
};

/** A thread of this very file, from inside. */
interface Inside {
  onmessage: ((event: { readonly data: Part }) => void) | null;
  postMessage(told: Told): void;
}

const inside: Partial<Inside> = globalThis as never;
if ("postMessage" in globalThis) {
  inside.onmessage = ({ data }) => void playPart(data, (told) => inside.postMessage?.(told));
}
