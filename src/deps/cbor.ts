/**
 * cbor-x's encoder and decoder, without its native addon and without a look at the environment.
 *
 * @module
 */
// cbor-x asks for cbor-extract@^2.2.2, whose newest version names platform packages that do not exist; this
// import, of which nothing runs, pins a version that resolves, also where there is no lock file.
import _pinned from "npm:cbor-extract@2.2.2/package.json" with { type: "json" };
export { addExtension, Decoder, Encoder, Tag } from "npm:cbor-x@1.6.8/encode";
