/**
 * The brake on guessing: from an address from which wrong proofs came, handshakes begin late, later with each,
 * and few at a time; so a cookie cannot be guessed as fast as connections are made. Pure decisions; who uses
 * them brings the time.
 *
 * @module
 */

/** So many wrong proofs are free: someone has mistyped. */
const freeStrikes = 3;
/** The first pause, in milliseconds; doubled by every further strike. */
const firstPause = 25;
/** The longest, in milliseconds. */
const longestPause = 1_000;
/** A strike is forgotten after so many milliseconds. */
const forgetting = 10_000;
/** More are not counted: so that a flood is forgotten in minutes. */
const mostStrikes = 30;

/** What is remembered of an address. */
export interface Brake {
  /** How many wrong proofs came, less those forgotten. */
  readonly strikes: number;
  /** When the last one came. */
  readonly at: number;
}

/** Nothing has come from it yet. */
export const released: Brake = { strikes: 0, at: 0 };

const strikesLeft = ({ strikes, at }: Brake, now: number): number =>
  Math.max(0, strikes - (now - at) / forgetting);

/** What is remembered after one more wrong proof at `now`, in milliseconds. */
export const strike = (brake: Brake, now: number): Brake => ({
  strikes: Math.min(mostStrikes, strikesLeft(brake, now) + 1),
  at: now,
});

/** How many milliseconds the next handshake has to wait. */
export const pauseOf = (brake: Brake, now: number): number => {
  const over = Math.floor(strikesLeft(brake, now) - freeStrikes);
  return over < 0 ? 0 : Math.min(longestPause, firstPause * 2 ** over);
};
