/**
 * Where a node's cookie comes from: the command line, the environment, or Erlang's cookie file. Each is looked
 * at only where Deno's permission is given already; nothing here prompts.
 *
 * @module
 */
import { Redacted } from "../deps/effect.ts";
import type { BadFlags, Flags } from "./flags.ts";

const isGranted = (permission: Deno.PermissionDescriptor): boolean =>
  Deno.permissions.querySync(permission).state === "granted";

const cookieCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";

/** Finds the cookie, or says in one line what to do. */
export const findCookie = (
  flags: Pick<Flags, "cookie" | "cookieFile">,
): Redacted.Redacted<string> | BadFlags => {
  if (flags.cookie !== undefined) return Redacted.make(flags.cookie);
  if (flags.cookieFile !== undefined) return readCookie(flags.cookieFile);
  if (isGranted({ name: "env", variable: "SPAWNLINK_COOKIE" })) {
    const cookie = Deno.env.get("SPAWNLINK_COOKIE");
    if (cookie !== undefined && cookie !== "") return Redacted.make(cookie);
  }
  const home = isGranted({ name: "env", variable: "HOME" }) ? Deno.env.get("HOME") : undefined;
  if (home === undefined) return noCookie("--allow-env=HOME and --allow-read");
  const path = `${home}/.erlang.cookie`;
  if (!isGranted({ name: "read", path })) return noCookie(`--allow-read=${path}`);
  return exists(path) ? readCookie(path) : makeCookie(path);
};

const noCookie = (permission: string): BadFlags => ({
  problem:
    `there is no cookie: give --cookie TEXT or --cookie-file PATH, set SPAWNLINK_COOKIE with --allow-env, ` +
    `or allow ~/.erlang.cookie with ${permission}`,
});

const exists = (path: string): boolean => {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
};

const readCookie = (path: string): Redacted.Redacted<string> | BadFlags => {
  try {
    const text = Deno.readTextFileSync(path).trim();
    return text === ""
      ? { problem: `the cookie file ${path} is empty: write the secret into it` }
      : Redacted.make(text);
  } catch (error) {
    if (error instanceof Deno.errors.NotCapable) {
      return { problem: `reading ${path} needs --allow-read=${path}` };
    }
    return {
      problem: `the cookie file ${path} cannot be read: ${error instanceof Error ? error.message : error}`,
    };
  }
};

/** Erlang makes the file with 20 random letters, readable by its owner alone. */
const makeCookie = (path: string): Redacted.Redacted<string> | BadFlags => {
  if (!isGranted({ name: "write", path })) return noCookie(`--allow-write=${path}`);
  const random = crypto.getRandomValues(new Uint32Array(20));
  const text = Array.from(random, (number) => cookieCharacters[number % cookieCharacters.length]).join("");
  try {
    Deno.writeTextFileSync(path, text, { mode: 0o400, createNew: true });
    return Redacted.make(text);
  } catch (error) {
    // Another node has made it in the same moment.
    return error instanceof Deno.errors.AlreadyExists ? readCookie(path) : {
      problem: `the cookie file ${path} cannot be made: ${error instanceof Error ? error.message : error}`,
    };
  }
};
