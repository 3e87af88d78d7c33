/**
 * The ristretto255 group, for the handshake.
 *
 * @module
 */
export { ristretto255, ristretto255_hasher } from "npm:@noble/curves@2.4.0/ed25519.js";
