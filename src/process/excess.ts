/**
 * What a peer asks for beyond all measure: its link closes over it, since nobody who means well comes near.
 *
 * @module
 */

/** More than a peer may ask for. Thrown while its signal is delivered, and caught by its link. */
export class Excess extends Error {
  /** @param found What there is too much of. */
  constructor(found: string) {
    super(found);
    this.name = "Excess";
  }
}
