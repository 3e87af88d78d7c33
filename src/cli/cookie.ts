/**
 * Where a node's cookie comes from: the command line, the environment, or Erlang's cookie file. Each is looked
 * at only where Deno's permission is given already; nothing here prompts.
 *
 * @module
 */
import { Redacted } from "../deps/effect.ts";
import type { BadFlags, Flags } from "./flags.ts";
import { isGranted } from "./permission.ts";

const cookieCharacters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ";
const cookieLength = 20;
/** Another node may be writing the file in this moment: so often, and after so many milliseconds, it is read. */
const [readings, pause] = [5, 20];

type Found = Redacted.Redacted<string> | BadFlags;

/**
 * Finds the cookie: of `--cookie`, `--cookie-file`, `SPAWNLINK_COOKIE` and `~/.erlang.cookie` the first that
 * is there. Where none is, the last is made.
 *
 * @param flags What the command line says.
 * @returns The cookie, or in one line what to do.
 */
export const findCookie = (flags: Pick<Flags, "cookie" | "cookieFile">): Found => {
  if (flags.cookie !== undefined) return Redacted.make(flags.cookie);
  if (flags.cookieFile !== undefined) return readCookie(flags.cookieFile);
  const cookie = environment("SPAWNLINK_COOKIE");
  if (cookie !== undefined) return Redacted.make(cookie);
  const home = environment("HOME") ?? environment("USERPROFILE");
  if (home === undefined) return noCookie("--allow-env=HOME --allow-read --allow-write");
  const path = `${home}/.erlang.cookie`;
  if (!isGranted({ name: "read", path })) return noCookie(`--allow-read=${path}`);
  return exists(path) ? readCookie(path) : makeCookie(path);
};

/** A variable, where it may be read and holds something. */
const environment = (variable: string): string | undefined =>
  isGranted({ name: "env", variable }) ? Deno.env.get(variable) || undefined : undefined;

const noCookie = (flags: string): BadFlags => ({
  problem: `there is no cookie: give --cookie TEXT or --cookie-file PATH, set SPAWNLINK_COOKIE with ` +
    `--allow-env=SPAWNLINK_COOKIE, or allow ~/.erlang.cookie with ${flags}`,
});

const exists = (path: string): boolean => {
  try {
    Deno.statSync(path);
    return true;
  } catch {
    return false;
  }
};

const readCookie = (path: string): Found => {
  if (!isGranted({ name: "read", path })) return { problem: `reading ${path} needs --allow-read=${path}` };
  for (let reading = 0; reading < readings; reading++) {
    try {
      const text = Deno.readTextFileSync(path).trim();
      if (text !== "") return Redacted.make(text);
    } catch (error) {
      return { problem: `the cookie file ${path} cannot be read: ${messageOf(error)}` };
    }
    sleep(pause);
  }
  return { problem: `the cookie file ${path} is empty: write the secret into it` };
};

/** Erlang makes the file with 20 random letters, readable by its owner alone. */
const makeCookie = (path: string): Found => {
  if (!isGranted({ name: "write", path })) return noCookie(`--allow-write=${path}`);
  const random = crypto.getRandomValues(new Uint32Array(cookieLength));
  const text = Array.from(random, (number) => cookieCharacters[number % cookieCharacters.length]).join("");
  try {
    Deno.writeTextFileSync(path, text, { mode: 0o400, createNew: true });
    return Redacted.make(text);
  } catch (error) {
    // Another node has made it in the same moment.
    if (error instanceof Deno.errors.AlreadyExists) return readCookie(path);
    return { problem: `the cookie file ${path} cannot be made: ${messageOf(error)}` };
  }
};

const messageOf = (error: unknown): string => error instanceof Error ? error.message : String(error);

const sleep = (milliseconds: number): void =>
  void Atomics.wait(new Int32Array(new SharedArrayBuffer(4)), 0, 0, milliseconds);
