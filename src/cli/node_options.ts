/**
 * What a command line comes to as a node's options: the cookie found, the files of TLS read, each where Deno's
 * permission is given already; nothing here prompts.
 *
 * @module
 */
import type { Redacted } from "../deps/effect.ts";
import type { StartOptions, TlsOptions } from "../node/node.ts";
import { findCookie } from "./cookie.ts";
import type { BadFlags, Flags, TlsFiles } from "./flags.ts";
import { isGranted, missingNetwork } from "./permission.ts";

/** A node's options. */
export type NodeOptions = StartOptions<readonly []> & { readonly cookie: Redacted.Redacted<string> };

/**
 * The options of a node of that name.
 *
 * @param name The node's name.
 * @param flags The command line.
 * @returns Them, or in one line what to do.
 */
export const nodeOptions = (name: string, flags: Flags): NodeOptions | BadFlags => {
  const { listen, hidden, connect, addresses } = flags;
  const missing = missingNetwork(name, listen);
  if (missing !== undefined) return missing;
  const cookie = findCookie(flags);
  if ("problem" in cookie) return cookie;
  const tls = flags.tls === undefined ? undefined : readTls(flags.tls);
  if (tls !== undefined && "problem" in tls) return tls;
  return {
    cookie,
    hidden,
    connect,
    addresses,
    ...listen === undefined ? {} : { listen },
    ...tls === undefined ? {} : { tls },
  };
};

const readTls = ({ cert, key, ca }: TlsFiles): TlsOptions | BadFlags => {
  const texts: Array<string> = [];
  for (const path of ca === undefined ? [cert, key] : [cert, key, ca]) {
    if (!isGranted({ name: "read", path })) return { problem: `reading ${path} needs --allow-read=${path}` };
    try {
      texts.push(Deno.readTextFileSync(path));
    } catch (error) {
      const why = error instanceof Error ? error.message : String(error);
      return { problem: `the file ${path} cannot be read: ${why}` };
    }
  }
  const [certificate = "", privateKey = "", authority] = texts;
  return { cert: certificate, key: privateKey, ...authority === undefined ? {} : { ca: authority } };
};
