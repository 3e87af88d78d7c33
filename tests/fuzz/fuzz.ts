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

/** Attacks a target with those bytes; what broke, if something did. */
export const attack = (target: Target, bytes: Uint8Array, seed: number): Finding | undefined => {
  const start = performance.now();
  const found = (problem: string): Finding => ({ target: target.name, seed, bytes, problem });
  try {
    target.attack(bytes.slice(), seeded(seed ^ 0x5bd1e995));
  } catch (error) {
    return found(error instanceof Error ? error.stack ?? error.message : String(error));
  }
  const took = performance.now() - start;
  return took > patience ? found(`it took ${Math.round(took)} ms`) : undefined;
};

/** The bytes of a seed. */
export const bytesOf = (target: Target, seed: number): Uint8Array => mutate(target.corpus, seeded(seed));
