/**
 * Certificates made on the spot: an authority, and what it signs (X.509, RFC 5280, in DER), for P-256 keys.
 *
 * @module
 */

const bytesOf = (...parts: ReadonlyArray<ArrayLike<number>>): Uint8Array<ArrayBuffer> =>
  Uint8Array.from(parts.flatMap((part) => Array.from(part)));

/** A value with its tag and its length. */
const tagged = (tag: number, ...parts: ReadonlyArray<ArrayLike<number>>): Uint8Array<ArrayBuffer> => {
  const body = bytesOf(...parts);
  const { length } = body;
  const size = length < 128 ? [length] : length < 256 ? [0x81, length] : [0x82, length >> 8, length & 255];
  return bytesOf([tag, ...size], body);
};

const sequence = (...parts: ReadonlyArray<ArrayLike<number>>): Uint8Array<ArrayBuffer> =>
  tagged(0x30, ...parts);
const set = (...parts: ReadonlyArray<ArrayLike<number>>): Uint8Array<ArrayBuffer> => tagged(0x31, ...parts);
const octets = (body: ArrayLike<number>): Uint8Array<ArrayBuffer> => tagged(0x04, body);
const bits = (body: ArrayLike<number>): Uint8Array<ArrayBuffer> => tagged(0x03, [0], body);
const identifier = (...body: ReadonlyArray<number>): Uint8Array<ArrayBuffer> => tagged(0x06, body);
const text = (value: string): Uint8Array => new TextEncoder().encode(value);

/** An integer above zero. */
const integer = (body: Uint8Array): Uint8Array<ArrayBuffer> => {
  const first = body.findIndex((byte) => byte !== 0);
  const digits = first < 0 ? Uint8Array.of(0) : body.subarray(first);
  return tagged(0x02, (digits[0] ?? 0) >= 128 ? [0] : [], digits);
};

const moment = (date: Date): Uint8Array<ArrayBuffer> =>
  tagged(0x17, text(date.toISOString().replaceAll(/[-:T]|\.\d+/g, "").slice(2)));

const ecdsaWithSha256 = sequence(identifier(0x2a, 0x86, 0x48, 0xce, 0x3d, 0x04, 0x03, 0x02));
const commonName = (name: string): Uint8Array<ArrayBuffer> =>
  sequence(set(sequence(identifier(0x55, 0x04, 0x03), tagged(0x0c, text(name)))));

const extension = (last: number, isCritical: boolean, value: Uint8Array): Uint8Array<ArrayBuffer> =>
  sequence(identifier(0x55, 0x1d, last), isCritical ? [0x01, 0x01, 0xff] : [], octets(value));
const isAuthority = extension(0x13, true, sequence([0x01, 0x01, 0xff]));
const hasNames = (names: ReadonlyArray<string>): Uint8Array<ArrayBuffer> =>
  extension(0x11, false, sequence(...names.map((name) => tagged(0x82, text(name)))));

const pem = (label: string, body: Uint8Array): string =>
  `-----BEGIN ${label}-----\n${btoa(String.fromCharCode(...body))}\n-----END ${label}-----\n`;

const makeKeys = (): Promise<CryptoKeyPair> =>
  crypto.subtle.generateKey({ name: "ECDSA", namedCurve: "P-256" }, true, ["sign", "verify"]);

const sign = async (keys: CryptoKeyPair, body: Uint8Array<ArrayBuffer>): Promise<Uint8Array> => {
  const algorithm = { name: "ECDSA", hash: "SHA-256" };
  const raw = new Uint8Array(await crypto.subtle.sign(algorithm, keys.privateKey, body));
  return sequence(integer(raw.subarray(0, 32)), integer(raw.subarray(32)));
};

const day = 24 * 3_600_000;

/** What is certified. */
interface Claim {
  readonly subject: string;
  readonly issuer: string;
  readonly extension: Uint8Array;
  /** The last moment at which it counts; a day from now by default. */
  readonly until?: Date;
}

const certify = async (claim: Claim, subject: CryptoKeyPair, issuer: CryptoKeyPair): Promise<string> => {
  const until = claim.until ?? new Date(Date.now() + day);
  const publicKey = new Uint8Array(await crypto.subtle.exportKey("spki", subject.publicKey));
  const body = sequence(
    tagged(0xa0, integer(Uint8Array.of(2))),
    integer(crypto.getRandomValues(new Uint8Array(8)).fill(1, 0, 1)),
    ecdsaWithSha256,
    commonName(claim.issuer),
    sequence(moment(new Date(until.getTime() - 2 * day)), moment(until)),
    commonName(claim.subject),
    publicKey,
    tagged(0xa3, sequence(claim.extension)),
  );
  return pem("CERTIFICATE", sequence(body, ecdsaWithSha256, bits(await sign(issuer, body))));
};

/** A certificate and its key, in PEM. */
export interface Certified {
  readonly cert: string;
  readonly key: string;
}

/** An authority. */
export interface Authority {
  /** Its own certificate, in PEM. */
  readonly ca: string;
  /** Certifies a node of that host; until that moment, or for a day. */
  issue(host: string, until?: Date): Promise<Certified>;
}

/** Makes an authority. */
export const makeAuthority = async (name: string): Promise<Authority> => {
  const keys = await makeKeys();
  const ca = await certify({ subject: name, issuer: name, extension: isAuthority }, keys, keys);
  return {
    ca,
    issue: async (host, until) => {
      const own = await makeKeys();
      const claim = { subject: host, issuer: name, extension: hasNames([host]) };
      const cert = await certify(until === undefined ? claim : { ...claim, until }, own, keys);
      const key = new Uint8Array(await crypto.subtle.exportKey("pkcs8", own.privateKey));
      return { cert, key: pem("PRIVATE KEY", key) };
    },
  };
};
