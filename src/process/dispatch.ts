/**
 * Where a message goes: to a mailbox of this kernel, or out to another node.
 *
 * @module
 */
import { Unsendable } from "../term/errors.ts";
import { Pid, Reference } from "../term/identifier.ts";
import { isNameOnNode, wrongArgument } from "./arguments.ts";
import type { Entry } from "./entry.ts";
import type { Kernel } from "./kernel.ts";
import { Op } from "./signal.ts";

/** Whom a message can be sent to: a pid, a name of this node, a name on a node, an alias. */
export type Destination = Pid | Reference | string | readonly [name: string, node: string];

/** The node of a destination, or `undefined` for this one. */
export const nodeOf = (kernel: Kernel, to: Destination): string | undefined => {
  if (typeof to === "string") return undefined;
  if (to instanceof Pid || to instanceof Reference) return to.home === kernel.life ? undefined : to.node;
  if (!isNameOnNode(to)) return undefined;
  return to[1] === kernel.life.name ? undefined : to[1];
};

/**
 * Sends now. Throws `Unsendable` when the message cannot travel.
 *
 * @param sender Whose message it is: the process that runs, where none is given.
 * @returns Whether the destination can be: a bare name that nobody has cannot.
 */
export const dispatch = (kernel: Kernel, to: Destination, message: unknown, sender?: Entry): boolean => {
  if (to instanceof Pid) {
    if (to.home === kernel.life) kernel.table.get(to.number)?.push(message);
    else kernel.outbound.send(to.node, to.home, [Op.send, to.number, message], sender);
    return true;
  }
  if (typeof to === "string") {
    const entry = kernel.names.get(to);
    entry?.push(message);
    return entry !== undefined;
  }
  if (to instanceof Reference) {
    if (to.home === kernel.life) kernel.aliases.get(to.number)?.push(message);
    else kernel.outbound.send(to.node, to.home, [Op.sendAlias, to.number, message], sender);
    return true;
  }
  if (!isNameOnNode(to)) {
    throw wrongArgument("Process.send", to, 'a pid, a name, ["name", "name@host"] or an alias');
  }
  const [name, node] = to;
  if (node === kernel.life.name) kernel.names.get(name)?.push(message);
  else kernel.outbound.send(node, undefined, [Op.sendName, name, message], sender);
  return true;
};

/** What a program gave, within the message that travels: where it lies there, and what the program knows it as. */
export interface Within {
  /** Where: `[2]`. */
  readonly at: string;
  /** As what: `request`. */
  readonly as: string;
}

/** The same failure, said of that operation, and of what the program gave. Throws what is another failure. */
export const unsendableIn = (operation: string, error: unknown, within?: Within): Unsendable => {
  if (!(error instanceof Unsendable)) throw error;
  const { path, found } = error;
  return new Unsendable({ operation, path: within === undefined ? path : pathIn(path, within), found });
};

/** What is wrong with the message as a whole, as its length, is said of the whole of what was given. */
const pathIn = (path: string, { at, as }: Within): string => {
  const head = `message${at}`;
  if (path.startsWith(head)) return `${as}${path.slice(head.length)}`;
  return path === "message" ? as : path;
};
