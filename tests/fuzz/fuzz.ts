/**
 * One attack after the other on one target, by a seed: the same seed gives the same bytes.
 *
 * @module
 */
import { seeded } from "../simulation/chance.ts";
import { mutate } from "./mutate.ts";
import type { Target } from "./targets.ts";

/** Bytes that broke something. */
export interface Finding {
  readonly target: string;
  readonly seed: number;
  readonly bytes: Uint8Array;
  readonly problem: string;
}

/** An attack that takes longer, in milliseconds, hangs. */
const patience = 2_000;

/** How long an attack takes, in milliseconds. */
const timeOf = (target: Target, bytes: Uint8Array, seed: number): number => {
  const start = performance.now();
  target.attack(bytes.slice(), seeded(seed ^ 0x5bd1e995));
  return performance.now() - start;
};

/** Attacks a target with those bytes; what broke, if something did. */
export const attack = (target: Target, bytes: Uint8Array, seed: number): Finding | undefined => {
  const found = (problem: string): Finding => ({ target: target.name, seed, bytes, problem });
  try {
    if (timeOf(target, bytes, seed) < patience) return undefined;
    // A machine that is busy with other things is slow once.
    const took = Math.min(timeOf(target, bytes, seed), timeOf(target, bytes, seed));
    return took < patience ? undefined : found(`it took ${Math.round(took)} ms`);
  } catch (error) {
    return found(error instanceof Error ? error.stack ?? error.message : String(error));
  }
};

/** The bytes of a seed. */
export const bytesOf = (target: Target, seed: number): Uint8Array => mutate(target.corpus, seeded(seed));
