/**
 * TLS over any transport, by `node:tls`: for clusters whose nodes prove themselves with certificates. The
 * handshake of the cookie goes on inside it.
 *
 * What this does *not* do: read files, renew certificates, or compare a client's certificate with the name
 * that it claims (whoever has a certificate of the authority is a member; the cookie is asked for too).
 *
 * @module
 */
import { Buffer } from "node:buffer";
import { Duplex } from "node:stream";
import type * as Tls from "node:tls";
import { type Address, type Connection, type Transport, TransportError } from "../process/seams.ts";

/** A node's certificate, and whom it trusts. All are texts in PEM. */
export interface TlsOptions {
  /** The node's certificate, with those of authorities in between behind it. */
  readonly cert: string;
  /** The certificate's private key. */
  readonly key: string;
  /** The authorities whose certificates are trusted; those of the system where none is given. */
  readonly ca?: string | ReadonlyArray<string>;
  /**
   * Whether the other end must prove itself: `peer` (by default) asks both ends for a certificate of an
   * authority, and the one that is connected to for its host's name; `none` asks for neither, and records are
   * sealed as without TLS.
   */
  readonly verify?: "peer" | "none";
}

/** How much may have come that nobody has read, in bytes. */
const highWater = 256 * 1024;

/**
 * Puts TLS over a transport.
 *
 * @param options The certificate, and whom it trusts.
 * @param below The transport that carries it.
 * @returns A transport whose connections are secured before a byte of them is read or written; what fails in
 *   that is a {@link TransportError} of the kind `tls` from `connect`, and from `read` of an accepted one.
 */
export const tlsTransport = (options: TlsOptions, below: Transport): Transport => ({
  connect: async (to, name = to.host, signal) => {
    const connection = new Secured(
      await below.connect(to, undefined, signal),
      (duplex) => secureClient(options, name, duplex),
    );
    await connection.isSecure;
    return connection;
  },
  listen: (at) => {
    const listener = below.listen(at);
    return {
      address: listener.address,
      // Not waited for: who is slow, or speaks no TLS, keeps nobody else out.
      accept: async () => new Secured(await listener.accept(), (duplex) => secureServer(options, duplex)),
      close: () => listener.close(),
    };
  },
});

/** Secures one end; rejected with why it cannot be. */
type Secure = (duplex: Duplex) => Promise<Tls.TLSSocket>;

/** Loaded when it is needed: it doubles the start of a node that does without. */
const load = (): Promise<typeof Tls> => import("node:tls");

const contextOf = ({ cert, key, ca }: TlsOptions): Tls.SecureContextOptions => ({
  cert,
  key,
  minVersion: "TLSv1.3",
  ...ca === undefined ? {} : { ca: typeof ca === "string" ? ca : [...ca] },
});

const secureClient = async (options: TlsOptions, name: string, duplex: Duplex): Promise<Tls.TLSSocket> => {
  const tls = await load();
  return await new Promise((resolve, reject) => {
    const isAsked = options.verify !== "none";
    const settings = { ...contextOf(options), socket: duplex, servername: name, rejectUnauthorized: isAsked };
    const socket = tls.connect(settings, () => resolve(socket));
    socket.on("error", reject);
    socket.on("close", () => reject(new Error(wentAway)));
  });
};

// By a server that listens nowhere: a bare TLSSocket would ask for a certificate and not look at it.
const secureServer = async (options: TlsOptions, duplex: Duplex): Promise<Tls.TLSSocket> => {
  const tls = await load();
  return await new Promise((resolve, reject) => {
    const isAsked = options.verify !== "none";
    const settings = { ...contextOf(options), requestCert: isAsked, rejectUnauthorized: isAsked };
    const server = tls.createServer(settings, resolve);
    server.on("tlsClientError", reject);
    duplex.on("close", () => reject(new Error(wentAway)));
    server.emit("connection", duplex);
  });
};

/** A connection inside TLS. */
class Secured implements Connection {
  readonly remote: Address;
  readonly local: Address;
  /** Resolved when both ends have proven what is asked of them; rejected with why they have not. */
  readonly isSecure: Promise<void>;
  readonly #below: Connection;
  #socket: Tls.TLSSocket | undefined;
  #failure: TransportError | undefined;
  #isOpen = true;
  #isEnded = false;
  #hasRead = false;
  readonly #chunks: Array<Uint8Array> = [];
  #bytes = 0;
  #wake: () => void = () => {};

  constructor(below: Connection, secure: Secure) {
    this.#below = below;
    this.remote = below.remote;
    this.local = below.local;
    this.isSecure = this.#start(secure);
    // Whoever reads is told as well.
    this.isSecure.catch(() => {});
  }

  async #start(secure: Secure): Promise<void> {
    try {
      const socket = await secure(duplexOf(this.#below));
      this.#socket = socket;
      if (!this.#isOpen) socket.destroy();
      socket.on("data", (chunk: Uint8Array) => this.#take(chunk));
      socket.on("end", () => this.#end());
      socket.on("error", (error: Error) => this.#fail(this.#hasRead ? closed() : notSecured(error)));
      socket.on("close", () => this.#end());
    } catch (error) {
      this.#fail(notSecured(error));
      this.close();
    }
    if (this.#failure !== undefined) throw this.#failure;
  }

  #take(chunk: Uint8Array): void {
    this.#hasRead = true;
    this.#chunks.push(chunk);
    this.#bytes += chunk.length;
    if (this.#bytes > highWater) this.#socket?.pause();
    this.#wake();
  }

  #end(): void {
    this.#isEnded = true;
    // One end that does not trust the other's certificate says so by going, once TLS stands.
    if (!this.#hasRead) this.#fail(notSecured(new Error(wentAway)));
    this.#wake();
  }

  #fail(failure: TransportError): void {
    this.#failure ??= failure;
    this.#wake();
  }

  async read(buffer: Uint8Array): Promise<number | null> {
    for (;;) {
      const [first] = this.#chunks;
      if (first !== undefined) return this.#give(first, buffer);
      if (this.#failure !== undefined) throw this.#failure;
      if (this.#isEnded) return null;
      await new Promise<void>((resolve) => this.#wake = resolve);
    }
  }

  #give(first: Uint8Array, buffer: Uint8Array): number {
    const count = Math.min(first.length, buffer.length);
    buffer.set(first.subarray(0, count));
    if (count === first.length) this.#chunks.shift();
    else this.#chunks[0] = first.subarray(count);
    this.#bytes -= count;
    if (this.#bytes <= highWater) this.#socket?.resume();
    return count;
  }

  async write(bytes: Uint8Array): Promise<void> {
    await this.isSecure;
    const socket = this.#socket;
    if (socket === undefined || !this.#isOpen) throw closed();
    await new Promise<void>((resolve, reject) => {
      const onClose = (): void => reject(this.#failure ?? closed());
      socket.once("close", onClose);
      // A copy: the caller's buffer is its own again once this has resolved, and TLS may hold it longer.
      socket.write(Buffer.from(bytes), (error) => {
        socket.off("close", onClose);
        if (error) onClose();
        else resolve();
      });
    });
  }

  close(): void {
    if (!this.#isOpen) return;
    this.#isOpen = false;
    this.#fail(closed());
    this.#socket?.destroy();
    this.#below.close();
  }
}

const closed = (): TransportError => new TransportError("closed", "the connection is closed");

/** What `node:tls` says of an end that went before it was secured. */
const wentAway = "the other end went at once: it may speak no TLS, or not trust this node's certificate";

/** What `node:tls` says, and what it means. */
const meanings: ReadonlyArray<readonly [said: RegExp, meaning: string]> = [
  [/InvalidContentType|wrong version number|corrupt message/i, "the other end speaks no TLS"],
  [/socket disconnected|hang up/i, wentAway],
  [
    /unable to (verify|get local issuer)|self.signed|UnknownIssuer/i,
    "the other end's certificate cannot be verified: it has expired, or no authority that is trusted signed it",
  ],
  [/sent no certificates|certificate required/i, "the other end has no certificate"],
];

const notSecured = (error: unknown): TransportError => {
  const said = error instanceof Error ? error.message : String(error);
  const [, meaning = said] = meanings.find(([pattern]) => pattern.test(said)) ?? [];
  return new TransportError("tls", `TLS: ${meaning}`);
};

/** A connection as what `node:tls` writes to and reads from. */
const duplexOf = (connection: Connection): Duplex => {
  const buffer = new Uint8Array(64 * 1024);
  return new Duplex({
    // A link's end is its end in both directions.
    allowHalfOpen: false,
    read() {
      connection.read(buffer).then(
        (count) => void this.push(count === null ? null : Buffer.from(buffer.subarray(0, count))),
        (error) => void this.destroy(error),
      );
    },
    write(chunk: Uint8Array, _encoding, done) {
      connection.write(chunk).then(() => done(), done);
    },
    destroy(error, done) {
      connection.close();
      done(error);
    },
  });
};
