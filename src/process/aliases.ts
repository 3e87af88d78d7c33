/**
 * Aliases: references that messages can be sent to instead of a pid, until they are taken back (erlang:alias/1).
 *
 * @module
 */
import type { Reference } from "../term/identifier.ts";
import type { Entry } from "./entry.ts";
import type { Kernel } from "./kernel.ts";
import { demonitor } from "./monitors.ts";

/** Whom an alias stands for. */
export interface Addressee {
  /** Takes what is sent to the alias. */
  push(message: unknown): void;
}

/** When an alias ends by itself: never, with the first message, or with a monitor of the same reference. */
export type AliasEnd = "explicit_unalias" | "reply" | "demonitor" | "reply_demonitor";

/** Makes a reference an alias of that process. */
export const makeAlias = (kernel: Kernel, entry: Entry, reference: Reference, end: AliasEnd): void => {
  const { number } = reference;
  const endsWithReply = end === "reply" || end === "reply_demonitor";
  (entry.aliases ??= new Set()).add(number);
  kernel.aliases.set(number, {
    push: (message) => {
      if (endsWithReply) {
        endAlias(kernel, entry, number);
        if (end === "reply_demonitor") demonitor(kernel, reference);
      }
      entry.push(message);
    },
  });
};

/** Takes an alias of that process back; whether it was one. */
export const unalias = (kernel: Kernel, entry: Entry, reference: Reference): boolean =>
  reference.home === kernel.life && (entry.aliases?.has(reference.number) ?? false) &&
  endAlias(kernel, entry, reference.number);

/** Ends an alias: what is sent to it from now on reaches nobody. */
export const endAlias = (kernel: Kernel, entry: Entry, number: number): boolean => {
  entry.aliases?.delete(number);
  return kernel.aliases.delete(number);
};

/** A process has ended: its aliases are gone. */
export const breakAliases = (kernel: Kernel, entry: Entry): void => {
  const { aliases } = entry;
  entry.aliases = undefined;
  if (aliases !== undefined) { for (const number of aliases) kernel.aliases.delete(number); }
};
