/**
 * Pids and references, and the life of a node that they belong to. Each is one object a value in this OS
 * process, so `===` compares them (Erlang's external term format: NEW_PID_EXT, NEWER_REFERENCE_EXT).
 *
 * @module
 */
import { WeakTable } from "./weak_table.ts";

/** The name of a program that is no node yet. */
export const nonode = "nonode@nohost";

const lives = new WeakTable<string, NodeLife>();
let lastIndex = 0;

/** A pid's number is its id and, above these bits, its serial. */
const idRange = 2 ** 28;

/**
 * One life of a node: its name and its *creation*, the random number that tells it from an earlier node of
 * that name. Pids and references point here, so naming a running program renames all of its pids.
 */
export class NodeLife {
  /** The node's name. Changes only when this OS process becomes a node or stops being one. */
  name: string;
  /**
   * The name that other nodes know it by: it stays when this OS process gives it up, since what they have tied to it
   * stands under that name until they lose it.
   */
  knownAs: string;
  /** 32 random bits; 0 while the program is no node. */
  creation: number;
  /** The first number in `#PID<0.106.0>`: 0 for this program, else a number of this program's own. */
  readonly index: number;
  readonly #pids = new WeakTable<number, Pid>();
  readonly #references = new WeakTable<number, Reference>();

  /** @internal Use {@link nodeLife}, or make a kernel. */
  constructor(name: string, creation: number, index: number = ++lastIndex) {
    this.name = name;
    this.knownAs = name;
    this.creation = creation;
    this.index = index;
  }

  /** Takes a name (or gives it back): what a kernel does when its node starts and stops. */
  rename(name: string, creation: number): void {
    this.name = name;
    if (name !== nonode) this.knownAs = name;
    this.creation = creation;
    lives.set(lifeKey(name, creation), this);
  }

  /** The pid of that number here: the same object as long as anyone holds it. */
  pid(number: number): Pid {
    return this.#pids.get(number) ?? this.publish(new Pid(this, number));
  }

  /** The reference of that number here: the same object as long as anyone holds it. */
  reference(number: number): Reference {
    return this.#references.get(number) ?? this.publish(new Reference(this, number));
  }

  /** Makes what is about to leave this OS process findable, so that it comes back as the same object. */
  publish<Identifier extends Pid | Reference>(identifier: Identifier): Identifier {
    identifier.published = true;
    if (identifier instanceof Pid) this.#pids.set(identifier.number, identifier);
    else this.#references.set(identifier.number, identifier);
    return identifier;
  }
}

const lifeKey = (name: string, creation: number): string => `${name}/${creation}`;

/** The life of the node of that name and creation: the same object each time. */
export const nodeLife = (name: string, creation: number): NodeLife => {
  const key = lifeKey(name, creation);
  const known = lives.get(key);
  return known !== undefined && known.name === name && known.creation === creation
    ? known
    : lives.set(key, new NodeLife(name, creation));
};

abstract class Identifier {
  /** The life of the node it belongs to. */
  readonly home: NodeLife;
  /** Unique within that life. */
  readonly number: number;
  /** @internal Whether it has left this OS process, or came from outside. */
  published = false;

  constructor(home: NodeLife, number: number) {
    this.home = home;
    this.number = number;
  }

  /** The name of the node it belongs to (Elixir's `node/1`). */
  get node(): string {
    return this.home.name;
  }

  /** How `JSON.stringify` shows it. */
  toJSON(): string {
    return this.toString();
  }

  abstract toString(): string;

  /** How `Deno.inspect` and `console.log` show it. */
  [Symbol.for("Deno.customInspect")](): string {
    return this.toString();
  }

  /** How `node:util` shows it. */
  [Symbol.for("nodejs.util.inspect.custom")](): string {
    return this.toString();
  }
}

/** A process's identity, on whichever node it runs. Printed `#PID<0.106.0>`. */
export class Pid extends Identifier {
  declare private readonly kind: "pid";

  /** Its number, for another node: from now on that number finds this very object again. */
  depart(): number {
    if (!this.published) this.home.publish(this);
    return this.number;
  }

  /** As Elixir prints it: the first number is 0 for a process of this program. */
  toString(): string {
    return `#PID<${this.home.index}.${this.number % idRange}.${Math.floor(this.number / idRange)}>`;
  }
}

/** A unique mark: of a monitor, a timer, a request. Printed `#Reference<0.0.0.12>`. */
export class Reference extends Identifier {
  declare private readonly kind: "reference";

  /** As Elixir prints it. */
  toString(): string {
    return `#Reference<${this.home.index}.${Math.floor(this.number / idRange)}.0.${this.number % idRange}>`;
  }
}
